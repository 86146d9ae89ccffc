// SPDX-License-Identifier: MIT
// One life of the server's process: the real modules and endpoints over a simulated clock, journal
// and disk, on a loop that is turned by hand. A restart is a new World over the same disk.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include <boost/asio/io_context.hpp>

#include "base/http.hpp"
#include "message.hpp"
#include "simulated_journal.hpp"
#include "src/core/modules.hpp"
#include "src/http/router.hpp"
#include "support/fake_aside.hpp"

namespace stagedoor::simulation {

/// What outlives the process: time, and what the system says of it. Times in simulated reality.
struct Reality {
    Instant now{};
    Instant booted{};
    int boot = 1;
};

class World {
public:
    struct Settings {
        config::Config config;
        int checkpoint_pages = 1000;
        std::string database; ///< a path; the file's content is the simulated disk's
    };

    /// Opens, checks and migrates the database, and resumes its clock at `reality.now`. Throws
    /// storage::sqlite::OpenError where the disk fails meanwhile, Broken where what is there is not
    /// sound.
    World(const Settings& settings, const Reality& reality, Random& random);
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    /// Starts the recovery; it is done once `recovered()`.
    void recover();
    [[nodiscard]] bool recovered() const { return recovered_; }

    /// Sends a request; `answered` is called once, here or from a later turn of the loop, unless
    /// the process dies before.
    void send(Message message, std::function<void(const Response&)> answered);
    [[nodiscard]] std::size_t running() const { return running_; }

    /// Begins to move time; see core::Scheduler::advance. One at a time.
    void advance(Seconds by);
    [[nodiscard]] bool advancing() const { return advancing_; }

    /// Runs whatever is ready.
    void poll();

    /// The process dies: every coroutine comes to its end, none has an effect or an answer. Throws
    /// Broken where one hangs.
    void end();

    [[nodiscard]] Instant now() const { return clock_.now(); }
    [[nodiscard]] SimulatedJournal& journal() { return journal_; }
    [[nodiscard]] test::FakeAside& aside() { return aside_; }
    [[nodiscard]] core::Modules& modules() { return modules_; }

private:
    struct Opened;
    struct Exchange;
    World(const Settings& settings, const Reality& reality, Random& random, Opened opened);
    [[nodiscard]] static Opened open(const Settings& settings, const Reality& reality);
    void spawn(task<void> work, std::function<void()> done);
    task<void> run(const http::Route& route, Exchange& exchange);
    task<void> run_advance(Seconds by);

    config::Config config_;
    core::FrozenClock clock_;
    asio::io_context io_;
    SimulatedJournal journal_;
    test::FakeAside aside_{io_.get_executor()};
    core::Modules modules_;
    http::Router router_;
    std::size_t running_ = 0;
    bool recovered_ = false;
    bool advancing_ = false;
    bool dead_ = false;
    std::exception_ptr failure_; ///< the first that nothing should have thrown
};

} // namespace stagedoor::simulation
