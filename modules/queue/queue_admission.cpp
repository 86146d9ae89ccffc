// SPDX-License-Identifier: MIT
// The part of QueueService that admits, and sells out: applied at once, written behind.
#include <utility>

#include "queue_service.hpp"
#include "queue_store.hpp"

namespace stagedoor::queue {

void QueueService::evaluate(Line& line) {
    const auto now = dependencies_.clock.now();
    if (line.rules.waiting() > 0 && sold_out(line.rules)) {
        sell_out(line, now);
    }
    if (!dependencies_.journal.writable()) {
        return;
    }
    save_unsaved();
    if (line.rules.waiting() > 0) {
        admit_all(line, now);
    }
}

/// Applied at once and not awaited: every admission rests on departures and joins that are durable,
/// so that recovery, which evaluates the same rules in the same order, admits the same people
/// again. Under a pace the next one waits until this one is durable, since recovery could not admit
/// two at once.
void QueueService::admit_all(Line& line, Instant now) {
    const auto capacity = dependencies_.reservations.capacity(line.rules.concert());
    line.rules.set_all_held(capacity->seats_available == 0);
    const bool paced = line.rules.admission_interval() > Milliseconds{0};
    Change change;
    std::vector<TokenKey> admitted;
    while (!(paced && line.admissions_pending > 0)) {
        auto* const token = line.rules.next_to_admit(capacity->seats_available, now);
        if (token == nullptr) {
            break;
        }
        line.rules.admit(*token, now);
        ++line.admissions_pending;
        change += admit_token(row_of(*token));
        admitted.push_back(token->key);
    }
    if (admitted.empty()) {
        return;
    }
    change += put_line(line.rules.concert(), line.rules.record());
    change.follows();
    dependencies_.journal.submit(
        std::move(change), [this, &line, admitted = std::move(admitted)](Outcome outcome) {
            admissions_written({{line.rules.concert(), admitted}}, outcome);
        });
    dependencies_.agenda.due_changed();
}

/// One row for all who wait. Like an admission it rests on durable sales, and recovery finds it
/// again; so it holds even while nothing can be written.
void QueueService::sell_out(Line& line, Instant now) {
    line.rules.sell_out(now);
    unsaved_.try_emplace(line.rules.concert());
    dependencies_.agenda.due_changed(); // there is something to sweep
}

void QueueService::sweep() {
    auto left = ends_per_turn_;
    for (const auto& [concert, line] : register_.lines()) {
        for (auto* const token : line->rules.sweep(left)) {
            register_.bury(*token, line->rules.record().sold_out_at);
            --left;
        }
    }
}

void QueueService::admissions_written(const Unsaved& written, Outcome outcome) {
    for (const auto& [concert, admitted] : written) {
        if (outcome == Outcome::committed) {
            register_.line_of(concert)->admissions_pending -= static_cast<int>(admitted.size());
        } else { // still pending: a pace must not go on past what recovery would not know
            auto& unsaved = unsaved_[concert];
            unsaved.insert(unsaved.end(), admitted.begin(), admitted.end());
        }
    }
    for (const auto& [concert, admitted] : written) {
        evaluate(*register_.line_of(concert));
    }
    dependencies_.agenda.due_changed();
}

/// What was applied without awaiting its Change: a selling-out, and what failed, anew as soon as
/// the storage can write.
void QueueService::save_unsaved() {
    if (unsaved_.empty()) {
        return;
    }
    auto unsaved = std::exchange(unsaved_, {});
    Change change;
    for (const auto& [concert, admitted] : unsaved) {
        change += put_line(concert, register_.line_of(concert)->rules.record());
        for (const auto& key : admitted) {
            const auto* const token = register_.find_live(key);
            if (token != nullptr && token->status == TokenStatus::admitted) {
                change += admit_token(row_of(*token));
            }
        }
    }
    change.follows();
    dependencies_.journal.submit(std::move(change),
                                 [this, unsaved = std::move(unsaved)](Outcome outcome) {
                                     admissions_written(unsaved, outcome);
                                 });
}

void QueueService::resume() {
    save_unsaved();
    for (const auto& [concert, line] : register_.lines()) {
        evaluate(*line);
    }
    dependencies_.agenda.due_changed();
}

} // namespace stagedoor::queue
