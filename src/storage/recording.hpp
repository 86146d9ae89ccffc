// SPDX-License-Identifier: MIT
// What the Changes of one group record, and in which order it is to be written. Knows no engine;
// the writer's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ids.hpp"
#include "base/journal.hpp"
#include "stagedoor/database.hpp"

namespace stagedoor::storage {

/// How the balances of accounts are read (by the account) and written whole (account and balance).
struct AccountStatements {
    const Statement* load = nullptr;
    const Statement* store = nullptr;
};

/// A statement that was recorded, with values that live as long as the group's recording.
struct Recorded {
    const Statement* statement;
    std::span<const Value> values;
    std::optional<std::int64_t> rows; ///< how many rows it must change, where that is known
};

class Recording final : public Transaction {
public:
    explicit Recording(AccountStatements accounts) : store_account_{accounts.store} {}

    /// Forgets the last group.
    void clear();

    /// Tells what a declared account holds, once a group and before any Change that declares it.
    void know(const std::string& account, std::int64_t balance);
    [[nodiscard]] bool knows(std::string_view account) const;

    /// Runs the parts of `change`. False where one refused, of which nothing stays.
    [[nodiscard]] bool take(const Change& change);

    /// Calls `write` for all that is to be written, in order: the rows that are written once a
    /// group before all that read or reference them.
    void for_each(const std::function<void(const Recorded&)>& write) const;

    // See Transaction.
    void run(const Statement& statement, Values values) override;
    void expect(std::int64_t rows, const Statement& statement, Values values) override;
    void keep_last(const Statement& statement, Values values) override;
    void add_up(const Statement& statement, Values values) override;
    [[nodiscard]] std::int64_t balance(std::string_view account) const override;
    std::int64_t post(std::string_view account, std::int64_t amount) override;
    void refuse() override { refused_ = true; }

private:
    struct Account {
        std::int64_t balance = 0;
        std::size_t postings = 0;
    };
    using Accounts = std::unordered_map<std::string, Account, SeededHash, std::equal_to<>>;

    struct Posting {
        Accounts::pointer account;
        std::int64_t amount;
        bool first; ///< to this account
    };
    enum class Combine { keep_last, add_up };
    struct Shared {
        Combine how;
        const Statement* statement;
        std::span<const Value> values;
    };

    [[nodiscard]] std::span<const Value> keep(Values values);
    void take_back(std::size_t statements, std::size_t shared, std::size_t postings);
    void write_balances(const std::function<void(const Recorded&)>& write) const;
    void write_shared(const std::function<void(const Recorded&)>& write) const;

    const Statement* store_account_;
    std::pmr::monotonic_buffer_resource memory_; ///< of the values
    std::vector<Recorded> statements_;
    std::vector<Shared> shared_; ///< what is written once a group
    std::vector<Posting> postings_;
    Accounts accounts_;
    bool refused_ = false; ///< by the Change that is being taken
};

} // namespace stagedoor::storage
