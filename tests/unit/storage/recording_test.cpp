// SPDX-License-Identifier: MIT
// In which order what the Changes of a group record is written, and what a refusal takes back.
#include "storage/recording.hpp"

#include <fmt/format.h>

#include "support/catch.hpp"

using namespace stagedoor;
using storage::Recorded;
using storage::Recording;

namespace {

const Statement load{"load"};
const Statement store{"store"};
const Statement line{"line"};
const Statement version{"version"};
const Statement seat{"seat"};

std::string in_words(const Value& value) {
    if (const auto* const number = std::get_if<std::int64_t>(&value)) {
        return fmt::format(" {}", *number);
    }
    if (const auto* const text = std::get_if<std::string_view>(&value)) {
        return fmt::format(" {}", *text);
    }
    return std::holds_alternative<Blob>(value) ? " blob" : " null";
}

struct Group {
    Recording recording{{&load, &store}};

    bool take(const Change::Part& part) { return recording.take(Change{part}); }

    std::vector<std::string> written() {
        std::vector<std::string> words;
        recording.for_each([&words](const Recorded& recorded) {
            std::string text = recorded.statement->sql();
            for (const auto& value : recorded.values) {
                text += in_words(value);
            }
            words.push_back(recorded.rows ? fmt::format("{} = {}", text, *recorded.rows) : text);
        });
        return words;
    }
};

using Words = std::vector<std::string>;

void hold(Transaction& transaction, std::int64_t number, const std::string& date) {
    transaction.expect(1, seat, {number, Value{}, Blob{"x"}});
    transaction.add_up(version, {1, "gala", date});
}

} // namespace

TEST_CASE("statements are written in the order of recording, with the values of that moment") {
    Group group;
    CHECK(group.take([](Transaction& transaction) {
        std::string name = "a name that is too long to lie within the string itself";
        transaction.run(seat, {name});
        name.assign(name.size(), '!');
        transaction.expect(2, line, {});
    }));
    CHECK(group.take([](Transaction& transaction) { transaction.run(seat, {2}); }));
    CHECK(group.written() == Words{"seat a name that is too long to lie within the string itself",
                                   "line = 2", "seat 2"});
}

TEST_CASE("what many Changes write is written once, before all else") {
    Group group;
    for (std::int64_t ticket = 1; ticket <= 3; ++ticket) {
        CHECK(group.take([ticket](Transaction& transaction) {
            transaction.run(seat, {ticket});
            transaction.keep_last(line, {ticket == 2 ? "other" : "gala", ticket});
        }));
    }
    CHECK(group.take([](Transaction& transaction) { hold(transaction, 4, "eve"); }));
    CHECK(group.take([](Transaction& transaction) { hold(transaction, 5, "day"); }));
    CHECK(group.take([](Transaction& transaction) { hold(transaction, 6, "eve"); }));
    CHECK(group.written() == Words{"line gala 3", "line other 2", "version 2 gala eve",
                                   "version 1 gala day", "seat 1", "seat 2", "seat 3",
                                   "seat 4 null blob = 1", "seat 5 null blob = 1",
                                   "seat 6 null blob = 1"});
}

TEST_CASE("a Change that refuses leaves nothing, and takes nothing from the others") {
    Group group;
    group.recording.know("kim", 10);
    group.recording.know("cash", 0);
    const auto pay = [&group](std::int64_t amount, bool accept) {
        return group.take([amount, accept](Transaction& transaction) {
            transaction.post("kim", -amount);
            transaction.post("cash", amount);
            hold(transaction, amount, "eve");
            transaction.keep_last(line, {"gala", amount});
            if (!accept) {
                transaction.refuse();
            }
        });
    };
    CHECK_FALSE(pay(1, false));
    CHECK(group.written().empty());
    CHECK(pay(2, true));
    CHECK_FALSE(pay(3, false));
    CHECK(group.recording.balance("kim") == 8);
    CHECK(group.written() == Words{"store kim 8 = 1", "store cash 2 = 1", "version 1 gala eve",
                                   "line gala 2", "seat 2 null blob = 1"});
}

TEST_CASE("balances go on from Change to Change, and only those that were posted to are written") {
    Group group;
    group.recording.know("kim", 10);
    group.recording.know("lee", 5);
    group.recording.know("revenue", 0);
    CHECK(group.recording.knows("kim"));
    CHECK_FALSE(group.recording.knows("ki"));
    for (int i = 0; i < 2; ++i) {
        CHECK(group.take([i](Transaction& transaction) {
            CHECK(transaction.balance("kim") == 10 - 3 * i);
            CHECK(transaction.post("kim", -3) == 7 - 3 * i);
            CHECK(transaction.post("revenue", 3) == 3 + 3 * i);
            CHECK(transaction.balance("lee") == 5);
        }));
    }
    CHECK(group.written() == Words{"store kim 4 = 1", "store revenue 6 = 1"});
    CHECK(group.take([](Transaction& transaction) { transaction.post("lee", 0); }));
    CHECK(group.written().back() == "store lee 5 = 1");
}

TEST_CASE("a group knows nothing of the one before") {
    Group group;
    group.recording.know("kim", 10);
    CHECK(group.take([](Transaction& transaction) {
        transaction.post("kim", 1);
        hold(transaction, 1, "eve");
    }));
    group.recording.clear();
    CHECK(group.written().empty());
    CHECK_FALSE(group.recording.knows("kim"));
}
