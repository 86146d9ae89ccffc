// SPDX-License-Identifier: MIT
// Catalogues that come with the command line: read from files, folders or stdin, judged before
// anything is made or written, and imported before the server listens.
#pragma once

#include <string>
#include <vector>

#include "modules/reservation/catalogue_service.hpp"
#include "src/config/config.hpp"
#include "src/run/program.hpp"

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

struct NamedCatalogue {
    std::string name; ///< what an error calls it
    reservation::Catalogue catalogue;
};

/// Throws core::StartError where one is no catalogue of ours, or in another currency; before
/// anything is made.
[[nodiscard]] std::vector<NamedCatalogue>
parse_catalogues(const std::vector<CatalogueText>& catalogues, const config::Config& config);

/// What a start that imports `catalogues`, in their order, does on its way: all are judged against
/// the database before anything is written to it. Throws core::StartError where one is refused, as
/// it is where it would remove something: who starts a server is not asked.
[[nodiscard]] run::Preparation import_at_start(std::vector<NamedCatalogue> catalogues);

} // namespace stagedoor::cli
