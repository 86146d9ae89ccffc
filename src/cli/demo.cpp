// SPDX-License-Identifier: MIT
#include "demo.hpp"

#include <array>
#include <iostream>
#include <string_view>

#include <fmt/format.h>

#include "catalogue_import.hpp"
#include "src/config/read_config.hpp"
#include "src/run/program.hpp"

namespace stagedoor::embedded {
extern const std::string_view winter_gala_json;
} // namespace stagedoor::embedded

namespace stagedoor::cli {

namespace {

constexpr auto users = std::to_array<std::string_view>({"alice", "bob", "carol"});
constexpr std::int64_t balance = 500'000;

constexpr auto what_to_try = R"(
A sample concert is on sale. alice, bob and carol have {balance} KRW each. In another terminal:

  BASE={base}/api/v1
  # join the line; there is room, so the answer is ADMITTED
  TOKEN=$(curl -s $BASE/concerts/winter-gala-2026/queue/tokens -H 'Content-Type: application/json' \
          -d '{{"userId":"alice"}}' | grep -o 'qt_[0-9a-f]*')
  # hold seat A-1 for five minutes, then pay for it
  curl -i $BASE/reservations -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \
       -d '{{"date":"2026-12-24","seatNumber":"A-1"}}'
  curl -i $BASE/payments -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \
       -d '{{"date":"2026-12-24","seatNumber":"A-1"}}'
  curl -s $BASE/users/alice/balance

Every endpoint: {base}/api/v1/openapi.yaml   Metrics: {base}/metrics   Stop with Ctrl-C.
)";

/// Each demo user is given money once in the life of the demo's database.
task<void> give_money(core::Core& core) {
    auto& payments = core.modules().payments();
    for (const auto user : users) {
        UserId id{std::string{user}};
        const auto page = co_await payments.entries(id, 1, std::nullopt);
        if (page.entries.empty()) {
            const payment::KeepCharge keep = [](const auto&) { return Change{}; };
            co_await payments.charge(id, balance, keep);
        }
    }
}

run::Preparation prepare(const config::Config& config) {
    auto preparation = import_at_start(parse_catalogues(
        {{"the sample catalogue", std::string{embedded::winter_gala_json}}}, config));
    preparation.write = [import = std::move(preparation.write)](core::Core& core) -> task<void> {
        co_await import(core);
        co_await give_money(core);
    };
    return preparation;
}

} // namespace

int demo(const Options& options) {
    run::end_when_stopped();
    run::ProgramOptions program_options;
    program_options.config = config::load_config(std::nullopt, options.settings);
    program_options.config.storage.path = options.database.value_or("stagedoor-demo.db");
    program_options.preparation = prepare(program_options.config);
    return run::run_server(std::move(program_options), [](const std::string& url) {
        std::cout << fmt::format(what_to_try, fmt::arg("balance", balance), fmt::arg("base", url))
                  << std::flush;
    });
}

} // namespace stagedoor::cli
