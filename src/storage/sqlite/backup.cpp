// SPDX-License-Identifier: MIT
#include "backup.hpp"

#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <sqlite3.h>

#include "src/storage/file_system.hpp"

namespace stagedoor::storage::sqlite {

namespace fs = std::filesystem;

Backup::Backup(BackupRequest request) : request_{std::move(request)} {
    std::error_code ignored;
    if (!request_.overwrite && fs::exists(request_.target, ignored)) {
        fail("it exists already; name another file");
    }
    if (fs::is_directory(request_.target, ignored)) {
        fail("it is a folder; name a file in it");
    }
    if (!fs::is_directory(folder_of(request_.target), ignored)) {
        fail(fmt::format("there is no folder {}", folder_of(request_.target).string()));
    }
    try {
        temporary_ = create_temporary(request_.target.string() + ".partial");
    } catch (const std::system_error& error) {
        fail(error.code().message());
    }
}

Backup::~Backup() {
    copy_.reset();
    if (temporary_.empty()) {
        return;
    }
    std::error_code ignored;
    for (const char* const suffix : {"", "-journal", "-wal", "-shm"}) {
        fs::remove(temporary_.string() + suffix, ignored);
    }
}

bool Backup::step(SqliteDatabase& source) {
    try {
        if (!copy_) {
            begin(source);
        }
        return copy_->step(source);
    } catch (const SQLite::Exception& error) {
        fail(error.what());
    }
}

void Backup::begin(SqliteDatabase& source) {
    const char* const name = sqlite3_db_filename(source.connection().getHandle(), "main");
    std::error_code ignored;
    if (name != nullptr && *name != '\0' && fs::equivalent(name, request_.target, ignored)) {
        fail("it is the database itself; name another file");
    }
    // The path is made plain, since `file:…` would be read as a URI.
    copy_.emplace(fs::absolute(temporary_).string());
}

void Backup::check_copy(const std::atomic<bool>& stopping) {
    const Audit audit = [this](Database& copy) {
        auto found = copy.audit();
        // A structure that is damaged cannot be asked for more.
        return found.empty() && request_.audit ? request_.audit(copy) : found;
    };
    const auto faults = copy_->faults(audit, stopping);
    if (!faults.empty()) {
        fail(fmt::format("the copy is not sound ({} faults, the first: {}); see `stagedoor check`",
                         faults.size(), faults.front()));
    }
}

void Backup::finish(const std::atomic<bool>& stopping) {
    try {
        check_copy(stopping);
        copy_.reset();
        sync_to_disk(temporary_);
        rename_file(temporary_, request_.target, request_.overwrite);
        temporary_.clear();
        sync_folder();
    } catch (const SQLite::Exception& error) {
        fail(stopping ? "the server is stopping" : error.what());
    } catch (const std::system_error& error) {
        fail(error.code().message());
    }
}

void Backup::sync_folder() const {
    try {
        sync_to_disk(folder_of(request_.target));
    } catch (const std::system_error& error) {
        fail(fmt::format("the copy is complete, but the disk did not take its name for good: {}",
                         error.code().message()));
    }
}

void Backup::fail(const std::string& reason) const {
    throw BackupError{
        one_line(fmt::format("no backup to {}: {}", request_.target.string(), reason))};
}

void back_up(SqliteDatabase& source, BackupRequest request) {
    Backup backup{std::move(request)};
    while (backup.step(source)) {
    }
    const std::atomic<bool> never{false};
    backup.finish(never);
}

void back_up(SqliteJournal& journal, BackupRequest request,
             std::function<void(std::string error)> done) {
    auto make = [request = std::move(request)]() -> std::unique_ptr<Copying> {
        return std::make_unique<Backup>(request);
    };
    copy_beside(journal, std::move(make), "no backup", std::move(done));
}

} // namespace stagedoor::storage::sqlite
