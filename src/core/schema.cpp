// SPDX-License-Identifier: MIT
#include "schema.hpp"

#include <algorithm>

#include "modules/idempotency/idempotency_store.hpp"
#include "modules/identity/identity_store.hpp"
#include "modules/payment/ledger_store.hpp"
#include "modules/payment/payment_store.hpp"
#include "modules/queue/queue_store.hpp"
#include "modules/reservation/reservation_store.hpp"
#include "src/storage/migrate.hpp"

namespace stagedoor::core {

std::vector<Migration> all_migrations() {
    std::vector<Migration> steps;
    for (const auto part : {storage::migrations(), idempotency::migrations(), queue::migrations(),
                            reservation::migrations(), payment::ledger_migrations(),
                            payment::migrations(), identity::migrations()}) {
        steps.insert(steps.end(), part.begin(), part.end());
    }
    std::sort(steps.begin(), steps.end(),
              [](const auto& a, const auto& b) { return a.version < b.version; });
    return steps;
}

storage::AccountStatements account_statements() {
    return {&payment::load_balance, &payment::store_balance};
}

std::vector<std::string> audit_invariants(Database& database) {
    std::vector<std::string> faults;
    for (auto* const audit :
         {&queue::audit, &reservation::audit, &payment::audit_ledger, &payment::audit}) {
        auto found = audit(database);
        faults.insert(faults.end(), found.begin(), found.end());
    }
    return faults;
}

} // namespace stagedoor::core
