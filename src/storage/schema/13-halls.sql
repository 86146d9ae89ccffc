-- SPDX-License-Identifier: MIT
-- A concert's hall is written once, and not once a date: its seats in their order, as JSON, runs of one category each
-- ([{"category":"R","price":120000,"seats":["A-1","A-2"]}]). `seats` has those that are held or sold, and by whom; any other is
-- AVAILABLE.
ALTER TABLE seats RENAME TO seats_of_dates;
CREATE TABLE concert_halls (
    concert_id TEXT PRIMARY KEY REFERENCES concerts,
    seats      TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE seats (
    concert_id     TEXT NOT NULL,
    date           TEXT NOT NULL,
    seat_number    TEXT NOT NULL,
    status         TEXT NOT NULL CHECK (status IN ('HELD', 'RESERVED')),
    reservation_id TEXT NOT NULL REFERENCES reservations,
    user_id        TEXT NOT NULL,
    PRIMARY KEY (concert_id, date, seat_number),
    FOREIGN KEY (concert_id, date) REFERENCES concert_dates
) STRICT, WITHOUT ROWID;
INSERT INTO concert_halls SELECT concert_id, json_group_array(
    json_object('category', category, 'price', price, 'seats', json_array(seat_number))) FROM (
    SELECT s.concert_id, category, price, seat_number FROM seats_of_dates AS s
    WHERE date = (SELECT MIN(d.date) FROM concert_dates AS d WHERE d.concert_id = s.concert_id)
    ORDER BY s.concert_id, s.place) GROUP BY concert_id;
INSERT INTO seats SELECT s.concert_id, s.date, seat_number, s.status, s.reservation_id, r.user_id FROM seats_of_dates AS s
    LEFT JOIN reservations AS r USING (reservation_id) WHERE s.status <> 'AVAILABLE'
    ORDER BY s.concert_id, s.date, seat_number;
DROP TABLE seats_of_dates;

-- The highest version of any date that a concert no longer plays: one that comes, and may be the same again, counts on from
-- there. What went before this step is not known; it is taken for no older than the dates that stayed, and two changes a reservation.
ALTER TABLE concerts ADD COLUMN last_version INTEGER NOT NULL DEFAULT 0 CHECK (last_version >= 0);
UPDATE concerts SET last_version = last_version + d.version FROM (
    SELECT concert_id, MAX(version) AS version FROM concert_dates GROUP BY concert_id) AS d
    WHERE d.concert_id = concerts.concert_id;
UPDATE concerts SET last_version = last_version + 2 * r.made FROM (
    SELECT concert_id, COUNT(*) AS made FROM reservations GROUP BY concert_id) AS r
    WHERE r.concert_id = concerts.concert_id;

-- PostgreSQL
CREATE TABLE concert_halls (
    concert_id TEXT COLLATE "C" PRIMARY KEY REFERENCES concerts,
    seats      TEXT NOT NULL
);
INSERT INTO concert_halls SELECT s.concert_id, json_agg(
    json_build_object('category', category, 'price', price, 'seats', json_build_array(seat_number))
    ORDER BY s.place)::TEXT FROM seats AS s
    WHERE date = (SELECT MIN(d.date) FROM concert_dates AS d WHERE d.concert_id = s.concert_id) GROUP BY s.concert_id;
DELETE FROM seats WHERE status = 'AVAILABLE';
ALTER TABLE seats DROP CONSTRAINT seats_check;
ALTER TABLE seats DROP CONSTRAINT seats_status_check;
ALTER TABLE seats DROP COLUMN place;
ALTER TABLE seats DROP COLUMN category;
ALTER TABLE seats DROP COLUMN price;
ALTER TABLE seats ALTER COLUMN reservation_id SET NOT NULL;
ALTER TABLE seats ADD COLUMN user_id TEXT COLLATE "C";
UPDATE seats SET user_id = r.user_id FROM reservations AS r WHERE r.reservation_id = seats.reservation_id;
ALTER TABLE seats ALTER COLUMN user_id SET NOT NULL;
ALTER TABLE seats ADD CHECK (status IN ('HELD', 'RESERVED'));

ALTER TABLE concerts ADD COLUMN last_version BIGINT NOT NULL DEFAULT 0 CHECK (last_version >= 0);
UPDATE concerts SET last_version = last_version + d.version FROM (
    SELECT concert_id, MAX(version) AS version FROM concert_dates GROUP BY concert_id) AS d
    WHERE d.concert_id = concerts.concert_id;
UPDATE concerts SET last_version = last_version + 2 * r.made FROM (
    SELECT concert_id, COUNT(*) AS made FROM reservations GROUP BY concert_id) AS r
    WHERE r.concert_id = concerts.concert_id;
