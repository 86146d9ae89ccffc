// SPDX-License-Identifier: MIT
#include "session.hpp"

#include <optional>
#include <utility>

#include <boost/asio/co_spawn.hpp>

#include "base/problem.hpp"

namespace stagedoor::http {

namespace {

/// Answers to pipelined requests share a write up to this size.
constexpr std::size_t batch_bytes_max = 64 * 1024;

Response internal_error() {
    return problem("internal-error", "The server failed to answer this request.");
}

/// What is wrong with a request that leads to an endpoint, and does not make the connection
/// unusable.
std::optional<Response> content_fault(const wire::RequestHead& head, std::size_t body_bytes) {
    if (head.idempotency_key && !wire::is_idempotency_key(*head.idempotency_key)) {
        return invalid_request("Idempotency-Key", "must be 1 to 255 printable ASCII characters");
    }
    const bool takes_body =
        head.method == Method::post || head.method == Method::put || head.method == Method::patch;
    if (takes_body && body_bytes > 0 &&
        !(head.content_type && wire::is_json_media_type(*head.content_type))) {
        return problem("unsupported-media-type", "The body must be sent as application/json.");
    }
    return std::nullopt;
}

} // namespace

Session::Session(std::shared_ptr<Hub> hub, Socket socket, const Peer& peer)
    : hub_{std::move(hub)}, socket_{std::move(socket)}, peer_{peer} {}

void Session::start() {
    hub_->opened(*this, peer_);
    mark_ = std::chrono::steady_clock::now();
    wait_for_input();
}

// Does all that can be done with what has been received, then waits for whatever is missing. Every
// answer so far is in `out`.
void Session::run(std::string& out) try {
    mark_ = std::chrono::steady_clock::now();
    Next next = Next::step;
    while (next == Next::step) {
        next = step(out);
        if (next == Next::step && (out.size() >= batch_bytes_max || !rest_.empty())) {
            if (!send(out)) {
                return; // take_turn comes back here
            }
            out.clear();
        }
    }
    const bool sent = send(out);
    out.clear();
    if (phase_ == Phase::closed) {
        return;
    }
    if (next == Next::handler) {
        start_handler();
    } else if (sent && next == Next::input) {
        wait_for_input();
    } else if (sent) {
        linger();
    }
} catch (const std::exception& error) {
    hub_->logger->error("connection closed: {}", error.what());
    close();
}

Session::Next Session::step(std::string& out) {
    if (closing_) {
        return Next::close;
    }
    return phase_ == Phase::header ? take_header(out) : take_body(out);
}

Session::Next Session::take_header(std::string& out) {
    if (!skipped_line_ && input_.view().starts_with("\r\n")) { // RFC 9112, section 2.2
        input_.consume(2);
        skipped_line_ = true;
    }
    if (input_.empty() || (!skipped_line_ && input_.view() == "\r")) {
        return Next::input;
    }
    const ServerSettings& limits = hub_->settings;
    const auto size = scan_.advance(input_.view(), {limits.max_header_bytes, limits.max_headers});
    if (!size) {
        return refuse(size.error(), out);
    }
    if (*size == 0) {
        return Next::input;
    }
    const auto head = wire::parse_head(input_.view().substr(0, *size));
    if (!head) {
        return refuse(head.error(), out);
    }
    if (head->content_length > body_bytes_max()) {
        return refuse({"body-too-large", "The body is larger than the server takes."}, out);
    }
    head_bytes_ = *size;
    body_bytes_ = static_cast<std::size_t>(head->content_length);
    if (head->chunked) {
        chunks_.emplace(wire::ChunkedBody::Limits{body_bytes_max(),
                                                  {limits.max_header_bytes, limits.max_headers}});
    } else if (input_.size() >= head_bytes_ + body_bytes_) {
        return serve(*head, out);
    }
    if (head->expects_continue && input_.size() == head_bytes_) {
        if (const auto refusal = refuse_by_head(*head)) {
            keep_alive_ = false; // only the sender knows whether the body comes all the same
            body_bytes_ = 0;
            finish(*refusal, out);
            return Next::step;
        }
        out += "HTTP/1.1 100 Continue\r\n\r\n";
    }
    phase_ = Phase::body;
    return Next::step;
}

Session::Next Session::take_body(std::string& out) {
    if (chunks_) {
        if (const auto refusal = take_chunks()) {
            return refuse(*refusal, out);
        }
    }
    if (chunks_ ? !chunks_->complete() : input_.size() < head_bytes_ + body_bytes_) {
        return Next::input;
    }
    // Once more, because the bytes may have moved since; it cannot come out otherwise than the
    // first time.
    const auto head = wire::parse_head(input_.view().substr(0, head_bytes_));
    return head ? serve(*head, out) : refuse(head.error(), out);
}

/// Decodes what has come, so that head and body lie side by side as they do with a length, and the
/// buffer never holds more than the two.
std::optional<wire::Refusal> Session::take_chunks() {
    const std::size_t end = head_bytes_ + body_bytes_;
    const auto progress = chunks_->decode(input_.behind(end));
    if (!progress) {
        return progress.error();
    }
    input_.cut(end + progress->decoded, progress->taken - progress->decoded);
    body_bytes_ += progress->decoded;
    return std::nullopt;
}

std::size_t Session::body_bytes_max() const {
    const ServerSettings& limits = hub_->settings;
    return peer_.by_socket ? limits.max_socket_body_bytes : limits.max_body_bytes;
}

Session::Next Session::serve(const wire::RequestHead& head, std::string& out) {
    fill_request(head);
    if (const auto fault = answer_by_head(head)) {
        finish(*fault, out);
        return Next::step;
    }
    if (route_->handler) {
        const Response answer = call_handler();
        if (answer.status != left_to_task) {
            finish(answer, out);
            return Next::step;
        }
    }
    phase_ = Phase::handling;
    return Next::handler;
}

/// The answer where the request leads to no endpoint, or cannot with this header, or none is there
/// yet; otherwise nothing, and the route is set.
std::optional<Response> Session::answer_by_head(const wire::RequestHead& head) {
    Match match = hub_->router.match(request_.method, request_.path);
    route_ = match.route;
    if (match.kind != Match::Kind::route) {
        return answer_without_route(match);
    }
    request_.parameters = std::move(match.parameters);
    return content_fault(head, body_bytes_);
}

/// What the request is answered whatever its body is, so that nobody sends it for nothing
/// (RFC 9110, section 10.1.1).
std::optional<Response> Session::refuse_by_head(const wire::RequestHead& head) {
    fill_request(head);
    auto answer = answer_by_head(head);
    if (!answer) {
        Caller caller;
        answer = hub_->door->refuse(route_->access, request_, caller);
    }
    return answer;
}

Response Session::answer_without_route(const Match& match) {
    switch (match.kind) {
    case Match::Kind::bad_path:
        return invalid_request("", "The path has a broken percent-encoding.");
    case Match::Kind::method_not_allowed: {
        Response response = problem("method-not-allowed", "This path does not take that method.");
        response.headers.emplace_back("Allow", match.allow);
        return response;
    }
    case Match::Kind::options: {
        Response response;
        response.status = 204;
        response.headers.emplace_back("Allow", match.allow);
        return response;
    }
    case Match::Kind::others:
        return call_handler();
    case Match::Kind::route:
    case Match::Kind::not_found:
        break;
    }
    return problem("not-found", "No endpoint has this path.");
}

void Session::fill_request(const wire::RequestHead& head) {
    keep_alive_ = head.keep_alive;
    http_1_0_ = head.http_1_0;
    request_.method = head.method;
    request_.path = head.path;
    request_.query = head.query;
    request_.parameters.clear();
    request_.bearer = head.bearer;
    request_.idempotency_key = head.idempotency_key;
    request_.if_none_match = head.if_none_match;
    const bool ignores_body = head.method == Method::get || head.method == Method::head;
    request_.body =
        ignores_body ? std::string_view{} : input_.view().substr(head_bytes_, body_bytes_);
    request_.by_socket = peer_.by_socket;
}

/// Answers what is no request of ours; what follows it on the connection cannot be made out any
/// more.
Session::Next Session::refuse(const wire::Refusal& refusal, std::string& out) {
    closing_ = true;
    route_ = nullptr;
    const Response response = problem(refusal.code, refusal.detail);
    const std::size_t before = out.size();
    hub_->writer.append(out, response, {.keep_alive = false});
    count(0, response.status, out.size() - before, false);
    return Next::close;
}

Response Session::call_handler() try {
    return route_->answer(*hub_->door, request_);
} catch (const std::exception& error) {
    hub_->logger->error("{} {} failed: {}", to_string(route_->method), route_->pattern,
                        error.what());
    return internal_error();
}

void Session::start_handler() {
    auto done = [self = shared_from_this()](const std::exception_ptr& failure, Response response) {
        self->handler_done(failure, std::move(response));
    };
    const TimePoint since = mark_; // what is done at once begins the next request
    asio::co_spawn(socket_.get_executor(), route_->answer_later(*hub_->door, request_), done);
    hub_->counters.count_hold(std::chrono::steady_clock::now() - since); // it waits now, or is done
}

void Session::handler_done(const std::exception_ptr& failure, Response response) {
    if (failure) {
        try {
            std::rethrow_exception(failure);
        } catch (const std::exception& error) {
            hub_->logger->error("{} {} failed: {}", to_string(route_->method), route_->pattern,
                                error.what());
        } catch (...) {
            hub_->logger->error("{} {} failed", to_string(route_->method), route_->pattern);
        }
        response = internal_error();
    }
    if (phase_ == Phase::closed) {
        return;
    }
    OutputLease output{*hub_};
    finish(response, output.text());
    if (rest_.empty()) {
        run(output.text());
    } else {
        static_cast<void>(send(output.text())); // behind the rest; take_turn goes on
    }
}

/// Writes the answer of the present request and makes ready for the next.
void Session::finish(const Response& response, std::string& out) {
    input_.consume(head_bytes_ + body_bytes_);
    const bool waited = phase_ == Phase::handling;
    phase_ = Phase::header;
    waiting_ = Waiting::nothing;
    scan_ = {};
    chunks_.reset();
    skipped_line_ = false;
    // While the server stops, the last request that has come says so, and those before it do not.
    const bool keep_alive = keep_alive_ && !(hub_->draining && input_.empty() && !bytes_waiting());
    closing_ = !keep_alive;
    const std::size_t before = out.size();
    hub_->writer.append(out, response, {keep_alive, http_1_0_, request_.method == Method::head});
    std::size_t bytes = out.size() - before;
    if (!response.shared_body.empty() && request_.method != Method::head) {
        bytes += body_bytes(response) - response.body.size();
        rest_.add(out);
        out.clear();
        rest_.add(response.shared_body);
    }
    count(index_of(request_.method), response.status, bytes, waited);
}

void Session::count(std::size_t method_index, int status, std::size_t bytes, bool waited) {
    const TimePoint now = std::chrono::steady_clock::now();
    const auto duration = now - mark_;
    mark_ = now;
    hub_->counters.count_request(method_index, status, duration);
    if (route_ != nullptr && !waited) {
        hub_->counters.count_hold(duration);
    }
    if (hub_->logger->should_log(
            spdlog::level::debug)) { // the pattern, since paths contain secrets
        using std::chrono::microseconds;
        hub_->logger->debug("request method={} route={} status={} bytes={} duration_us={} peer={}",
                            method_index == 0 ? "-" : to_string(static_cast<Method>(method_index)),
                            route_ == nullptr ? "-" : route_->pattern, status, bytes,
                            std::chrono::duration_cast<microseconds>(duration).count(),
                            peer_.to_string());
    }
}

} // namespace stagedoor::http
