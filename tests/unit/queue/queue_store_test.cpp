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

TEST_CASE("the audit finds who has two live tokens, and counts none that was sold out") {
    Spoiled{}.check_found("UPDATE queue_tokens SET user_id = 'same'",
                          "same has 3 live tokens in the line of gala");
    Spoiled process;
    process.run("UPDATE queue_tokens SET user_id = 'inside' WHERE status = 'WAITING'");
    process.run("UPDATE queue_lines SET sold_out_through = 3, sold_out_at = 9");
    CHECK(audit(process.journal.database()).empty());
}

TEST_CASE(
    "two tickets never have one token: no start serves who is live, the audit finds the rest") {
    const auto of = [](const std::string& user) {
        return "UPDATE queue_tokens SET token = (SELECT token FROM queue_tokens WHERE user_id = '" +
               user + "')";
    };
    for (const auto* user : {"inside", "admitted"}) {
        Spoiled process;
        process.check_found(of(user) + " WHERE user_id = 'waiting'", "2 tickets have one token");
        CHECK_THROWS_AS((Process{room_for(2), process}), Unsound);
    }
    Spoiled{}.check_found(of("over") + " WHERE user_id = 'waiting'",
                          "2 tickets have one token, ticket 3 of gala among them");
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
          "UPDATE queue_tokens SET ticket_number = 1", "UPDATE queue_tokens SET token = x'00'",
          "UPDATE queue_tokens SET token = hex(token)",
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

TEST_CASE("a token has the same digits in its row as in its text") {
    Spoiled process;
    load(
        process.journal.database(), [](const ConcertId&, const LineRecord&) {},
        [&](const TokenRow& row) {
            CHECK(process.service.find(row.key.text().value));
            CHECK(process.journal.text("SELECT 'qt_' || lower(hex(token)) FROM queue_tokens "
                                       "WHERE user_id = '" +
                                       row.user.value + "'") == row.key.text().value);
        });
}

TEST_CASE("tokens of a database from before they lay by ticket are all there, in every state") {
    using namespace storage::sqlite;
    auto database = open_database(":memory:", OpenMode::create);
    const auto steps = storage::schema_steps();
    static_cast<void>(migrate(database, steps.first(10)));
    database.connection().exec(
        "INSERT INTO queue_lines VALUES ('gala', 'OPEN', 12, 3, 2, 7, 5, 77), "
        "('opera', 'PAUSED', 4, 0, 0, 0, 0, 0);"
        "INSERT INTO queue_tokens VALUES "
        "('qt_f0000000000000000000000000000001','gala','in',3,'ENTERED',NULL,1,2,3,4,0),"
        "('qt_0123456789abcdef00000000000000ff','gala','out',1,'EXPIRED','PAID',1,2,3,4,5),"
        "('qt_ffffffffffffffffffffffffffffffff','gala','sold out',5,'WAITING',NULL,6,0,0,0,0),"
        "('qt_00000000000000000000000000000000','gala','last',12,'WAITING',NULL,8,0,0,0,0),"
        "('qt_10000000000000000000000000000000','opera','in',4,'WAITING',NULL,9,0,0,0,0)");
    REQUIRE(migrate(database, steps).front().version == 11);
    std::vector<std::string> found;
    load(
        database, [](const ConcertId&, const LineRecord&) {},
        [&](const TokenRow& row) {
            std::string text = row.concert.value + ' ' + std::to_string(row.ticket_number) + ' ' +
                               row.key.text().value + ' ' + row.user.value + ' ' +
                               std::string{to_string(row.status)} + ' ' +
                               std::string{to_string(row.reason)};
            for (const auto at :
                 {row.joined_at, row.admitted_at, row.entered_at, row.expires_at, row.expired_at}) {
                text += ' ' + std::to_string(to_millis(at));
            }
            found.push_back(text);
        });
    CHECK(found ==
          std::vector<std::string>{
              "gala 1 qt_0123456789abcdef00000000000000ff out EXPIRED PAID 1 2 3 4 5",
              "gala 3 qt_f0000000000000000000000000000001 in ENTERED  1 2 3 4 0",
              "gala 5 qt_ffffffffffffffffffffffffffffffff sold out EXPIRED SOLD_OUT 6 0 0 0 77",
              "gala 12 qt_00000000000000000000000000000000 last WAITING  8 0 0 0 0",
              "opera 4 qt_10000000000000000000000000000000 in WAITING  9 0 0 0 0"});
    CHECK(audit(database).empty());
}
