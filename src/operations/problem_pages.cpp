// SPDX-License-Identifier: MIT
#include "problem_pages.hpp"

#include <fmt/format.h>

#include "base/problem.hpp"

namespace stagedoor::operations {

namespace {

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
    response.cache_control = public_for_minutes;
    response.body = fmt::format(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width\">\n<title>{}</title>\n"
        "<body style=\"font:16px/1.5 system-ui,sans-serif;max-width:40em;margin:3em auto;"
        "padding:0 1em\">\n<h1>{}</h1>\n{}\n</body>\n</html>\n",
        title, title, content);
    return response;
}

Response show_problem(const Call& call) {
    const auto* const type = find_problem_type(call.request.parameters.at(0));
    if (type == nullptr) {
        return problem("not-found", "There is no problem of this name.");
    }
    return page(escape_html(type->title),
                fmt::format("<p><code>{}</code>, HTTP status {}</p>\n<p>{}</p>", type->code,
                            type->status, escape_html(type->explanation)));
}

Response list_problems(const Call&) {
    std::string list = "<ul>\n";
    for (const auto& type : problem_types()) {
        list += fmt::format("<li><a href=\"/problems/{}\"><code>{}</code></a> ({}): {}</li>\n",
                            type.code, type.code, type.status, escape_html(type.title));
    }
    return page("Problems", list + "</ul>");
}

} // namespace

void add_problem_pages(Routes& routes) {
    routes.add(Method::get, "/problems", Access::anyone, list_problems);
    routes.add(Method::get, "/problems/{code}", Access::anyone, show_problem);
}

} // namespace stagedoor::operations
