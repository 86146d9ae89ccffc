// SPDX-License-Identifier: MIT
#include "check.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "src/core/tables.hpp"

namespace stagedoor::operations {

namespace {

namespace json = boost::json;

task<Response> check(storage::sqlite::SqliteJournal& journal) {
    std::vector<std::string> faults;
    const std::function<void(Database&)> query = [&](Database& database) {
        faults = audit_all(database);
    };
    co_await read(journal, query);
    json::array list;
    for (const auto& fault : faults) {
        list.emplace_back(fault);
    }
    co_return json_response(
        200, json::serialize(json::object{{"sound", faults.empty()}, {"faults", list}}));
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
