// SPDX-License-Identifier: MIT
#include "catalogue_service.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include <boost/asio/post.hpp>

#include "base/assert.hpp"
#include "catalogue_file.hpp"
#include "catalogue_store.hpp"
#include "hall_json.hpp"

namespace stagedoor::reservation {

namespace {

ImportRefusal unavailable() {
    return {ImportRefusal::Code::storage_unavailable, "", ""};
}

ImportRefusal refuse(ImportConflict conflict) {
    return {ImportRefusal::Code::conflict, std::move(conflict.field), std::move(conflict.detail)};
}

} // namespace

std::string ImportRefusal::sentence() const {
    switch (code) {
    case Code::invalid:
        return field.empty() ? detail : "`" + field + "` " + detail;
    case Code::conflict:
        return detail;
    case Code::storage_unavailable:
        break;
    }
    return "The storage cannot write at present; the request had no effect.";
}

task<ImportResult> CatalogueService::import_text(std::string text, ImportOptions options) {
    std::optional<result<Catalogue, JsonFault>> read;
    std::function<void()> reading = [&] {
        read.emplace(parse_catalogue(text, currency_, limits_));
    };
    co_await dependencies_.aside.run(std::move(reading));
    auto& catalogue = *read;
    if (!catalogue) {
        auto fault = catalogue.error();
        co_return ImportRefusal{ImportRefusal::Code::invalid, std::move(fault.field),
                                std::move(fault.detail)};
    }
    co_return co_await import(std::move(*catalogue), options);
}

task<std::optional<ImportRefusal>>
CatalogueService::foresee_refusal(const Catalogue& wanted, const Catalogue* before, Instant now) {
    const auto& stock = dependencies_.stock;
    std::optional<ImportConflict> conflict;
    std::function<void()> judging = [&] {
        const auto due = stock.holds().due(now);
        conflict = foresee_conflict(stock.find(wanted.info.id), before, wanted,
                                    OverdueHolds{due.begin(), due.end()});
    };
    co_await dependencies_.aside.run(std::move(judging));
    if (!conflict) {
        co_return std::nullopt;
    }
    co_return refuse(std::move(*conflict));
}

/// What is not durable yet would be judged as if it were. With the turn taken, so that there comes
/// an end to it.
task<void> CatalogueService::await_what_is_pending(ConcertId concert) {
    auto& stock = dependencies_.stock;
    while (const auto* const pinned = stock.holds().any_pinned(concert)) {
        co_await stock.await_decision(pinned->id);
    }
}

task<ImportResult> CatalogueService::import(Catalogue catalogue, ImportOptions options) {
    const auto concert = catalogue.info.id;
    auto wanted = std::make_shared<const Catalogue>(std::move(catalogue));
    while (dependencies_.stock.importing(concert)) {
        co_await dependencies_.stock.await_import(concert);
    }
    const auto turn = dependencies_.stock.begin_import(concert);
    co_await await_what_is_pending(concert);
    co_return co_await import_in_turn(std::move(wanted), options);
}

task<ImportResult> CatalogueService::import_in_turn(Wanted wanted, ImportOptions options) {
    auto planned = co_await plan(*wanted);
    if (!planned) {
        co_return refuse(planned.error());
    }
    const auto plan = std::make_shared<const ImportPlan>(std::move(*planned));
    if (options.preview) {
        co_return Imported{wanted->info.id, plan, true};
    }
    if (plan->removes() && !options.allow_removal) {
        co_return refuse(removal_conflict(*plan));
    }
    // Made now: where there is no memory for it the import does not happen.
    std::vector<task<void>> applying;
    applying.push_back(apply(*wanted, *plan));
    auto application = run_all(dependencies_.executor, std::move(applying));
    std::string hall;
    if (plan->dates_unchanged.empty()) {
        std::function<void()> writing = [&] { hall = hall_to_json(wanted->seats); };
        co_await dependencies_.aside.run(std::move(writing));
    }
    auto change = import_catalogue(wanted, plan, std::move(hall));
    const auto outcome = co_await commit(dependencies_.journal, std::move(change));
    STAGEDOOR_ASSERT(outcome != Outcome::refused,
                     "memory and tables agree on which seats are available");
    if (outcome == Outcome::unavailable) {
        co_return unavailable();
    }
    co_await std::move(application);
    co_return Imported{wanted->info.id, plan, false};
}

task<result<ImportPlan, ImportConflict>> CatalogueService::plan(const Catalogue& wanted) {
    const Date any;
    SeatMap seats{any, 0};
    co_await make_free_seats(wanted, any, 0, seats);
    const OverdueHolds none;
    ImportPlanner planner{dependencies_.stock.find(wanted.info.id), wanted, seats, none};
    while (planner.next(static_cast<std::size_t>(limits_.places_at_once))) {
        co_await asio::post(dependencies_.executor, use_task); // others come first
    }
    auto planned = planner.take();
    co_await destroy(seats);
    co_return planned;
}

/// Date by date: each is the old one or the new one to whoever looks. Which dates there are, and
/// what is said of the concert, changes with the last step.
task<void> CatalogueService::apply(const Catalogue& wanted, const ImportPlan& plan) {
    auto& stock = dependencies_.stock;
    const auto& id = wanted.info.id;
    stock.begin_to_apply(id, std::ssize(wanted.dates) * std::ssize(wanted.seats));
    std::vector<SeatMap> added;
    SeatMap made{Date{}, 0};
    for (const auto& date : wanted.dates) {
        if (plan.dates_unchanged.contains(date)) {
            continue;
        }
        co_await make_free_seats(wanted, date, plan.last_version + 1, made);
        const auto* const concert = stock.find(id);
        if (concert != nullptr && concert->find(date) != nullptr) {
            stock.renew(id, made);
        } else {
            added.push_back(std::exchange(made, SeatMap{Date{}, 0}));
        }
    }
    auto gone = stock.change_programme(wanted.info, wanted.dates, std::move(added));
    co_await destroy(made);
    for (auto& map : gone) {
        co_await destroy(map);
    }
}

/// Beside the loop: it takes as long as to make it.
task<void> CatalogueService::destroy(SeatMap& map) {
    std::function<void()> destroying = [&] { map = {Date{}, 0}; };
    co_await dependencies_.aside.run(std::move(destroying));
}

/// Beside the loop, as is the end of what `made` was before.
task<void> CatalogueService::make_free_seats(const Catalogue& wanted, const Date& date,
                                             std::int64_t version, SeatMap& made) {
    std::function<void()> making = [&] { made = SeatMap{date, version, wanted.seats}; };
    co_await dependencies_.aside.run(std::move(making));
}

} // namespace stagedoor::reservation
