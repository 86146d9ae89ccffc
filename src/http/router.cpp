// SPDX-License-Identifier: MIT
#include "router.hpp"

#include <optional>
#include <stdexcept>

namespace stagedoor::http {

namespace {

constexpr std::array<Method, 7> all_methods{Method::get,    Method::head,  Method::post,
                                            Method::put,    Method::patch, Method::delete_,
                                            Method::options};

bool is_parameter(std::string_view segment) {
    return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

/// Cuts the first segment off `rest`, which begins with its slash; nothing once there is none left.
std::optional<std::string_view> next_segment(std::string_view& rest) {
    if (rest.empty()) {
        return std::nullopt;
    }
    const std::size_t end = rest.find('/', 1);
    const std::string_view segment = rest.substr(1, end == rest.npos ? rest.npos : end - 1);
    rest = end == rest.npos ? std::string_view{} : rest.substr(end);
    return segment;
}

void check_pattern(std::string_view pattern) {
    const auto refuse = [&](const char* why) {
        throw std::logic_error{"route pattern '" + std::string{pattern} + "' " + why};
    };
    if (pattern.empty() || pattern.front() != '/') {
        refuse("does not begin with a slash");
    }
    std::string_view rest = pattern;
    while (const auto segment = next_segment(rest)) {
        const bool has_brace = segment->find_first_of("{}") != segment->npos;
        if (has_brace && !is_parameter(*segment)) {
            refuse("has a brace that is not around a whole segment");
        }
        if (segment->empty() && pattern != "/") {
            refuse("has an empty segment");
        }
    }
}

int hex_value(char digit) {
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    const int letter = digit | 0x20;
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

std::optional<std::string> percent_decode(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            decoded.push_back(text[at]);
            continue;
        }
        if (text.size() - at < 3) {
            return std::nullopt;
        }
        const int high = hex_value(text[at + 1]);
        const int low = hex_value(text[at + 2]);
        if (high < 0 || low < 0) {
            return std::nullopt;
        }
        decoded.push_back(static_cast<char>(high * 16 + low));
        at += 2;
    }
    return decoded;
}

/// HEAD is GET without the body, so that nobody has to write it twice.
template<class Methods>
const Route* route_for(const Methods& methods, Method method) {
    const Route* route = methods[index_of(method)];
    if (route == nullptr && method == Method::head) {
        route = methods[index_of(Method::get)];
    }
    return route;
}

template<class Methods>
std::string allow_of(const Methods& methods) {
    std::string allow;
    for (const Method method : all_methods) {
        if (method == Method::options || route_for(methods, method) != nullptr) {
            allow += allow.empty() ? "" : ", ";
            allow += to_string(method);
        }
    }
    return allow;
}

template<class Methods>
void merge(Methods& into, const Methods& from) {
    for (std::size_t index = 0; index < method_count; ++index) {
        if (into[index] == nullptr) {
            into[index] = from[index];
        }
    }
}

template<class Methods>
bool leads_anywhere(const Methods& methods) {
    for (const Route* route : methods) {
        if (route != nullptr) {
            return true;
        }
    }
    return false;
}

} // namespace

Response Route::answer(const Door& door, const Request& request) const {
    Call call{request, {}, {}};
    auto refusal = door.refuse(access, request, call.caller);
    return refusal ? std::move(*refusal) : handler(call);
}

task<Response> Route::answer_later(const Door& door, const Request& request) const {
    Call call{request, {}, {}};
    auto refusal = door.refuse(access, request, call.caller);
    if (refusal) {
        co_return std::move(*refusal);
    }
    door.keep(call.caller);
    task<Response> answering = task_handler(call);
    co_return co_await std::move(answering);
}

void Router::add(Method method, std::string_view pattern, Access access, Handler handler) {
    add_route({method, std::string{pattern}, access, std::move(handler), {}});
}

void Router::add_task(Method method, std::string_view pattern, Access access, TaskHandler handler) {
    add_route({method, std::string{pattern}, access, {}, std::move(handler)});
}

void Router::add_both(Method method, std::string_view pattern, Access access, Handler handler,
                      TaskHandler task_handler) {
    add_route({method, std::string{pattern}, access, std::move(handler), std::move(task_handler)});
}

void Router::add_route(Route route) {
    check_pattern(route.pattern);
    const Route*& slot = methods_of(route.pattern)[index_of(route.method)];
    if (slot != nullptr) {
        throw std::logic_error{"route added twice: " + std::string{to_string(route.method)} + " " +
                               route.pattern};
    }
    routes_.push_back(std::move(route));
    slot = &routes_.back();
}

Router::Methods& Router::methods_of(std::string_view pattern) {
    if (pattern.find('{') == pattern.npos) {
        return exact_[std::string{pattern}];
    }
    Node* node = &patterns_;
    std::string_view rest = pattern;
    while (const auto segment = next_segment(rest)) {
        auto& child =
            is_parameter(*segment) ? node->parameter : node->literals[std::string{*segment}];
        if (!child) {
            child = std::make_unique<Node>();
        }
        node = child.get();
    }
    return node->methods;
}

Match Router::match(Method method, std::string_view path) const {
    const auto exact = exact_.find(path);
    const Methods* const methods = exact == exact_.end() ? nullptr : &exact->second;
    if (methods != nullptr) {
        if (const Route* route = route_for(*methods, method)) {
            return {Match::Kind::route, route, {}, {}};
        }
    }
    Match match = match_patterns(method, path, methods);
    if (others_.handler && match.kind != Match::Kind::route) {
        return {Match::Kind::others, &others_, {}, {}};
    }
    return match;
}

Match Router::match_patterns(Method method, std::string_view path, const Methods* exact) const {
    Search found;
    found.method = method;
    if (exact != nullptr) {
        found.seen = *exact;
    }
    if (!path.empty() && path.front() == '/') {
        search(patterns_, path, found);
    } else if (path == "*" && method == Method::options) {
        for (const Route& route : routes_) {
            found.seen[index_of(route.method)] = &route;
        }
    }
    if (found.route == nullptr) {
        if (!leads_anywhere(found.seen)) {
            return {Match::Kind::not_found, nullptr, {}, {}};
        }
        const auto kind =
            method == Method::options ? Match::Kind::options : Match::Kind::method_not_allowed;
        return {kind, nullptr, {}, allow_of(found.seen)};
    }
    Match match{Match::Kind::route, found.route, {}, {}};
    match.parameters.reserve(found.route_values.size());
    for (const std::string_view value : found.route_values) {
        auto decoded = percent_decode(value);
        if (!decoded) {
            return {Match::Kind::bad_path, nullptr, {}, {}};
        }
        match.parameters.push_back(std::move(*decoded));
    }
    return match;
}

// Goes down every branch that fits, literals first: the first route for the method wins, and what
// the others allow is still wanted for a 405. The depth is bounded by the longest pattern, not by
// the path.
void Router::search(const Node& node, std::string_view rest, Search& found) {
    const auto segment = next_segment(rest);
    if (!segment) {
        merge(found.seen, node.methods);
        if (found.route == nullptr) {
            found.route = route_for(node.methods, found.method);
            if (found.route != nullptr) {
                found.route_values = found.values;
            }
        }
        return;
    }
    if (const auto literal = node.literals.find(*segment); literal != node.literals.end()) {
        search(*literal->second, rest, found);
    }
    if (node.parameter && !segment->empty()) {
        found.values.push_back(*segment);
        search(*node.parameter, rest, found);
        found.values.pop_back();
    }
}

} // namespace stagedoor::http
