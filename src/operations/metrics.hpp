// SPDX-License-Identifier: MIT
// GET /metrics: what every part counts, as Prometheus reads it. Names are stagedoor_…, with the
// conventional units and suffixes. Loop thread only.
#pragma once

#include "modules/idempotency/idempotency_service.hpp"
#include "modules/payment/payment_service.hpp"
#include "modules/queue/queue_service.hpp"
#include "modules/reservation/seat_board.hpp"
#include "modules/reservation/stock_service.hpp"
#include "src/core/background_audit.hpp"
#include "src/http/server.hpp"
#include "src/storage/sqlite/sqlite_journal.hpp"
#include "stagedoor/routes.hpp"

namespace stagedoor::operations {

/// Whose numbers are shown; all must outlive the route.
struct MetricSources {
    const http::Server& server;
    const queue::QueueService& queue;
    const reservation::StockService& stock;
    const reservation::SeatBoard& seat_board;
    const payment::PaymentService& payments;
    const idempotency::Keys& keys;
    const storage::sqlite::SqliteJournal& journal;
    const core::AuditStats& audit;
};

void add_metrics_route(Routes& routes, MetricSources sources);

} // namespace stagedoor::operations
