// SPDX-License-Identifier: MIT
#include "ledger_store.hpp"

#include <limits>

#include "stagedoor/database.hpp"

namespace stagedoor::payment {

namespace {

constexpr auto cash = "cash";
constexpr auto revenue = "revenue";

const Statement insert_entry{
    "INSERT INTO ledger_entries (transfer_id, account, kind, amount, balance_after, at) "
    "VALUES ($1, $2, $3, $4, $5, $6)"};

const Statement select_entries{
    "SELECT entry_id, kind, ABS(amount), balance_after, at, transfer_id FROM ledger_entries "
    "WHERE account = $1 AND entry_id < $2 ORDER BY entry_id DESC LIMIT $3"};

/// Each row that one of these finds is a sentence about something broken.
const Statement invariants[]{
    Statement{R"sql(
    SELECT 'the balances of all accounts sum to ' || SUM(balance) || ' and not to 0' FROM accounts
    HAVING SUM(balance) <> 0)sql"},
    Statement{R"sql(
    SELECT 'the balance of ' || a.account || ' is ' || a.balance || ', but its ledger sums to ' ||
    COALESCE(SUM(e.amount), 0) FROM accounts AS a LEFT JOIN ledger_entries AS e ON e.account =
    a.account GROUP BY a.account, a.balance HAVING a.balance <> COALESCE(SUM(e.amount), 0))sql"},
    Statement{R"sql(
    SELECT 'ledger transfer ' || substr(transfer_id, 1, 6) ||
    '… does not sum to 0 over two entries' FROM ledger_entries GROUP BY transfer_id HAVING
    SUM(amount) <> 0 OR COUNT(*) <> 2)sql"},
    Statement{R"sql(
    SELECT 'entry ' || entry_id || ' of ' || account || ' leaves a balance of ' || balance_after ||
    ', but the entries up to it sum to ' || running FROM (SELECT entry_id, account, balance_after,
    SUM(amount) OVER (PARTITION BY account ORDER BY entry_id) AS running FROM ledger_entries) AS e
    WHERE balance_after <> running)sql"},
};

std::string account_of(const UserId& user) {
    return "user:" + user.value;
}

struct Transfer {
    std::string_view id;
    std::string_view from;
    std::string_view to;
    std::string_view kind;
    std::int64_t amount;
    ShownTime at;
};

void post(Transaction& transaction, const Transfer& transfer, std::string_view account,
          std::int64_t amount) {
    const auto balance = transaction.post(account, amount);
    transaction.run(insert_entry,
                    {transfer.id, account, transfer.kind, amount, balance, to_millis(transfer.at)});
}

void move_money(Transaction& transaction, const Transfer& transfer) {
    post(transaction, transfer, transfer.from, -transfer.amount);
    post(transaction, transfer, transfer.to, transfer.amount);
}

} // namespace

const Statement load_balance{"SELECT balance FROM accounts WHERE account = $1"};

const Statement store_balance{"INSERT INTO accounts (account, balance) VALUES ($1, $2) "
                              "ON CONFLICT (account) DO UPDATE SET balance = excluded.balance"};

Change credit(std::shared_ptr<Charge> charge) {
    const auto account = account_of(charge->user);
    Change change{[charge = std::move(charge), account](Transaction& transaction) {
        const auto balance = transaction.balance(account);
        if (balance > balance_max - charge->amount) {
            transaction.refuse();
            return;
        }
        move_money(transaction,
                   {charge->id, cash, account, "CHARGE", charge->amount, charge->charged_at});
        charge->balance_after = balance + charge->amount;
    }};
    change.use_account(cash);
    change.use_account(account);
    return change;
}

Change debit(std::shared_ptr<Payment> payment) {
    const auto account = account_of(payment->user);
    Change change{[payment = std::move(payment), account](Transaction& transaction) {
        const auto balance = transaction.balance(account);
        if (balance < payment->amount) {
            payment->balance_after = balance;
            transaction.refuse();
            return;
        }
        move_money(transaction, {payment->payment.value, account, revenue, "PAYMENT",
                                 payment->amount, payment->paid_at});
        payment->balance_after = balance - payment->amount;
    }};
    change.use_account(account);
    change.use_account(revenue);
    return change;
}

std::int64_t balance_of(Database& database, const UserId& user) {
    std::int64_t balance = 0;
    database.select(load_balance, {account_of(user)},
                    [&balance](const Row& row) { balance = row.integer(0); });
    return balance;
}

std::vector<LedgerEntry> entries_of(Database& database, const UserId& user, std::int64_t limit,
                                    std::optional<std::int64_t> before) {
    std::vector<LedgerEntry> entries;
    database.select(
        select_entries,
        {account_of(user), before.value_or(std::numeric_limits<std::int64_t>::max()), limit},
        [&entries](const Row& row) {
            entries.push_back({row.integer(0), row.text(1), row.integer(2), row.integer(3),
                               shown_from_millis(row.integer(4)), row.text(5)});
        });
    return entries;
}

std::vector<std::string> audit_ledger(Database& database) {
    return database.texts(invariants);
}

} // namespace stagedoor::payment
