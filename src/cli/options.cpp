// SPDX-License-Identifier: MIT
#include "options.hpp"

#include <iostream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace stagedoor::cli {

namespace {

constexpr int exit_usage = 2;

void add_config(CLI::App& command, Options& options) {
    command
        .add_option("--config", options.config_file,
                    "The configuration, a TOML file (see config/stagedoor.toml)")
        ->type_name("FILE");
    command.add_option("--set", options.settings, "Sets one key, over the file; repeatable")
        ->type_name("key=value")
        ->expected(1)
        ->take_all();
}

void add_database(CLI::App& command, Options& options) {
    command
        .add_option("--database", options.database,
                    "The database file; storage.path of the configuration otherwise")
        ->type_name("PATH");
    add_config(command, options);
}

core::TestClock read_test_clock(const std::string& text) {
    if (text.empty()) {
        return {};
    }
    const auto begin = parse_time(text);
    if (!begin || *begin < ShownTime{}) {
        throw CLI::ValidationError{
            "--test-clock", fmt::format("`{}` is not an instant such as 2026-12-01T00:00:00.000Z, "
                                        "from 1970 on, in UTC",
                                        text)};
    }
    return {begin};
}

CLI::App* add_serve(CLI::App& app, Options& options, std::optional<std::string>& test_clock) {
    auto* const serve = app.add_subcommand("serve", "Serve until SIGTERM or SIGINT");
    add_config(*serve, options);
    serve
        ->add_option("--catalogue", options.catalogues,
                     "Imports a catalogue file at the start; repeatable")
        ->type_name("FILE")
        ->expected(1)
        ->take_all();
    serve
        ->add_option("--test-clock", test_clock,
                     "Freezes time, at the present or at an instant such as "
                     "2026-12-01T00:00:00.000Z; POST /api/v1/test/clock moves it. Only on "
                     "a loopback address")
        ->type_name("[INSTANT]")
        ->expected(0, 1);
    serve->footer(
        "The first line on stdout, once ready, is `stagedoor listening on http://ADDRESS:PORT`.\n"
        "Logs go to stderr. `--set server.port=0` takes a free port, `--set storage.path=:memory:` "
        "keeps\n"
        "nothing.");
    return serve;
}

CLI::App* add_import(CLI::App& app, Options& options) {
    auto* const import =
        app.add_subcommand("import", "Load catalogue files, also while a server runs");
    import
        ->add_option("FILE", options.catalogues,
                     "Catalogues: JSON files (see config/winter-gala.json), folders of *.json, or "
                     "- for stdin")
        ->required();
    import->add_flag("--dry-run", options.dry_run, "Says what would change, and changes nothing");
    import->add_flag("--allow-removal", options.allow_removal,
                     "Removes the dates and seats that a file does not have, if nobody holds or "
                     "owns them");
    add_database(*import, options);
    import->footer("A concert becomes what its file says, whole or not at all; where one file is "
                   "refused, the\n"
                   "others are imported all the same, and the exit code is 1.");
    return import;
}

} // namespace

Parsed parse_options(int argc, const char* const* argv) {
    CLI::App app{"Stagedoor runs a venue's on-sale: the waiting line, the seat map and the till.",
                 "stagedoor"};
    app.set_version_flag("--version", STAGEDOOR_VERSION);
    app.require_subcommand(1);
    app.footer("`stagedoor COMMAND --help` tells more. Exit codes: 0 done, 1 not sound or refused, "
               "2 could not start.");

    Options options;
    std::optional<std::string> test_clock;
    auto* const serve = add_serve(app, options, test_clock);
    auto* const demo =
        app.add_subcommand("demo", "Serve a sample concert, with users who have money");
    demo->add_option("--database", options.database,
                     "Where the demo keeps its data (stagedoor-demo.db)")
        ->type_name("PATH");
    demo->add_option("--set", options.settings,
                     "Sets one key, such as server.port=8081; repeatable")
        ->type_name("key=value")
        ->expected(1)
        ->take_all();

    auto* const import = add_import(app, options);
    auto* const check = app.add_subcommand(
        "check", "Audit a database, also while a server runs: exit 0 sound, 1 not");
    add_database(*check, options);

    auto* const backup =
        app.add_subcommand("backup", "Make a consistent copy, also while a server runs");
    backup->add_option("--to", options.backup_to, "The copy; must not exist yet")
        ->type_name("FILE")
        ->required();
    add_database(*backup, options);

    try {
        app.parse(argc, argv);
        if (test_clock) {
            options.test_clock = read_test_clock(*test_clock);
        }
    } catch (const CLI::ParseError& error) {
        const int code = app.exit(error);
        return {std::nullopt, code == 0 ? 0 : exit_usage};
    }
    const std::pair<CLI::App*, Command> commands[] = {{serve, Command::serve},
                                                      {demo, Command::demo},
                                                      {import, Command::import},
                                                      {check, Command::check},
                                                      {backup, Command::backup}};
    for (const auto& [subcommand, command] : commands) {
        if (subcommand->parsed()) {
            options.command = command;
        }
    }
    return {options, 0};
}

} // namespace stagedoor::cli
