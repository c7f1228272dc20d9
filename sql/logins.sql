-- name: wait_for_turn
-- Guesses of one client, and guesses at one account, are counted one after another: the client first, in all transactions.
SELECT pg_advisory_xact_lock(hashtextextended('commerce.login ' || encode(%(turn)s::bytea, 'hex'), 0))

-- name: guess
-- A statement of its own, because what is read in the waiting one would be as old as the wait. A client the account knows
-- answers for itself alone; all others share what is left to strangers.
WITH known AS (
  SELECT client FROM login_clients WHERE account = %(account)s AND seen_at > %(known_since)s
), counted AS (
  SELECT
    (SELECT count(*) FROM login_guesses WHERE account = %(account)s AND client = %(client)s AND at > %(since)s) AS of_pair,
    (SELECT count(*) FROM login_guesses WHERE client = %(client)s AND at > %(since)s) AS of_client,
    (SELECT count(*) FROM login_guesses g WHERE g.account = %(account)s AND g.at > %(since)s
      AND NOT EXISTS (SELECT FROM known k WHERE k.client = g.client)) AS of_strangers
)
INSERT INTO login_guesses (account, client, at)
SELECT %(account)s, %(client)s, %(at)s FROM counted
WHERE of_pair < %(of_pair)s AND of_client < %(of_client)s
  AND (of_strangers < %(of_account)s OR EXISTS (SELECT FROM known WHERE client = %(client)s))
RETURNING id

-- name: forgive
DELETE FROM login_guesses WHERE account = %(account)s AND client = %(client)s

-- name: remember_client
INSERT INTO login_clients (account, client, seen_at) VALUES (%(account)s, %(client)s, %(at)s)
ON CONFLICT (account, client) DO UPDATE SET seen_at = excluded.seen_at

-- name: forget_guesses
DELETE FROM login_guesses WHERE at <= %(before)s RETURNING 1

-- name: forget_clients
DELETE FROM login_clients WHERE seen_at <= %(before)s RETURNING 1

-- name: forget_guesses_at
DELETE FROM login_guesses WHERE account = %(account)s

-- name: forget_clients_of
DELETE FROM login_clients WHERE account = %(account)s
