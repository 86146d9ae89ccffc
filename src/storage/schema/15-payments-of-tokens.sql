-- SPDX-License-Identifier: MIT
-- What a token that is over has paid, for whoever has lost the answer. A payment ends one token, and a token is forgotten
-- before its payment is, so that the last of a user's are each other's.
ALTER TABLE queue_tokens ADD COLUMN payment_id TEXT;

UPDATE queue_tokens SET payment_id = paid.payment_id FROM (
    SELECT t.concert_id, t.ticket_number, p.payment_id FROM (
        SELECT concert_id, user_id, ticket_number,
            ROW_NUMBER() OVER (PARTITION BY concert_id, user_id ORDER BY ticket_number DESC) AS nth
        FROM queue_tokens WHERE reason = 'PAID'
    ) AS t JOIN (
        SELECT concert_id, user_id, payment_id,
            ROW_NUMBER() OVER (PARTITION BY concert_id, user_id ORDER BY paid_at DESC, payment_id DESC) AS nth
        FROM payments
    ) AS p ON p.concert_id = t.concert_id AND p.user_id = t.user_id AND p.nth = t.nth
) AS paid WHERE queue_tokens.concert_id = paid.concert_id AND queue_tokens.ticket_number = paid.ticket_number;

-- PostgreSQL
ALTER TABLE queue_tokens ADD COLUMN payment_id TEXT COLLATE "C";

UPDATE queue_tokens SET payment_id = paid.payment_id FROM (
    SELECT t.concert_id, t.ticket_number, p.payment_id FROM (
        SELECT concert_id, user_id, ticket_number,
            ROW_NUMBER() OVER (PARTITION BY concert_id, user_id ORDER BY ticket_number DESC) AS nth
        FROM queue_tokens WHERE reason = 'PAID'
    ) AS t JOIN (
        SELECT concert_id, user_id, payment_id,
            ROW_NUMBER() OVER (PARTITION BY concert_id, user_id ORDER BY paid_at DESC, payment_id DESC) AS nth
        FROM payments
    ) AS p ON p.concert_id = t.concert_id AND p.user_id = t.user_id AND p.nth = t.nth
) AS paid WHERE queue_tokens.concert_id = paid.concert_id AND queue_tokens.ticket_number = paid.ticket_number;
