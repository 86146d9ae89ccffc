// SPDX-License-Identifier: MIT
#include "check.hpp"

#include <memory>
#include <utility>

#include <boost/asio/use_awaitable.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/problem.hpp"
#include "src/core/tables.hpp"
#include "src/storage/sqlite/check.hpp"

namespace stagedoor::operations {

namespace {

namespace json = boost::json;

using storage::sqlite::CheckResult;

task<CheckResult> audit_copy(storage::sqlite::SqliteJournal& journal) {
    auto start = [&journal](auto handler) {
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        storage::sqlite::check(journal, audit_all,
                               [shared](CheckResult result) { (*shared)(std::move(result)); });
    };
    auto result =
        co_await asio::async_initiate<const use_task_t, void(CheckResult)>(start, use_task);
    co_return result;
}

task<Response> check(storage::sqlite::SqliteJournal& journal) {
    const auto result = co_await audit_copy(journal);
    if (!result.error.empty()) {
        co_return problem("storage-unavailable", result.error);
    }
    json::array list;
    for (const auto& fault : result.faults) {
        list.emplace_back(fault);
    }
    co_return json_response(
        200, json::serialize(json::object{{"sound", list.empty()}, {"faults", list}}));
}

} // namespace

std::vector<std::string> audit_all(Database& database) {
    auto faults = database.audit();
    auto broken = core::audit_invariants(database);
    faults.insert(faults.end(), broken.begin(), broken.end());
    return faults;
}

void add_check_route(Routes& routes, storage::sqlite::SqliteJournal& journal) {
    routes.add_task(Method::post, "/api/v1/admin/check", Access::operator_key,
                    [&journal](Call&) { return check(journal); });
}

} // namespace stagedoor::operations
