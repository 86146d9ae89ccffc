// SPDX-License-Identifier: MIT
#include "support/catch.hpp"

#include <deque>

#include <boost/asio/io_context.hpp>

#include "fixtures.hpp"
#include "storage/sqlite/journal_writer.hpp"

using namespace stagedoor;
using namespace stagedoor::test;

namespace {

/// A writer and a loop that are moved by hand, so that one may be behind the other.
struct ByHand {
    using Answers = std::vector<std::pair<int, Outcome>>;

    explicit ByHand(const std::string& path)
        : database{open_migrated(path)},
          loop{std::make_shared<storage::JournalLoop>(io.get_executor())},
          writer{database,
                 {},
                 throwing_fatal(),
                 silent_logger(),
                 loop,
                 [this](std::function<void()> outcome) { posted.push_back(std::move(outcome)); }} {}

    /// The loop submits a number.
    void submit(int number, std::size_t bytes = 1) {
        queue.emplace_back(loop->accept(
            insert_filler(number, static_cast<int>(bytes)),
            [this, number](Outcome outcome) { answers.emplace_back(number, outcome); }, {}, 100));
    }
    void write() { writer.work(storage::sqlite::take_slice(queue, 100)); }
    /// The loop hears of all that the writer has done.
    void hear() {
        for (auto& outcome : std::exchange(posted, {})) {
            outcome();
        }
    }

    asio::io_context io{1};
    SqliteDatabase database;
    std::shared_ptr<storage::JournalLoop> loop;
    std::vector<std::function<void()>> posted;
    storage::sqlite::JournalWriter writer;
    std::deque<storage::sqlite::Item> queue;
    Answers answers;
};

} // namespace

TEST_CASE(
    "what was submitted before the loop knew of the room is refused, although there is some") {
    TempFolder folder;
    ByHand journal{folder / "a.db"};
    limit_pages(journal.database, 2);
    journal.submit(1, 100'000);
    journal.write();
    CHECK_FALSE(journal.writer.writable());
    journal.submit(2); // decided on top of the first
    limit_pages(journal.database, 1000);
    journal.writer.probe();
    CHECK(journal.writer.writable());
    journal.write();
    journal.hear();
    CHECK(journal.answers == ByHand::Answers{{1, Outcome::unavailable}, {2, Outcome::unavailable}});
    CHECK(journal.loop->writable());
    CHECK(numbers(journal.database).empty());

    journal.submit(3);
    journal.write();
    journal.hear();
    CHECK(journal.answers.back() == std::pair{3, Outcome::committed});
    CHECK(numbers(journal.database) == std::vector{3});
}

TEST_CASE("reads among the Changes cut no group, and run after all of it") {
    TempFolder folder;
    ByHand journal{folder / "a.db"};
    std::vector<std::vector<int>> seen;
    std::vector<std::size_t> answers_at_done;
    for (const int number : {1, 2, 3}) {
        journal.submit(number);
        journal.loop->expect_completion();
        journal.queue.emplace_back(
            storage::sqlite::Read{[&](Database&) { seen.push_back(numbers(journal.database)); },
                                  [&] { answers_at_done.push_back(journal.answers.size()); }});
    }
    journal.write();
    CHECK(journal.queue.empty());
    journal.hear();
    CHECK(journal.loop->stats().groups == 1);
    CHECK(seen == std::vector<std::vector<int>>(3, {1, 2, 3}));
    CHECK(answers_at_done == std::vector<std::size_t>{3, 3, 3});
}

TEST_CASE("a slice has at most so many, reads counted as well") {
    TempFolder folder;
    ByHand journal{folder / "a.db"};
    for (const int number : {1, 2, 3}) {
        journal.submit(number);
        journal.loop->expect_completion();
        journal.queue.emplace_back(storage::sqlite::Read{[](Database&) {}, [] {}});
    }
    auto slice = storage::sqlite::take_slice(journal.queue, 5);
    CHECK(slice.writes.size() == 3);
    CHECK(slice.reads.size() == 2);
    journal.writer.work(std::move(slice));
    journal.write();
    journal.hear();
    CHECK(numbers(journal.database) == std::vector{1, 2, 3});
}

TEST_CASE("each full disk begins another epoch") {
    TempFolder folder;
    ByHand journal{folder / "a.db"};
    for (int round = 0; round < 3; ++round) {
        limit_pages(journal.database, 2);
        journal.submit(1, 100'000);
        journal.write();
        journal.submit(2);
        limit_pages(journal.database, 1000);
        journal.writer.probe();
        journal.write();
        journal.hear();
        CHECK(journal.answers.back() == std::pair{2, Outcome::unavailable});
    }
    CHECK(numbers(journal.database).empty());
}

TEST_CASE("the loop hears that the disk is full before the answers that say so") {
    TempFolder folder;
    ByHand journal{folder / "a.db"};
    limit_pages(journal.database, 2);
    bool writable_at_the_answer = true;
    journal.queue.emplace_back(journal.loop->accept(
        insert_filler(1, 100'000),
        [&](Outcome) { writable_at_the_answer = journal.loop->writable(); }, {}, 100));
    journal.write();
    CHECK(journal.loop->writable());
    journal.hear();
    CHECK_FALSE(writable_at_the_answer);
}

TEST_CASE("a Change that stands alone shares its transaction with none, and keeps its place") {
    TempFolder folder;
    ByHand journal{folder / "a.db"};
    for (const int number : {1, 2, 3, 4, 5}) {
        Change change = insert_number(number);
        if (number == 3 || number == 4) {
            change.stand_alone();
        }
        Change all;
        all += std::move(change); // what is added up keeps what its parts need
        journal.queue.emplace_back(journal.loop->accept(
            std::move(all),
            [&journal, number](Outcome outcome) { journal.answers.emplace_back(number, outcome); },
            {}, 100));
    }
    std::vector<std::size_t> sizes;
    while (!journal.queue.empty()) {
        auto slice = storage::sqlite::take_slice(journal.queue, 100);
        sizes.push_back(slice.writes.size());
        journal.writer.work(std::move(slice));
    }
    journal.hear();
    CHECK(sizes == std::vector<std::size_t>{2, 1, 1, 1});
    CHECK(numbers(journal.database) == std::vector{1, 2, 3, 4, 5});
    CHECK(journal.answers.size() == 5);
    CHECK(journal.answers.back() == std::pair{5, Outcome::committed});
}

TEST_CASE("who waits for room is told without being copied, and may add another") {
    struct Listener {
        explicit Listener(std::function<void()> told, int& copies)
            : told_{std::move(told)}, copies_{&copies} {}
        Listener(const Listener& other) : told_{other.told_}, copies_{other.copies_} { ++*copies_; }
        Listener(Listener&&) = default;
        Listener& operator=(const Listener&) = delete;
        Listener& operator=(Listener&&) = delete;
        ~Listener() = default;
        void operator()() const { told_(); }

    private:
        std::function<void()> told_;
        int* copies_;
    };
    asio::io_context io;
    storage::JournalLoop loop{io.get_executor()};
    std::vector<int> told;
    int copies = 0;
    for (const int number : {1, 2}) {
        loop.on_writable(Listener{[&loop, &told, number] {
                                      told.push_back(number);
                                      loop.on_writable([&told] { told.push_back(3); });
                                  },
                                  copies});
    }
    copies = 0;
    loop.resume_writing(1);
    CHECK(told == std::vector<int>{1, 2}); // the others from the next time on
    CHECK(copies == 0);                    // a copy takes memory, and this must not throw
    told.clear();
    loop.resume_writing(2);
    CHECK(told == std::vector<int>{1, 2, 3, 3});
}
