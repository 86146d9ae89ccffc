// SPDX-License-Identifier: MIT
// Prints what PostgreSQL must read, as JSON: {"steps": [{"name", "sqlite", "postgresql"}, …],
// "statements": ["SELECT …", …]}.
#include <iostream>

#include <boost/asio/io_context.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "src/core/core.hpp"
#include "src/run/logging.hpp"
#include "src/storage/schema.hpp"

int main() {
    using namespace stagedoor;
    namespace json = boost::json;

    // Whoever names the Core has every store in the executable, and so every statement.
    asio::io_context io{1};
    config::Config config;
    config.storage.path = ":memory:";
    const auto logger = run::make_logger(config.log);
    storage::Progress progress;
    const core::Core core{io, config, core::open(config, core::TestClock{}, *logger, progress),
                          logger};

    json::array steps;
    for (const auto& step : storage::schema_steps()) {
        steps.push_back(json::object{
            {"name", step.name}, {"sqlite", step.sqlite}, {"postgresql", step.postgresql}});
    }
    json::array statements;
    for (const auto* const statement : Statement::all()) {
        statements.emplace_back(statement->sql());
    }
    std::cout << json::serialize(json::object{{"steps", steps}, {"statements", statements}})
              << '\n';
}
