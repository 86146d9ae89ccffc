// SPDX-License-Identifier: MIT
#include "socket_client.hpp"

#include <charconv>
#include <stdexcept>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

namespace stagedoor::cli {

namespace {

using Socket = asio::local::stream_protocol::socket;

/// Everything until the server, which was asked to close, has closed.
std::string exchange(Socket& socket, const std::string& request, boost::system::error_code& error) {
    std::string answer;
    asio::write(socket, asio::buffer(request), error);
    if (!error) {
        asio::read(socket, asio::dynamic_buffer(answer), error);
    }
    if (error == asio::error::eof) {
        error = {};
    }
    return answer;
}

/// Our own server's answer: a status line, a header, and a body up to the end. Nothing where it was
/// cut short.
std::optional<Response> parse(std::string_view answer) {
    constexpr std::string_view version = "HTTP/1.1 ";
    constexpr std::string_view length_name = "\r\nContent-Length: ";
    const auto body = answer.find("\r\n\r\n");
    if (!answer.starts_with(version) || body == std::string_view::npos) {
        return std::nullopt;
    }
    int status = 0;
    std::from_chars(answer.data() + version.size(), answer.data() + body, status);
    std::size_t length = 0;
    const auto length_at = answer.substr(0, body).find(length_name);
    if (length_at != std::string_view::npos) {
        std::from_chars(answer.data() + length_at + length_name.size(), answer.data() + body,
                        length);
    }
    const auto text = answer.substr(body + 4);
    return text.size() == length ? std::optional{json_response(status, std::string{text})}
                                 : std::nullopt;
}

} // namespace

std::optional<Response> post_through_socket(const std::string& path, std::string_view target,
                                            std::string_view body) {
    constexpr std::size_t path_length_max =
        107; // of sockaddr_un: no server listens at a longer one
    if (path.size() > path_length_max) {
        return std::nullopt;
    }
    asio::io_context io;
    Socket socket{io};
    boost::system::error_code error;
    socket.connect(asio::local::stream_protocol::endpoint{path}, error);
    if (error) {
        return std::nullopt;
    }
    const auto request =
        fmt::format("POST {} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    "Content-Length: {}\r\nConnection: close\r\n\r\n{}",
                    target, body.size(), body);
    const auto answer = exchange(socket, request, error);
    auto response = parse(answer);
    if (!response) {
        throw std::runtime_error{fmt::format("the server behind {} did not answer ({}); whether it "
                                             "acted is unknown, see its log",
                                             path, error ? error.message() : "it closed")};
    }
    return response;
}

} // namespace stagedoor::cli
