// SPDX-License-Identifier: MIT
#include "faulty_vfs.hpp"

#include <string_view>
#include <utility>

namespace stagedoor::test {

namespace {

struct Fault {
    int code = SQLITE_OK;
    std::string suffix;

    [[nodiscard]] int judge(const char* name) const {
        const bool hit = name != nullptr && std::string_view{name}.ends_with(suffix);
        return hit ? code : SQLITE_OK;
    }
};

Fault write_fault;
Fault sync_fault;
sqlite3_vfs* real = nullptr;
sqlite3_vfs shim{};

/// Followed in memory by the real file.
struct File {
    sqlite3_file base;
    const char* name;
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

File& self(sqlite3_file* file) {
    return *reinterpret_cast<File*>(file);
}

int write(sqlite3_file* f, const void* data, int size, sqlite3_int64 offset) {
    const int fault = write_fault.judge(self(f).name);
    sqlite3_file* const r = self(f).real();
    return fault != SQLITE_OK ? fault : r->pMethods->xWrite(r, data, size, offset);
}

int sync(sqlite3_file* f, int flags) {
    const int fault = sync_fault.judge(self(f).name);
    sqlite3_file* const r = self(f).real();
    return fault != SQLITE_OK ? fault : r->pMethods->xSync(r, flags);
}

/// Hands a call on to the real file.
template<auto Method, class... Args>
int forward(sqlite3_file* f, Args... args) {
    sqlite3_file* const r = self(f).real();
    return (r->pMethods->*Method)(r, args...);
}

using M = sqlite3_io_methods;

const sqlite3_io_methods methods{
    1, // no shared memory: the storage must not need any
    forward<&M::xClose>,
    forward<&M::xRead, void*, int, sqlite3_int64>,
    write,
    forward<&M::xTruncate, sqlite3_int64>,
    sync,
    forward<&M::xFileSize, sqlite3_int64*>,
    forward<&M::xLock, int>,
    forward<&M::xUnlock, int>,
    forward<&M::xCheckReservedLock, int*>,
    forward<&M::xFileControl, int, void*>,
    forward<&M::xSectorSize>,
    forward<&M::xDeviceCharacteristics>,
    nullptr,
    nullptr,
    nullptr,
    nullptr,
    nullptr,
    nullptr,
};

int open(sqlite3_vfs*, const char* name, sqlite3_file* f, int flags, int* out_flags) {
    File& file = self(f);
    file.name = name;
    file.base.pMethods = nullptr;
    const int code = real->xOpen(real, name, file.real(), flags, out_flags);
    if (file.real()->pMethods != nullptr) {
        file.base.pMethods = &methods;
    }
    return code;
}

} // namespace

FaultyVfs::FaultyVfs() {
    real = sqlite3_vfs_find(nullptr);
    shim = *real;
    shim.zName = "faulty";
    shim.szOsFile = static_cast<int>(sizeof(File)) + real->szOsFile;
    shim.pNext = nullptr;
    shim.xOpen = open;
    sqlite3_vfs_register(&shim, 1);
}

FaultyVfs::~FaultyVfs() {
    sqlite3_vfs_unregister(&shim);
    sqlite3_vfs_register(real, 1);
    write_fault = {};
    sync_fault = {};
}

void FaultyVfs::fail_writes(int code, std::string suffix) {
    write_fault = {code, std::move(suffix)};
}
void FaultyVfs::fail_syncs(int code, std::string suffix) {
    sync_fault = {code, std::move(suffix)};
}

} // namespace stagedoor::test
