-- name: now
-- The shop's time, for a transaction that locks nothing first.
SELECT shop_now()

-- name: claim_idempotency_key
-- One statement inserts the key, takes over one whose lease ran out without an effect, or tells what is there. The no-op update
-- is what makes the row visible even when another request has just inserted it, and waits for one that is just committing.
INSERT INTO idempotency_keys AS k (scope, key, fingerprint, owner, lease_until)
VALUES (%(scope)s, %(key)s, %(fingerprint)s, %(owner)s, shop_now() + %(lease)s)
ON CONFLICT (scope, key) DO UPDATE SET (owner, lease_until) = (
  SELECT
    CASE WHEN free THEN excluded.owner ELSE k.owner END,
    CASE WHEN free THEN excluded.lease_until ELSE k.lease_until END
  FROM (
    SELECT k.status IS NULL AND k.effect_at IS NULL AND k.lease_until < shop_now() AND k.fingerprint = excluded.fingerprint AS free
  ) AS found
)
RETURNING owner, fingerprint, status, body, headers, effect_at IS NOT NULL AND lease_until < shop_now()

-- name: mark_idempotency_effect
-- In the transaction of the effect itself, and an error when the key is another's by now: then nothing is committed.
SELECT mark_idempotency_effect(%(scope)s, %(key)s, %(owner)s)

-- name: keep_idempotent_reply
UPDATE idempotency_keys SET status = %(status)s, body = %(body)s, headers = %(headers)s
WHERE scope = %(scope)s AND key = %(key)s AND owner = %(owner)s

-- name: release_idempotency_key
-- Whether anything took effect is not for the caller to guess, who may have lost the connection while committing: without an
-- effect the key is free, and the fence keeps a late one out; with an effect its lease is over, because no answer will come.
WITH lost AS (
  UPDATE idempotency_keys SET lease_until = shop_now()
  WHERE scope = %(scope)s AND key = %(key)s AND owner = %(owner)s AND status IS NULL AND effect_at IS NOT NULL
)
DELETE FROM idempotency_keys
WHERE scope = %(scope)s AND key = %(key)s AND owner = %(owner)s AND status IS NULL AND effect_at IS NULL

-- name: forget_idempotency_keys
-- In slices, so that a long backlog never holds a long transaction.
DELETE FROM idempotency_keys WHERE (scope, key) IN (
  SELECT scope, key FROM idempotency_keys WHERE created_at < shop_now() - %(age)s::interval ORDER BY created_at LIMIT %(limit)s
)
RETURNING 1
