-- name: now
-- The shop's time, for a transaction that locks nothing first.
SELECT shop_now()

-- name: claim_idempotency_key
-- One statement inserts the key, takes over one whose lease ran out unanswered, or tells what is there. The no-op update is
-- what makes the row visible even when another request has just inserted it.
INSERT INTO idempotency_keys AS k (scope, key, fingerprint, owner, lease_until)
VALUES (%(scope)s, %(key)s, %(fingerprint)s, %(owner)s, shop_now() + %(lease)s)
ON CONFLICT (scope, key) DO UPDATE SET
  owner = CASE WHEN k.status IS NULL AND k.lease_until < shop_now() AND k.fingerprint = excluded.fingerprint
               THEN excluded.owner ELSE k.owner END,
  lease_until = CASE WHEN k.status IS NULL AND k.lease_until < shop_now() AND k.fingerprint = excluded.fingerprint
                     THEN excluded.lease_until ELSE k.lease_until END
RETURNING owner, fingerprint, status, body, headers

-- name: keep_idempotent_reply
UPDATE idempotency_keys SET status = %(status)s, body = %(body)s, headers = %(headers)s
WHERE scope = %(scope)s AND key = %(key)s AND owner = %(owner)s

-- name: release_idempotency_key
DELETE FROM idempotency_keys WHERE scope = %(scope)s AND key = %(key)s AND owner = %(owner)s AND status IS NULL

-- name: forget_idempotency_keys
-- In slices, so that a long backlog never holds a long transaction.
DELETE FROM idempotency_keys WHERE (scope, key) IN (
  SELECT scope, key FROM idempotency_keys WHERE created_at < shop_now() - %(age)s::interval ORDER BY created_at LIMIT %(limit)s
)
RETURNING 1
