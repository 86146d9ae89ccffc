// SPDX-License-Identifier: MIT
#include "background_audit.hpp"

#include <exception>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "src/storage/file_system.hpp"
#include "src/storage/sqlite/snapshot.hpp"
#include "tables.hpp"

namespace stagedoor::core {

namespace sqlite = storage::sqlite;

namespace {

/// Until what could not be read is tried again.
constexpr std::chrono::minutes again_after{1};

void make_mark(const std::string& mark) {
    if (!std::filesystem::exists(mark)) {
        storage::create_private_file(mark);
    }
    storage::sync_to_disk(storage::folder_of(mark));
}

} // namespace

/// What the thread aside leaves for the loop.
struct BackgroundAudit::Finding {
    bool stopped = false;
    std::vector<std::string> faults;
    std::string unreadable; ///< why there is no verdict
    std::string unmarked;   ///< why the mark could not be made
};

std::string unsound_mark(const std::string& database) {
    return database + ".unsound";
}

std::string unsound_sentence(const std::string& database, const std::vector<std::string>& faults) {
    return fmt::format("{0} is not sound ({1} faults, the first: {2}); see `stagedoor check "
                       "--database {0}` and restore a backup",
                       database, faults.size(), faults.front());
}

BackgroundAudit::BackgroundAudit(std::string path, std::shared_ptr<sqlite::FileUse> file_use,
                                 sqlite::SqliteJournal& journal,
                                 std::shared_ptr<spdlog::logger> logger)
    : path_{std::move(path)},
      file_use_{std::move(file_use)},
      journal_{journal},
      logger_{std::move(logger)},
      again_{journal.executor()} {}

void BackgroundAudit::start(std::function<void(const std::string&)> on_unsound) {
    on_unsound_ = std::move(on_unsound);
    run();
}

void BackgroundAudit::run() {
    auto finding = std::make_shared<Finding>();
    auto work = [path = path_, file_use = file_use_, finding](const std::atomic<bool>& stopping) {
        try {
            sqlite::Snapshot snapshot{path, file_use, stopping};
            finding->faults = audit_everything(snapshot);
        } catch (const sqlite::ReadingStopped&) {
            finding->stopped = true;
        } catch (const std::exception& error) {
            if (sqlite::says_damaged(std::current_exception())) {
                finding->faults.push_back(fmt::format("a page is damaged: {}", error.what()));
            } else {
                finding->unreadable = error.what();
            }
        }
        if (finding->faults.empty()) {
            return;
        }
        try {
            make_mark(unsound_mark(path));
        } catch (const std::system_error& error) {
            finding->unmarked = error.code().message(); // the next start's own audit finds it again
        }
    };
    if (!journal_.aside(
            std::move(work), [this, finding] { judge(*finding); },
            storage::sqlite::Urgency::background)) {
        finding->unreadable = "the machine has no thread to give";
        judge(*finding);
    }
}

void BackgroundAudit::judge(const Finding& finding) {
    if (!finding.unreadable.empty()) {
        logger_->warn("the audit of the database could not read it, and tries again: {}",
                      finding.unreadable);
        again_.expires_after(again_after);
        again_.async_wait([this](boost::system::error_code error) {
            if (!error) {
                run();
            }
        });
        return;
    }
    if (finding.stopped) {
        return;
    }
    stats_ = {true, finding.faults.size()};
    if (finding.faults.empty()) {
        logger_->debug("the audit of the database has found nothing");
        return;
    }
    for (const auto& fault : finding.faults) {
        logger_->error("{}", fault);
    }
    if (!finding.unmarked.empty()) {
        logger_->error("{} could not be made: {}", unsound_mark(path_), finding.unmarked);
    }
    on_unsound_(unsound_sentence(path_, finding.faults));
}

} // namespace stagedoor::core
