// SPDX-License-Identifier: MIT
#include "system_api.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include "base/json.hpp"
#include "base/problem.hpp"
#include "embedded.hpp"

namespace stagedoor::app {

namespace {

/// A test may move time by up to a hundred days at once.
constexpr std::int64_t advance_seconds_max = 100LL * 24 * 3600;

std::string escape_html(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '&':
            out += "&amp;";
            break;
        default:
            out += c;
        }
    }
    return out;
}

Response page(const std::string& title, const std::string& content) {
    Response response;
    response.content_type = "text/html; charset=utf-8";
    response.body = fmt::format(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width\">\n<title>{}</title>\n"
        "<body style=\"font:16px/1.5 system-ui,sans-serif;max-width:40em;margin:3em auto;"
        "padding:0 1em\">\n<h1>{}</h1>\n{}\n</body>\n</html>\n",
        title, title, content);
    return response;
}

Response show_problem(const Request& request) {
    const auto* const type = find_problem_type(request.parameters.at(0));
    if (type == nullptr) {
        return problem("not-found", "There is no problem of this name.");
    }
    return page(escape_html(type->title),
                fmt::format("<p><code>{}</code>, HTTP status {}</p>\n<p>{}</p>", type->code,
                            type->status, escape_html(type->explanation)));
}

Response list_problems(const Request&) {
    std::string list = "<ul>\n";
    for (const auto& type : problem_types()) {
        list += fmt::format("<li><a href=\"/problems/{}\"><code>{}</code></a> ({}): {}</li>\n",
                            type.code, type.code, type.status, escape_html(type.title));
    }
    return page("Problems", list + "</ul>");
}

Response text(std::string content) {
    Response response;
    response.content_type = "text/plain; charset=utf-8";
    response.body = std::move(content);
    response.headers.emplace_back("Cache-Control", "no-store");
    return response;
}

task<Response> advance(Scheduler& scheduler, const FrozenClock& clock, const Request& request) {
    auto body = parse_json(request.body);
    if (!body) {
        co_return invalid_request(body.error().field, body.error().detail);
    }
    FieldReader fields{*body, ""};
    const auto seconds = fields.integer("advanceSeconds", 0, advance_seconds_max);
    if (const auto fault = fields.finish()) {
        co_return invalid_request(fault->field, fault->detail);
    }
    const bool done = co_await scheduler.advance(Seconds{seconds});
    if (!done) {
        co_return storage_unavailable();
    }
    co_return json_response(200, fmt::format(R"({{"now":"{}"}})", format_instant(clock.now())));
}

} // namespace

void add_system_routes(Routes& routes, std::function<std::optional<Response>()> unready) {
    routes.add(Method::get, "/healthz", [](const Request&) { return text("alive\n"); });
    routes.add(Method::get, "/readyz", [unready = std::move(unready)](const Request&) {
        return unready().value_or(text("ready\n"));
    });
    routes.add(Method::get, "/api/v1/openapi.yaml", [](const Request&) {
        Response response;
        response.content_type = "application/yaml";
        response.body = embedded::openapi_yaml;
        return response;
    });
    routes.add(Method::get, "/problems", list_problems);
    routes.add(Method::get, "/problems/{code}", show_problem);
}

void add_test_clock_route(Routes& routes, Scheduler& scheduler, const FrozenClock& clock) {
    routes.add_task(Method::post, "/api/v1/test/clock",
                    [&scheduler, &clock](const Request& request) {
                        return advance(scheduler, clock, request);
                    });
}

std::string detail_of(const Response& response) {
    boost::system::error_code error;
    const auto body = boost::json::parse(response.body, error);
    if (error || !body.is_object() || !body.as_object().contains("detail")) {
        return fmt::format("HTTP status {}", response.status);
    }
    return std::string{body.at("detail").as_string()};
}

} // namespace stagedoor::app
