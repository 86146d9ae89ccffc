// SPDX-License-Identifier: MIT
#include "commands.hpp"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <iterator>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "catalogue_import.hpp"
#include "demo.hpp"
#include "offline.hpp"
#include "refusal.hpp"
#include "socket_client.hpp"
#include "src/config/read_config.hpp"
#include "src/run/program.hpp"
#include "src/storage/sqlite/backup.hpp"
#include "src/storage/sqlite/database_file.hpp"

namespace stagedoor::cli {

namespace {

namespace json = boost::json;

constexpr int exit_done = 0;
constexpr int exit_refused = 1;

config::Config config_of(const Options& options) {
    std::optional<std::filesystem::path> file;
    if (options.config_file) {
        file = *options.config_file;
    }
    auto config = config::load_config(file, options.settings);
    if (options.database) {
        config.storage.path = *options.database;
    }
    return config;
}

int serve(const Options& options) {
    run::ProgramOptions program_options;
    program_options.config = config_of(options);
    program_options.test_clock = options.test_clock;
    std::vector<CatalogueText> catalogues;
    std::ranges::transform(options.catalogues, std::back_inserter(catalogues), read_catalogue_file);
    program_options.prepare = [catalogues = std::move(catalogues)](core::Core& core) {
        return import_at_start(core, catalogues);
    };
    return run::run_server(std::move(program_options), [](const std::string&) {});
}

/// What the server that runs on `database` answers to `body`; nothing where none can be reached.
std::optional<Response> ask_server(const std::string& database, std::string_view target,
                                   std::string_view body) {
    const auto socket = core::beside_database(database, ".sock");
    return socket.empty() ? std::nullopt : post_through_socket(socket, target, body);
}

/// Does `work` on the file itself. Where a server has it after all, its socket cannot be reached:
/// says so.
template<class Work>
auto without_server(const std::string& database, const Work& work) {
    try {
        return work();
    } catch (const storage::sqlite::OpenError& error) {
        if (error.code() != storage::sqlite::OpenErrc::in_use) {
            throw;
        }
        throw core::StartError{fmt::format(
            "a server runs on {0}, but its socket {0}.sock cannot be reached; nothing was done. "
            "Run this as the server's user, or stop the server",
            database)};
    }
}

int report_check(const std::vector<std::string>& faults, const std::string& database) {
    for (const auto& fault : faults) {
        std::cout << fault << '\n';
    }
    if (faults.empty()) {
        std::cout << database << " is sound\n";
        return exit_done;
    }
    std::cout << fmt::format("{} is not sound: {} faults\n", database, faults.size());
    return exit_refused;
}

/// An answer that is not a success: its detail on stderr.
int report_refusal(const Response& answer) {
    std::cerr << "stagedoor: " << detail_of(answer) << '\n';
    return exit_refused;
}

int check(const Options& options) {
    const auto config = config_of(options);
    const auto& path = config.storage.path;
    if (const auto answer = ask_server(path, "/api/v1/admin/check", "")) {
        if (answer->status != 200) {
            return report_refusal(*answer);
        }
        std::vector<std::string> faults;
        for (const auto& fault : json::parse(answer->body).at("faults").as_array()) {
            faults.emplace_back(fault.as_string());
        }
        return report_check(faults, path);
    }
    return report_check(without_server(path, [&] { return check_offline(path); }), path);
}

int backup(const Options& options) {
    const auto config = config_of(options);
    const auto target = std::filesystem::absolute(options.backup_to).string();
    const auto body = json::serialize(json::object{{"to", target}});
    if (const auto answer = ask_server(config.storage.path, "/api/v1/admin/backup", body)) {
        if (answer->status != 201) {
            return report_refusal(*answer);
        }
    } else {
        without_server(config.storage.path, [&] { back_up_offline(config.storage.path, target); });
    }
    std::cout << fmt::format("{} is a copy of {} ({} bytes)\n", target, config.storage.path,
                             std::filesystem::file_size(target));
    return exit_done;
}

int report_import(std::string_view concert, std::int64_t dates_added, std::int64_t seats_added,
                  std::int64_t seats_updated) {
    std::cout << fmt::format("imported {}: {} dates and {} seats added, {} seats updated\n",
                             concert, dates_added, seats_added, seats_updated);
    return exit_done;
}

int report_refused_import(const std::string& file, const std::string& why) {
    std::cerr << file << ": " << why << '\n';
    return exit_refused;
}

int import(const Options& options) {
    const auto config = config_of(options);
    const auto& file = options.catalogues.front();
    const auto text = read_catalogue_file(file).text;
    if (const auto answer = ask_server(config.storage.path, "/api/v1/admin/catalogue", text)) {
        if (answer->status != 200) {
            return report_refused_import(file, detail_of(*answer));
        }
        const auto done = json::parse(answer->body);
        return report_import(done.at("concertId").as_string(), done.at("datesAdded").as_int64(),
                             done.at("seatsAdded").as_int64(), done.at("seatsUpdated").as_int64());
    }
    const auto imported =
        without_server(config.storage.path, [&] { return import_offline(config, text); });
    if (!imported) {
        return report_refused_import(file, imported.error().sentence());
    }
    const auto& plan = imported->plan;
    return report_import(imported->concert.value,
                         static_cast<std::int64_t>(plan.dates_added.size()), plan.seats_added,
                         plan.seats_updated);
}

int dispatch(const Options& options) {
    switch (options.command) {
    case Command::serve:
        return serve(options);
    case Command::demo:
        return demo(options);
    case Command::import:
        return import(options);
    case Command::check:
        return check(options);
    case Command::backup:
        return backup(options);
    }
    return exit_refused;
}

} // namespace

int run_command(const Options& options) {
    constexpr int exit_could_not_start = 2;
    try {
        return dispatch(options);
    } catch (const storage::sqlite::BackupError& error) {
        std::cerr << "stagedoor: " << error.what() << '\n';
        return exit_refused;
    } catch (const std::exception& error) {
        std::cerr << "stagedoor: " << error.what() << '\n';
        return exit_could_not_start;
    }
}

} // namespace stagedoor::cli
