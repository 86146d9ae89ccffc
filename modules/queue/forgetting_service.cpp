// SPDX-License-Identifier: MIT
// The part of QueueService that forgets who is over: when a day has passed, or others came after.
#include <utility>

#include "queue_service.hpp"
#include "queue_store.hpp"

namespace stagedoor::queue {

/// One slice: others that are due come before the next.
task<void> QueueService::purge(Instant now) {
    auto& tombstones = register_.tombstones();
    const auto due = tombstones.next_due();
    if (!due || *due > now) {
        co_return;
    }
    const auto over = tombstones.take(Tombstones::forgotten_before(now), ends_per_turn_);
    std::vector<TicketName> tickets;
    for (const auto& tombstone : over) {
        tickets.push_back(register_.name_of(tombstone));
    }
    const auto outcome = co_await forget(std::move(tickets));
    if (outcome != Outcome::committed) {
        tombstones.put_back(over);
    }
}

task<Outcome> QueueService::forget(std::vector<TicketName> tickets) {
    auto change = forget_tokens(std::move(tickets));
    change.follows();
    co_return co_await commit(dependencies_.journal, std::move(change));
}

task<void> QueueService::forget_leftovers() try {
    std::vector<Line*> lines;
    for (const auto& [concert, line] : register_.lines()) {
        lines.push_back(line.get());
    }
    bool written = true;
    for (auto line = lines.begin(); written && line != lines.end(); ++line) {
        written = co_await forget_leftovers_of(**line);
    }
} catch (const StorageStopped&) {
    // The next start goes on.
}

/// In the order of tickets, since those who came first are over first: what lies behind the last
/// leftover is not looked at. False where the storage cannot write.
task<bool> QueueService::forget_leftovers_of(Line& line) {
    TicketName last{line.rules.concert(), 0};
    while (line.leftovers > 0) {
        std::vector<TokenRow> rows;
        const LineRecord record = line.rules.record();
        const std::function<void(Database&)> query = [&](Database& database) {
            rows = tokens_behind(database, last, record, ends_per_turn_);
        };
        co_await read(dependencies_.journal, query);
        if (rows.empty()) {
            line.leftovers = 0; // the others were forgotten meanwhile
            break;
        }
        last.number = rows.back().ticket_number;
        std::vector<TicketName> tickets;
        for (const auto& row : rows) {
            // What is over by its row alone has a Change that is being applied at this moment.
            if (row.status == TokenStatus::expired && register_.find_live(row.key) == nullptr &&
                register_.tombstones().find(row.key) == nullptr) {
                tickets.push_back({last.concert, row.ticket_number});
            }
        }
        if (tickets.empty()) {
            continue;
        }
        const auto forgotten = static_cast<std::int64_t>(tickets.size());
        const auto outcome = co_await forget(std::move(tickets));
        if (outcome != Outcome::committed) {
            co_return false;
        }
        line.leftovers -= forgotten;
    }
    co_return true;
}

} // namespace stagedoor::queue
