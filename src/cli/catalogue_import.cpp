// SPDX-License-Identifier: MIT
#include "catalogue_import.hpp"

#include <fstream>
#include <sstream>

#include <fmt/format.h>

namespace stagedoor::cli {

CatalogueText read_catalogue_file(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    std::ostringstream text;
    text << file.rdbuf();
    if (!file) {
        throw core::StartError{
            fmt::format("cannot read the catalogue {}; check that the file exists", path)};
    }
    return {path, text.str()};
}

task<void> import_at_start(core::Core& core, std::vector<CatalogueText> catalogues) {
    for (const auto& catalogue : catalogues) {
        const auto imported = co_await core.modules().catalogue().import_text(catalogue.text);
        if (!imported) {
            throw core::StartError{
                fmt::format("{}: {}", catalogue.name, imported.error().sentence())};
        }
        core.logger().info("imported {}", catalogue.name);
    }
}

} // namespace stagedoor::cli
