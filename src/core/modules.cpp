// SPDX-License-Identifier: MIT
#include "modules.hpp"

#include <exception>

#include <boost/asio/co_spawn.hpp>
#include <fmt/format.h>

#include "base/assert.hpp"
#include "modules/payment/balance_api.hpp"
#include "modules/payment/payment_api.hpp"
#include "modules/queue/queue_api.hpp"
#include "modules/reservation/catalogue_api.hpp"
#include "modules/reservation/reservation_api.hpp"

namespace stagedoor::core {

Modules::Modules(const Dependencies& d)
    : executor_{d.executor},
      clock_{d.clock},
      journal_{d.journal},
      currency_{d.config.payment.currency},
      turns_{d.executor},
      scheduler_{d.executor, d.clock, d.frozen, d.journal},
      stock_{{d.executor, d.clock, d.journal, turns_, scheduler_}},
      seat_board_{d.config.reservation.max_kept_map_bytes, d.random},
      catalogue_{{d.executor, d.journal, d.aside, stock_},
                 d.config.payment.currency,
                 d.config.reservation},
      reservations_{{d.executor, d.clock, d.random, d.journal, turns_, stock_},
                    d.config.reservation},
      queue_{{d.executor, d.clock, d.random, d.journal, turns_, scheduler_, reservations_},
             d.config.queue},
      payments_{{d.clock, d.random, d.journal, turns_, queue_, reservations_}},
      keys_{idempotency::create_idempotency(d.journal, d.clock, scheduler_, d.config.idempotency)},
      identity_{queue_, d.operator_key} {
    stock_.connect(queue_);
    reservations_.connect(queue_);
    scheduler_.add(reservations_);
    scheduler_.add(queue_);
    scheduler_.add(*keys_);
}

task<void> Modules::recover() {
    co_await load(nullptr);
    co_await catch_up();
}

/// Whoever holds seats is inside: the reservation knows nothing of tokens, the line nothing of
/// seats.
void Modules::judge_holders() const {
    for (const auto& hold : stock_.holds()) {
        if (!queue_.is_inside(hold.concert, hold.user)) {
            throw Unsound{fmt::format("{} holds seats of {} on {} without a token that is inside",
                                      hold.user.value, hold.concert.value, hold.date.value)};
        }
    }
}

task<void> Modules::load(storage::Progress* progress) {
    // Nobody else runs yet, so that the writer's thread may fill what is the loop's from then on.
    const std::function<void(Database&)> load = [this](Database& database) {
        stock_.load(database);
        queue_.load(database);
        judge_holders();
        keys_->load(database);
    };
    // Kept from the journal, to which damage would be the end of the process.
    std::exception_ptr failure;
    const std::function<void(Database&)> load_watched = [&](Database& database) {
        storage::WatchedDatabase watched{database, *progress};
        try {
            load(watched);
        } catch (const storage::StartStopped&) {
            return; // no failure
        } catch (...) {
            failure = std::current_exception();
        }
    };
    const std::function<void(Database&)>& chosen = progress == nullptr ? load : load_watched;
    co_await read(journal_, chosen);
    if (failure) {
        std::rethrow_exception(failure);
    }
}

task<void> Modules::catch_up() {
    co_await scheduler_.catch_up();
    for (const auto& concert : reservations_.concerts()) {
        queue_.capacity_changed(concert);
    }
    Change nothing;
    co_await commit(journal_, std::move(nothing));
    // Nobody waits for it, the ready line neither.
    asio::co_spawn(executor_, queue_.forget_leftovers(), [](const std::exception_ptr& failure) {
        if (failure) {
            std::rethrow_exception(failure);
        }
    });
}

void Modules::add_routes(Routes& routes) {
    queue::add_routes(routes, queue_, clock_);
    reservation::add_catalogue_routes(routes, stock_, catalogue_, queue_, seat_board_);
    reservation::add_reservation_routes(routes, reservations_, queue_, *keys_, clock_);
    payment::add_payment_routes(routes, payments_, queue_, *keys_);
    payment::add_balance_routes(routes, payments_, *keys_, currency_);
}

} // namespace stagedoor::core
