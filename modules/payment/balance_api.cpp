// SPDX-License-Identifier: MIT
#include "balance_api.hpp"

#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/problem.hpp"
#include "stagedoor/body.hpp"

namespace stagedoor::payment {

namespace {

constexpr std::int64_t page_default = 20;
constexpr std::int64_t page_max = 100;

std::optional<Response> refuse_user(const UserId& user) {
    if (is_user_id(user.value)) {
        return std::nullopt;
    }
    return invalid_request("userId", "must be 1 to 64 characters of A-Z a-z 0-9 . _ @ - + | : =");
}

std::string to_json(const Charge& charge, const std::string& currency) {
    return fmt::format(
        R"({{"chargeId":"{}","userId":"{}","amount":{},"balance":{},"currency":"{}","chargedAt":"{}"}})",
        charge.id, charge.user.value, charge.amount, charge.balance_after, currency,
        format_time(charge.charged_at));
}

task<Response> show_balance(PaymentService& service, const Call& call, std::string currency) {
    const UserId user{call.request.parameters.at(0)};
    if (auto refusal = refuse_user(user)) {
        co_return *refusal;
    }
    const auto balance = co_await service.balance(user);
    co_return json_response(200, fmt::format(R"({{"userId":"{}","balance":{},"currency":"{}"}})",
                                             user.value, balance, currency));
}

task<Response> charge_once(PaymentService& service, UserId user, std::int64_t amount,
                           std::string currency, KeepAnswer keep) {
    const KeepCharge keep_charge = [keep, currency](std::shared_ptr<const Charge> charge) {
        return keep([charge, currency] { return json_response(201, to_json(*charge, currency)); });
    };
    const auto charged = co_await service.charge(std::move(user), amount, keep_charge);
    if (charged) {
        co_return json_response(201, to_json(**charged, currency));
    }
    co_return charged.error() == ChargeRefusal::balance_limit
        ? problem("balance-limit", fmt::format("A balance may not exceed {}.", balance_max))
        : storage_unavailable();
}

std::int64_t read_amount(FieldReader& fields) {
    return fields.integer("amount", 1, charge_max);
}

task<Response> charge(PaymentService& service, Idempotency& idempotency, Call& call,
                      std::string currency) {
    const UserId user{call.request.parameters.at(0)};
    if (auto refusal = refuse_user(user)) {
        co_return *refusal;
    }
    const auto amount = read_body(call, read_amount);
    if (!amount) {
        co_return amount.error();
    }
    const KeyedHandler handler = [&service, user, sum = *amount, currency](const Request&,
                                                                           KeepAnswer keep) {
        return charge_once(service, user, sum, currency, std::move(keep));
    };
    auto caller = "user/" + user.value;
    auto fingerprint = canonical_json(*call.body);
    co_return co_await idempotency.once(call.request, std::move(caller), std::move(fingerprint),
                                        handler);
}

/// The query's `name` as a positive number; records a refusal where it is anything else.
std::optional<std::int64_t> read_number(const Request& request, std::string_view name,
                                        std::int64_t most, std::optional<Response>& refusal) {
    const auto text = request.query_value(name);
    if (!text) {
        return std::nullopt;
    }
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error != std::errc{} || end != text->data() + text->size() || number < 1 || number > most) {
        refusal = invalid_request(name, fmt::format("must be a whole number from 1 to {}", most));
    }
    return number;
}

task<Response> show_entries(PaymentService& service, const Call& call) {
    const auto& request = call.request;
    const UserId user{request.parameters.at(0)};
    auto refusal = refuse_user(user);
    const auto limit = read_number(request, "limit", page_max, refusal);
    const auto before =
        read_number(request, "after", std::numeric_limits<std::int64_t>::max(), refusal);
    if (refusal) {
        co_return *refusal;
    }
    const auto page = co_await service.entries(user, limit.value_or(page_default), before);
    std::string body = R"({"entries":[)";
    const char* between = "";
    for (const auto& entry : page.entries) {
        fmt::format_to(
            std::back_inserter(body),
            R"({}{{"entryId":"{}","kind":"{}","amount":{},"balanceAfter":{},"at":"{}","reference":"{}"}})",
            std::exchange(between, ","), entry.id, entry.kind, entry.amount, entry.balance_after,
            format_time(entry.at), entry.reference);
    }
    body += page.next ? fmt::format(R"(],"next":"{}"}})", *page.next) : R"(],"next":null})";
    co_return json_response(200, std::move(body));
}

} // namespace

void add_balance_routes(Routes& routes, PaymentService& service, Idempotency& idempotency,
                        std::string currency) {
    routes.add_task(
        Method::get, "/api/v1/users/{userId}/balance", Access::anyone,
        [&service, currency](Call& call) { return show_balance(service, call, currency); });
    routes.add_task(Method::post, "/api/v1/users/{userId}/balance/charges", Access::anyone,
                    [&service, &idempotency, currency](Call& call) {
                        return charge(service, idempotency, call, currency);
                    });
    routes.add_task(Method::get, "/api/v1/users/{userId}/balance/entries", Access::anyone,
                    [&service](Call& call) { return show_entries(service, call); });
}

} // namespace stagedoor::payment
