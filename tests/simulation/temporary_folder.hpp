// SPDX-License-Identifier: MIT
// A folder that goes away with its object. The databases of the simulation live in memory, but
// their opening looks whether a file is there.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>

namespace stagedoor::simulation {

class TemporaryFolder {
public:
    TemporaryFolder()
        : path_{(std::filesystem::temp_directory_path() / "stagedoor-XXXXXX").string()} {
        if (::mkdtemp(path_.data()) == nullptr) {
            throw std::runtime_error{"cannot make " + path_};
        }
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    [[nodiscard]] std::string database() const { return path_ + "/simulated.db"; }

private:
    std::string path_;
};

} // namespace stagedoor::simulation
