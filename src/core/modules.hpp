// SPDX-License-Identifier: MIT
// The modules, wired to each other over a given clock, random source and
// journal: what the server and the simulation run alike. Loop thread only.
#pragma once

#include <memory>
#include <string>

#include "base/turns.hpp"
#include "modules/idempotency/idempotency_service.hpp"
#include "modules/identity/identity_service.hpp"
#include "modules/payment/payment_service.hpp"
#include "modules/queue/queue_service.hpp"
#include "modules/reservation/catalogue_service.hpp"
#include "modules/reservation/reservation_service.hpp"
#include "modules/reservation/seat_board.hpp"
#include "modules/reservation/stock_service.hpp"
#include "scheduler.hpp"
#include "src/config/config.hpp"
#include "src/storage/progress.hpp"
#include "stagedoor/aside.hpp"
#include "stagedoor/routes.hpp"

namespace stagedoor::core {

class Modules {
public:
    /// All must outlive the modules. `frozen` is `clock` where a test moves it, otherwise nullptr.
    struct Dependencies {
        Executor executor;
        const config::Config& config; ///< read here only
        Clock& clock;
        FrozenClock* frozen;
        Random& random;
        Journal& journal;
        Aside& aside;
        identity::OperatorKey operator_key;
    };

    explicit Modules(const Dependencies& dependencies);
    Modules(const Modules&) = delete;
    Modules& operator=(const Modules&) = delete;

    /// load(), then catch_up(): before anything else.
    [[nodiscard]] task<void> recover();

    /// Rebuilds the live state from the tables, and writes nothing. Each row is told to `progress`,
    /// which may be nullptr; what is loaded is of no use where that was stopped. Throws Unsound, or
    /// what the engine says, where the rows of what is live are not sound.
    [[nodiscard]] task<void> load(storage::Progress* progress);

    /// Expires what fell due and admits who may be. Returns once that is durable.
    [[nodiscard]] task<void> catch_up();

    /// Hangs up every module's endpoints; `routes` must not outlive the modules.
    void add_routes(Routes& routes);

    [[nodiscard]] const reservation::StockService& stock() const { return stock_; }
    [[nodiscard]] const reservation::SeatBoard& seat_board() const { return seat_board_; }
    [[nodiscard]] reservation::CatalogueService& catalogue() { return catalogue_; }
    [[nodiscard]] reservation::ReservationService& reservations() { return reservations_; }
    [[nodiscard]] queue::QueueService& queue() { return queue_; }
    [[nodiscard]] payment::PaymentService& payments() { return payments_; }
    [[nodiscard]] idempotency::Keys& keys() { return *keys_; }
    [[nodiscard]] const Door& door() const { return identity_; }
    [[nodiscard]] Scheduler& scheduler() { return scheduler_; }

private:
    void judge_holders() const;

    Executor executor_;
    Clock& clock_;
    Journal& journal_;
    std::string currency_;
    Turns turns_;
    Scheduler scheduler_;
    reservation::StockService stock_;
    reservation::SeatBoard seat_board_;
    reservation::CatalogueService catalogue_;
    reservation::ReservationService reservations_;
    queue::QueueService queue_;
    payment::PaymentService payments_;
    std::unique_ptr<idempotency::Keys> keys_;
    identity::IdentityService identity_;
};

} // namespace stagedoor::core
