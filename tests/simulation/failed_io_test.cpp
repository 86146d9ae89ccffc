// SPDX-License-Identifier: MIT
// Each call to the disk fails in turn, once and for good, in each act of a small on-sale. An I/O
// error ends the process before it can promise anything more, and the next one finds all that was
// promised; a full disk ends nothing.
#include "support/catch.hpp"
#include "support/temp_folder.hpp"

#include <array>
#include <ctime>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "life.hpp"
#include "src/storage/sqlite/database_file.hpp"
#include "witness.hpp"
#include "workload.hpp"

using namespace stagedoor;
using namespace stagedoor::simulation;
using storage::sqlite::OpenErrc;
using test::DiskCall;
using test::DiskContent;
using test::SimulatedDisk;

namespace {

/// An act, and what it begins with: the disk as a killed process has left it.
struct Scene {
    Act act;
    DiskContent disk;
    Tale tale;
    bool start_too; ///< whether the disk breaks before the server has started, or after that
};

std::vector<Scene> scenes(const std::string& database) {
    std::vector<Scene> found;
    SimulatedDisk disk;
    auto tale = first_tale();
    Life life{disk, database, tale, 1};
    for (const auto& act : acts()) {
        const auto number = found.size();
        // A first start, one with an empty log and one with a long one.
        found.push_back({act, disk.content, tale, number == 0 || number == 3 || number == 6});
        if (number == 0) {
            life.start();
        }
        act.play(life);
    }
    return found;
}

constexpr auto never = std::numeric_limits<std::uint64_t>::max();

enum class End { ran_through = 1, gave_up, did_not_open };

using Break = std::function<void(SimulatedDisk& disk)>;

struct Counts {
    std::size_t runs = 0;
    std::size_t ran_through = 0;
    std::size_t gave_up = 0;
    std::size_t did_not_open = 0;
    std::size_t unavailable = 0; ///< answers of 503
    std::size_t kills = 0;
    std::size_t power_cuts = 0;
};

/// Plays scenes on a disk that is about to fail.
class Trial {
public:
    explicit Trial(std::string database) : database_{std::move(database)} {}

    /// False where the scene was over before the disk failed.
    bool play(const Scene& scene, std::uint64_t seed, const Break& break_disk) {
        ++counts.runs;
        disk_.content = scene.disk;
        disk_.fail(DiskCall::write, never, SQLITE_OK, false); // it has not failed yet
        auto tale = scene.tale;
        crashed(tale.facts);
        bool failed = false;
        {
            Life life{disk_, database_, tale, seed + 1000};
            end_ = run(scene, life, break_disk);
            failed = disk_.failed();
            if (failed && end_ == End::ran_through) {
                hold_to_promises(life, seed); // the same process goes on
            }
            counts.unavailable += life.unavailable();
            life.die();
        }
        disk_.mend();
        disk_.room.reset();
        if (failed && (end_ != End::ran_through || seed % 8 < 2)) {
            recover(tale, seed);
        }
        return failed;
    }

    [[nodiscard]] End end() const { return end_; }
    /// Why it did not open.
    [[nodiscard]] OpenErrc refusal() const { return refusal_; }

    Counts counts;

private:
    End run(const Scene& scene, Life& life, const Break& break_disk) {
        try {
            if (scene.start_too) {
                break_disk(disk_);
            }
            life.start();
            if (!scene.start_too) {
                break_disk(disk_);
            }
            scene.act.play(life);
            ++counts.ran_through;
            return End::ran_through;
        } catch (const StorageLost& lost) {
            require(disk_.failed(), "the storage was given up without cause: ", lost.what());
            ++counts.gave_up;
            return End::gave_up;
        } catch (const storage::sqlite::OpenError& error) {
            require(disk_.failed(), "the database does not open: ", error.what());
            require(std::string_view{error.what()}.find('\n') == std::string_view::npos,
                    "more than a line: ", error.what());
            refusal_ = error.code();
            ++counts.did_not_open;
            return End::did_not_open;
        }
    }

    /// The tables always; every answer now and then, since that takes as long as all the rest.
    static void hold_to_promises(Life& life, std::uint64_t seed) {
        if (seed % 4 < 2) {
            life.verify();
        } else {
            life.check();
        }
    }

    /// The next process finds what was promised, by turns after a kill and after a power cut.
    void recover(Tale& tale, std::uint64_t seed) {
        Dice dice{seed};
        crashed(tale.facts);
        if (seed % 2 == 0) {
            disk_.content.cut_power(dice);
            tale.reality.booted = tale.reality.now;
            ++tale.reality.boot;
            ++counts.power_cuts;
        } else {
            ++counts.kills;
        }
        Life next{disk_, database_, tale, seed + 1'000'000};
        next.start();
        hold_to_promises(next, seed);
        next.die();
    }

    std::string database_;
    SimulatedDisk disk_;
    End end_ = End::ran_through;
    OpenErrc refusal_{};
};

struct Fault {
    const char* name;
    DiskCall call;
    int code;
};

constexpr std::array io_errors{
    Fault{"read", DiskCall::read, SQLITE_IOERR_READ},
    Fault{"write", DiskCall::write, SQLITE_IOERR_WRITE},
    Fault{"sync", DiskCall::sync, SQLITE_IOERR_FSYNC},
    Fault{"truncation", DiskCall::truncate, SQLITE_IOERR_TRUNCATE},
};

class Report {
public:
    ~Report() {
        fmt::print("{}: {} runs: {} gave up, {} did not open, {} ran through with {} answers of "
                   "503; the next process checked after {} kills and {} power cuts; {:.1f} s\n",
                   what_, counts_.runs, counts_.gave_up, counts_.did_not_open, counts_.ran_through,
                   counts_.unavailable, counts_.kills, counts_.power_cuts,
                   static_cast<double>(std::clock() - began_) / CLOCKS_PER_SEC);
    }
    Report(const char* what, const Counts& counts) : what_{what}, counts_{counts} {}
    Report(const Report&) = delete;
    Report& operator=(const Report&) = delete;

private:
    const char* what_;
    const Counts& counts_;
    std::clock_t began_ = std::clock();
};

} // namespace

TEST_CASE("an I/O error at any call ends the process, and takes nothing that was acknowledged") {
    const test::TempFolder folder;
    const auto all = scenes(folder / "simulated.db");
    Trial trial{folder / "simulated.db"};
    const Report report{"I/O errors", trial.counts};
    for (const auto& scene : all) {
        for (const auto& fault : io_errors) {
            bool failed = true;
            for (std::uint64_t nth = 1; failed; ++nth) {
                // For good makes a difference only to what SQLite does to clean up.
                for (int for_good = 0; for_good <= (nth % 3 == 0 ? 1 : 0); ++for_good) {
                    INFO(scene.act.name << ": " << fault.name << ' ' << nth
                                        << (for_good == 1 ? " and all later fail" : " fails"));
                    failed = trial.play(scene, nth, [&](SimulatedDisk& disk) {
                        disk.fail(fault.call, nth, fault.code, for_good == 1);
                    });
                    // That a log cannot be made shorter is nothing to SQLite.
                    if (failed && fault.call != DiskCall::truncate &&
                        trial.end() == End::ran_through) {
                        FAIL("the error was not noticed");
                    }
                }
            }
        }
    }
    CHECK(trial.counts.gave_up > 1000);
    CHECK(trial.counts.did_not_open > 300);
    CHECK(trial.counts.kills > 600);
    CHECK(trial.counts.power_cuts > 600);
}

TEST_CASE("a disk that is full at any write refuses, and goes on once there is room") {
    const test::TempFolder folder;
    const auto all = scenes(folder / "simulated.db");
    Trial trial{folder / "simulated.db"};
    const Report report{"a full disk", trial.counts};
    const auto play = [&trial](const Scene& scene, std::uint64_t seed, const Break& break_disk) {
        const bool failed = trial.play(scene, seed, break_disk);
        if (trial.end() == End::gave_up) {
            FAIL("a full disk is taken for a broken one");
        }
        return failed;
    };
    for (const auto& scene : all) {
        bool failed = true;
        for (std::uint64_t nth = 1; failed; ++nth) {
            INFO(scene.act.name << ": write " << nth << " finds no room");
            failed = play(scene, nth, [&](SimulatedDisk& disk) {
                disk.fail(DiskCall::write, nth, SQLITE_FULL, nth % 4 == 1);
            });
        }
        failed = true;
        for (std::int64_t room = 0; failed; room += 10'000) {
            INFO(scene.act.name << ": there is room for " << room << " bytes");
            failed = play(scene, static_cast<std::uint64_t>(room),
                          [&](SimulatedDisk& disk) { disk.room = room; });
        }
    }
    CHECK(trial.counts.ran_through > 700);
    CHECK(trial.counts.unavailable > 500);
    CHECK(trial.counts.did_not_open > 50);
}

TEST_CASE("an I/O error at the start is not called damage") {
    const test::TempFolder folder;
    const auto all = scenes(folder / "simulated.db");
    Trial trial{folder / "simulated.db"};
    std::size_t errors = 0;
    std::size_t called_damage = 0;
    for (std::uint64_t nth = 1;; ++nth) {
        const bool failed = trial.play(all.at(3), nth, [&](SimulatedDisk& disk) {
            disk.fail(DiskCall::read, nth, SQLITE_IOERR_READ, false);
        });
        if (!failed || trial.end() != End::did_not_open) {
            break;
        }
        ++errors;
        called_damage += trial.refusal() == OpenErrc::damaged ? 1 : 0;
    }
    CHECK(errors > 20);
    CHECK(called_damage == 0);
}
