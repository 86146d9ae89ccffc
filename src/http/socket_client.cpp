// SPDX-License-Identifier: MIT
#include "socket_client.hpp"

#include <stdexcept>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <fmt/format.h>

namespace stagedoor::http {

namespace beast = boost::beast;

std::optional<Response> post_through_socket(const std::string& path, std::string_view target,
                                            std::string_view body) {
    asio::io_context io;
    asio::local::stream_protocol::socket socket{io};
    boost::system::error_code error;
    socket.connect(asio::local::stream_protocol::endpoint{path}, error);
    if (error) {
        return std::nullopt;
    }
    beast::http::request<beast::http::string_body> request{
        beast::http::verb::post, beast::string_view{target.data(), target.size()}, 11};
    request.set(beast::http::field::host, "localhost");
    request.set(beast::http::field::content_type, "application/json");
    request.set(beast::http::field::connection, "close");
    request.body() = body;
    request.prepare_payload();
    beast::http::response<beast::http::string_body> answer;
    beast::flat_buffer buffer;
    try {
        beast::http::write(socket, request);
        beast::http::read(socket, buffer, answer);
    } catch (const boost::system::system_error& failure) {
        throw std::runtime_error{fmt::format(
            "the server behind {} did not answer ({}); whether it acted is unknown, see "
            "its log",
            path, failure.code().message())};
    }
    return json_response(static_cast<int>(answer.result_int()), std::move(answer.body()));
}

} // namespace stagedoor::http
