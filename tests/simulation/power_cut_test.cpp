// SPDX-License-Identifier: MIT
// The power is cut at every place of a small on-sale, and now and then again in the recovery. What
// is left of the files is what a disk may make of writes that were never synced. Everything that
// was acknowledged before the cut is there afterwards, nothing that was refused is.
#include "support/catch.hpp"
#include "support/temp_folder.hpp"

#include <ctime>
#include <map>

#include <fmt/format.h>

#include "life.hpp"
#include "witness.hpp"
#include "workload.hpp"

using namespace stagedoor;
using namespace stagedoor::simulation;
using test::DiskContent;
using test::DiskEvent;

namespace {

/// What had been promised once `event` events of the disk had happened.
struct Moment {
    std::size_t event;
    Tale tale;
};

struct Recording {
    std::vector<DiskEvent> events;
    std::vector<Moment> moments; ///< by event, each event at most once: the last of it
};

/// The workload from the first start to the end, on a good disk.
Recording record_workload(const std::string& database) {
    Recording recording;
    test::SimulatedDisk disk;
    auto tale = first_tale();
    recording.moments.push_back({0, tale});
    Life life{disk, database, tale, 7};
    life.on_moment([&] {
        const auto event = recording.events.size();
        if (recording.moments.back().event == event) {
            recording.moments.pop_back();
        }
        recording.moments.push_back({event, tale});
    });
    disk.record(&recording.events);
    life.start();
    for (const auto& act : acts()) {
        act.play(life);
    }
    life.stop();
    disk.record(nullptr);
    return recording;
}

/// A disk to which recorded events happen again, one by one.
class Replay {
public:
    Replay(DiskContent begin, std::string database)
        : content_{std::move(begin)}, database_{std::move(database)} {}

    void step(const DiskEvent& event) {
        if (event.kind == DiskEvent::Kind::remove) {
            removed_[event.file] = content_.files.at(event.file);
        }
        replay(content_, event);
        if (event.kind == DiskEvent::Kind::open) {
            removed_.erase(event.file);
            // The main file is made, and its folder synced, before SQLite hears of it.
            content_.files.at(event.file).created_durably = event.file == database_;
        }
    }

    /// What a power cut leaves now.
    [[nodiscard]] DiskContent cut(Dice& dice) const {
        auto left = content_;
        for (const auto& [name, file] : removed_) {
            // SQLite syncs the folder after it has removed a rollback journal, not after the log.
            if (name.ends_with("-wal") && chance(dice, 50)) {
                left.files.emplace(name, file);
            }
        }
        left.cut_power(dice);
        return left;
    }

private:
    DiskContent content_;
    std::string database_;
    std::map<std::string, test::SimulatedFile> removed_;
};

struct Cut {
    DiskContent left;
    Tale tale;
    std::uint64_t seed;
};

Tale after_power_cut(Tale tale, Dice& dice) {
    crashed(tale.facts);
    tale.reality.now += Seconds{pick<int>(dice, {0, 0, 7, 130, 400})};
    tale.reality.booted = tale.reality.now;
    ++tale.reality.boot;
    return tale;
}

struct Counts {
    std::size_t cuts = 0;
    std::size_t at_syncs = 0;
    std::size_t second_cuts = 0;
    std::size_t unknown_happened = 0;
    std::size_t unknown_did_not = 0;
};

class Breaker {
public:
    Breaker(test::SimulatedDisk& disk, std::string database)
        : disk_{disk}, database_{std::move(database)} {}

    /// Starts on what the cut has left, and holds it against what was promised. What happened to
    /// the disk until the server was ready is appended to `recovery`.
    void recover(const Cut& cut, std::vector<DiskEvent>* recovery) {
        require_own_log(cut.left);
        disk_.content = cut.left;
        auto tale = cut.tale;
        const auto before = tale.facts.events;
        Life life{disk_, database_, tale, cut.seed};
        disk_.record(recovery);
        life.start();
        disk_.record(nullptr);
        life.verify();
        const auto count = [&](Occurrence event) {
            const auto place = static_cast<std::size_t>(event);
            return tale.facts.events.counts[place] - before.counts[place];
        };
        counts.unknown_happened += count(Occurrence::unknown_happened);
        counts.unknown_did_not += count(Occurrence::unknown_did_not);
        life.die();
    }

    /// Cuts the power again, at `places` places of the recovery from `cut`.
    void cut_again(const Cut& cut, const std::vector<DiskEvent>& recovery, std::size_t places) {
        Dice dice{cut.seed};
        Replay again{cut.left, database_};
        const auto stride = 1 + recovery.size() / places;
        for (std::size_t i = 0; i <= recovery.size(); ++i) {
            if (i % stride == cut.seed % stride) {
                const Cut second{again.cut(dice), after_power_cut(cut.tale, dice),
                                 cut.seed + 1'000'000 * (i + 1)};
                recover(second, nullptr);
                ++counts.second_cuts;
            }
            if (i < recovery.size()) {
                again.step(recovery[i]);
            }
        }
    }

    Counts counts;

private:
    /// A start sets a log aside beside a file whose header says that it never had one: ours must
    /// say otherwise, whatever a cut has left.
    void require_own_log(const DiskContent& left) const {
        const auto log = left.files.find(database_ + "-wal");
        const auto file = left.files.find(database_);
        if (log == left.files.end() || log->second.current.empty() || file == left.files.end()) {
            return;
        }
        constexpr std::size_t write_version = 18; // of the header; 1 = without a log
        const auto& header = file->second.current;
        require(header.size() <= write_version || header[write_version] != 1,
                "a cut has made the log look like another database's");
    }

    test::SimulatedDisk& disk_;
    std::string database_;
};

bool is_sync(const Recording& recording, std::size_t event) {
    return event < recording.events.size() &&
           recording.events[event].kind != DiskEvent::Kind::write;
}

/// How many subsets of the unsynced writes are tried where the power goes before `event`.
int tries_at(const Recording& recording, std::size_t event) {
    return is_sync(recording, event) ? 3 : 1;
}

std::uint64_t count_of(const Facts& facts, Occurrence event) {
    return facts.events.counts[static_cast<std::size_t>(event)];
}

} // namespace

TEST_CASE("a power cut at any place loses nothing that was acknowledged, and adds nothing") {
    const auto began = std::clock();
    const test::TempFolder folder;
    const auto recording = record_workload(folder / "simulated.db");
    {
        const auto& facts = recording.moments.back().tale.facts;
        CHECK(count_of(facts, Occurrence::payment) == 8);
        CHECK(count_of(facts, Occurrence::admission) >= 8);
        CHECK(count_of(facts, Occurrence::release) == 2);
        CHECK(count_of(facts, Occurrence::departure) == 2);
        CHECK(count_of(facts, Occurrence::replay) == 1);
        CHECK(count_of(facts, Occurrence::import_done) == 3);
        CHECK(count_of(facts, Occurrence::seat_taken) >= 2);
        CHECK(count_of(facts, Occurrence::insufficient_balance) >= 1);
        for (const auto over : {Occurrence::sold_out, Occurrence::paid, Occurrence::left}) {
            CHECK(count_of(facts, over) >= 1);
        }
    }

    test::SimulatedDisk disk;
    Breaker breaker{disk, folder / "simulated.db"};
    Replay disk_so_far{{}, folder / "simulated.db"};
    auto moment = recording.moments.begin();
    for (std::size_t event = 0; event <= recording.events.size(); ++event) {
        while (std::next(moment) != recording.moments.end() && std::next(moment)->event <= event) {
            ++moment;
        }
        const auto tries = tries_at(recording, event);
        for (int again = 0; again < tries; ++again) {
            INFO("the power is cut before event " << event << ", subset " << again);
            const auto seed = event * 8 + static_cast<std::uint64_t>(again);
            Dice dice{seed};
            const Cut cut{disk_so_far.cut(dice), after_power_cut(moment->tale, dice), seed};
            std::vector<DiskEvent> recovery;
            breaker.recover(cut, &recovery);
            ++breaker.counts.cuts;
            breaker.counts.at_syncs += is_sync(recording, event) ? 1 : 0;
            if (is_sync(recording, event) && again == 0 && event % 3 == 0) {
                breaker.cut_again(cut, recovery, 8);
            }
        }
        if (event < recording.events.size()) {
            disk_so_far.step(recording.events[event]);
        }
    }
    const auto& counts = breaker.counts;
    fmt::print("power cut: {} events of the disk, {} cuts ({} at a sync), {} more in recoveries; "
               "of what was cut off {} had happened, {} had not; {:.1f} s\n",
               recording.events.size(), counts.cuts, counts.at_syncs, counts.second_cuts,
               counts.unknown_happened, counts.unknown_did_not,
               static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC);
    CHECK(counts.cuts > 1000);
    CHECK(counts.at_syncs > 200);
    CHECK(counts.second_cuts > 100);
    CHECK(counts.unknown_happened > 100);
    CHECK(counts.unknown_did_not > 500);
}
