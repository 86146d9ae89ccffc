// SPDX-License-Identifier: MIT
#include "offline.hpp"

#include <exception>

#include <boost/asio/co_spawn.hpp>
#include <fmt/format.h>

#include "src/core/core.hpp"
#include "src/core/tables.hpp"
#include "src/operations/check.hpp"
#include "src/run/logging.hpp"
#include "src/storage/sqlite/backup.hpp"
#include "src/storage/sqlite/database_file.hpp"
#include "src/storage/sqlite/migrate.hpp"

namespace stagedoor::cli {

namespace {

namespace sqlite = storage::sqlite;

/// Opens a database that must be there and of this version's schema. A backup stays what it is.
sqlite::SqliteDatabase open_existing(const std::string& path) {
    auto database = sqlite::is_backup(path)
                        ? sqlite::open_unchanging(path)
                        : sqlite::open_database(path, sqlite::OpenMode::existing);
    const auto have = sqlite::schema_version(database);
    const auto want = storage::schema_steps().back().version;
    if (have != want) {
        throw core::StartError{
            fmt::format("{} has schema {}, and this program needs {}; {}", path, have, want,
                        have > want ? "use the newer version that wrote it"
                                    : "start the server on it once, which brings it up to date")};
    }
    return database;
}

} // namespace

std::vector<std::string> check_offline(const std::string& path) {
    auto database = open_existing(path);
    return operations::audit_all(database);
}

void back_up_offline(const std::string& path, const std::string& target) {
    auto database = open_existing(path);
    sqlite::back_up(database, {target, false, core::audit_invariants});
}

std::vector<reservation::ImportResult> import_offline(const config::Config& config,
                                                      const std::vector<std::string>& texts,
                                                      reservation::ImportOptions options) {
    asio::io_context io{1};
    const auto logger = run::make_logger(config.log);
    storage::Progress progress;
    core::Core core{io, config, core::open(config, std::nullopt, *logger, progress), logger};
    std::vector<reservation::ImportResult> imported;
    std::exception_ptr failure;
    const auto work = [&]() -> task<void> {
        co_await core.load(progress);
        co_await core.catch_up();
        for (const auto& text : texts) {
            auto one = co_await core.modules().catalogue().import_text(text, options);
            if (one) {
                core.keep_database();
            }
            imported.push_back(std::move(one));
        }
        core.stop();
    };
    asio::co_spawn(io, work(), [&](std::exception_ptr error) { failure = std::move(error); });
    io.run();
    if (failure) {
        std::rethrow_exception(failure);
    }
    return imported;
}

} // namespace stagedoor::cli
