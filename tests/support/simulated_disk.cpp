// SPDX-License-Identifier: MIT
#include "support/simulated_disk.hpp"

#include <algorithm>
#include <cstring>

#include "support/fake_random.hpp"

namespace stagedoor::test {

namespace {

constexpr std::size_t sector = 512;

SimulatedDisk* disk = nullptr;
sqlite3_vfs* real = nullptr;
sqlite3_vfs vfs{};

struct OpenFile {
    sqlite3_file base;
    const char*
        name; ///< the key of the disk's map, which does not move; nullptr for a temporary file
    bool remove_at_close;
};

OpenFile& self(sqlite3_file* file) {
    return *reinterpret_cast<OpenFile*>(file);
}

SimulatedFile& content_of(sqlite3_file* file) {
    return disk->content.files.find(std::string_view{self(file).name})->second;
}

void write_at(std::string& content, std::size_t offset, std::string_view data) {
    if (content.size() < offset + data.size()) {
        content.resize(offset + data.size());
    }
    data.copy(content.data() + offset, data.size());
}

void change_to(std::string& content, const SimulatedFile::Change& change) {
    const auto offset = static_cast<std::size_t>(change.offset);
    if (change.data) {
        write_at(content, offset, *change.data);
    } else if (offset < content.size()) {
        content.resize(offset);
    }
}

/// Some sectors of a write got to the disk before the power went.
void tear(std::string& content, const SimulatedFile::Change& change, FakeRandom& dice) {
    const std::string_view data{*change.data};
    for (std::size_t begin = 0; begin < data.size(); begin += sector) {
        if (dice.below(2) == 0) {
            write_at(content, static_cast<std::size_t>(change.offset) + begin,
                     data.substr(begin, sector));
        }
    }
}

int close(sqlite3_file* file) {
    if (self(file).remove_at_close) {
        disk->content.files.erase(std::string{self(file).name});
    }
    return SQLITE_OK;
}

int read(sqlite3_file* file, void* to, int size, sqlite3_int64 offset) {
    if (const int code = disk->judge(DiskCall::read); code != SQLITE_OK) {
        return code;
    }
    const auto& content = content_of(file).current;
    const auto begin = std::min(static_cast<std::size_t>(offset), content.size());
    const auto wanted = static_cast<std::size_t>(size);
    const auto got = std::min(wanted, content.size() - begin);
    std::memcpy(to, content.data() + begin, got);
    std::memset(static_cast<char*>(to) + got, 0, wanted - got);
    return got == wanted ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

int write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
    if (const int code = disk->judge(DiskCall::write); code != SQLITE_OK) {
        return code;
    }
    auto& content = content_of(file);
    const auto grown = disk->copy_on_write
                           ? size
                           : offset + size - static_cast<std::int64_t>(content.current.size());
    if (grown > 0 && !disk->take_room(grown)) {
        return SQLITE_FULL;
    }
    SimulatedFile::Change change{
        offset, std::string(static_cast<const char*>(data), static_cast<std::size_t>(size))};
    disk->note({DiskEvent::Kind::write, self(file).name, change});
    content.apply(std::move(change));
    return SQLITE_OK;
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
    if (const int code = disk->judge(DiskCall::truncate); code != SQLITE_OK) {
        return code;
    }
    disk->note({DiskEvent::Kind::truncate, self(file).name, {size, std::nullopt}});
    content_of(file).apply({size, std::nullopt});
    return SQLITE_OK;
}

int sync(sqlite3_file* file, int) {
    if (const int code = disk->judge(DiskCall::sync); code != SQLITE_OK) {
        return code;
    }
    disk->note({DiskEvent::Kind::sync, self(file).name, {}});
    content_of(file).sync();
    return SQLITE_OK;
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
    *size = static_cast<sqlite3_int64>(content_of(file).current.size());
    return SQLITE_OK;
}

int do_nothing(sqlite3_file*, int) {
    return SQLITE_OK;
}

int check_reserved_lock(sqlite3_file*, int* locked) {
    *locked = 0; // one connection alone
    return SQLITE_OK;
}

int file_control(sqlite3_file*, int, void*) {
    return SQLITE_NOTFOUND;
}

int sector_size(sqlite3_file*) {
    return 4096; // what SQLite takes a real disk for
}

int characteristics(sqlite3_file*) {
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE; // as on a real disk: a torn write harms no bytes
                                             // beside it
}

const sqlite3_io_methods methods{
    1, // no shared memory: the storage must not need any
    close,
    read,
    write,
    truncate,
    sync,
    file_size,
    do_nothing, // lock
    do_nothing, // unlock
    check_reserved_lock,
    file_control,
    sector_size,
    characteristics,
    nullptr,
    nullptr,
    nullptr,
    nullptr,
    nullptr,
    nullptr,
};

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    self(file) = {};
    const std::string key = name == nullptr ? "temporary" : name;
    auto& files = disk->content.files;
    if (const auto known = files.find(key); known == files.end()) {
        // The main file is there: whoever makes a database makes an empty one first.
        const bool made_before = (flags & SQLITE_OPEN_MAIN_DB) != 0;
        if ((flags & SQLITE_OPEN_CREATE) == 0 && !made_before) {
            return SQLITE_CANTOPEN;
        }
        disk->note({DiskEvent::Kind::open, key, {}});
        files[key] = {};
        files[key].created_durably = made_before;
    }
    self(file) = {
        {&methods}, files.find(key)->first.c_str(), (flags & SQLITE_OPEN_DELETEONCLOSE) != 0};
    if (out_flags != nullptr) {
        *out_flags = flags;
    }
    return SQLITE_OK;
}

int remove(sqlite3_vfs*, const char* name, int) {
    if (const int code = disk->judge(DiskCall::truncate); code != SQLITE_OK) {
        return code;
    }
    disk->note({DiskEvent::Kind::remove, name, {}});
    disk->content.files.erase(name);
    return SQLITE_OK;
}

int access(sqlite3_vfs*, const char* name, int, int* there) {
    *there = disk->content.files.contains(std::string_view{name}) ? 1 : 0;
    return SQLITE_OK;
}

/// What SQLite draws must repeat from run to run, too.
int randomness(sqlite3_vfs*, int size, char* to) {
    std::memset(to, 0x5d, static_cast<std::size_t>(size));
    return size;
}

} // namespace

// ---- what a disk holds

void SimulatedFile::apply(Change change) {
    change_to(current, change);
    unsynced.push_back(std::move(change));
}

void SimulatedFile::sync() {
    for (const auto& change : unsynced) {
        change_to(durable, change);
    }
    unsynced.clear();
    created_durably = true;
}

void DiskContent::cut_power(FakeRandom& dice) {
    // Now and then everything, or nothing, got there.
    const auto bias = dice.below(4);
    for (auto file = files.begin(); file != files.end();) {
        auto& content = file->second;
        const bool lost = !content.created_durably && dice.below(2) == 0;
        for (const auto& change : content.unsynced) {
            const auto fate = bias == 0 ? 0 : bias == 1 ? 1 : dice.below(3);
            if (fate == 0) {
                change_to(content.durable, change);
            } else if (fate == 2 && change.data) {
                tear(content.durable, change, dice);
            }
        }
        content.unsynced.clear();
        content.current = content.durable;
        content.created_durably = true;
        file = lost ? files.erase(file) : std::next(file);
    }
}

void replay(DiskContent& content, const DiskEvent& event) {
    switch (event.kind) {
    case DiskEvent::Kind::open:
        content.files[event.file] = {};
        break;
    case DiskEvent::Kind::write:
    case DiskEvent::Kind::truncate:
        content.files.at(event.file).apply(event.change);
        break;
    case DiskEvent::Kind::sync:
        content.files.at(event.file).sync();
        break;
    case DiskEvent::Kind::remove:
        content.files.erase(event.file);
        break;
    }
}

// ---- the disk

SimulatedDisk::SimulatedDisk() {
    disk = this;
    real = sqlite3_vfs_find(nullptr);
    vfs = *real;
    vfs.zName = "simulated";
    vfs.szOsFile = static_cast<int>(sizeof(OpenFile));
    vfs.pNext = nullptr;
    vfs.xOpen = open;
    vfs.xDelete = remove;
    vfs.xAccess = access;
    vfs.xRandomness = randomness;
    sqlite3_vfs_register(&vfs, 1);
}

SimulatedDisk::~SimulatedDisk() {
    sqlite3_vfs_unregister(&vfs);
    sqlite3_vfs_register(real, 1);
    disk = nullptr;
}

void SimulatedDisk::fail(DiskCall call, std::uint64_t nth, int code, bool for_good) {
    failed_ = false;
    fault_ = Fault{call, nth, code, for_good};
}

void SimulatedDisk::lose_power_after(std::uint64_t calls) {
    failed_ = false;
    power_left_ = calls;
}

void SimulatedDisk::mend() {
    fault_.reset();
    power_left_.reset();
}

int SimulatedDisk::judge(DiskCall call) {
    if (power_left_) {
        if (*power_left_ == 0) {
            failed_ = true;
            return call == DiskCall::read ? SQLITE_IOERR_READ : SQLITE_IOERR_WRITE;
        }
        *power_left_ -= call == DiskCall::read ? 0U : 1U;
    }
    if (!fault_ || fault_->call != call) {
        return SQLITE_OK;
    }
    if (fault_->left > 0 && --fault_->left > 0) {
        return SQLITE_OK;
    }
    failed_ = true;
    const int code = fault_->code;
    if (!fault_->for_good) {
        fault_.reset();
    }
    return code;
}

bool SimulatedDisk::take_room(std::int64_t bytes) {
    if (room && *room < bytes) {
        failed_ = true;
        return false;
    }
    if (room) {
        *room -= bytes;
    }
    return true;
}

void SimulatedDisk::note(DiskEvent event) {
    if (events_ != nullptr) {
        events_->push_back(std::move(event));
    }
}

} // namespace stagedoor::test
