// SPDX-License-Identifier: MIT
#include "backup.hpp"

#include <filesystem>

#include <boost/asio/use_awaitable.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "base/problem.hpp"
#include "src/core/tables.hpp"
#include "src/storage/sqlite/backup.hpp"
#include "stagedoor/body.hpp"

namespace stagedoor::operations {

namespace {

namespace json = boost::json;

task<std::string> back_up_to(storage::sqlite::SqliteJournal& journal, std::string path) {
    auto start = [&journal, path](auto handler) {
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        storage::sqlite::back_up(journal, {path, false, core::audit_invariants},
                                 [shared](std::string error) { (*shared)(std::move(error)); });
    };
    auto error =
        co_await asio::async_initiate<const use_task_t, void(std::string)>(start, use_task);
    co_return error;
}

std::string read_target(FieldReader& fields) {
    auto path = fields.text("to");
    if (!std::filesystem::path{path}.is_absolute()) {
        fields.fail("to", "must be an absolute path on the server's machine");
    }
    return path;
}

task<Response> backup(storage::sqlite::SqliteJournal& journal, Call& call) {
    const auto path = read_body(call, read_target);
    if (!path) {
        co_return path.error();
    }
    const auto error = co_await back_up_to(journal, *path);
    if (!error.empty()) {
        co_return problem("backup-refused", error);
    }
    const auto bytes = std::filesystem::file_size(*path);
    co_return json_response(201, json::serialize(json::object{{"path", *path}, {"bytes", bytes}}));
}

} // namespace

void add_backup_route(Routes& routes, storage::sqlite::SqliteJournal& journal) {
    routes.add_task(Method::post, "/api/v1/admin/backup", Access::operator_key,
                    [&journal](Call& call) { return backup(journal, call); });
}

} // namespace stagedoor::operations
