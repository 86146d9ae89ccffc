// SPDX-License-Identifier: MIT
#include "catalogue_store.hpp"

#include "base/assert.hpp"
#include "stagedoor/database.hpp"

namespace stagedoor::reservation {

namespace {

constexpr int first_override = 4; ///< the column; they stand in the order of line_settings

void put_info(Database& database, const ConcertInfo& info) {
    const auto put = database.query(
        "INSERT INTO concerts (concert_id, title, venue, currency, max_active, "
        "admissions_per_minute, "
        "entry_window_seconds, session_seconds, abandon_after_seconds, poll_after_seconds) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (concert_id) DO UPDATE SET title = "
        "excluded.title, "
        "venue = excluded.venue, max_active = excluded.max_active, "
        "admissions_per_minute = excluded.admissions_per_minute, "
        "entry_window_seconds = excluded.entry_window_seconds, session_seconds = "
        "excluded.session_seconds, "
        "abandon_after_seconds = excluded.abandon_after_seconds, poll_after_seconds = "
        "excluded.poll_after_seconds");
    put->bind(1, info.id.value);
    put->bind(2, info.title);
    put->bind(3, info.venue);
    put->bind(4, info.currency);
    int index = first_override + 1; // parameters count from 1
    for (const auto& setting : queue::line_settings) {
        if (setting.own_name.empty()) {
            continue;
        }
        const auto own = info.queue.find(setting.own_name);
        if (own == info.queue.end()) {
            put->bind(index);
        } else {
            put->bind(index, own->second);
        }
        ++index;
    }
    put->exec();
}

bool remove_seats(Database& database, const ConcertId& concert, const ImportPlan& plan) {
    for (const auto& removed : plan.seats_removed) {
        const int gone =
            database.run("DELETE FROM seats WHERE concert_id = ? AND date = ? AND seat_number = ? "
                         "AND status = 'AVAILABLE'",
                         concert.value, removed.date.value, removed.seat.value);
        if (gone != 1) {
            return false;
        }
    }
    for (const auto& date : plan.dates_removed) {
        database.run("DELETE FROM seats WHERE concert_id = ? AND date = ? AND status = 'AVAILABLE'",
                     concert.value, date.value);
        const auto left =
            database.query("SELECT COUNT(*) FROM seats WHERE concert_id = ? AND date = ?");
        left->bind(1, concert.value);
        left->bind(2, date.value);
        left->executeStep();
        if (left->getColumn(0).getInt64() != 0) {
            return false;
        }
        database.run("DELETE FROM concert_dates WHERE concert_id = ? AND date = ?", concert.value,
                     date.value);
    }
    return true;
}

bool put_seats(Database& database, const Catalogue& catalogue, const Date& date) {
    std::int64_t place = 0;
    for (const auto& seat : catalogue.seats) {
        // No row changes where the seat is bound and would be repriced: that is the guard.
        const int put = database.run(
            "INSERT INTO seats (concert_id, date, seat_number, place, category, price, status) "
            "VALUES (?, ?, ?, ?, ?, ?, 'AVAILABLE') ON CONFLICT (concert_id, date, seat_number) DO "
            "UPDATE SET "
            "place = excluded.place, category = excluded.category, price = excluded.price "
            "WHERE status = 'AVAILABLE' OR (category = excluded.category AND price = "
            "excluded.price)",
            catalogue.info.id.value, date.value, seat.number.value, place++, seat.category,
            seat.price);
        if (put != 1) {
            return false;
        }
    }
    return true;
}

SeatStatus parse_seat_status(std::string_view text) {
    for (const auto status : {SeatStatus::available, SeatStatus::held, SeatStatus::reserved}) {
        if (to_string(status) == text) {
            return status;
        }
    }
    STAGEDOOR_ASSERT(false, "the table's own check admits only words that are known");
    return SeatStatus::available;
}

void load_dates(Database& database, Concert& concert) {
    const auto date = database.query(
        "SELECT date, version FROM concert_dates WHERE concert_id = ? ORDER BY place");
    date->bind(1, concert.info().id.value);
    while (date->executeStep()) {
        auto& map = concert.dates().emplace_back(Date{date->getColumn(0).getString()},
                                                 date->getColumn(1).getInt64());
        const auto seat =
            database.query("SELECT seat_number, category, price, seats.status, "
                           "COALESCE(reservation_id, ''), COALESCE(user_id, '') "
                           "FROM seats LEFT JOIN reservations USING (reservation_id) "
                           "WHERE seats.concert_id = ? AND seats.date = ? ORDER BY place");
        seat->bind(1, concert.info().id.value);
        seat->bind(2, map.date().value);
        while (seat->executeStep()) {
            SeatState state;
            state.seat = {SeatNumber{seat->getColumn(0).getString()},
                          seat->getColumn(1).getString(), seat->getColumn(2).getInt64()};
            state.status = parse_seat_status(seat->getColumn(3).getString());
            state.reservation.value = seat->getColumn(4).getString();
            state.user.value = seat->getColumn(5).getString();
            if (state.status == SeatStatus::reserved) {
                concert.count_bought(state.user, 1);
            }
            map.restore(std::move(state));
        }
    }
}

} // namespace

Change import_catalogue(Catalogue catalogue, ImportPlan plan) {
    return Change{[catalogue = std::move(catalogue), plan = std::move(plan)](Database& database) {
        put_info(database, catalogue.info);
        if (!remove_seats(database, catalogue.info.id, plan)) {
            return false;
        }
        std::int64_t place = 0;
        for (const auto& date : catalogue.dates) {
            database.run(
                "INSERT INTO concert_dates (concert_id, date, place, version) VALUES (?, ?, ?, 1) "
                "ON CONFLICT (concert_id, date) DO UPDATE SET place = excluded.place, version = "
                "version + 1",
                catalogue.info.id.value, date.value, place++);
            if (!put_seats(database, catalogue, date)) {
                return false;
            }
        }
        return true;
    }};
}

void load_concerts(Database& database, const std::function<void(Concert)>& concert) {
    const auto row = database.query(
        "SELECT concert_id, title, venue, currency, max_active, admissions_per_minute, "
        "entry_window_seconds, session_seconds, abandon_after_seconds, poll_after_seconds "
        "FROM concerts ORDER BY concert_id");
    while (row->executeStep()) {
        ConcertInfo info;
        info.id.value = row->getColumn(0).getString();
        info.title = row->getColumn(1).getString();
        info.venue = row->getColumn(2).getString();
        info.currency = row->getColumn(3).getString();
        int column = first_override;
        for (const auto& setting : queue::line_settings) {
            if (setting.own_name.empty()) {
                continue;
            }
            if (!row->isColumnNull(column)) {
                info.queue.emplace(setting.own_name, row->getColumn(column).getInt64());
            }
            ++column;
        }
        Concert loaded{std::move(info)};
        load_dates(database, loaded);
        concert(std::move(loaded));
    }
}

} // namespace stagedoor::reservation
