// SPDX-License-Identifier: MIT
#include "file_system.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace stagedoor::storage {

namespace {

[[noreturn]] void fail(int error) {
    throw std::system_error{error, std::generic_category()};
}

class FileDescriptor {
public:
    FileDescriptor(const std::filesystem::path& path, int flags, mode_t mode)
        : fd_{::open(path.c_str(), flags | O_CLOEXEC, mode)} {
        if (fd_ < 0) {
            fail(errno);
        }
    }
    ~FileDescriptor() { ::close(fd_); }
    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;

    [[nodiscard]] int get() const { return fd_; }

private:
    int fd_;
};

/// A disk writes 4 MiB in some milliseconds, which somebody else's sync can wait for.
constexpr off_t portion_bytes = off_t{4} << 20;

/// Writes out all but what a sync adds. Its errors count: the sync behind it does not tell them
/// again.
void write_out_in_portions(int fd) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) {
        fail(errno);
    }
    const off_t bytes = S_ISREG(status.st_mode) ? status.st_size : 0;
    constexpr unsigned whole =
        SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
    for (off_t at = 0; at < bytes; at += portion_bytes) {
        if (::sync_file_range(fd, at, portion_bytes, whole) != 0) {
            if (errno == EINVAL || errno == ENOSYS || errno == ESPIPE) {
                return; // not on this file system: the sync does it all
            }
            fail(errno);
        }
    }
}

} // namespace

std::filesystem::path folder_of(const std::filesystem::path& path) {
    const std::filesystem::path folder = path.parent_path();
    return folder.empty() ? std::filesystem::path{"."} : folder;
}

void sync_to_disk(const std::filesystem::path& file_or_folder) {
    const FileDescriptor file{file_or_folder, O_RDONLY, 0};
    write_out_in_portions(file.get());
    if (::fsync(file.get()) != 0) {
        fail(errno);
    }
}

void create_private_file(const std::filesystem::path& path) {
    const FileDescriptor file{path, O_RDWR | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR};
}

std::filesystem::path create_temporary(const std::filesystem::path& prefix) {
    std::string name = prefix.string() + "-XXXXXX";
    const int fd = ::mkostemp(name.data(), O_CLOEXEC);
    if (fd < 0) {
        fail(errno);
    }
    ::close(fd);
    return name;
}

void rename_file(const std::filesystem::path& from, const std::filesystem::path& to,
                 bool overwrite) {
    if (!overwrite) {
        if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) {
            return;
        }
        // Some file systems cannot do that in one step; a check before the rename must serve there.
        if (errno != EINVAL && errno != ENOSYS) {
            fail(errno);
        }
        if (std::filesystem::exists(std::filesystem::symlink_status(to))) {
            fail(EEXIST);
        }
    }
    if (::rename(from.c_str(), to.c_str()) != 0) {
        fail(errno);
    }
}

std::filesystem::path set_aside(const std::filesystem::path& file) {
    const auto name = file.string() + ".set-aside";
    auto aside = name;
    for (int number = 2; std::filesystem::exists(aside); ++number) {
        aside = name + "-" + std::to_string(number);
    }
    rename_file(file, aside, false);
    sync_to_disk(folder_of(file));
    return aside;
}

MadeFiles::~MadeFiles() {
    while (!files_.empty()) {
        std::error_code ignored;
        if (const auto& [file, was] = files_.back(); was.empty()) {
            std::filesystem::remove(file, ignored);
        } else {
            std::filesystem::rename(file, was, ignored);
        }
        files_.pop_back();
    }
}

std::string one_line(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return text;
}

} // namespace stagedoor::storage
