// SPDX-License-Identifier: MIT
// All that the server has promised, as its callers remember it, and what is still on its way. Only
// what a caller may rely on is here: nothing of it comes from the server's memory or tables, but
// for what a crash has left unknown.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "answer.hpp"
#include "deed.hpp"
#include "events.hpp"

namespace stagedoor::simulation {

enum class Stage { waiting = 1, admitted, entered, over };

struct TokenFacts {
    std::string concert;
    std::string user;
    std::int64_t ticket = 0;
    Stage told = Stage::waiting;
    std::int64_t position = std::numeric_limits<std::int64_t>::max(); ///< as last told
    Instant until{};    ///< once told ADMITTED or ENTERED: it lasts at least so long
    Instant live_at{};  ///< when it was last known to live
    Instant seen_at{};  ///< while waiting: its last sign of life that was answered
    std::string reason; ///< once told; may be empty where it is over for a reason not told yet
    bool crossed_crash = false; ///< since it was told ADMITTED: it may have been admitted anew
};

enum class HoldState { held = 1, paid, ended }; ///< ended: released or run out

struct HoldFacts {
    std::string concert;
    std::string user;
    std::string date;
    std::vector<std::string> seats; ///< in the order of the request
    std::int64_t amount = 0;
    Instant held_at{};
    Instant expires_at{};
    HoldState state = HoldState::held;
    std::uint64_t ended = 0; ///< when, in sequence
};

struct PaymentFacts {
    std::string reservation;
    std::string user;
    std::string concert;
    std::int64_t amount = 0;
    std::string body; ///< of its first answer; empty where that was lost in a crash
};

struct ChargeFacts {
    std::string user;
    std::int64_t amount = 0;
};

struct SeatFacts {
    std::string hold;              ///< the last that was acknowledged
    std::string payment;           ///< sold for good
    std::uint64_t last_answer = 0; ///< to somebody who asked to reserve it, in sequence
};

struct KeyFacts {
    enum class State {
        free = 1, ///< no success yet
        maybe,    ///< a crash has left it unknown
        bound,
    };
    State state = State::free;
    std::set<std::string> requests; ///< the bodies that it is, or may be, used with
    int status = 0;
    std::string body;              ///< of the first success
    Instant bound_at{};            ///< when its first request was sent
    std::uint64_t bound_in = 0;    ///< sequence
    std::uint64_t last_answer = 0; ///< sequence
};

struct LineFacts {
    Plan plan;
    std::int64_t limit = 0;  ///< ADMITTED and ENTERED together are not more, whatever was imported
    bool sold_out = false;   ///< at the end of the last step
    Milliseconds interval{}; ///< the shortest that any settings have allowed
    std::set<std::int64_t> tickets;
    std::map<std::int64_t, Instant> admissions; ///< ticket to when, as told or found in the tables
};

struct MoneyFacts {
    std::int64_t balance = 0;
    std::uint64_t last_answer = 0; ///< of a charge or a payment, in sequence
    std::int64_t charges = 0;      ///< how many were asked for
};

struct Facts {
    Instant now{};
    std::uint64_t sequence = 0;
    std::uint64_t trouble = 0; ///< when the disk was last full, in sequence
    Seconds hold_time{300};
    std::int64_t seats_per_user = 4;
    std::int64_t charged = 0; ///< in all, acknowledged
    std::int64_t earned = 0;  ///< in all, acknowledged
    Events events;

    std::map<std::string, LineFacts> lines;         ///< by concert
    std::map<std::string, TokenFacts> tokens;       ///< by token
    std::map<std::string, std::uint64_t> forgotten; ///< when it was seen, in sequence, by token
    std::map<std::string, HoldFacts> holds;         ///< by reservation
    std::map<std::string, SeatFacts> seats;         ///< by `seat_key`
    std::map<std::string, PaymentFacts> payments;   ///< by payment
    std::map<std::string, ChargeFacts> charges;     ///< by charge
    std::map<std::string, MoneyFacts> money;        ///< by user
    std::map<std::string, KeyFacts> keys;           ///< by `key_scope`
    std::map<std::string, std::size_t> seat_maps;   ///< the hash of a body, by path and ETag

    std::vector<DeedPtr> running; ///< sent and not answered
    std::vector<DeedPtr> unknown; ///< a crash has cut them off, and the tables have not been read

    /// Whether something that is running may end, or sell, holds of this user.
    [[nodiscard]] bool threatened(const HoldFacts& hold) const;
    [[nodiscard]] bool paying(const HoldFacts& hold) const;
    /// Held now, beyond doubt.
    [[nodiscard]] bool surely_held(const HoldFacts& hold) const;
    /// Whether somebody is about to end this token, at an instant that has been set.
    [[nodiscard]] bool ending(const std::string& id) const;
    /// ADMITTED or ENTERED now, beyond doubt.
    [[nodiscard]] bool surely_inside(const std::string& id, const TokenFacts& token) const;
    /// No answer and no request about this user's money, but for `deed`, since that was sent.
    [[nodiscard]] bool money_is_still(const Deed& deed) const;

    void end_hold(HoldFacts& hold);
    void end_holds(const std::string& concert, const std::string& user);
    void end_token(const std::string& id, const std::string& reason);
};

[[nodiscard]] std::string seat_key(const std::string& concert, const std::string& date,
                                   const std::string& seat);
[[nodiscard]] std::string key_scope(const Deed& deed);

/// Throws Broken with `what` where `condition` does not hold.
template<class... Parts>
void require(bool condition, const Parts&... what) {
    if (!condition) {
        std::string text;
        ((text += what), ...);
        throw Broken{text};
    }
}

} // namespace stagedoor::simulation
