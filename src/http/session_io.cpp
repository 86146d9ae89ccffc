// SPDX-License-Identifier: MIT
// The part of Session that reads, writes, waits and closes.
#include <algorithm>
#include <cerrno>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <sys/socket.h>

#include "session.hpp"

namespace stagedoor::http {

namespace {

/// How long a client may take to notice that we have closed our side.
constexpr Seconds linger_timeout{3};
constexpr Seconds linger_timeout_draining{1};

/// Room behind a body that comes in chunks for what is no part of it; it is decoded as it comes.
constexpr std::size_t chunk_line_bytes_max = 512;

/// What is sent of a large answer at once: some 0.1 ms of the loop.
constexpr std::size_t turn_bytes_max = 256 * 1024;

} // namespace

void Session::wait_for_input() {
    if (hub_->draining && input_.empty() && !bytes_waiting()) {
        close();
        return;
    }
    const Waiting waiting = phase_ == Phase::body ? Waiting::body
                            : input_.empty()      ? Waiting::idle
                                                  : Waiting::header;
    if (waiting != waiting_) {
        waiting_ = waiting;
        const ServerSettings& limits = hub_->settings;
        deadline_ = mark_ + (waiting == Waiting::body     ? limits.body_timeout
                             : waiting == Waiting::header ? limits.header_timeout
                                                          : limits.idle_timeout);
    }
    read();
}

void Session::read() {
    if (reading_) {
        return;
    }
    if (phase_ == Phase::lingering) {
        input_.consume(input_.size());
    }
    const auto room = input_.prepare(input_bytes_max());
    reading_ = true;
    socket_.async_read_some(
        asio::buffer(room.data(), room.size()),
        [self = shared_from_this()](const boost::system::error_code& error, std::size_t bytes) {
            self->on_read(error, bytes);
        });
}

/// How much the buffer may have to hold before the next step can be taken.
std::size_t Session::input_bytes_max() const {
    if (phase_ != Phase::body) {
        return hub_->settings.max_header_bytes;
    }
    return head_bytes_ + (chunks_ ? body_bytes_max() + chunk_line_bytes_max : body_bytes_);
}

void Session::on_read(const boost::system::error_code& error, std::size_t bytes) {
    reading_ = false;
    if (phase_ == Phase::closed) {
        return;
    }
    if (error) {
        // drain() cancels to find out whether a request has begun to come.
        const bool asked = error == asio::error::operation_aborted && hub_->draining;
        if (asked && phase_ != Phase::lingering && bytes_waiting()) {
            read();
        } else {
            close();
        }
        return;
    }
    hub_->counters.bytes_received += bytes;
    if (phase_ == Phase::lingering) {
        read(); // over the same bytes: nothing was committed
        return;
    }
    input_.commit(bytes);
    OutputLease output{*hub_};
    run(output.text());
}

/// Hands `out` to the socket. False where a rest of it has to wait, or the connection had to be
/// closed.
bool Session::send(const std::string& out) {
    if (rest_.empty()) {
        if (out.empty()) {
            return true;
        }
        const ssize_t sent =
            ::send(socket_.native_handle(), out.data(), out.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno != EAGAIN && errno != EINTR) {
            close();
            return false;
        }
        const std::size_t bytes = sent < 0 ? 0 : static_cast<std::size_t>(sent);
        hub_->counters.bytes_sent += bytes;
        if (bytes == out.size()) {
            return true;
        }
        rest_.add(out.substr(bytes));
    } else if (!out.empty()) {
        rest_.add(out);
    }
    if (!writing_) {
        writing_ = true;
        write_deadline_ = std::chrono::steady_clock::now() + hub_->settings.write_timeout;
        hub_->await_turn(shared_from_this());
    }
    return false;
}

void Session::take_turn() {
    if (phase_ == Phase::closed) {
        return;
    }
    const auto sent = rest_.send(socket_.native_handle(), turn_bytes_max);
    if (!sent) {
        close();
        return;
    }
    hub_->counters.bytes_sent += *sent;
    if (*sent == 0) {
        await_writable();
    } else if (!rest_.empty()) {
        hub_->await_turn(shared_from_this());
    } else {
        writing_ = false;
        if (phase_ != Phase::handling) {
            OutputLease output{*hub_};
            run(output.text());
        }
    }
}

void Session::await_writable() {
    // Waits and then sends, rather than sends asynchronously: an answer may be added to rest_
    // meanwhile.
    socket_.async_wait(Socket::wait_write,
                       [self = shared_from_this()](const boost::system::error_code& error) {
                           if (error) {
                               self->close();
                           } else {
                               self->hub_->await_turn(self);
                           }
                       });
}

/// Everything is sent. To close at once would, where bytes are left unread, throw away what the
/// client has not fetched yet; so only our side is closed, and what still comes is read and
/// forgotten for a while.
void Session::linger() {
    phase_ = Phase::lingering;
    boost::system::error_code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
    if (hub_->draining && !bytes_waiting()) {
        close();
        return;
    }
    deadline_ = mark_ + (hub_->draining ? linger_timeout_draining : linger_timeout);
    read();
}

bool Session::bytes_waiting() {
    boost::system::error_code ignored;
    return socket_.available(ignored) > 0;
}

void Session::check_deadline(TimePoint now) {
    if (!rest_.empty()) {
        if (now >= write_deadline_) {
            close();
        }
        return;
    }
    if (phase_ == Phase::handling || now < deadline_) {
        return;
    }
    if (phase_ == Phase::lingering || waiting_ == Waiting::idle) {
        close();
        return;
    }
    OutputLease output{*hub_};
    static_cast<void>(
        refuse({"request-timeout", "The request was not complete in time."}, output.text()));
    run(output.text());
}

void Session::drain() {
    if (phase_ == Phase::lingering) {
        deadline_ = std::min(deadline_, std::chrono::steady_clock::now() + linger_timeout_draining);
        if (!bytes_waiting()) {
            close();
        }
    } else if (phase_ == Phase::header && input_.empty() && rest_.empty()) {
        // A read may have succeeded whose completion is still in the queue: on_read tells.
        boost::system::error_code ignored;
        socket_.cancel(ignored);
    }
}

void Session::close() {
    if (phase_ == Phase::closed) {
        return;
    }
    phase_ = Phase::closed;
    boost::system::error_code ignored;
    socket_.close(ignored);
    hub_->closed(*this, peer_);
}

} // namespace stagedoor::http
