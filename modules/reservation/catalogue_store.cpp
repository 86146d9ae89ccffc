// SPDX-License-Identifier: MIT
#include "catalogue_store.hpp"

#include <array>
#include <string_view>
#include <unordered_set>

#include <fmt/format.h>

#include "base/assert.hpp"
#include "stagedoor/database.hpp"

namespace stagedoor::reservation {

namespace {

const Statement put_concert{
    "INSERT INTO concerts (concert_id, title, venue, currency, max_active, "
    "admissions_per_minute, entry_window_seconds, session_seconds, abandon_after_seconds, "
    "poll_after_seconds, last_version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) "
    "ON CONFLICT (concert_id) DO UPDATE SET title = excluded.title, venue = excluded.venue, "
    "max_active = excluded.max_active, admissions_per_minute = excluded.admissions_per_minute, "
    "entry_window_seconds = excluded.entry_window_seconds, "
    "session_seconds = excluded.session_seconds, "
    "abandon_after_seconds = excluded.abandon_after_seconds, "
    "poll_after_seconds = excluded.poll_after_seconds, last_version = excluded.last_version"};

const Statement delete_seat{"DELETE FROM seats WHERE concert_id = $1 AND date = $2 AND "
                            "seat_number = $3 AND status = 'AVAILABLE'"};

const Statement delete_seats_of_date{
    "DELETE FROM seats WHERE concert_id = $1 AND date = $2 AND status = 'AVAILABLE'"};

const Statement delete_date{"DELETE FROM concert_dates WHERE concert_id = $1 AND date = $2"};

// A date whose place is negative is not there yet: its seats are being written for an import that
// may never come to its end.
const Statement make_concert{"INSERT INTO concerts (concert_id, title, venue, currency) "
                             "VALUES ($1, $2, $3, $4) ON CONFLICT (concert_id) DO NOTHING"};

const Statement make_date{"INSERT INTO concert_dates (concert_id, date, place, version) "
                          "VALUES ($1, $2, -1, 0) ON CONFLICT (concert_id, date) DO NOTHING"};

const Statement show_date{"UPDATE concert_dates SET place = $1, version = $2 "
                          "WHERE concert_id = $3 AND date = $4 AND place < 0"};

const Statement forget_seats_of_date{
    "DELETE FROM seats WHERE concert_id = $1 AND date = $2 AND EXISTS (SELECT 1 FROM concert_dates "
    "AS d WHERE d.concert_id = seats.concert_id AND d.date = seats.date AND d.place < 0)"};

const Statement forget_seats{
    "DELETE FROM seats WHERE concert_id = $1 AND date IN (SELECT date FROM concert_dates AS d "
    "WHERE d.concert_id = $1 AND d.place < 0)"};

const Statement forget_dates{"DELETE FROM concert_dates WHERE concert_id = $1 AND place < 0"};

const Statement place_date{
    "UPDATE concert_dates SET place = $1 WHERE concert_id = $2 AND date = $3"};

const Statement change_date{"UPDATE concert_dates SET place = $1, version = version + 1 "
                            "WHERE concert_id = $2 AND date = $3"};

// No row changes where the seat is bound and would be repriced.
const Statement put_seat{
    "INSERT INTO seats (concert_id, date, seat_number, place, category, price, status) "
    "VALUES ($1, $2, $3, $4, $5, $6, 'AVAILABLE') "
    "ON CONFLICT (concert_id, date, seat_number) DO UPDATE SET "
    "place = excluded.place, category = excluded.category, price = excluded.price "
    "WHERE seats.status = 'AVAILABLE' "
    "OR (seats.category = excluded.category AND seats.price = excluded.price)"};

// The same for many, from another date: a third of the time.
const Statement copy_seats{
    "INSERT INTO seats (concert_id, date, seat_number, place, category, price, status) "
    "SELECT concert_id, $1, seat_number, place, category, price, 'AVAILABLE' FROM seats AS s "
    "WHERE s.concert_id = $2 AND s.date = $3 AND s.place >= $4 AND s.place < $5 "
    "ON CONFLICT (concert_id, date, seat_number) DO UPDATE SET "
    "place = excluded.place, category = excluded.category, price = excluded.price "
    "WHERE seats.status = 'AVAILABLE' "
    "OR (seats.category = excluded.category AND seats.price = excluded.price)"};

const Statement select_concerts{
    "SELECT concert_id, title, venue, currency, max_active, admissions_per_minute, "
    "entry_window_seconds, session_seconds, abandon_after_seconds, poll_after_seconds, "
    "last_version FROM concerts WHERE EXISTS (SELECT 1 FROM concert_dates AS d "
    "WHERE d.concert_id = concerts.concert_id AND d.place >= 0) ORDER BY concert_id"};

const Statement select_dates{
    "SELECT date, version FROM concert_dates WHERE concert_id = $1 AND place >= 0 ORDER BY place"};

const Statement select_seats{
    "SELECT seat_number, category, price, s.status, COALESCE(s.reservation_id, ''), "
    "COALESCE(user_id, ''), COALESCE(r.status, '') FROM seats AS s LEFT JOIN reservations AS r "
    "ON r.reservation_id = s.reservation_id AND r.concert_id = s.concert_id AND r.date = s.date "
    "WHERE s.concert_id = $1 AND s.date = $2 ORDER BY place"};

/// A concert's own line settings, in the order of their columns, of which this is the first.
constexpr int first_override = 4;
constexpr int last_version_column = 10;
constexpr std::array<std::string_view, 6> overrides{"maxActive",           "admissionsPerMinute",
                                                    "entryWindowSeconds",  "sessionSeconds",
                                                    "abandonAfterSeconds", "pollAfterSeconds"};

void put_info(Transaction& transaction, const ConcertInfo& info, std::int64_t last_version) {
    const auto own = [&](std::size_t which) {
        const auto found = info.queue.find(overrides.at(which));
        return found == info.queue.end() ? Value{} : Value{found->second};
    };
    transaction.run(put_concert, {info.id.value, info.title, info.venue, info.currency, own(0),
                                  own(1), own(2), own(3), own(4), own(5), last_version});
}

void remove_seats(Transaction& transaction, const ConcertId& concert, const ImportPlan& plan) {
    for (const auto& removed : plan.seats_to_delete) {
        transaction.expect(1, delete_seat, {concert.value, removed.date.value, removed.seat.value});
    }
    for (const auto& date : plan.dates_removed) {
        // A seat that is not AVAILABLE stays, and holds on to its date.
        transaction.run(delete_seats_of_date, {concert.value, date.value});
        transaction.expect(1, delete_date, {concert.value, date.value});
    }
}

/// `count` of the catalogue's seats from `first` on, all of which the date `like` has, if any.
void put_seats(Transaction& transaction, const Catalogue& catalogue, const Date& date,
               const std::optional<Date>& like, std::int64_t first, std::int64_t count) {
    const auto& concert = catalogue.info.id;
    if (like) {
        transaction.expect(count, copy_seats,
                           {date.value, concert.value, like->value, first, first + count});
        return;
    }
    for (auto place = first; place < first + count; ++place) {
        const auto& seat = catalogue.seats[static_cast<std::size_t>(place)];
        transaction.expect(
            1, put_seat,
            {concert.value, date.value, seat.number.value, place, seat.category, seat.price});
    }
}

void put_dates(Transaction& transaction, const Catalogue& catalogue, const ImportPlan& plan) {
    const auto& concert = catalogue.info.id;
    const std::unordered_set<Date> added{plan.dates_added.begin(), plan.dates_added.end()};
    auto like = plan.date_unchanged();
    if (!like && !plan.dates_added.empty()) {
        like = plan.dates_added.front();
    }
    std::int64_t place = 0;
    for (const auto& date : catalogue.dates) {
        if (plan.dates_unchanged.contains(date)) {
            transaction.expect(1, place_date, {place++, concert.value, date.value});
        } else if (added.contains(date)) {
            transaction.expect(1, show_date,
                               {place++, plan.last_version + 1, concert.value, date.value});
        } else {
            transaction.expect(1, change_date, {place++, concert.value, date.value});
            put_seats(transaction, catalogue, date, like, 0, std::ssize(catalogue.seats));
            like = date;
        }
    }
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

/// Throws Unsound where a seat that is not AVAILABLE is not so by a reservation of that date.
void judge(const SeatState& state, std::string_view reservation_status, const Concert& concert,
           const Date& date) {
    const bool sound = state.status == SeatStatus::available ||
                       reservation_status == (state.status == SeatStatus::held ? "HELD" : "PAID");
    if (!sound) {
        throw Unsound{fmt::format("seat {} of {} on {} is {} by a reservation that is {}",
                                  state.seat.number.value, concert.info().id.value, date.value,
                                  to_string(state.status),
                                  reservation_status.empty() ? "missing" : reservation_status)};
    }
}

void load_seats(Database& database, Concert& concert, SeatMap& map) {
    database.select(select_seats, {concert.info().id.value, map.date().value}, [&](const Row& row) {
        SeatState state;
        state.seat = {SeatNumber{row.text(0)}, row.text(1), row.integer(2)};
        state.status = parse_seat_status(row.text(3));
        state.reservation.value = row.text(4);
        state.user.value = row.text(5);
        judge(state, row.text(6), concert, map.date());
        if (state.status == SeatStatus::reserved) {
            concert.count_bought(state.user, 1);
        }
        map.restore(std::move(state));
    });
}

ConcertInfo read_info(const Row& row) {
    ConcertInfo info;
    info.id.value = row.text(0);
    info.title = row.text(1);
    info.venue = row.text(2);
    info.currency = row.text(3);
    int column = first_override;
    for (const auto name : overrides) {
        if (!row.is_null(column)) {
            info.queue.emplace(name, row.integer(column));
        }
        ++column;
    }
    return info;
}

} // namespace

Change prepare_seats(std::shared_ptr<const Catalogue> catalogue, Date date,
                     std::optional<Date> like, std::int64_t first, std::int64_t count) {
    return Change{[catalogue = std::move(catalogue), date = std::move(date), like = std::move(like),
                   first, count](Transaction& transaction) {
        const auto& info = catalogue->info;
        if (first == 0) {
            transaction.run(make_concert, {info.id.value, info.title, info.venue, info.currency});
            transaction.run(make_date, {info.id.value, date.value});
            transaction.run(forget_seats_of_date, {info.id.value, date.value});
        }
        put_seats(transaction, *catalogue, date, like, first, count);
    }};
}

Change import_catalogue(std::shared_ptr<const Catalogue> catalogue,
                        std::shared_ptr<const ImportPlan> plan) {
    Change change{
        [catalogue = std::move(catalogue), plan = std::move(plan)](Transaction& transaction) {
            const auto& concert = catalogue->info.id;
            put_info(transaction, catalogue->info, plan->last_version);
            remove_seats(transaction, concert, *plan);
            put_dates(transaction, *catalogue, *plan);
            transaction.run(forget_seats, {concert.value});
            transaction.run(forget_dates, {concert.value});
        }};
    change.stand_alone();
    return change;
}

void load_concerts(Database& database, const std::function<void(Concert)>& concert) {
    database.select(select_concerts, {}, [&](const Row& row) {
        Concert loaded{read_info(row), row.integer(last_version_column)};
        database.select(select_dates, {loaded.info().id.value}, [&](const Row& date) {
            auto& map = loaded.add({Date{date.text(0)}, date.integer(1)});
            load_seats(database, loaded, map);
        });
        concert(std::move(loaded));
    });
}

} // namespace stagedoor::reservation
