// SPDX-License-Identifier: MIT
#include "support/catch.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>

#include "idempotency_service.hpp"
#include "unit/storage/fixtures.hpp"

using namespace stagedoor;
using namespace stagedoor::test;

namespace {

const Statement count_keys{"SELECT COUNT(*) FROM idempotency_key"};

struct FrozenClock final : Clock {
    Instant instant = from_millis(1'700'000'000'000);
    [[nodiscard]] Instant now() const override { return instant; }
    [[nodiscard]] Milliseconds offset() const override { return Milliseconds{0}; }
    [[nodiscard]] std::chrono::steady_clock::time_point monotonic() const override { return {}; }
};

struct CountingAgenda final : Agenda {
    int changes = 0;
    void due_changed() override { ++changes; }
};

SqliteDatabase open_with_keys(const std::string& path) {
    SqliteDatabase database =
        storage::sqlite::open_database(path, storage::sqlite::OpenMode::create);
    const auto own = storage::schema_steps();
    std::vector<storage::SchemaStep> steps{own.begin(), own.end()};
    steps.push_back({own.back().version + 1, "numbers",
                     "CREATE TABLE number (value INTEGER PRIMARY KEY, filler BLOB) STRICT;", ""});
    storage::sqlite::migrate(database, steps);
    return database;
}

/// A server's worth of it on one file, which can be started again.
struct Fixture {
    explicit Fixture(const std::string& path) : Fixture{open_with_keys(path)} {}

    explicit Fixture(SqliteDatabase database) {
        loop = std::make_unique<JournalFixture>(std::move(database));
        keys = idempotency::create_idempotency(*loop->journal, clock, agenda, {});
        loop->on_writer([this](Database& inside) { keys->load(inside); });
    }

    /// Runs to the end unless the handler waits for something else.
    std::optional<Response> ask(const std::string& key, KeyedHandler handler,
                                std::string fingerprint = "body", std::string caller = "alice") {
        auto answer = std::make_shared<std::optional<Response>>();
        start(key, std::move(handler), answer, std::move(fingerprint), std::move(caller));
        loop->run();
        return *answer;
    }

    void start(const std::string& key, KeyedHandler handler,
               std::shared_ptr<std::optional<Response>> answer, std::string fingerprint = "body",
               std::string caller = "alice") {
        auto request = std::make_shared<Request>();
        auto key_text = std::make_shared<std::string>(key);
        request->method = Method::post;
        request->path = "/api/v1/payments";
        if (!key.empty()) {
            request->idempotency_key = *key_text;
        }
        asio::co_spawn(
            loop->context,
            keys->once(*request, std::move(caller), std::move(fingerprint), std::move(handler)),
            [this, request, key_text, answer](std::exception_ptr failure, Response got) {
                if (failure) {
                    ++failures;
                } else {
                    *answer = std::move(got);
                }
            });
    }

    FrozenClock clock;
    CountingAgenda agenda;
    int failures = 0;
    std::unique_ptr<JournalFixture> loop;
    std::unique_ptr<idempotency::Keys> keys;
};

Response paid() {
    Response response;
    response.status = 201;
    response.body = std::string{"{\"paid\":\"\xec\x9b\x90\\u0000\"}"} + '\0' + "tail";
    response.headers.emplace_back("Location", "/api/v1/payments/\"1\"");
    return response;
}

/// Commits an effect with the answer to it, and counts how often it was asked to.
task<Response> pay(Journal& journal, int value, int* runs, const Request& request,
                   KeepAnswer keep) {
    static_cast<void>(request);
    ++*runs;
    Change change = insert_number(value);
    std::function<Response()> answer = paid;
    change += keep(answer);
    const Outcome outcome = co_await commit(journal, std::move(change));
    CHECK(outcome == Outcome::committed);
    co_return paid();
}

KeyedHandler paying(Fixture& fixture, int value, int& runs) {
    Journal* const journal = fixture.loop->journal.get();
    return [journal, value, &runs](const Request& request, KeepAnswer keep) {
        return pay(*journal, value, &runs, request, std::move(keep));
    };
}

task<Response> answer_with(int status, const Request& request, KeepAnswer keep) {
    static_cast<void>(request);
    static_cast<void>(keep);
    Response response;
    response.status = status;
    co_return response;
}

KeyedHandler answering(int status) {
    return [status](const Request& request, KeepAnswer keep) {
        return answer_with(status, request, std::move(keep));
    };
}

bool is_replay(const Response& response) {
    const Response::Header mark{"Idempotent-Replay", "true"};
    return std::find(response.headers.begin(), response.headers.end(), mark) !=
           response.headers.end();
}

} // namespace

TEST_CASE("a success is answered again byte for byte, across a restart too") {
    TempFolder folder;
    int runs = 0;
    {
        Fixture server{folder / "a.db"};
        const auto first = server.ask("key", paying(server, 1, runs));
        REQUIRE(first);
        CHECK_FALSE(is_replay(*first));
        CHECK(server.agenda.changes == 1);
    }
    Fixture server{folder / "a.db"};
    CHECK(server.keys->size() == 1);
    for (int i = 0; i < 2; ++i) {
        const auto again = server.ask("key", paying(server, 1, runs));
        REQUIRE(again);
        CHECK(is_replay(*again));
        CHECK(again->status == 201);
        CHECK(again->body == paid().body);
        CHECK(again->content_type == "application/json");
        REQUIRE(again->headers.size() == 2);
        CHECK(again->headers[0] == paid().headers[0]);
    }
    CHECK(runs == 1);
}

TEST_CASE("another body under the same key is refused; another caller's key is another key") {
    Fixture server{":memory:"};
    int runs = 0;
    server.ask("key", paying(server, 1, runs));
    const auto reused = server.ask("key", paying(server, 2, runs), "another body");
    REQUIRE(reused);
    CHECK(reused->status == 422);
    CHECK(reused->body.find("idempotency-key-reused") != std::string::npos);
    CHECK(runs == 1);
    const auto other = server.ask("key", paying(server, 2, runs), "body", "bob");
    CHECK(other->status == 201);
    CHECK(runs == 2);
}

TEST_CASE("while the first is running the key is in progress") {
    Fixture server{":memory:"};
    int runs = 0;
    auto first = std::make_shared<std::optional<Response>>();
    auto second = std::make_shared<std::optional<Response>>();
    server.start("key", paying(server, 1, runs), first);
    server.start("key", paying(server, 1, runs), second);
    server.loop->run();
    REQUIRE(*first);
    REQUIRE(*second);
    CHECK((*first)->status == 201);
    CHECK((*second)->status == 409);
    CHECK((*second)->body.find("idempotency-in-progress") != std::string::npos);
    CHECK(runs == 1);
}

TEST_CASE("a refusal, or a success that kept nothing, binds nothing") {
    Fixture server{":memory:"};
    int runs = 0;
    const int status = GENERATE(402, 503, 200);
    CHECK(server.ask("key", answering(status))->status == status);
    CHECK(server.keys->size() == 0);
    const auto retried = server.ask("key", paying(server, 1, runs));
    CHECK(retried->status == 201);
    CHECK_FALSE(is_replay(*retried));
}

TEST_CASE("a handler that throws binds nothing") {
    Fixture server{":memory:"};
    const KeyedHandler throws = [](const Request&, const KeepAnswer&) -> task<Response> {
        throw std::runtime_error{"before the coroutine"};
    };
    CHECK_FALSE(server.ask("key", throws));
    CHECK(server.failures == 1);
    CHECK(server.keys->size() == 0);
}

namespace {

task<Response> keep_but_fail(Journal& journal, bool commits, const Request& request,
                             KeepAnswer keep) {
    static_cast<void>(request);
    std::function<Response()> answer = paid;
    Change change = keep(answer);
    if (!commits) {
        change += Change{[](Transaction& transaction) { transaction.refuse(); }};
    }
    static_cast<void>(co_await commit(journal, std::move(change)));
    throw std::runtime_error{"after the commit"};
}

} // namespace

TEST_CASE("a handler that fails after its commit has bound its key, before it has not") {
    Fixture server{":memory:"};
    const bool commits = GENERATE(true, false);
    Journal* const journal = server.loop->journal.get();
    const KeyedHandler fails = [journal, commits](const Request& request, KeepAnswer keep) {
        return keep_but_fail(*journal, commits, request, std::move(keep));
    };
    CHECK_FALSE(server.ask("key", fails));
    CHECK(server.failures == 1);
    int runs = 0;
    const auto retried = server.ask("key", paying(server, 1, runs));
    REQUIRE(retried);
    CHECK(is_replay(*retried) == commits);
    CHECK(runs == (commits ? 0 : 1));
}

TEST_CASE("a full disk binds nothing") {
    TempFolder folder;
    Fixture server{folder / "a.db"};
    server.loop->on_writer([](Database& database) { limit_pages(database, 0); });
    Journal* const journal = server.loop->journal.get();
    const KeyedHandler tries = [journal](const Request&, const KeepAnswer& keep) -> task<Response> {
        std::function<Response()> answer = paid;
        Change change = insert_filler(1, 100'000);
        change += keep(answer);
        return [](Journal& on, Change what) -> task<Response> {
            const Outcome outcome = co_await commit(on, std::move(what));
            CHECK(outcome == Outcome::unavailable);
            Response response;
            response.status = 503;
            co_return response;
        }(*journal, std::move(change));
    };
    CHECK(server.ask("key", tries)->status == 503);
    CHECK(server.keys->size() == 0);
}

TEST_CASE("without a key the handler runs each time and keeps nothing") {
    Fixture server{":memory:"};
    int runs = 0;
    CHECK(server.ask("", paying(server, 1, runs))->status == 201);
    CHECK(server.ask("", paying(server, 2, runs))->status == 201);
    CHECK(runs == 2);
    CHECK(server.keys->size() == 0);
}

TEST_CASE("a key is forgotten after a day, not before, and can be used anew") {
    TempFolder folder;
    Fixture server{folder / "a.db"};
    int runs = 0;
    const Instant start = server.clock.instant;
    CHECK_FALSE(server.keys->next_due());
    server.ask("key", paying(server, 1, runs));
    server.clock.instant += Seconds{1};
    server.ask("later", paying(server, 2, runs));
    REQUIRE(server.keys->next_due());
    CHECK(*server.keys->next_due() == start + Seconds{86'400});

    const auto purge = [&server](Instant now) {
        asio::co_spawn(server.loop->context, server.keys->run_due(now),
                       [](std::exception_ptr e) { CHECK_FALSE(e); });
        server.loop->run();
    };
    purge(start + Seconds{86'400} - Milliseconds{1});
    CHECK(server.keys->size() == 2);
    purge(start + Seconds{86'400});
    CHECK(server.keys->size() == 1);
    CHECK(*server.keys->next_due() == start + Seconds{86'401});

    server.clock.instant = start + Seconds{86'400};
    CHECK_FALSE(is_replay(*server.ask("key", paying(server, 3, runs))));
    CHECK(is_replay(*server.ask("later", paying(server, 4, runs))));
    CHECK(runs == 3);
    purge(start + Seconds{10 * 86'400});
    CHECK(server.keys->size() == 0);
    int rows = -1;
    server.loop->on_writer([&rows](Database& database) {
        database.select(count_keys, {},
                        [&rows](const Row& row) { rows = static_cast<int>(row.integer(0)); });
    });
    CHECK(rows == 0);
}

TEST_CASE("what could not be forgotten stays due and is still answered") {
    TempFolder folder;
    Fixture server{folder / "a.db"};
    int runs = 0;
    server.ask("key", paying(server, 1, runs));
    server.loop->journal->stop();
    asio::co_spawn(server.loop->context,
                   server.keys->run_due(server.clock.instant + Seconds{86'400}),
                   [](std::exception_ptr e) { CHECK_FALSE(e); });
    server.loop->run();
    CHECK(server.keys->size() == 1);
    CHECK(server.keys->next_due());
}

TEST_CASE("yesterday's keys go in slices, and are over before they have gone") {
    TempFolder folder;
    constexpr int keys = 1200;
    auto database = open_with_keys(folder / "a.db");
    static const Statement fill{
        "INSERT INTO idempotency_key (key_id, scope, fingerprint, created_at) WITH RECURSIVE n(i) "
        "AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) SELECT i, "
        "CAST(substr('0000000000000000' || i, -16) AS BLOB), zeroblob(16), $2 FROM n"};
    const Instant created = from_millis(1'700'000'000'000) - Seconds{86'401};
    database.run(fill, {keys, to_millis(created)});
    Fixture server{std::move(database)};
    const auto left = [&server] {
        std::int64_t count = 0;
        server.loop->on_writer([&count](Database& inside) {
            inside.select(count_keys, {}, [&count](const Row& row) { count = row.integer(0); });
        });
        return count;
    };
    const auto run_due = [&server] {
        asio::co_spawn(server.loop->context, server.keys->run_due(server.clock.instant),
                       [](std::exception_ptr e) { CHECK_FALSE(e); });
        server.loop->run();
    };
    std::vector<std::int64_t> seen;
    for (int slice = 0; slice < 3; ++slice) {
        REQUIRE(server.keys->next_due());
        server.clock.instant = std::max(server.clock.instant, *server.keys->next_due());
        run_due();
        run_due(); // not before the pause is over
        seen.push_back(left());
    }
    CHECK(seen == std::vector<std::int64_t>{700, 200, 0});
    CHECK(server.clock.instant == from_millis(1'700'000'000'000) + Milliseconds{10});
    CHECK_FALSE(server.keys->next_due());
    CHECK(server.keys->size() == 0);
}

TEST_CASE("a key that is over binds nobody although it has not been forgotten yet") {
    TempFolder folder;
    Fixture server{folder / "a.db"};
    int runs = 0;
    server.ask("key", paying(server, 1, runs));
    server.clock.instant += Seconds{86'400} - Milliseconds{1};
    CHECK(is_replay(*server.ask("key", paying(server, 2, runs))));
    server.clock.instant += Milliseconds{1};
    CHECK_FALSE(is_replay(*server.ask("key", paying(server, 3, runs))));
    CHECK(runs == 2);
    CHECK(is_replay(*server.ask("key", paying(server, 4, runs))));
    asio::co_spawn(server.loop->context, server.keys->run_due(server.clock.instant),
                   [](std::exception_ptr e) { CHECK_FALSE(e); });
    server.loop->run();
    CHECK(is_replay(*server.ask("key", paying(server, 5, runs)))); // the later record stays
}
