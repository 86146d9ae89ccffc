// SPDX-License-Identifier: MIT
// Every statement of the program, over the schema of the program. That PostgreSQL reads them too is
// shown by tests/postgresql.
#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>
#include <spdlog/sinks/null_sink.h>
#include <sqlite3.h>

#include "core.hpp"
#include "support/catch.hpp"
#include "support/memory_database.hpp"

using namespace stagedoor;

TEST_CASE("SQLite reads every statement, and numbers its parameters as they are called") {
    // Whoever names the Core has every store in the executable, and so every statement.
    asio::io_context io{1};
    config::Config config;
    config.storage.path = ":memory:";
    const auto logger =
        std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::null_sink_mt>());
    storage::Progress progress;
    const core::Core core{io, config, core::open(config, core::TestClock{}, *logger, progress),
                          logger};

    auto database = test::memory_database();
    const auto all = Statement::all();
    CHECK(all.size() > 60);
    for (const auto* const statement : all) {
        CAPTURE(statement->sql());
        sqlite3_stmt* prepared = nullptr;
        CHECK(sqlite3_prepare_v2(database.connection().getHandle(), statement->sql(), -1, &prepared,
                                 nullptr) == SQLITE_OK);
        for (int index = 1; index <= sqlite3_bind_parameter_count(prepared); ++index) {
            CHECK(sqlite3_bind_parameter_name(prepared, index) == fmt::format("${}", index));
        }
        sqlite3_finalize(prepared);
    }
}

TEST_CASE("a statement that writes one row makes no table for it") {
    // SQLite makes one of every list of three words or more, of a check as well, each time: two
    // pages, for which a payment took a third of its instructions.
    auto database = test::memory_database();
    std::size_t seen = 0;
    for (const auto* const statement : Statement::all()) {
        const std::string_view sql{statement->sql()};
        const bool writes = sql.starts_with("INSERT") || sql.starts_with("UPDATE");
        if (!writes || sql.find("SELECT") != sql.npos) {
            continue;
        }
        CAPTURE(sql);
        ++seen;
        SQLite::Statement program{database.connection(), fmt::format("EXPLAIN {}", sql)};
        while (program.executeStep()) {
            CHECK(program.getColumn("opcode").getString() != "OpenEphemeral");
        }
    }
    CHECK(seen > 20);
}
