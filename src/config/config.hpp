// SPDX-License-Identifier: MIT
// Every setting of the program: the settings of each part, which have their defaults there. Changed
// at the start (read_config.hpp), before anything else runs; constant afterwards.
#pragma once

#include "log_settings.hpp"
#include "modules/idempotency/idempotency_settings.hpp"
#include "modules/identity/identity_settings.hpp"
#include "modules/payment/payment_settings.hpp"
#include "modules/reservation/reservation_settings.hpp"
#include "src/http/server_settings.hpp"
#include "src/storage/storage_settings.hpp"
#include "stagedoor/line_settings.hpp"

namespace stagedoor::config {

struct Config {
    http::ServerSettings server;
    storage::StorageSettings storage;
    queue::LineSettings queue; ///< of every concert whose catalogue does not say otherwise
    reservation::ReservationSettings reservation;
    payment::PaymentSettings payment;
    idempotency::IdempotencySettings idempotency;
    identity::IdentitySettings identity;
    LogSettings log;
};

} // namespace stagedoor::config
