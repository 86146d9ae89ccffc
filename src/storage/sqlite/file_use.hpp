// SPDX-License-Identifier: MIT
// Who uses the database file at present: the writer, which folds its log into it, or one who reads
// it beside the journal without the log. Between two foldings the file alone is a consistent
// database, as it was at the last. Neither waits for the other: the writer puts its folding off,
// and asks the reader to give way once the log has grown too long. Any thread, without a lock.
#pragma once

#include <atomic>

namespace stagedoor::storage::sqlite {

class FileUse {
public:
    /// The reader: whether the file may be read from now on, until end_reading(). False while the
    /// log is being folded into it, and after that has failed halfway. The log may grow to
    /// `log_pages_max` meanwhile; beyond that, give_way() becomes true.
    [[nodiscard]] bool begin_reading(int log_pages_max);
    void end_reading();
    [[nodiscard]] bool give_way() const { return give_way_; }

    /// The writer: whether its log of `log_pages` may be folded into the file now, until
    /// end_folding(). False while the file is read.
    [[nodiscard]] bool begin_folding(int log_pages);
    /// `whole`: all of the log is in the file.
    void end_folding(bool whole);

private:
    enum class Use { none = 1, reading, folding, torn };

    std::atomic<Use> use_{Use::none};
    std::atomic<bool> give_way_{false};
    std::atomic<int> log_pages_max_{0};
};

} // namespace stagedoor::storage::sqlite
