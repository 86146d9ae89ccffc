// SPDX-License-Identifier: MIT
#include "catalogue_import.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "modules/reservation/catalogue_file.hpp"

namespace stagedoor::cli {

namespace {

namespace fs = std::filesystem;

using Catalogues = std::shared_ptr<const std::vector<NamedCatalogue>>;

std::string read_all(std::istream& in) {
    return {std::istreambuf_iterator<char>{in}, std::istreambuf_iterator<char>{}};
}

[[noreturn]] void refuse(const std::string& name, const reservation::ImportRefusal& refusal) {
    throw core::StartError{fmt::format("{}: {}", name, refusal.sentence())};
}

task<void> judge_all(core::Core& core, Catalogues catalogues) {
    std::map<ConcertId, const reservation::Catalogue*> before;
    for (const auto& [name, catalogue] : *catalogues) {
        auto& of_concert = before[catalogue.info.id];
        const auto refusal = co_await core.modules().catalogue().foresee_refusal(
            catalogue, of_concert, core.clock().now());
        if (refusal) {
            refuse(name, *refusal);
        }
        of_concert = &catalogue;
    }
}

task<void> import_all(core::Core& core, Catalogues catalogues) {
    for (const auto& [name, catalogue] : *catalogues) {
        auto wanted = catalogue;
        const auto imported = co_await core.modules().catalogue().import(std::move(wanted), {});
        if (!imported) {
            refuse(name, imported.error());
        }
        core.logger().info("imported {}", name);
    }
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

std::vector<NamedCatalogue> parse_catalogues(const std::vector<CatalogueText>& catalogues,
                                             const config::Config& config) {
    std::vector<NamedCatalogue> parsed;
    for (const auto& [name, text] : catalogues) {
        auto catalogue =
            reservation::parse_catalogue(text, config.payment.currency, config.reservation);
        if (!catalogue) {
            refuse(name, {reservation::ImportRefusal::Code::invalid, catalogue.error().field,
                          catalogue.error().detail});
        }
        parsed.push_back({name, std::move(*catalogue)});
    }
    return parsed;
}

run::Preparation import_at_start(std::vector<NamedCatalogue> catalogues) {
    const auto shared = std::make_shared<const std::vector<NamedCatalogue>>(std::move(catalogues));
    return {[shared](core::Core& core) { return judge_all(core, shared); },
            [shared](core::Core& core) { return import_all(core, shared); }};
}

} // namespace stagedoor::cli
