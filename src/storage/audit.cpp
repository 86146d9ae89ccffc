// SPDX-License-Identifier: MIT
#include "audit.hpp"

#include <fmt/format.h>

#include "file_system.hpp"

namespace stagedoor::storage {

namespace {

constexpr std::size_t faults_max = 100;

} // namespace

std::vector<std::string> audit(Database& database) {
    std::vector<std::string> faults;
    auto structure = database.query(fmt::format("PRAGMA integrity_check({})", faults_max));
    while (structure->executeStep()) {
        std::string line = structure->getColumn(0).getString();
        if (line != "ok") {
            faults.push_back(one_line(std::move(line)));
        }
    }
    const std::size_t limit = faults.size() + faults_max;
    auto references = database.query("PRAGMA foreign_key_check");
    while (faults.size() < limit && references->executeStep()) {
        faults.push_back(fmt::format("row {} of {} refers to a row of {} that does not exist",
                                     references->getColumn(1).getString(),
                                     references->getColumn(0).getString(),
                                     references->getColumn(2).getString()));
    }
    return faults;
}

} // namespace stagedoor::storage
