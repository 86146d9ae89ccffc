// SPDX-License-Identifier: MIT
#include "tables.hpp"

#include "modules/payment/ledger_store.hpp"
#include "modules/payment/payment_store.hpp"
#include "modules/queue/queue_store.hpp"
#include "modules/reservation/reservation_store.hpp"

namespace stagedoor::core {

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

std::vector<std::string> audit_everything(Database& database) {
    auto faults = database.audit();
    return faults.empty() ? audit_invariants(database) : faults;
}

} // namespace stagedoor::core
