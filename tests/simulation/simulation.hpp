// SPDX-License-Identifier: MIT
// A run: one show after another in small venues, each step drawn from the seed: somebody asks for
// something, the journal writes or answers, time passes, the disk runs full, the process dies.
// Whatever is promised meanwhile is checked at every step.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "crowd.hpp"
#include "facts.hpp"
#include "support/simulated_disk.hpp"
#include "world.hpp"

namespace stagedoor::simulation {

class Simulation {
public:
    struct Settings {
        std::uint64_t seed = 1;
        std::uint64_t steps = 10'000;
        std::string database; ///< a path in a folder that is there
        bool verbose = false; ///< each step on stdout
        std::function<void(std::uint64_t step)> progress;
    };

    explicit Simulation(Settings settings);

    /// Throws Broken where a promise is not kept.
    void run();

    [[nodiscard]] std::uint64_t step() const { return step_; }
    [[nodiscard]] const Events& events() const { return events_; }
    /// Of everything that was asked and answered, and when: two runs of a seed have the same.
    [[nodiscard]] std::uint64_t trace() const { return trace_; }

private:
    void begin_show();
    void end_show();
    void take_step();
    void note_trouble();
    void take_trouble_step(std::uint64_t which);

    void send(Deed deed);
    void hear(const DeedPtr& deed, const Response& response);
    void operate();
    void write();
    void advance();
    void change_room();
    void arm_crash();

    void crash(bool power_cut);
    void kill();
    void restart();
    void start_world();
    void settle(const char* what);
    void rest();
    void check_places();
    void check_all();
    void note(std::string_view what);

    Settings settings_;
    Dice dice_;
    Dice server_dice_; ///< the server's own random source
    test::SimulatedDisk disk_;
    Events events_;
    std::uint64_t step_ = 0;
    std::uint64_t trace_ = 0xcbf2'9ce4'8422'2325;

    // Of the show.
    Venue venue_;
    Reality reality_;
    Facts facts_;
    std::optional<Crowd> crowd_;
    std::unique_ptr<World> world_;
    std::uint64_t show_ends_ = 0; ///< step
    std::uint64_t imports_ = 0;
    unsigned write_percent_ = 16;
    bool tight_ = false; ///< the disk has little room, needs some for every write, and dies rarely
    bool armed_ = false; ///< the disk will fail soon
    bool power_armed_ = false;
};

} // namespace stagedoor::simulation
