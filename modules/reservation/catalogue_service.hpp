// SPDX-License-Identifier: MIT
// Imports catalogues: a concert becomes what its file says, whole or not at all. Loop thread only.
#pragma once

#include <string>

#include "base/journal.hpp"
#include "base/result.hpp"
#include "hall/catalogue.hpp"
#include "reservation_settings.hpp"
#include "stock_service.hpp"

namespace stagedoor::reservation {

/// What the operator allows an import to do.
struct ImportOptions {
    bool preview = false;       ///< says what would change, and changes nothing
    bool allow_removal = false; ///< what the file does not have may go, if nobody holds or owns it
};

struct Imported {
    ConcertId concert;
    ImportPlan plan;      ///< what has changed, or would
    bool preview = false; ///< nothing has
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
    /// `currency` is the configured one; a catalogue in another is refused. All must outlive the
    /// service.
    CatalogueService(StockService& stock, Journal& journal, std::string currency,
                     ReservationSettings limits)
        : stock_{stock}, journal_{journal}, currency_{std::move(currency)}, limits_{limits} {}

    /// A catalogue file's text (JSON).
    [[nodiscard]] task<ImportResult> import_text(std::string text, ImportOptions options);
    [[nodiscard]] task<ImportResult> import(Catalogue catalogue, ImportOptions options);

private:
    [[nodiscard]] task<void> await_what_is_pending(ConcertId concert);

    StockService& stock_;
    Journal& journal_;
    std::string currency_;
    ReservationSettings limits_;
};

} // namespace stagedoor::reservation
