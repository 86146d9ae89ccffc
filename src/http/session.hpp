// SPDX-License-Identifier: MIT
// One connection, from the first byte to the last: reads requests, has them answered strictly in
// order, writes the answers. Keeps itself alive by the operations that it has under way. Loop
// thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

#include "hub.hpp"
#include "peer.hpp"
#include "wire/chunked_body.hpp"
#include "wire/input_buffer.hpp"
#include "wire/outbox.hpp"
#include "wire/request_parser.hpp"

namespace stagedoor::http {

class Session final : public Connection, public std::enable_shared_from_this<Session> {
public:
    /// TCP and Unix sockets alike.
    using Socket = asio::basic_stream_socket<asio::generic::stream_protocol, Executor>;

    Session(std::shared_ptr<Hub> hub, Socket socket, const Peer& peer);

    void start();

    void check_deadline(TimePoint now) override;
    void drain() override;
    void close() override;
    void take_turn() override;

private:
    enum class Phase : std::uint8_t {
        header = 1, ///< gathers a request's header, or idles
        body,       ///< knows the header and gathers the body
        handling,   ///< a TaskHandler is at work; nothing is read meanwhile
        lingering,  ///< has sent its last, and reads on only so that the client can read it
        closed,
    };

    /// What a deadline is set for, so that it is set once and not with each read.
    enum class Waiting : std::uint8_t { nothing = 1, idle, header, body };

    /// How to go on after a step.
    enum class Next : std::uint8_t { step = 1, input, handler, close };

    void run(std::string& out);
    [[nodiscard]] Next step(std::string& out);
    [[nodiscard]] Next take_header(std::string& out);
    [[nodiscard]] Next take_body(std::string& out);
    [[nodiscard]] std::optional<wire::Refusal> take_chunks();
    [[nodiscard]] Next serve(const wire::RequestHead& head, std::string& out);
    [[nodiscard]] std::optional<Response> answer_by_head(const wire::RequestHead& head);
    [[nodiscard]] std::optional<Response> refuse_by_head(const wire::RequestHead& head);
    [[nodiscard]] Next refuse(const wire::Refusal& refusal, std::string& out);

    [[nodiscard]] std::size_t body_bytes_max() const;
    void fill_request(const wire::RequestHead& head);
    [[nodiscard]] Response call_handler();
    [[nodiscard]] Response answer_without_route(const Match& match);
    void start_handler();
    void handler_done(const std::exception_ptr& failure, Response response);
    void finish(const Response& response, std::string& out);
    void count(std::size_t method_index, int status, std::size_t bytes, bool waited);

    void read();
    [[nodiscard]] std::size_t input_bytes_max() const;
    void on_read(const boost::system::error_code& error, std::size_t bytes);
    [[nodiscard]] bool send(const std::string& out);
    void await_writable();
    void wait_for_input();
    void linger();
    [[nodiscard]] bool bytes_waiting();

    std::shared_ptr<Hub> hub_;
    Socket socket_;
    Peer peer_;
    Phase phase_ = Phase::header;
    Waiting waiting_ = Waiting::nothing;
    bool reading_ = false;      ///< a read is under way, into input_
    bool writing_ = false;      ///< rest_ awaits its turn, or that the socket takes more
    bool closing_ = false;      ///< no request is taken any more; what is left to send is sent
    bool skipped_line_ = false; ///< an empty line before this request has been passed over
    bool keep_alive_ = true;
    bool http_1_0_ = false;
    TimePoint deadline_;       ///< of what waiting_ says
    TimePoint write_deadline_; ///< while writing_
    TimePoint mark_;           ///< since when the present request is complete

    wire::InputBuffer input_;
    wire::HeaderScan scan_;
    std::size_t head_bytes_ = 0;              ///< of the present request
    std::size_t body_bytes_ = 0;              ///< where it comes in chunks, those decoded so far
    std::optional<wire::ChunkedBody> chunks_; ///< of the present request, where it has any
    Request request_;                         ///< the present one, with views into input_
    const Route* route_ = nullptr;

    wire::Outbox rest_; ///< what the socket would not take yet, and large answers
};

} // namespace stagedoor::http
