// SPDX-License-Identifier: MIT
#include "demo.hpp"

#include <array>
#include <iostream>

#include <fmt/format.h>

#include "embedded.hpp"
#include "program.hpp"

namespace stagedoor::app {

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
task<void> give_money(Engine& engine) {
    auto& payments = engine.modules().payments();
    for (const auto user : users) {
        UserId id{std::string{user}};
        const auto page = co_await payments.entries(id, 1, std::nullopt);
        if (page.entries.empty()) {
            const payment::KeepCharge keep = [](const auto&) { return Change{}; };
            co_await payments.charge(id, balance, keep);
        }
    }
}

} // namespace

int demo(const Options& options) {
    ProgramOptions program_options;
    program_options.config = load_config(std::nullopt, options.settings);
    program_options.config.storage.path = options.database.value_or("stagedoor-demo.db");
    program_options.catalogues.push_back(
        {"the sample catalogue", std::string{embedded::winter_gala_json}});
    program_options.prepare = give_money;
    return run_server(std::move(program_options), [](const std::string& url) {
        std::cout << fmt::format(what_to_try, fmt::arg("balance", balance), fmt::arg("base", url))
                  << std::flush;
    });
}

} // namespace stagedoor::app
