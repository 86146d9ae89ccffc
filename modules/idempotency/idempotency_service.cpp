// SPDX-License-Identifier: MIT
#include "idempotency_service.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <deque>
#include <exception>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <boost/json.hpp>
#include <sodium.h>

#include "base/ids.hpp"
#include "base/problem.hpp"
#include "idempotency_store.hpp"

namespace stagedoor::idempotency {

namespace {

/// BLAKE2b over fields, each behind its length, so that no two lists of fields run into the same
/// bytes.
class Hash {
public:
    Hash() { crypto_generichash_init(&state_, nullptr, 0, std::tuple_size_v<Digest>); }

    Hash& field(std::string_view text) {
        const std::uint64_t length = text.size();
        unsigned char bytes[sizeof length];
        std::memcpy(bytes, &length, sizeof length);
        crypto_generichash_update(&state_, bytes, sizeof bytes);
        crypto_generichash_update(&state_, reinterpret_cast<const unsigned char*>(text.data()),
                                  text.size());
        return *this;
    }

    Digest digest() {
        Digest result{};
        crypto_generichash_final(&state_, result.data(), result.size());
        return result;
    }

private:
    crypto_generichash_state state_{};
};

struct DigestHash {
    std::size_t operator()(const Digest& digest) const noexcept {
        // A caller can look for keys whose digests begin alike, as far as a table is wide.
        return SeededHash{}({reinterpret_cast<const char*>(digest.data()), digest.size()});
    }
};

struct Entry {
    std::int64_t id = 0;
    Digest fingerprint{};
    Instant created_at{};
    bool kept = false; ///< false while the first request is running
};

using Index = std::unordered_map<Digest, Entry, DigestHash>;

/// A key whose first request is running: forgotten again unless the answer turns out to be kept.
/// Holds a share of the index because a request may be dropped after everything else is gone.
class RunningKey {
public:
    RunningKey(std::shared_ptr<Index> index, const KeyRow& key)
        : index_{std::move(index)}, scope_{key.scope} {
        index_->insert_or_assign(scope_, Entry{key.id, key.fingerprint, key.created_at, false});
    }
    ~RunningKey() {
        if (index_) {
            index_->erase(scope_);
        }
    }
    RunningKey(const RunningKey&) = delete;
    RunningKey& operator=(const RunningKey&) = delete;

    void keep() {
        index_->at(scope_).kept = true;
        index_.reset();
    }

private:
    std::shared_ptr<Index> index_;
    Digest scope_;
};

std::string headers_to_json(const std::vector<Response::Header>& headers) {
    boost::json::array list;
    for (const auto& [name, value] : headers) {
        list.push_back(boost::json::array{boost::json::string{name}, boost::json::string{value}});
    }
    return boost::json::serialize(list);
}

StoredAnswer to_stored(Response answer) {
    return {answer.status, std::string{answer.content_type}, headers_to_json(answer.headers),
            std::move(answer.body)};
}

class KeysOfJournal final : public Keys {
public:
    KeysOfJournal(Journal& journal, const Clock& clock, Agenda& agenda,
                  IdempotencySettings settings)
        : journal_{journal}, clock_{clock}, agenda_{agenda}, settings_{settings} {}

    void load(Database& database) override {
        for (const KeyRow& row : load_keys(database)) {
            index_->insert_or_assign(row.scope,
                                     Entry{row.id, row.fingerprint, row.created_at, true});
            by_age_.push_back(row);
            last_id_ = row.id;
        }
    }

    [[nodiscard]] std::size_t size() const override { return index_->size(); }

    task<Response> once(const Request& request, std::string caller, std::string fingerprint,
                        KeyedHandler handler) override;

    [[nodiscard]] std::optional<Instant> next_due() const override {
        if (by_age_.empty()) {
            return std::nullopt;
        }
        return std::max(by_age_.front().created_at + settings_.keep, not_before_);
    }

    task<void> run_due(Instant now) override;

private:
    task<Response> run_first(const Request& request, KeyRow key, KeyedHandler handler);
    task<Response> run_unkeyed(const Request& request, KeyedHandler handler);
    task<std::optional<Response>> replay(std::int64_t id);
    task<bool> is_stored(std::int64_t id);

    [[nodiscard]] bool is_over(const Entry& entry) const {
        return entry.kept && entry.created_at + settings_.keep <= clock_.now();
    }
    [[nodiscard]] std::vector<KeyRow> take_due(Instant now);
    void put_back(const std::vector<KeyRow>& keys);
    [[nodiscard]] Response to_response(StoredAnswer stored);
    [[nodiscard]] std::string_view lasting(std::string text);

    Journal& journal_;
    const Clock& clock_;
    Agenda& agenda_;
    IdempotencySettings settings_;
    std::int64_t last_id_ = 0; ///< the last that was given out; used up even if the request fails
    std::shared_ptr<Index> index_ = std::make_shared<Index>();
    std::deque<KeyRow> by_age_; ///< the kept ones, oldest first
    Instant not_before_{};      ///< the next slice of the purge
    std::set<std::string, std::less<>>
        names_; ///< header names and content types that were replayed
};

task<Response> KeysOfJournal::once(const Request& request, std::string caller,
                                   std::string fingerprint, KeyedHandler handler) {
    if (!request.idempotency_key) {
        Response answer = co_await run_unkeyed(request, std::move(handler));
        co_return answer;
    }
    KeyRow key;
    key.scope = Hash{}
                    .field(caller)
                    .field(to_string(request.method))
                    .field(request.path)
                    .field(*request.idempotency_key)
                    .digest();
    key.fingerprint = Hash{}.field(fingerprint).digest();
    for (;;) {
        const auto known = index_->find(key.scope);
        if (known == index_->end() || is_over(known->second)) {
            break;
        }
        if (!known->second.kept) {
            co_return problem("idempotency-in-progress",
                              "the first request with this key is still running");
        }
        if (known->second.fingerprint != key.fingerprint) {
            co_return problem("idempotency-key-reused",
                              "this key was used for a request with another body");
        }
        std::optional<Response> first = co_await replay(known->second.id);
        if (first) {
            co_return std::move(*first);
        }
        // The key has been forgotten meanwhile (or its record never was): whoever is first now
        // runs. The entry may be another request's by now, which the next look tells.
        if (const auto stale = index_->find(key.scope);
            stale != index_->end() && stale->second.kept) {
            index_->erase(stale);
        }
    }
    Response answer = co_await run_first(request, key, std::move(handler));
    co_return answer;
}

task<Response> KeysOfJournal::run_unkeyed(const Request& request, KeyedHandler handler) {
    KeepAnswer keep_nothing = [](std::function<Response()>) { return Change{}; };
    task<Response> running = handler(request, keep_nothing);
    Response answer = co_await std::move(running);
    co_return answer;
}

task<Response> KeysOfJournal::run_first(const Request& request, KeyRow key, KeyedHandler handler) {
    key.id = ++last_id_;
    key.created_at = clock_.now();
    RunningKey running_key{index_, key};
    auto written = std::make_shared<std::atomic<bool>>(false); // set on the writer's thread
    KeepAnswer keep = [written, key](std::function<Response()> answer) {
        return Change{[written, key, answer = std::move(answer)](Transaction& transaction) {
            store_answer(transaction, key, to_stored(answer()));
            *written = true;
        }};
    };
    std::optional<Response> answer;
    std::exception_ptr failure;
    try {
        task<Response> running = handler(request, keep);
        answer = co_await std::move(running);
    } catch (...) {
        failure = std::current_exception();
    }
    bool bound = *written;
    if (bound && (failure || answer->status >= 400)) {
        // Written and yet no success: either its commit failed, or what came after it did. The
        // second must bind, or the effect would happen twice; the database knows.
        bound = co_await is_stored(key.id);
    }
    if (bound) {
        running_key.keep();
        by_age_.push_back(key);
        if (by_age_.size() == 1) {
            agenda_.due_changed();
        }
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
    co_return std::move(*answer);
}

task<std::optional<Response>> KeysOfJournal::replay(std::int64_t id) {
    auto stored = std::make_shared<std::optional<StoredAnswer>>();
    std::function<void(Database&)> look_up = [stored, id](Database& database) {
        *stored = find_answer(database, id);
    };
    co_await read(journal_, look_up);
    if (!*stored) {
        co_return std::nullopt;
    }
    co_return to_response(std::move(**stored));
}

task<bool> KeysOfJournal::is_stored(std::int64_t id) {
    auto found = std::make_shared<bool>(false);
    std::function<void(Database&)> look_up = [found, id](Database& database) {
        *found = find_answer(database, id).has_value();
    };
    co_await read(journal_, look_up);
    co_return *found;
}

Response KeysOfJournal::to_response(StoredAnswer stored) {
    Response response;
    response.status = stored.status;
    response.content_type = lasting(std::move(stored.content_type));
    response.body = std::move(stored.body);
    const boost::json::value headers = boost::json::parse(stored.headers);
    for (const auto& header : headers.as_array()) {
        const auto& pair = header.as_array();
        response.headers.emplace_back(lasting(std::string{pair.at(0).as_string()}),
                                      std::string{pair.at(1).as_string()});
    }
    response.headers.emplace_back("Idempotent-Replay", "true");
    return response;
}

/// Response wants literals; what comes from the database once was one, so these are few.
std::string_view KeysOfJournal::lasting(std::string text) {
    return *names_.insert(std::move(text)).first;
}

/// One slice: the next comes after a pause, so that neither a start nor a group waits for all.
task<void> KeysOfJournal::run_due(Instant now) {
    const std::vector<KeyRow> due = now < not_before_ ? std::vector<KeyRow>{} : take_due(now);
    if (due.empty()) {
        co_return;
    }
    not_before_ = now + settings_.purge_pause;
    Change forget{[due](Transaction& transaction) {
        for (const KeyRow& key : due) {
            remove_key(transaction, key.id);
        }
    }};
    forget.follows();
    const Outcome outcome = co_await commit(journal_, std::move(forget));
    if (outcome != Outcome::committed) {
        put_back(due);
    }
}

/// What is old enough, the oldest first. A request under such a key is a new one already, and has a
/// record of its own.
std::vector<KeyRow> KeysOfJournal::take_due(Instant now) {
    std::vector<KeyRow> due;
    while (!by_age_.empty() && by_age_.front().created_at + settings_.keep <= now &&
           due.size() < settings_.max_purged_at_once) {
        const KeyRow key = by_age_.front();
        by_age_.pop_front();
        const auto entry = index_->find(key.scope);
        due.push_back(key);
        // Where the key is in use again, it has a record of its own.
        if (entry != index_->end() && entry->second.id == key.id) {
            index_->erase(entry);
        }
    }
    return due;
}

/// Still in the database: it is answered from there again, unless the key has been used anew
/// meanwhile.
void KeysOfJournal::put_back(const std::vector<KeyRow>& keys) {
    for (auto key = keys.rbegin(); key != keys.rend(); ++key) {
        index_->try_emplace(key->scope, Entry{key->id, key->fingerprint, key->created_at, true});
        by_age_.push_front(*key);
    }
}

} // namespace

std::unique_ptr<Keys> create_idempotency(Journal& journal, const Clock& clock, Agenda& agenda,
                                         IdempotencySettings settings) {
    if (sodium_init() < 0) {
        throw std::runtime_error{"libsodium could not be initialised"};
    }
    return std::make_unique<KeysOfJournal>(journal, clock, agenda, settings);
}

} // namespace stagedoor::idempotency
