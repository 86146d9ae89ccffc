// SPDX-License-Identifier: MIT
#include "commands.hpp"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <iostream>
#include <iterator>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "catalogue_import.hpp"
#include "demo.hpp"
#include "modules/reservation/catalogue_api.hpp"
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
    run::end_when_stopped();
    run::ProgramOptions program_options;
    program_options.config = config_of(options);
    program_options.test_clock = options.test_clock;
    std::vector<CatalogueText> catalogues;
    std::ranges::transform(options.catalogues, std::back_inserter(catalogues), read_catalogue_file);
    program_options.preparation =
        import_at_start(parse_catalogues(catalogues, program_options.config));
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
        const auto said = json::parse(answer->body); // named: the loop would not keep it alive
        for (const auto& fault : said.at("faults").as_array()) {
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

/// Up to 20 names of one kind of change, on a line of their own.
void print_names(std::string_view what, const json::value& names, std::int64_t count) {
    if (count == 0) {
        return;
    }
    std::string line;
    for (const auto& name : names.as_array()) {
        line += line.empty() ? "" : ", ";
        if (const auto* const date = name.if_string()) {
            line += std::string_view{*date};
        } else {
            line += fmt::format("{} on {}", std::string_view{name.at("seatNumber").as_string()},
                                std::string_view{name.at("date").as_string()});
        }
    }
    const auto more = count - std::ssize(names.as_array());
    std::cout << fmt::format("  {}: {}{}\n", what, line,
                             more > 0 ? fmt::format(" and {} more", more) : "");
}

/// `done` is the answer to the import: everything by name where it is only a preview, what is gone
/// otherwise.
void report_import(const json::value& done) {
    const auto count = [&](std::string_view name) { return done.at(name).as_int64(); };
    const bool preview = done.at("preview").as_bool();
    std::cout << fmt::format(
        "{} {}: {} dates and {} seats added, {} seats updated, {} dates and {} "
        "seats removed\n",
        preview ? "would import" : "imported", std::string_view{done.at("concertId").as_string()},
        count("datesAdded"), count("seatsAdded"), count("seatsUpdated"), count("datesRemoved"),
        count("seatsRemoved"));
    const auto& first = done.at("first");
    if (preview) {
        print_names("dates added", first.at("datesAdded"), count("datesAdded"));
        print_names("seats added", first.at("seatsAdded"), count("seatsAdded"));
        print_names("seats updated", first.at("seatsUpdated"), count("seatsUpdated"));
    }
    print_names("dates removed", first.at("datesRemoved"), count("datesRemoved"));
    print_names("seats removed", first.at("seatsRemoved"), count("seatsRemoved"));
}

/// What became of one file: the answer that an import got, or why it was refused.
struct FileImport {
    std::optional<json::value> done;
    std::string refusal;
};

FileImport of_answer(const Response& answer) {
    return answer.status == 200 ? FileImport{json::parse(answer.body), ""}
                                : FileImport{std::nullopt, detail_of(answer)};
}

/// Through the server that runs on the database, or on the file itself; `report` hears of each file
/// as soon as it is known what became of it.
void import_all(const config::Config& config, const std::vector<CatalogueText>& catalogues,
                reservation::ImportOptions options,
                const std::function<void(const CatalogueText&, const FileImport&)>& report) {
    const auto target = fmt::format("/api/v1/admin/catalogue?preview={}&allowRemoval={}",
                                    options.preview, options.allow_removal);
    bool served = false;
    for (const auto& catalogue : catalogues) {
        const auto answer = ask_server(config.storage.path, target, catalogue.text);
        if (!answer && !served) {
            break; // nobody runs on it
        }
        if (!answer) {
            throw core::StartError{
                fmt::format("{}: the server has stopped; it and what follows it were not imported",
                            catalogue.name)};
        }
        served = true;
        report(catalogue, of_answer(*answer));
    }
    if (served) {
        return;
    }
    std::vector<std::string> texts;
    std::ranges::transform(catalogues, std::back_inserter(texts), &CatalogueText::text);
    const auto results =
        without_server(config.storage.path, [&] { return import_offline(config, texts, options); });
    for (std::size_t i = 0; i < results.size(); ++i) {
        report(catalogues[i], results[i]
                                  ? FileImport{json::parse(reservation::to_json(*results[i])), ""}
                                  : FileImport{std::nullopt, results[i].error().sentence()});
    }
}

int import(const Options& options) {
    const auto config = config_of(options);
    std::vector<CatalogueText> catalogues;
    for (const auto& path : options.catalogues) {
        std::ranges::move(read_catalogues(path), std::back_inserter(catalogues));
    }
    int exit_code = exit_done;
    const auto report = [&](const CatalogueText& catalogue, const FileImport& import) {
        if (import.done) {
            report_import(*import.done);
        } else {
            std::cerr << catalogue.name << ": " << import.refusal << '\n';
            exit_code = exit_refused;
        }
    };
    import_all(config, catalogues, {options.dry_run, options.allow_removal}, report);
    return exit_code;
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
