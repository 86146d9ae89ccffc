-- SPDX-License-Identifier: MIT
-- The highest version of any date that a concert no longer plays: one that comes, and may be the same again, counts on from
-- there. What went before this step is not known; it had no more changes than the dates that stayed, and two a reservation.
ALTER TABLE concerts ADD COLUMN last_version INTEGER NOT NULL DEFAULT 0 CHECK (last_version >= 0);

UPDATE concerts SET last_version = (
    SELECT COALESCE(MAX(version), 0) FROM concert_dates WHERE concert_dates.concert_id = concerts.concert_id
) + 2 * (SELECT COUNT(*) FROM reservations WHERE reservations.concert_id = concerts.concert_id);

-- PostgreSQL
ALTER TABLE concerts ADD COLUMN last_version BIGINT NOT NULL DEFAULT 0 CHECK (last_version >= 0);

UPDATE concerts SET last_version = (
    SELECT COALESCE(MAX(version), 0) FROM concert_dates WHERE concert_dates.concert_id = concerts.concert_id
) + 2 * (SELECT COUNT(*) FROM reservations WHERE reservations.concert_id = concerts.concert_id);
