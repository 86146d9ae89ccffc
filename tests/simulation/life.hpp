// SPDX-License-Identifier: MIT
// One life of the server on a simulated disk, with callers who write down every promise: the same
// on a good disk, on one that fails and on one that runs full. For the tests that break the disk at
// each place in turn.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "facts.hpp"
#include "support/simulated_disk.hpp"
#include "world.hpp"

namespace stagedoor::simulation {

/// What outlives the process: time, and what its callers remember. A value: copies are moments to
/// come back to.
struct Tale {
    Reality reality;
    Facts facts;
    std::vector<DeedPtr> keyed;     ///< all that was sent with an idempotency key
    std::set<std::string> imported; ///< concerts whose import was acknowledged
};

class Life {
public:
    /// `database` is a path in a folder that is there; `seed` that of the server's random source.
    /// `disk` and `tale` must outlive it.
    Life(test::SimulatedDisk& disk, std::string database, Tale& tale, std::uint64_t seed);
    ~Life();
    Life(const Life&) = delete;
    Life& operator=(const Life&) = delete;

    /// Opens and recovers. Throws what the opening throws, StorageLost, or Broken where a promise
    /// is not kept, as do all below.
    void start();

    /// Asks for all of it at once and waits for the answers. Who is told that the disk is full
    /// makes room and asks again, once it is clear that nothing has happened.
    void ask(std::vector<Deed> deeds);
    void pass(Seconds time);
    /// In order: everything is answered, the log is folded into the file.
    void stop();
    /// As `kill -9` does: the disk stays as it is.
    void die();

    /// Holds everything that was promised against what the server has in its tables and memory.
    void check();
    /// And against what it says; sends whatever had a key once more, and sells one more seat.
    void verify();

    [[nodiscard]] Tale& tale() { return tale_; }
    /// Called whenever a request was sent, an answer given or time moved.
    void on_moment(std::function<void()> call) { on_moment_ = std::move(call); }
    /// How many answers were 503.
    [[nodiscard]] std::size_t unavailable() const { return unavailable_; }

private:
    void send(Deed deed);
    void hear(const DeedPtr& deed, const Response& response);
    void settle();
    void moment();
    void note_trouble();
    void make_room();
    void ask_about_everything();
    void ask_again();
    void sell_one_more();

    test::SimulatedDisk& disk_;
    std::string database_;
    Tale& tale_;
    Dice dice_;
    std::unique_ptr<World> world_;
    std::function<void()> on_moment_;
    std::vector<Deed> refused_; ///< for want of room
    std::size_t unavailable_ = 0;
};

} // namespace stagedoor::simulation
