// SPDX-License-Identifier: MIT
#include "facts.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace stagedoor::simulation {

std::string_view to_string(Deed::Kind kind) {
    using Kind = Deed::Kind;
    switch (kind) {
    case Kind::join:
        return "join";
    case Kind::poll:
        return "poll";
    case Kind::enter:
        return "enter";
    case Kind::leave:
        return "leave";
    case Kind::show_seats:
        return "show seats";
    case Kind::reserve:
        return "reserve";
    case Kind::release:
        return "release";
    case Kind::show_reservation:
        return "show reservation";
    case Kind::pay:
        return "pay";
    case Kind::show_payment:
        return "show payment";
    case Kind::charge:
        return "charge";
    case Kind::show_balance:
        return "show balance";
    case Kind::show_line:
        return "show line";
    case Kind::set_state:
        return "set state";
    case Kind::import:
        return "import";
    }
    return "";
}

std::string seat_key(const std::string& concert, const std::string& date, const std::string& seat) {
    return concert + ' ' + date + ' ' + seat;
}

std::string key_scope(const Deed& deed) {
    const auto caller = deed.kind == Deed::Kind::charge ? "" : deed.concert + ' ';
    return caller + deed.user + ' ' + deed.message.path + ' ' + *deed.message.key;
}

bool Facts::threatened(const HoldFacts& hold) const {
    return std::any_of(running.begin(), running.end(), [&](const DeedPtr& deed) {
        using Kind = Deed::Kind;
        return deed->user == hold.user && deed->concert == hold.concert &&
               (deed->kind == Kind::leave || deed->kind == Kind::release ||
                deed->kind == Kind::pay);
    });
}

bool Facts::paying(const HoldFacts& hold) const {
    return std::any_of(running.begin(), running.end(), [&](const DeedPtr& deed) {
        return deed->user == hold.user && deed->concert == hold.concert &&
               deed->kind == Deed::Kind::pay;
    });
}

bool Facts::surely_held(const HoldFacts& hold) const {
    return hold.state == HoldState::held && now < hold.expires_at && !threatened(hold);
}

bool Facts::ending(const std::string& id) const {
    return std::any_of(running.begin(), running.end(), [&](const DeedPtr& deed) {
        return deed->token == id &&
               (deed->kind == Deed::Kind::leave || deed->kind == Deed::Kind::pay);
    });
}

bool Facts::surely_inside(const std::string& id, const TokenFacts& token) const {
    if ((token.told != Stage::admitted && token.told != Stage::entered) || now >= token.until ||
        ending(id)) {
        return false;
    }
    // A session may end before the entry window would have.
    return token.told == Stage::entered ||
           std::none_of(running.begin(), running.end(), [&](const DeedPtr& deed) {
               return deed->token == id &&
                      (deed->kind == Deed::Kind::enter || deed->kind == Deed::Kind::reserve);
           });
}

bool Facts::money_is_still(const Deed& deed) const {
    const auto known = money.find(deed.user);
    if (known != money.end() && known->second.last_answer > deed.sequence) {
        return false;
    }
    return std::none_of(running.begin(), running.end(), [&](const DeedPtr& other) {
        return other->sequence != deed.sequence && other->user == deed.user &&
               (other->kind == Deed::Kind::charge || other->kind == Deed::Kind::pay);
    });
}

void Facts::end_hold(HoldFacts& hold) {
    if (hold.state == HoldState::held) {
        hold.state = HoldState::ended;
        hold.ended = sequence;
    }
}

void Facts::end_holds(const std::string& concert, const std::string& user) {
    for (auto& [id, hold] : holds) {
        if (hold.concert == concert && hold.user == user) {
            end_hold(hold);
        }
    }
}

void Facts::end_token(const std::string& id, const std::string& reason) {
    auto& token = tokens.at(id);
    if (token.told != Stage::over || token.reason.empty()) {
        static constexpr std::array over{std::pair{"PAID", Occurrence::paid},
                                         std::pair{"LEFT", Occurrence::left},
                                         std::pair{"ABANDONED", Occurrence::abandoned},
                                         std::pair{"ENTRY_MISSED", Occurrence::entry_missed},
                                         std::pair{"SESSION_ENDED", Occurrence::session_ended},
                                         std::pair{"SOLD_OUT", Occurrence::sold_out}};
        for (const auto& [name, event] : over) {
            if (reason == name) {
                events.add(event);
            }
        }
        token.reason = reason;
    }
    // The holds of a later token of this user are none of this one's.
    if (std::exchange(token.told, Stage::over) != Stage::over) {
        end_holds(token.concert, token.user);
    }
}

} // namespace stagedoor::simulation
