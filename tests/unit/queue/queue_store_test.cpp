// SPDX-License-Identifier: MIT
// The tables themselves: what they refuse, and what the audit finds.
#include <algorithm>

#include "service_fixture.hpp"
#include "support/catch.hpp"

using namespace stagedoor;
using namespace stagedoor::test;

namespace {

/// A process with somebody in each state, whose tables a test spoils.
struct Spoiled : Process {
    Spoiled() : Process{room_for(2)} {
        enter(join("inside"));
        join("admitted");
        join("waiting");
        leave(join("over"));
        check_at_rest();
    }

    void run(const std::string& sql) { journal.database().connection().exec(sql); }

    void check_found(const std::string& sql, const std::string& words) {
        CAPTURE(sql);
        run(sql);
        const auto faults = audit(journal.database());
        CHECK(std::any_of(faults.begin(), faults.end(), [&](const std::string& fault) {
            return fault.find(words) != std::string::npos;
        }));
    }
};

} // namespace

TEST_CASE("a sound line has no faults") {
    Spoiled process;
    CHECK(audit(process.journal.database()).empty());
}

TEST_CASE("the audit finds a line that counts less than it gave out") {
    Spoiled{}.check_found("UPDATE queue_lines SET last_ticket = 3", "counts only to 3");
}

TEST_CASE("the audit finds who waits behind the serving number") {
    Spoiled{}.check_found("UPDATE queue_lines SET serving_number = 3", "still waits");
}

TEST_CASE("the audit finds who was admitted past the serving number") {
    Spoiled{}.check_found("UPDATE queue_lines SET serving_number = 1, admitted_total = 1",
                          "admitted past");
}

TEST_CASE("the audit finds states without their times") {
    Spoiled{}.check_found("UPDATE queue_tokens SET admitted_at = 0 WHERE status = 'ADMITTED'",
                          "ADMITTED without the times");
    Spoiled{}.check_found("UPDATE queue_tokens SET entered_at = 0 WHERE status = 'ENTERED'",
                          "ENTERED without the times");
    Spoiled{}.check_found("UPDATE queue_tokens SET expires_at = 1 WHERE status = 'ENTERED'",
                          "ENTERED without the times");
    Spoiled{}.check_found("UPDATE queue_tokens SET expired_at = 0 WHERE status = 'EXPIRED'",
                          "EXPIRED without the times");
}

TEST_CASE("the tables refuse what cannot be") {
    Spoiled process;
    for (const auto* sql :
         {"UPDATE queue_lines SET state = 'SOLD_OUT'", "UPDATE queue_lines SET serving_number = 99",
          "UPDATE queue_lines SET admitted_total = 99",
          "UPDATE queue_lines SET sold_out_through = 99", "UPDATE queue_tokens SET status = 'GONE'",
          "UPDATE queue_tokens SET reason = 'BORED' WHERE status = 'EXPIRED'",
          "UPDATE queue_tokens SET reason = 'LEFT' WHERE status = 'WAITING'",
          "UPDATE queue_tokens SET reason = NULL WHERE status = 'EXPIRED'",
          "UPDATE queue_tokens SET ticket_number = 1", "UPDATE queue_tokens SET user_id = 'same'",
          "UPDATE queue_tokens SET concert_id = 'none'"}) {
        CAPTURE(sql);
        CHECK_THROWS_AS(process.run(sql), SQLite::Exception);
    }
    CHECK(audit(process.journal.database()).empty());
}

TEST_CASE("rows come back as they were written, lines first and tokens in the order of tickets") {
    Spoiled process;
    std::vector<std::string> order;
    std::vector<TokenRow> rows;
    load(
        process.journal.database(),
        [&](const ConcertId& concert, const LineRecord& record) {
            order.push_back(concert.value);
            CHECK(record.last_ticket == 4);
            CHECK(record.serving_number == 2);
            CHECK(record.admitted_total == 2);
            CHECK(record.last_admission == start_of_test);
            CHECK(record.state == LineState::open);
        },
        [&](const TokenRow& row) {
            order.push_back(row.user.value);
            rows.push_back(row);
        });
    CHECK(order == std::vector<std::string>{"gala", "inside", "admitted", "waiting", "over"});
    CHECK(rows[0].status == TokenStatus::entered);
    CHECK(rows[0].entered_at == start_of_test);
    CHECK(rows[0].expires_at == start_of_test + 600s);
    CHECK(rows[1].admitted_at == start_of_test);
    CHECK(rows[1].expires_at == start_of_test + 120s);
    CHECK(rows[2].joined_at == start_of_test);
    CHECK(rows[3].reason == ExpiryReason::left);
    CHECK(rows[3].expired_at == start_of_test);
    CHECK(rows[3].ticket_number == 4);
}

TEST_CASE("only those named are forgotten") {
    Spoiled process;
    process.loop.run(commit(process.journal, forget_tokens({})));
    CHECK(process.journal.number("SELECT COUNT(*) FROM queue_tokens") == 4);
    process.loop.run(
        commit(process.journal, forget_tokens({{gala, 4}, {gala, 9}, {ConcertId{"other"}, 1}})));
    CHECK(process.journal.number("SELECT COUNT(*) FROM queue_tokens") == 3);
    CHECK(process.journal.number("SELECT COUNT(*) FROM queue_tokens WHERE user_id = 'over'") == 0);
}

TEST_CASE("a line's record leaves its state alone, and its state the record") {
    Spoiled process;
    LineRecord record;
    record.state = LineState::open;
    record.last_ticket = 9;
    process.loop.run(commit(process.journal, put_state(gala, LineState::closed)));
    process.loop.run(commit(process.journal, put_line(gala, record)));
    CHECK(process.journal.text("SELECT state FROM queue_lines") == "CLOSED");
    CHECK(process.journal.number("SELECT last_ticket FROM queue_lines") == 9);
    process.loop.run(commit(process.journal, put_state(gala, LineState::paused)));
    CHECK(process.journal.text("SELECT state FROM queue_lines") == "PAUSED");
    CHECK(process.journal.number("SELECT last_ticket FROM queue_lines") == 9);
}
