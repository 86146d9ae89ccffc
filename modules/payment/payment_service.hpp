// SPDX-License-Identifier: MIT
// The till's use cases: pay, charge, look. A payment is one Change: debit, seats, token and the
// stored answer. Owns no state: balances live in the database alone. Loop thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/journal.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "base/turns.hpp"
#include "payment_record.hpp"
#include "stagedoor/queue.hpp"
#include "stagedoor/reservation.hpp"

namespace stagedoor::payment {

struct PayRefusal {
    enum class Code {
        not_inside = 1, ///< the token is over, waits, or has not entered: `token`
        no_such_date,
        no_such_seat,
        hold_gone,
        reservation_mismatch,
        insufficient_balance, ///< `balance` and `amount`; the hold stays as it was
        storage_unavailable,  ///< it did not happen
    };
    Code code;
    std::optional<queue::TokenView> token;
    std::int64_t balance = 0; ///< minor units
    std::int64_t amount = 0;
};

enum class ChargeRefusal {
    balance_limit = 1,   ///< it would exceed `balance_max`
    storage_unavailable, ///< it did not happen
};

/// Make the Change that stores the answer (see Idempotency). The record is complete only once
/// the writer has run the parts before it.
using KeepPayment = std::function<Change(std::shared_ptr<const Payment>)>;
using KeepCharge = std::function<Change(std::shared_ptr<const Charge>)>;

struct LedgerPage {
    std::vector<LedgerEntry> entries;
    std::optional<std::int64_t> next; ///< where older ones are left
};

/// Counters since the start, for the metrics.
struct PaymentStats {
    std::uint64_t payments = 0;
    std::uint64_t tickets = 0;
    std::uint64_t charges = 0;
};

class PaymentService {
public:
    struct Dependencies {
        Clock& clock;
        Random& random;
        Journal& journal;
        Turns& turns;
        queue::Queue& queue;
        reservation::Reservations& reservations;
    };

    explicit PaymentService(Dependencies dependencies) : dependencies_{dependencies} {}

    [[nodiscard]] task<result<std::shared_ptr<const Payment>, PayRefusal>>
    pay(queue::TokenHandle token, reservation::SaleSubject subject, KeepPayment keep);

    [[nodiscard]] task<result<std::shared_ptr<const Charge>, ChargeRefusal>>
    charge(UserId user, std::int64_t amount, KeepCharge keep);

    [[nodiscard]] task<std::optional<Payment>> find(PaymentId id);
    [[nodiscard]] task<std::int64_t> balance(UserId user);
    [[nodiscard]] task<LedgerPage> entries(UserId user, std::int64_t limit,
                                           std::optional<std::int64_t> before);

    [[nodiscard]] const PaymentStats& stats() const { return stats_; }

private:
    [[nodiscard]] task<PayRefusal> refuse_outside(queue::TokenHandle token) const;
    [[nodiscard]] std::shared_ptr<Payment> make_payment(const reservation::Sale& sale, Instant now);

    Dependencies dependencies_;
    PaymentStats stats_;
};

} // namespace stagedoor::payment
