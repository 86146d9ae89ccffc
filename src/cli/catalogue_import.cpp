// SPDX-License-Identifier: MIT
#include "catalogue_import.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include <fmt/format.h>

#include "modules/reservation/catalogue_file.hpp"

namespace stagedoor::cli {

namespace {

namespace fs = std::filesystem;

std::string read_all(std::istream& in) {
    return {std::istreambuf_iterator<char>{in}, std::istreambuf_iterator<char>{}};
}

} // namespace

CatalogueText read_catalogue_file(const std::string& path) {
    std::error_code error;
    std::ifstream file{path, std::ios::binary};
    if (!file || fs::is_directory(path, error)) {
        throw core::StartError{
            fmt::format("cannot read the catalogue {}; check that the file exists", path)};
    }
    auto text = read_all(file);
    if (file.bad()) {
        throw core::StartError{fmt::format("cannot read the catalogue {} to its end", path)};
    }
    return {path, std::move(text)};
}

std::vector<CatalogueText> read_catalogues(const std::string& path) {
    if (path == "-") {
        return {{"stdin", read_all(std::cin)}};
    }
    std::error_code error;
    if (!fs::is_directory(path, error)) {
        return {read_catalogue_file(path)};
    }
    std::vector<std::string> files;
    fs::directory_iterator folder{path, error};
    for (; !error && folder != fs::directory_iterator{}; folder.increment(error)) {
        if (folder->path().extension() == ".json" && !folder->is_directory()) {
            files.push_back(folder->path().string());
        }
    }
    if (error || files.empty()) {
        throw core::StartError{
            fmt::format("the folder {} {}", path,
                        error ? "cannot be read: " + error.message() : "has no *.json in it")};
    }
    std::ranges::sort(files);
    std::vector<CatalogueText> catalogues;
    std::ranges::transform(files, std::back_inserter(catalogues), read_catalogue_file);
    return catalogues;
}

void judge_catalogues(const std::vector<CatalogueText>& catalogues, const config::Config& config) {
    for (const auto& catalogue : catalogues) {
        const auto parsed = reservation::parse_catalogue(catalogue.text, config.payment.currency,
                                                         config.reservation);
        if (!parsed) {
            const reservation::ImportRefusal refusal{reservation::ImportRefusal::Code::invalid,
                                                     parsed.error().field, parsed.error().detail};
            throw core::StartError{fmt::format("{}: {}", catalogue.name, refusal.sentence())};
        }
    }
}

task<void> import_at_start(core::Core& core, std::vector<CatalogueText> catalogues) {
    for (const auto& catalogue : catalogues) {
        const auto imported = co_await core.modules().catalogue().import_text(catalogue.text, {});
        if (!imported) {
            throw core::StartError{
                fmt::format("{}: {}", catalogue.name, imported.error().sentence())};
        }
        core.logger().info("imported {}", catalogue.name);
    }
}

} // namespace stagedoor::cli
