// SPDX-License-Identifier: MIT
#include "backup.hpp"

#include <filesystem>

#include <boost/asio/use_awaitable.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "base/json.hpp"
#include "base/problem.hpp"
#include "src/core/schema.hpp"
#include "src/storage/backup.hpp"

namespace stagedoor::operations {

namespace {

namespace json = boost::json;

task<std::string> back_up_to(storage::SqliteJournal& journal, std::string path) {
    auto start = [&journal, path](auto handler) {
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        storage::back_up(journal, {path, false, core::audit_invariants},
                         [shared](std::string error) { (*shared)(std::move(error)); });
    };
    auto error =
        co_await asio::async_initiate<const use_task_t, void(std::string)>(start, use_task);
    co_return error;
}

task<Response> backup(storage::SqliteJournal& journal, const OperatorGate& gate,
                      const Request& request) {
    if (auto refusal = gate.refuse(request)) {
        co_return *refusal;
    }
    auto body = parse_json(request.body);
    if (!body) {
        co_return invalid_request(body.error().field, body.error().detail);
    }
    FieldReader fields{*body, ""};
    const auto path = fields.text("to");
    if (!std::filesystem::path{path}.is_absolute()) {
        fields.fail("to", "must be an absolute path on the server's machine");
    }
    if (const auto fault = fields.finish()) {
        co_return invalid_request(fault->field, fault->detail);
    }
    const auto error = co_await back_up_to(journal, path);
    if (!error.empty()) {
        co_return problem("backup-refused", error);
    }
    co_return json_response(201, json::serialize(json::object{
                                     {"path", path}, {"bytes", std::filesystem::file_size(path)}}));
}

} // namespace

void add_backup_route(Routes& routes, storage::SqliteJournal& journal, const OperatorGate& gate) {
    routes.add_task(Method::post, "/api/v1/admin/backup",
                    [&](const Request& request) { return backup(journal, gate, request); });
}

} // namespace stagedoor::operations
