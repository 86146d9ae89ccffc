// SPDX-License-Identifier: MIT
#include "check.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <sqlite3.h>

#include "src/storage/file_system.hpp"

namespace stagedoor::storage::sqlite {

namespace {

namespace fs = std::filesystem;

/// What the copy leaves to those who write meanwhile: the log's `journal_size_limit`.
constexpr std::uint64_t room_left_bytes = 64U << 20U;

// A copy is called NAME.check-XXXXXX, the database's name and six letters or digits; SQLite may
// make a log beside it, for a moment.
constexpr std::string_view copy_infix = ".check";
constexpr std::size_t letters_at_random = 6;
constexpr std::array copy_suffixes{"", "-wal", "-journal", "-shm"};

bool is_copy_of(std::string_view database, std::string_view name) {
    const auto prefix = fmt::format("{}{}-", database, copy_infix);
    if (!name.starts_with(prefix) || name.size() < prefix.size() + letters_at_random) {
        return false;
    }
    const auto random = name.substr(prefix.size(), letters_at_random);
    const auto is_plain = [](unsigned char letter) { return std::isalnum(letter) != 0; };
    return std::all_of(random.begin(), random.end(), is_plain) &&
           std::find(copy_suffixes.begin(), copy_suffixes.end(),
                     name.substr(prefix.size() + letters_at_random)) != copy_suffixes.end();
}

/// Empty for a database in memory.
std::string file_of(SqliteDatabase& database) {
    const char* const name = sqlite3_db_filename(database.connection().getHandle(), "main");
    return name == nullptr ? "" : name;
}

[[noreturn]] void fail(const std::string& reason) {
    throw std::runtime_error{one_line(fmt::format("no check: {}", reason))};
}

void require_room(SqliteDatabase& source, const fs::path& folder) {
    const auto number = [&source](const char* pragma) {
        return static_cast<std::uint64_t>(source.connection().execAndGet(pragma).getInt64());
    };
    const auto bytes = number("PRAGMA page_count") * number("PRAGMA page_size");
    if (fs::space(folder).available < bytes + room_left_bytes) {
        fail(fmt::format("there is no room beside the database for the copy of {} MiB that is "
                         "checked; make room, or check while the server is stopped",
                         (bytes >> 20U) + 1));
    }
}

class Check final : public Copying {
public:
    Check(Audit audit, std::shared_ptr<std::vector<std::string>> faults)
        : audit_{std::move(audit)}, faults_{std::move(faults)} {}

    bool step(SqliteDatabase& source) override {
        try {
            if (!copy_) {
                begin(source);
            }
            return copy_->step(source);
        } catch (const SQLite::Exception& error) {
            note(error);
            copy_.reset();
            return false;
        } catch (const std::system_error& error) {
            fail(error.code().message());
        }
    }

    void finish(const std::atomic<bool>& stopping) override {
        if (!copy_) {
            return;
        }
        try {
            *faults_ = copy_->faults(audit_, stopping);
        } catch (const SQLite::Exception& error) {
            if (stopping) {
                fail("the server is stopping");
            }
            note(error);
        }
    }

private:
    /// Damage is what a check is after; whatever else fails leaves it without a result.
    void note(const SQLite::Exception& error) {
        const int code = error.getErrorCode() & 0xff;
        if (code != SQLITE_CORRUPT && code != SQLITE_NOTADB) {
            fail(error.what());
        }
        *faults_ = {one_line(fmt::format("the database is damaged: {}", error.what()))};
    }

    void begin(SqliteDatabase& source) {
        const auto name = file_of(source);
        if (name.empty()) {
            copy_.emplace(":memory:");
            return;
        }
        require_room(source, folder_of(name));
        const auto file = create_temporary(name + std::string{copy_infix}).string();
        for (const char* const suffix : copy_suffixes) {
            made_.add(file + suffix);
        }
        copy_.emplace(file);
    }

    Audit audit_;
    MadeFiles made_; ///< the copy's
    std::shared_ptr<std::vector<std::string>> faults_;
    std::optional<Copy> copy_;
};

} // namespace

void remove_left_copies(SqliteDatabase& database) {
    const fs::path file = file_of(database);
    if (file.empty()) {
        return;
    }
    std::error_code ignored;
    for (fs::directory_iterator entry{folder_of(file), ignored}, end; entry != end;
         entry.increment(ignored)) {
        if (is_copy_of(file.filename().string(), entry->path().filename().string()) &&
            entry->symlink_status(ignored).type() == fs::file_type::regular) {
            fs::remove(entry->path(), ignored);
        }
    }
}

void check(SqliteJournal& journal, Audit audit, std::function<void(CheckResult)> done) {
    auto faults = std::make_shared<std::vector<std::string>>();
    auto make = [audit = std::move(audit), faults]() -> std::unique_ptr<Copying> {
        return std::make_unique<Check>(audit, faults);
    };
    copy_beside(journal, std::move(make), "no check",
                [faults, done = std::move(done)](std::string error) {
                    done({std::move(*faults), std::move(error)});
                });
}

} // namespace stagedoor::storage::sqlite
