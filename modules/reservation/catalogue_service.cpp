// SPDX-License-Identifier: MIT
#include "catalogue_service.hpp"

#include "base/assert.hpp"
#include "catalogue_file.hpp"
#include "catalogue_store.hpp"

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
    auto catalogue = parse_catalogue(text, currency_, limits_);
    if (!catalogue) {
        auto fault = catalogue.error();
        co_return ImportRefusal{ImportRefusal::Code::invalid, std::move(fault.field),
                                std::move(fault.detail)};
    }
    co_return co_await import(std::move(*catalogue), options);
}

/// What is not durable yet would be judged as if it were.
task<void> CatalogueService::await_what_is_pending(ConcertId concert) {
    for (;;) {
        if (stock_.importing(concert)) {
            co_await stock_.await_import(concert);
        } else if (const auto* const pinned = stock_.holds().any_pinned(concert)) {
            co_await stock_.await_decision(pinned->id);
        } else {
            co_return;
        }
    }
}

task<ImportResult> CatalogueService::import(Catalogue catalogue, ImportOptions options) {
    const auto concert = catalogue.info.id;
    co_await await_what_is_pending(concert);
    auto plan = plan_import(stock_.find(concert), catalogue);
    if (!plan) {
        co_return refuse(plan.error());
    }
    if (options.preview) {
        co_return Imported{concert, std::move(*plan), true};
    }
    if (plan->removes() && !options.allow_removal) {
        co_return refuse(removal_conflict(*plan));
    }
    stock_.begin_import(concert); // no seat is claimed until it is decided
    auto change = import_catalogue(catalogue, *plan);
    const auto outcome = co_await commit(journal_, std::move(change));
    stock_.end_import(concert);
    STAGEDOOR_ASSERT(outcome != Outcome::refused,
                     "memory and tables agree on which seats are available");
    if (outcome == Outcome::unavailable) {
        co_return unavailable();
    }
    stock_.become(catalogue);
    co_return Imported{concert, std::move(*plan), false};
}

} // namespace stagedoor::reservation
