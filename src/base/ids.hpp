// SPDX-License-Identifier: MIT
// The names of things: strong ids, so that a user is never passed where a concert is meant, and the
// rules for what a caller may write as one.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace stagedoor {

/// A string that knows what it names. `Tag` is never defined further.
template<class Tag>
struct Id {
    std::string value;

    friend auto operator<=>(const Id&, const Id&) = default;
    friend bool operator==(const Id&, const Id&) = default;
};

using ConcertId = Id<struct ConcertTag>; ///< 1 to 64 of `a-z 0-9 -`
using UserId = Id<struct UserTag>;       ///< 1 to 64 of `A-Z a-z 0-9 . _ @ - + | : =`
using TokenId = Id<struct TokenTag>;     ///< `qt_` and 32 hex digits; a secret, never logged
using ReservationId = Id<struct ReservationTag>; ///< 32 or 44 hex digits, unguessable
using PaymentId = Id<struct PaymentTag>; ///< 32 or 44 hex digits, unguessable; opens the ticket
using Date = Id<struct DateTag>; ///< `2026-12-24` or `2026-12-24T14:00`, as the catalogue lists it
using SeatNumber = Id<struct SeatTag>; ///< 1 to 16 printable ASCII characters without space

[[nodiscard]] bool is_concert_id(std::string_view text);
[[nodiscard]] bool is_user_id(std::string_view text);
[[nodiscard]] bool is_seat_number(std::string_view text);
/// An ISO 8601 calendar date, or date and minute, that exists (no 30 February).
[[nodiscard]] bool is_date(std::string_view text);

/// For hash tables whose keys a caller chooses: SipHash-2-4 (Aumasson and Bernstein 2012) under a
/// key that the process draws at its start, so that nobody can send names that fall into one
/// bucket. A seed alone would not do: std::hash is MurmurHash2 here, two blocks of which cancel out
/// whatever its seed. Differs from run to run: nothing may depend on the order of such a table. Any
/// thread.
struct SeededHash {
    using is_transparent = void;

    [[nodiscard]] std::size_t operator()(std::string_view text) const noexcept;
};

} // namespace stagedoor

template<class Tag>
struct std::hash<stagedoor::Id<Tag>> : private stagedoor::SeededHash {
    std::size_t operator()(const stagedoor::Id<Tag>& id) const noexcept {
        return SeededHash::operator()(id.value);
    }
};
