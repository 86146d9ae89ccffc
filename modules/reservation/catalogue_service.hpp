// SPDX-License-Identifier: MIT
// Imports catalogues: a concert becomes what its file says, whole or not at all. However large its
// hall, others wait for a piece of it at most. Loop thread only.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/journal.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "hall/catalogue.hpp"
#include "reservation_settings.hpp"
#include "stagedoor/aside.hpp"
#include "stock_service.hpp"

namespace stagedoor::reservation {

/// What the operator allows an import to do.
struct ImportOptions {
    bool preview = false;       ///< says what would change, and changes nothing
    bool allow_removal = false; ///< what the file does not have may go, if nobody holds or owns it
};

struct Imported {
    ConcertId concert;
    std::shared_ptr<const ImportPlan> plan; ///< what has changed, or would
    bool preview = false;                   ///< nothing has
};

struct ImportRefusal {
    enum class Code {
        invalid = 1, ///< the text is no catalogue of ours: `field`, `detail`
        conflict,    ///< it would take what is held or sold, or remove without leave: `field`,
                     ///< `detail`
        storage_unavailable, ///< it did not happen
    };
    Code code;
    std::string field; ///< the place in the catalogue
    std::string detail;

    /// What a person is told.
    [[nodiscard]] std::string sentence() const;
};

using ImportResult = result<Imported, ImportRefusal>;

class CatalogueService {
public:
    struct Dependencies {
        Executor executor;
        Journal& journal;
        Aside& aside;
        StockService& stock;
    };

    /// `currency` is the configured one; a catalogue in another is refused.
    CatalogueService(Dependencies dependencies, std::string currency, ReservationSettings limits)
        : dependencies_{std::move(dependencies)}, currency_{std::move(currency)}, limits_{limits} {}

    /// A catalogue file's text (JSON).
    [[nodiscard]] task<ImportResult> import_text(std::string text, ImportOptions options);
    [[nodiscard]] task<ImportResult> import(Catalogue catalogue, ImportOptions options);

    /// Between the load and everything else, so that what is refused has written nothing: what
    /// import() without leave to remove anything will refuse `wanted` with, once what is due at
    /// `now` has ended and `before`, the last of those before it that are of the same concert or
    /// nullptr, is imported. Nothing else may run. Both must outlive it.
    [[nodiscard]] task<std::optional<ImportRefusal>>
    foresee_refusal(const Catalogue& wanted, const Catalogue* before, Instant now);

private:
    using Wanted = std::shared_ptr<const Catalogue>;
    using Plan = std::shared_ptr<const ImportPlan>;

    [[nodiscard]] task<void> await_what_is_pending(ConcertId concert);
    [[nodiscard]] task<ImportResult> import_in_turn(Wanted wanted, ImportOptions options);
    [[nodiscard]] task<result<ImportPlan, ImportConflict>> plan(const Catalogue& wanted);
    [[nodiscard]] task<void> apply(const Catalogue& wanted, const ImportPlan& plan);
    [[nodiscard]] task<void> destroy(SeatMap& map);
    [[nodiscard]] task<void> make_free_seats(const Catalogue& wanted, const Date& date,
                                             std::int64_t version, SeatMap& made);

    Dependencies dependencies_;
    std::string currency_;
    ReservationSettings limits_;
};

} // namespace stagedoor::reservation
