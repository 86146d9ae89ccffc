// SPDX-License-Identifier: MIT
// Catalogues that come with the command line: read from files, folders or stdin, and imported
// before the server listens.
#pragma once

#include <string>
#include <vector>

#include "src/core/core.hpp"

namespace stagedoor::cli {

struct CatalogueText {
    std::string name; ///< what an error calls it
    std::string text;
};

/// Named by its path. Throws core::StartError where it cannot be read.
[[nodiscard]] CatalogueText read_catalogue_file(const std::string& path);

/// What `path` names: one file, each `*.json` of a folder in the order of their names, or stdin
/// where it is `-`. Throws core::StartError where it cannot be read or has none.
[[nodiscard]] std::vector<CatalogueText> read_catalogues(const std::string& path);

/// Throws core::StartError where one is no catalogue of ours, or in another currency; before
/// anything is made. Whether the database can become what it says is known only there.
void judge_catalogues(const std::vector<CatalogueText>& catalogues, const config::Config& config);

/// In their order. Throws core::StartError where one is refused, as it is where it would remove
/// something: who starts a server is not asked. Loop thread.
[[nodiscard]] task<void> import_at_start(core::Core& core, std::vector<CatalogueText> catalogues);

} // namespace stagedoor::cli
