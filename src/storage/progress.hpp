// SPDX-License-Identifier: MIT
// How far a start has come, and whether it is to go on. Told by the thread that opens and loads the
// database, asked by the loop, which may put an end to it. Any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <string>

#include "stagedoor/database.hpp"

namespace stagedoor::storage {

/// A start that was told to stop has got no further.
class StartStopped : public std::exception {
public:
    [[nodiscard]] const char* what() const noexcept override { return "the start was stopped"; }
};

class Progress {
public:
    /// `doing` says what is being done now; a literal, for nothing is copied. Throws StartStopped.
    void enter(const char* doing);
    /// One more row is read. Throws StartStopped.
    void read_row();

    /// The start ends at its next row or step.
    void stop() { stopped_ = true; }
    [[nodiscard]] bool stopped() const { return stopped_; }
    /// For what ends by itself once it is true.
    [[nodiscard]] const std::atomic<bool>& stopped_flag() const { return stopped_; }

    /// What is being done and how far it is, for a person.
    [[nodiscard]] std::string sentence() const;

private:
    void go_on() const;

    std::atomic<const char*> doing_{"Taking the port"};
    std::atomic<std::uint64_t> rows_{0};
    std::atomic<bool> stopped_{false};
};

/// A Database whose every row that is read is told to a Progress, which must outlive it.
class WatchedDatabase final : public Database {
public:
    WatchedDatabase(Database& database, Progress& progress)
        : database_{database}, progress_{progress} {}

    void select(const Statement& statement, Values values,
                const std::function<void(const Row&)>& each) override;
    void run(const Statement& statement, Values values) override;
    [[nodiscard]] std::vector<std::string> audit() override;

private:
    Database& database_;
    Progress& progress_;
};

} // namespace stagedoor::storage
