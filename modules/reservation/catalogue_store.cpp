// SPDX-License-Identifier: MIT
#include "catalogue_store.hpp"

#include <array>
#include <string_view>
#include <unordered_set>

#include <fmt/format.h>

#include "base/assert.hpp"
#include "hall_json.hpp"
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

const Statement delete_date{"DELETE FROM concert_dates WHERE concert_id = $1 AND date = $2"};

const Statement add_date{"INSERT INTO concert_dates (concert_id, date, place, version) "
                         "VALUES ($1, $2, $3, $4)"};

const Statement place_date{
    "UPDATE concert_dates SET place = $1 WHERE concert_id = $2 AND date = $3"};

const Statement change_date{"UPDATE concert_dates SET place = $1, version = version + 1 "
                            "WHERE concert_id = $2 AND date = $3"};

const Statement put_hall{"INSERT INTO concert_halls (concert_id, seats) VALUES ($1, $2) "
                         "ON CONFLICT (concert_id) DO UPDATE SET seats = excluded.seats"};

const Statement select_concerts{
    "SELECT concert_id, title, venue, currency, max_active, admissions_per_minute, "
    "entry_window_seconds, session_seconds, abandon_after_seconds, poll_after_seconds, "
    "last_version FROM concerts ORDER BY concert_id"};

const Statement select_dates{
    "SELECT date, version FROM concert_dates WHERE concert_id = $1 ORDER BY place"};

const Statement select_hall{"SELECT seats FROM concert_halls WHERE concert_id = $1"};

// Those that are held or sold.
const Statement select_seats{"SELECT seat_number, status, reservation_id, user_id FROM seats "
                             "WHERE concert_id = $1 AND date = $2"};

// In one statement, since what is read beside the journal may change between two; a hall comes
// before the seats of its concert that are taken.
const Statement select_halls_and_seats{
    "SELECT concert_id, 0, seats, '', '' FROM concert_halls "
    "UNION ALL SELECT concert_id, 1, seat_number, date, status FROM seats ORDER BY 1, 2"};

const Statement select_concerts_without_hall{"SELECT concert_id FROM concerts WHERE concert_id NOT "
                                             "IN (SELECT concert_id FROM concert_halls)"};

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

void put_dates(Transaction& transaction, const Catalogue& catalogue, const ImportPlan& plan) {
    const auto& concert = catalogue.info.id;
    for (const auto& date : plan.dates_removed) { // where a seat is taken its row holds on to it
        transaction.expect(1, delete_date, {concert.value, date.value});
    }
    const std::unordered_set<Date> added{plan.dates_added.begin(), plan.dates_added.end()};
    std::int64_t place = 0;
    for (const auto& date : catalogue.dates) {
        if (added.contains(date)) {
            transaction.run(add_date, {concert.value, date.value, place++, plan.last_version + 1});
        } else {
            const auto& statement = plan.dates_unchanged.contains(date) ? place_date : change_date;
            transaction.expect(1, statement, {place++, concert.value, date.value});
        }
    }
}

std::string not_in_the_hall(std::string_view concert, std::string_view seat, std::string_view date,
                            std::string_view status) {
    return fmt::format("seat {} of {} on {} is {}, but not in its hall", seat, concert, date,
                       status);
}

Unsound unreadable(std::string_view concert, std::string_view why) {
    return Unsound{fmt::format("the hall of {} cannot be read: {}", concert, why)};
}

std::vector<Seat> read_hall(std::string_view concert, std::string_view text) {
    auto seats = hall_from_json(text);
    if (!seats) {
        throw unreadable(concert, seats.error());
    }
    return std::move(*seats);
}

std::vector<Seat> load_hall(Database& database, const ConcertId& concert) {
    std::optional<std::vector<Seat>> seats;
    database.select(select_hall, {concert.value},
                    [&](const Row& row) { seats = read_hall(concert.value, row.text(0)); });
    if (!seats) {
        throw unreadable(concert.value, "there is none");
    }
    return std::move(*seats);
}

/// Throws Unsound where a seat is not one of the hall. Who holds it is judged with the holds; what
/// is sold is past.
void load_seats(Database& database, Concert& concert, SeatMap& map) {
    const auto& id = concert.info().id;
    database.select(select_seats, {id.value, map.date().value}, [&](const Row& row) {
        const SeatNumber number{row.text(0)};
        const bool held = row.text(1) == to_string(SeatStatus::held);
        const UserId user{row.text(3)};
        if (!map.restore(number, held ? SeatStatus::held : SeatStatus::reserved,
                         ReservationId{row.text(2)}, user)) {
            throw Unsound{not_in_the_hall(id.value, number.value, map.date().value, row.text(1))};
        }
        if (!held) {
            concert.count_bought(user, 1);
        }
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

Change import_catalogue(std::shared_ptr<const Catalogue> catalogue,
                        std::shared_ptr<const ImportPlan> plan, std::string hall) {
    Change change{[catalogue = std::move(catalogue), plan = std::move(plan),
                   hall = std::move(hall)](Transaction& transaction) {
        const auto& info = catalogue->info;
        put_info(transaction, info, plan->last_version);
        if (!hall.empty()) {
            transaction.run(put_hall, {info.id.value, hall});
        }
        put_dates(transaction, *catalogue, *plan);
    }};
    change.stand_alone();
    return change;
}

void load_concerts(Database& database, const std::function<void(Concert)>& concert) {
    database.select(select_concerts, {}, [&](const Row& row) {
        Concert loaded{read_info(row), row.integer(last_version_column)};
        const auto hall = load_hall(database, loaded.info().id);
        database.select(select_dates, {loaded.info().id.value}, [&](const Row& date) {
            auto& map = loaded.add({Date{date.text(0)}, date.integer(1), hall});
            load_seats(database, loaded, map);
        });
        concert(std::move(loaded));
    });
}

std::vector<std::string> audit_halls(Database& database) {
    std::vector<std::string> faults;
    database.select(select_concerts_without_hall, {}, [&](const Row& row) {
        faults.emplace_back(unreadable(row.text(0), "there is none").what());
    });
    std::string concert; // whose `hall` it is
    std::unordered_set<SeatNumber> hall;
    const auto begin_hall = [&](const Row& row) {
        concert = row.text(0);
        hall.clear();
        try {
            for (auto& seat : read_hall(concert, row.text(2))) {
                hall.insert(std::move(seat.number));
            }
        } catch (const Unsound& fault) {
            faults.emplace_back(fault.what());
        }
    };
    database.select(select_halls_and_seats, {}, [&](const Row& row) {
        if (row.integer(1) == 0) {
            begin_hall(row);
            return;
        }
        const SeatNumber seat{row.text(2)};
        if (row.text(0) != concert || !hall.contains(seat)) {
            faults.push_back(not_in_the_hall(row.text(0), seat.value, row.text(3), row.text(4)));
        }
    });
    return faults;
}

} // namespace stagedoor::reservation
