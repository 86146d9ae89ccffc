// SPDX-License-Identifier: MIT
// Which handler a method and a path lead to. Filled at the start by the modules, then only
// read; owned by src/run, which must keep it alive for as long as the Server. Loop thread only.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "stagedoor/routes.hpp"

namespace stagedoor::http {

inline constexpr std::size_t method_count = 8; ///< one more than the last Method, which starts at 1

[[nodiscard]] constexpr std::size_t index_of(Method method) {
    return static_cast<std::size_t>(method);
}

/// One endpoint. One of the two handlers is set, or both: see Routes::add_both.
struct Route {
    Method method;
    std::string pattern; ///< as added; fit for logs, unlike the path
    Access access;
    Handler handler;
    TaskHandler task_handler;

    /// The door first, then the handler.
    [[nodiscard]] Response answer(const Door& door, const Request& request) const;
    /// The same for the task handler. All must outlive it.
    [[nodiscard]] task<Response> answer_later(const Door& door, const Request& request) const;
};

/// What a method and a path lead to.
struct Match {
    enum class Kind {
        route = 1,          ///< `route` is set, `parameters` too
        options,            ///< answered by the server itself: 204 with `allow`
        not_found,          ///< no method leads anywhere from this path
        method_not_allowed, ///< other methods would; they are in `allow`
        bad_path,           ///< a parameter's percent-encoding is broken
        others,             ///< `route` is set, and answers whatever the request brings
    };

    Kind kind = Kind::not_found;
    const Route* route = nullptr;
    std::vector<std::string> parameters; ///< decoded, in the order of the pattern
    std::string allow;                   ///< the value of `Allow`
};

class Router final : public Routes {
public:
    /// All throw std::logic_error for a malformed pattern, and for a method and pattern added
    /// twice.
    void add(Method method, std::string_view pattern, Access access, Handler handler) override;
    void add_task(Method method, std::string_view pattern, Access access,
                  TaskHandler handler) override;
    void add_both(Method method, std::string_view pattern, Access access, Handler handler,
                  TaskHandler task_handler) override;

    /// From now on `handler` answers whatever leads to no route; an empty one ends that. For the
    /// time before the modules have added theirs.
    void answer_others(Handler handler) { others_.handler = std::move(handler); }

    /// `path` is still percent-encoded; `*` is for OPTIONS alone. A literal segment wins over a
    /// parameter. HEAD falls back to GET, OPTIONS to Kind::options. Allocates only for parameters
    /// and refusals.
    [[nodiscard]] Match match(Method method, std::string_view path) const;

private:
    /// The routes of one pattern, by method.
    using Methods = std::array<const Route*, method_count>;

    struct Node {
        std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
        std::unique_ptr<Node> parameter;
        Methods methods{};
    };

    struct TransparentHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>{}(text);
        }
    };

    /// The search through the patterns with parameters, and what it has found so far.
    struct Search {
        Method method;
        std::vector<std::string_view> values; ///< of the parameters on the way down
        const Route* route = nullptr;
        std::vector<std::string_view> route_values;
        Methods seen{}; ///< everything that the path could have led to
    };

    void add_route(Route route);
    [[nodiscard]] Methods& methods_of(std::string_view pattern);
    static void search(const Node& node, std::string_view rest, Search& found);
    [[nodiscard]] Match match_patterns(Method method, std::string_view path,
                                       const Methods* exact) const;

    std::deque<Route> routes_;
    Route others_{Method::get, "*", Access::anyone, {}, {}};
    std::unordered_map<std::string, Methods, TransparentHash, std::equal_to<>> exact_;
    Node patterns_; ///< only those with a parameter
};

} // namespace stagedoor::http
