// SPDX-License-Identifier: MIT
// Judges every answer against what was promised before, and the tables against both. Throws Broken
// where a promise is not kept.
#pragma once

#include "facts.hpp"

namespace stagedoor::simulation {

class World;

/// A request is on its way from now on.
void sent(Facts& facts, const DeedPtr& deed);

/// The server has answered. With whatever the answer promises, `facts` is richer afterwards.
void answered(Facts& facts, const DeedPtr& deed, const Response& response);

/// The process is gone: whatever was running is unknown.
void crashed(Facts& facts);

// ---- by area; called by `answered`

void judge_join(Facts& facts, const Deed& deed, const Answer& answer);
/// A poll or an entry.
void judge_place(Facts& facts, const Deed& deed, const Answer& answer);
void judge_leave(Facts& facts, const Deed& deed, const Answer& answer);
/// A refusal of whatever kind that speaks of the token: 401 and 403.
void judge_token_refusal(Facts& facts, const Deed& deed, const Answer& answer);
/// The token is inside, since something was granted that needs it.
void told_inside(Facts& facts, const std::string& token, Instant until);
/// `ticket` was called at `at`: in the order of tickets, and at the line's pace.
void told_admission(LineFacts& line, std::int64_t ticket, Instant at);

void judge_seat_map(Facts& facts, const Deed& deed, const Answer& answer);
void judge_reserve(Facts& facts, const Deed& deed, const Answer& answer);
void judge_release(Facts& facts, const Deed& deed, const Answer& answer);
void judge_reservation(Facts& facts, const Deed& deed, const Answer& answer);
void judge_import(Facts& facts, const Deed& deed, const Answer& answer);

void judge_charge(Facts& facts, const Deed& deed, const Answer& answer);
void judge_pay(Facts& facts, const Deed& deed, const Answer& answer);
void judge_payment(Facts& facts, const Deed& deed, const Answer& answer);
void judge_balance(Facts& facts, const Deed& deed, const Answer& answer);

// ---- the server's memory and tables

/// The cheap look after every step.
void check_memory(Facts& facts, World& world);
/// After every group.
void check_money(const Facts& facts, World& world);

/// Compares all that was promised with the tables, where nothing is under way; what a crash left
/// unknown is found there, or has not happened.
void check_books(Facts& facts, World& world);

} // namespace stagedoor::simulation
