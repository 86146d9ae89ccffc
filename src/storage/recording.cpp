// SPDX-License-Identifier: MIT
#include "recording.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <memory>
#include <utility>

#include "base/assert.hpp"

namespace stagedoor::storage {

namespace {

/// Which row a statement writes.
struct RowName {
    const Statement* statement;
    std::span<const Value> values;

    friend bool operator<(const RowName& one, const RowName& other) {
        if (one.statement != other.statement) {
            return std::less<>{}(one.statement, other.statement);
        }
        return std::ranges::lexicographical_compare(one.values, other.values);
    }
};

} // namespace

void Recording::clear() {
    constexpr std::size_t kept_max = 65'536; // an import's million statements are given back
    if (statements_.capacity() > kept_max) {
        statements_ = {};
    }
    statements_.clear();
    shared_.clear();
    postings_.clear();
    accounts_.clear();
    memory_.release();
}

void Recording::know(const std::string& account, std::int64_t balance) {
    accounts_[account].balance = balance;
}

bool Recording::knows(std::string_view account) const {
    return accounts_.find(account) != accounts_.end();
}

bool Recording::take(const Change& change) {
    const auto statements = statements_.size();
    const auto shared = shared_.size();
    const auto postings = postings_.size();
    refused_ = false;
    for (const auto& part : change.parts()) {
        part(*this);
        if (refused_) {
            take_back(statements, shared, postings);
            return false;
        }
    }
    return true;
}

void Recording::take_back(std::size_t statements, std::size_t shared, std::size_t postings) {
    statements_.resize(statements);
    shared_.resize(shared);
    for (; postings_.size() > postings; postings_.pop_back()) {
        auto& account = postings_.back().account->second;
        account.balance -= postings_.back().amount;
        account.postings -= 1;
    }
}

void Recording::for_each(const std::function<void(const Recorded&)>& write) const {
    write_balances(write);
    write_shared(write);
    for (const auto& statement : statements_) {
        write(statement);
    }
}

void Recording::write_balances(const std::function<void(const Recorded&)>& write) const {
    for (const auto& posting : postings_) {
        if (posting.first) {
            const auto& [name, account] = *posting.account;
            const std::array<Value, 2> values{name, account.balance};
            write({store_account_, values, 1});
        }
    }
}

void Recording::write_shared(const std::function<void(const Recorded&)>& write) const {
    std::map<RowName, std::size_t> places;
    std::vector<std::pair<const Statement*, std::vector<Value>>> rows;
    for (const auto& [how, statement, values] : shared_) {
        const bool sums = how == Combine::add_up;
        const RowName name{statement, sums ? values.subspan(1) : values.first(1)};
        const auto [place, is_new] = places.try_emplace(name, rows.size());
        if (is_new) {
            rows.emplace_back(statement, std::vector<Value>{values.begin(), values.end()});
        } else if (sums) {
            std::get<std::int64_t>(rows[place->second].second.front()) +=
                std::get<std::int64_t>(values.front());
        } else {
            rows[place->second].second.assign(values.begin(), values.end());
        }
    }
    for (const auto& [statement, values] : rows) {
        write({statement, values, std::nullopt});
    }
}

void Recording::run(const Statement& statement, Values values) {
    statements_.push_back({&statement, keep(values), std::nullopt});
}

void Recording::expect(std::int64_t rows, const Statement& statement, Values values) {
    statements_.push_back({&statement, keep(values), rows});
}

void Recording::keep_last(const Statement& statement, Values values) {
    shared_.push_back({Combine::keep_last, &statement, keep(values)});
}

void Recording::add_up(const Statement& statement, Values values) {
    shared_.push_back({Combine::add_up, &statement, keep(values)});
}

std::int64_t Recording::balance(std::string_view account) const {
    const auto known = accounts_.find(account);
    STAGEDOOR_ASSERT(known != accounts_.end(), "a Change declares the accounts of its parts");
    return known->second.balance;
}

std::int64_t Recording::post(std::string_view account, std::int64_t amount) {
    const auto known = accounts_.find(account);
    STAGEDOOR_ASSERT(known != accounts_.end(), "a Change declares the accounts of its parts");
    auto& [name, state] = *known;
    state.balance += amount;
    postings_.push_back({&*known, amount, state.postings++ == 0});
    return state.balance;
}

/// One copy, into memory that is given back as a whole.
std::span<const Value> Recording::keep(Values values) {
    auto* const kept =
        static_cast<Value*>(memory_.allocate(values.size() * sizeof(Value), alignof(Value)));
    std::uninitialized_copy(values.begin(), values.end(), kept);
    const auto own = [this](std::string_view& bytes) {
        if (!bytes.empty()) {
            auto* const copy = static_cast<char*>(memory_.allocate(bytes.size(), 1));
            std::memcpy(copy, bytes.data(), bytes.size());
            bytes = {copy, bytes.size()};
        }
    };
    for (Value& value : std::span{kept, values.size()}) {
        if (auto* const text = std::get_if<std::string_view>(&value)) {
            own(*text);
        } else if (auto* const blob = std::get_if<Blob>(&value)) {
            own(blob->bytes);
        }
    }
    return {kept, values.size()};
}

} // namespace stagedoor::storage
