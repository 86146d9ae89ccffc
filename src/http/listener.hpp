// SPDX-License-Identifier: MIT
// Accepts connections from one listening socket, within the caps. Owned by the Server. Loop thread
// only.
#pragma once

#include <ctime>
#include <memory>
#include <string>

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include "hub.hpp"
#include "listening.hpp"

namespace stagedoor::http {

class Listener : public std::enable_shared_from_this<Listener> {
public:
    Listener(Executor executor, std::shared_ptr<Hub> hub, Descriptor listening, Entrance entrance);

    void start();

    /// Accepts all that wait, then no more.
    void stop();

private:
    enum class Result { accepted = 1, none_waiting, no_descriptors };

    void wait();
    void accept_some();
    [[nodiscard]] Result accept_one();
    void open_session(Descriptor connection, const sockaddr_storage& endpoint);
    void refuse(const Descriptor& connection);
    void pause();

    std::shared_ptr<Hub> hub_;
    Entrance entrance_;
    asio::posix::basic_stream_descriptor<Executor> listening_;
    Timer pause_timer_;
    Descriptor spare_; ///< given up for a moment to refuse a connection where no descriptor is left
    std::string refusal_;
    std::time_t refusal_of_ = -1; ///< Unix time at which refusal_ was made
};

} // namespace stagedoor::http
