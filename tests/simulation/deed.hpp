// SPDX-License-Identifier: MIT
// What somebody asks of the server: the request, and what it means.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "message.hpp"
#include "venue.hpp"

namespace stagedoor::simulation {

struct Deed {
    enum class Kind {
        join = 1,
        poll,
        enter,
        leave,
        show_seats,
        reserve,
        release,
        show_reservation,
        pay,
        show_payment,
        charge,
        show_balance,
        show_line,
        set_state,
        import,
    };

    Kind kind = Kind::poll;
    Message message;
    std::string concert;
    std::string user;
    std::string token;
    std::string date;
    std::vector<std::string> seats;
    std::string reservation;
    std::string payment;
    std::string state;
    std::int64_t amount = 0;
    Plan plan;

    std::uint64_t sequence = 0; ///< when it was sent, counted in sendings and answers
    Instant sent_at{};
};

using DeedPtr = std::shared_ptr<const Deed>;

[[nodiscard]] std::string_view to_string(Deed::Kind kind);

} // namespace stagedoor::simulation
