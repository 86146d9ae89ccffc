-- SPDX-License-Identifier: MIT
-- What the wall clock said at the last commit: it tells what has passed after a reboot or on another machine. Until now
-- the program's own clock began at the wall's. And by how much shown time was ahead of the program's own.
ALTER TABLE clock ADD COLUMN wall_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE clock ADD COLUMN offset_ms INTEGER NOT NULL DEFAULT 0;
UPDATE clock SET wall_ms = instant_ms;
-- When a seat was held, as it was shown then; `held_at` is of the clock that the hold runs out by.
ALTER TABLE reservations ADD COLUMN held_shown_at INTEGER NOT NULL DEFAULT 0;
UPDATE reservations SET held_shown_at = held_at;

-- PostgreSQL
ALTER TABLE clock ADD COLUMN wall_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE clock ADD COLUMN offset_ms BIGINT NOT NULL DEFAULT 0;
UPDATE clock SET wall_ms = instant_ms;
ALTER TABLE reservations ADD COLUMN held_shown_at BIGINT NOT NULL DEFAULT 0;
UPDATE reservations SET held_shown_at = held_at;
