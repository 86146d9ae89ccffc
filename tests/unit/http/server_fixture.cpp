// SPDX-License-Identifier: MIT
#include "server_fixture.hpp"

#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "support/catch.hpp"

namespace stagedoor::http::test {

namespace {

constexpr std::chrono::seconds patience{10};

} // namespace

bool Answer::has(std::string_view line) const {
    return head.find("\r\n" + std::string{line} + "\r\n") != head.npos;
}

std::string Answer::code() const {
    const std::string name = "\"code\":\"";
    const std::size_t at = body.find(name);
    if (at == body.npos || !has("Content-Type: application/problem+json")) {
        return "";
    }
    return body.substr(at + name.size(), body.find('"', at + name.size()) - at - name.size());
}

Client::Client(Client&& other) noexcept
    : fixture_{other.fixture_},
      descriptor_{std::exchange(other.descriptor_, -1)},
      input_{std::move(other.input_)},
      ended_{other.ended_} {}

void Client::send(std::string_view text) {
    while (!text.empty()) {
        const ssize_t sent =
            ::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0) {
            REQUIRE(errno == EAGAIN);
            fixture_->turn();
            continue;
        }
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
}

void Client::finish_sending() {
    ::shutdown(descriptor_, SHUT_WR);
}

void Client::close() {
    if (descriptor_ >= 0) {
        ::close(std::exchange(descriptor_, -1));
    }
}

bool Client::fetch() {
    char bytes[65536];
    const ssize_t got = ::recv(descriptor_, bytes, sizeof bytes, MSG_DONTWAIT);
    if (got > 0) {
        input_.append(bytes, static_cast<std::size_t>(got));
    } else if (got == 0 || errno != EAGAIN) {
        ended_ = true;
    }
    return got > 0;
}

Answer Client::receive(bool to_head) {
    Answer answer;
    const auto complete = [&] {
        fetch();
        const std::size_t end = input_.find("\r\n\r\n");
        if (end == input_.npos) {
            return ended_;
        }
        const std::size_t length = input_.find("Content-Length: ");
        const std::size_t body =
            length < end && !to_head
                ? std::stoul(input_.substr(length + sizeof "Content-Length: " - 1))
                : 0;
        if (input_.size() < end + 4 + body) {
            return ended_;
        }
        answer.head = input_.substr(0, end + 4);
        answer.body = input_.substr(end + 4, body);
        answer.status = std::stoi(input_.substr(9, 3));
        input_.erase(0, end + 4 + body);
        return true;
    };
    fixture_->until(complete);
    return answer;
}

Answer Client::ask(std::string_view text) {
    send(text);
    return receive();
}

bool Client::is_closed_by_server() {
    fixture_->until([this] { return !fetch() && (ended_ || !input_.empty()); });
    return ended_ && input_.empty();
}

std::string_view Client::unread() {
    fixture_->turn();
    fetch();
    return input_;
}

ServerFixture::ServerFixture() {
    settings.port = 0;
    add_routes();
}

ServerFixture::~ServerFixture() {
    server.reset();
    waiting_.clear();
    io.restart();
    io.poll(); // what is left runs to its end, so that a leak would be seen
}

void ServerFixture::add_routes() {
    router.add(Method::get, "/hello", Access::anyone, [](const Call& call) {
        const auto& bearer = call.request.bearer;
        return json_response(200, bearer ? std::string{*bearer} : "hello");
    });
    router.add(Method::get, "/large", Access::anyone,
               [](const Call&) { return json_response(200, std::string(8'000'000, 'x')); });
    router.add(Method::get, "/chunk", Access::anyone,
               [](const Call&) { return json_response(200, std::string(60'000, 'x')); });
    router.add(Method::get, "/shared", Access::anyone, [](const Call&) {
        static const auto piece = std::make_shared<const std::string>(20'000, 'y');
        Response response = json_response(200, "begin");
        response.shared_body.assign(100, piece);
        return response;
    });
    router.add(Method::get, "/echo/{one}", Access::anyone, [](const Call& call) {
        return json_response(200,
                             call.request.parameters.at(0) + "?" + std::string{call.request.query});
    });
    router.add(Method::post, "/echo", Access::anyone, [](const Call& call) {
        return json_response(200, std::string{call.request.body} +
                                      (call.request.by_socket ? " by socket" : ""));
    });
    router.add(Method::get, "/throw", Access::anyone,
               [](const Call&) -> Response { throw std::runtime_error{"on purpose"}; });
    router.add_task(Method::get, "/throw-later", Access::anyone, [](Call&) -> task<Response> {
        throw std::runtime_error{"on purpose"};
        co_return Response{};
    });
    router.add_task(Method::get, "/throw-early", Access::anyone,
                    [](Call&) -> task<Response> { throw std::runtime_error{"on purpose"}; });
    router.add_task(Method::get, "/soon", Access::anyone,
                    [](Call&) -> task<Response> { co_return json_response(200, "soon"); });
    router.add_both(
        Method::get, "/either", Access::anyone,
        [](const Call& call) {
            Response response = json_response(200, "at once");
            response.status = call.request.query == "later" ? left_to_task : 200;
            return response;
        },
        [](Call&) -> task<Response> { co_return json_response(200, "later"); });
    router.add_task(Method::post, "/wait", Access::anyone, [this](Call& call) -> task<Response> {
        auto owned = std::make_unique<Timer>(io.get_executor(),
                                             std::chrono::steady_clock::time_point::max());
        Timer& timer = *owned;
        waiting_.emplace(next_waiting_++, std::move(owned));
        boost::system::error_code cancelled;
        co_await timer.async_wait(asio::redirect_error(use_task, cancelled));
        co_return json_response(200, "waited " + std::string{call.request.body});
    });
}

void ServerFixture::start() {
    server = std::make_unique<Server>(io, settings, router, logger);
    server->guard(door);
    port = server->listen();
    if (!socket_path.empty()) {
        server->listen_socket(socket_path);
    }
    server->start();
}

Client ServerFixture::connect() {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
            0);
    return {*this, descriptor};
}

Client ServerFixture::connect_socket(const std::string& path) {
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
            0);
    return {*this, descriptor};
}

void ServerFixture::turn() {
    io.restart();
    io.run_one_for(std::chrono::milliseconds{1});
    io.poll();
}

void ServerFixture::until(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
        REQUIRE(std::chrono::steady_clock::now() < end);
        turn();
    }
}

void ServerFixture::answer_one() {
    until([this] { return !waiting_.empty(); });
    const auto first = waiting_.begin();
    first->second->cancel();
    turn();
    waiting_.erase(first);
}

void ServerFixture::begin_stop(Seconds grace) {
    asio::co_spawn(io, server->stop(grace), [this](const std::exception_ptr& failure) {
        stop_failure_ = failure;
        stopped_ = !failure;
    });
}

} // namespace stagedoor::http::test
