// SPDX-License-Identifier: MIT
// The few file operations that durability needs and the standard library lacks. Any thread.
#pragma once

#include <filesystem>
#include <string>

namespace stagedoor::storage {

/// The folder that holds `path`, `.` where it names none.
[[nodiscard]] std::filesystem::path folder_of(const std::filesystem::path& path);

/// Makes the content of a file, or the names in a folder, durable. Throws std::system_error.
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

/// `text` with its line breaks made spaces, for messages that must be one line.
[[nodiscard]] std::string one_line(std::string text);

} // namespace stagedoor::storage
