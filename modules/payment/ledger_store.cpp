// SPDX-License-Identifier: MIT
#include "ledger_store.hpp"

#include <array>

#include "stagedoor/database.hpp"

namespace stagedoor::payment {

namespace {

constexpr auto steps = std::to_array<Migration>({
    {5, "accounts and the ledger", R"sql(
CREATE TABLE accounts (
    account TEXT PRIMARY KEY,
    balance INTEGER NOT NULL,
    CHECK (account NOT LIKE 'user:%' OR balance BETWEEN 0 AND 9007199254740991)
) STRICT, WITHOUT ROWID;
INSERT INTO accounts (account, balance) VALUES ('cash', 0), ('revenue', 0);

CREATE TABLE ledger_entries (
    entry_id      INTEGER PRIMARY KEY AUTOINCREMENT,
    transfer_id   TEXT NOT NULL,
    account       TEXT NOT NULL REFERENCES accounts,
    kind          TEXT NOT NULL CHECK (kind IN ('CHARGE', 'PAYMENT')),
    amount        INTEGER NOT NULL,
    balance_after INTEGER NOT NULL,
    at            INTEGER NOT NULL
) STRICT;
CREATE INDEX ledger_entries_by_account ON ledger_entries (account, entry_id);

CREATE TRIGGER ledger_entries_stay BEFORE UPDATE ON ledger_entries
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_entries_remain BEFORE DELETE ON ledger_entries
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
)sql"},
});

constexpr auto cash = "cash";
constexpr auto revenue = "revenue";

std::string account_of(const UserId& user) {
    return "user:" + user.value;
}

std::int64_t balance_of_account(Database& database, const std::string& account) {
    const auto row = database.query("SELECT balance FROM accounts WHERE account = ?");
    row->bind(1, account);
    return row->executeStep() ? std::int64_t{row->getColumn(0).getInt64()} : 0;
}

struct Transfer {
    std::string id;
    std::string from;
    std::string to;
    std::string kind;
    std::int64_t amount;
    Instant at;
};

void post(Database& database, const Transfer& transfer, const std::string& account,
          std::int64_t amount) {
    // The update first: an upsert would hold the difference alone against the account's CHECK.
    const int known = database.run("UPDATE accounts SET balance = balance + ? WHERE account = ?",
                                   amount, account);
    if (known == 0) {
        database.run("INSERT INTO accounts (account, balance) VALUES (?, ?)", account, amount);
    }
    database.run(
        "INSERT INTO ledger_entries (transfer_id, account, kind, amount, balance_after, at) "
        "SELECT ?, account, ?, ?, balance, ? FROM accounts WHERE account = ?",
        transfer.id, transfer.kind, amount, to_millis(transfer.at), account);
}

void move_money(Database& database, const Transfer& transfer) {
    post(database, transfer, transfer.from, -transfer.amount);
    post(database, transfer, transfer.to, transfer.amount);
}

/// Each row that one of these finds is a sentence about something broken.
constexpr auto invariants = std::to_array<std::string_view>({
    R"sql(
    SELECT 'the balances of all accounts sum to ' || SUM(balance) || ' and not to 0' FROM accounts
    HAVING SUM(balance) <> 0)sql",
    R"sql(
    SELECT 'the balance of ' || a.account || ' is ' || a.balance || ', but its ledger sums to ' ||
    COALESCE(SUM(e.amount), 0) FROM accounts AS a LEFT JOIN ledger_entries AS e USING (account)
    GROUP BY a.account HAVING a.balance <> COALESCE(SUM(e.amount), 0))sql",
    R"sql(
    SELECT 'ledger transfer ' || substr(transfer_id, 1, 6) ||
    '… does not sum to 0 over two entries' FROM ledger_entries GROUP BY transfer_id HAVING
    SUM(amount) <> 0 OR COUNT(*) <> 2)sql",
    R"sql(
    SELECT 'entry ' || entry_id || ' of ' || account || ' leaves a balance of ' || balance_after ||
    ', but the entries up to it sum to ' || running FROM (SELECT entry_id, account, balance_after,
    SUM(amount) OVER (PARTITION BY account ORDER BY entry_id) AS running FROM ledger_entries) WHERE
    balance_after <> running)sql",
});

} // namespace

std::span<const Migration> ledger_migrations() {
    return steps;
}

Change credit(std::shared_ptr<Charge> charge) {
    return Change{[charge = std::move(charge)](Database& database) {
        const auto account = account_of(charge->user);
        const auto balance = balance_of_account(database, account);
        if (balance > balance_max - charge->amount) {
            return false;
        }
        move_money(database,
                   {charge->id, cash, account, "CHARGE", charge->amount, charge->charged_at});
        charge->balance_after = balance + charge->amount;
        return true;
    }};
}

Change debit(std::shared_ptr<Payment> payment) {
    return Change{[payment = std::move(payment)](Database& database) {
        const auto account = account_of(payment->user);
        const auto balance = balance_of_account(database, account);
        if (balance < payment->amount) {
            payment->balance_after = balance;
            return false;
        }
        move_money(database, {payment->payment.value, account, revenue, "PAYMENT", payment->amount,
                              payment->paid_at});
        payment->balance_after = balance - payment->amount;
        return true;
    }};
}

std::int64_t balance_of(Database& database, const UserId& user) {
    return balance_of_account(database, account_of(user));
}

std::vector<LedgerEntry> entries_of(Database& database, const UserId& user, std::int64_t limit,
                                    std::optional<std::int64_t> before) {
    const auto row =
        database.query("SELECT entry_id, kind, ABS(amount), balance_after, at, transfer_id "
                       "FROM ledger_entries WHERE account = ? AND entry_id < ? "
                       "ORDER BY entry_id DESC LIMIT ?");
    row->bind(1, account_of(user));
    row->bind(2, before.value_or(std::numeric_limits<std::int64_t>::max()));
    row->bind(3, limit);
    std::vector<LedgerEntry> entries;
    while (row->executeStep()) {
        entries.push_back({row->getColumn(0).getInt64(), row->getColumn(1).getString(),
                           row->getColumn(2).getInt64(), row->getColumn(3).getInt64(),
                           from_millis(row->getColumn(4).getInt64()),
                           row->getColumn(5).getString()});
    }
    return entries;
}

std::vector<std::string> audit_ledger(Database& database) {
    return database.texts(invariants);
}

} // namespace stagedoor::payment
