// SPDX-License-Identifier: MIT
// The few file operations that durability needs and the standard library lacks. Any thread.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace stagedoor::storage {

/// The folder that holds `path`, `.` where it names none.
[[nodiscard]] std::filesystem::path folder_of(const std::filesystem::path& path);

/// Makes the content of a file, or the names in a folder, durable. A large file is written in
/// portions, so that whoever syncs another meanwhile does not wait for all of it. Throws
/// std::system_error.
void sync_to_disk(const std::filesystem::path& file_or_folder);

/// Makes an empty file that only its owner can read, and fails where there is one. Throws
/// std::system_error.
void create_private_file(const std::filesystem::path& path);

/// Makes an empty private file of an unused name that begins with `prefix`. Throws
/// std::system_error.
[[nodiscard]] std::filesystem::path create_temporary(const std::filesystem::path& prefix);

/// Renames atomically; with `overwrite` false an existing `to` is an error (EEXIST). Throws
/// std::system_error.
void rename_file(const std::filesystem::path& from, const std::filesystem::path& to,
                 bool overwrite);

/// Gives a file that something else is to take the place of an unused name that begins with its own
/// and `.set-aside`, which is durable then. Returns it. Throws std::system_error.
[[nodiscard]] std::filesystem::path set_aside(const std::filesystem::path& file);

/// Files that are made or set aside for something that may still fail: removed or put back again,
/// the last first, unless they are kept.
class MadeFiles {
public:
    MadeFiles() = default;
    MadeFiles(MadeFiles&& other) noexcept : files_{std::exchange(other.files_, {})} {}
    ~MadeFiles();
    MadeFiles(const MadeFiles&) = delete;
    MadeFiles& operator=(const MadeFiles&) = delete;
    MadeFiles& operator=(MadeFiles&&) = delete;

    void add(std::filesystem::path file) { files_.push_back({std::move(file), {}}); }
    void add_set_aside(std::filesystem::path file, std::filesystem::path was) {
        files_.push_back({std::move(file), std::move(was)});
    }
    void keep() { files_.clear(); }

private:
    struct Made {
        std::filesystem::path file;
        std::filesystem::path was; ///< its name where it was set aside, otherwise empty
    };
    std::vector<Made> files_;
};

/// `text` with its line breaks made spaces, for messages that must be one line.
[[nodiscard]] std::string one_line(std::string text);

} // namespace stagedoor::storage
