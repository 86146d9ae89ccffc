// SPDX-License-Identifier: MIT
#include "file_use.hpp"

namespace stagedoor::storage::sqlite {

bool FileUse::begin_reading(int log_pages_max) {
    give_way_ = false;
    log_pages_max_ = log_pages_max;
    auto free = Use::none;
    return use_.compare_exchange_strong(free, Use::reading);
}

void FileUse::end_reading() {
    use_ = Use::none;
}

bool FileUse::begin_folding(int log_pages) {
    auto use = Use::none;
    if (use_.compare_exchange_strong(use, Use::folding)) {
        return true;
    }
    if (use == Use::torn) {
        use_ = Use::folding;
        return true;
    }
    if (log_pages > log_pages_max_) {
        give_way_ = true;
    }
    return false;
}

void FileUse::end_folding(bool whole) {
    use_ = whole ? Use::none : Use::torn;
}

} // namespace stagedoor::storage::sqlite
