// SPDX-License-Identifier: MIT
#include "server.hpp"

#include <utility>

#include "hub.hpp"
#include "listener.hpp"
#include "listening.hpp"

namespace stagedoor::http {

Server::Server(asio::io_context& io, ServerSettings settings, const Router& router,
               std::shared_ptr<spdlog::logger> logger)
    : io_{io},
      hub_{std::make_shared<Hub>(io.get_executor(), std::move(settings), router,
                                 std::move(logger))} {}

Server::~Server() {
    for (const auto& listener : listeners_) {
        listener->stop();
    }
    hub_->stop_sweeps();
    hub_->close_all();
}

std::uint16_t Server::listen() {
    TcpListening listening = listen_on_tcp(hub_->settings.address, hub_->settings.port);
    listeners_.push_back(std::make_shared<Listener>(
        io_.get_executor(), hub_, std::move(listening.descriptor), Entrance::network));
    return listening.port;
}

void Server::listen_socket(const std::string& path) {
    SocketListening listening = listen_on_socket(path);
    socket_file_ = std::make_unique<SocketFile>(std::move(listening.file));
    listeners_.push_back(std::make_shared<Listener>(
        io_.get_executor(), hub_, std::move(listening.descriptor), Entrance::socket));
    if (started_) {
        listeners_.back()->start();
    }
}

void Server::guard(const Door& door) {
    hub_->door = &door;
}

void Server::tell_time_by(const Clock& clock) {
    hub_->writer.tell_time_by(clock);
}

void Server::start() {
    started_ = true;
    for (const auto& listener : listeners_) {
        listener->start();
    }
    hub_->start_sweeps();
}

task<void> Server::stop(Seconds grace) {
    socket_file_.reset();
    for (const auto& listener : listeners_) {
        listener->stop();
    }
    listeners_.clear();
    hub_->drain_all();
    co_await hub_->until_empty(grace);
    hub_->close_all();
    hub_->stop_sweeps();
}

void Server::sweep(std::chrono::steady_clock::time_point now) {
    hub_->sweep(now);
}

HttpStats Server::stats() const {
    return hub_->counters.to_stats();
}

} // namespace stagedoor::http
