// SPDX-License-Identifier: MIT
// What the commands do on a database that no server runs on. Blocking; the main thread of a
// command. All throw storage::sqlite::OpenError where the database cannot be opened, also because a
// server has it.
#pragma once

#include <string>
#include <vector>

#include "modules/reservation/catalogue_service.hpp"
#include "src/config/config.hpp"

namespace stagedoor::cli {

[[nodiscard]] std::vector<std::string> check_offline(const std::string& database);
void back_up_offline(const std::string& database, const std::string& target);

/// Each of `texts` in its order, whatever became of those before it; the results in that order.
[[nodiscard]] std::vector<reservation::ImportResult>
import_offline(const config::Config& config, const std::vector<std::string>& texts,
               reservation::ImportOptions options);

} // namespace stagedoor::cli
