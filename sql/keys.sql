-- name: holder
-- Asked by every request with a key: the owner's role is read afresh, so that a change counts from the next one on.
SELECT k.id, k.name, k.scopes, u.role, k.last_used_at IS NULL OR k.last_used_at <= shop_now() - %(noted_every)s::interval AS use_is_due
FROM api_keys AS k
LEFT JOIN users AS u ON u.id = k.owner_id
WHERE k.token_hash = %(token_hash)s AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > shop_now())
  AND u.disabled_at IS NULL

-- name: note_use
-- Of many requests at once one writes and nobody waits: a row that somebody else holds is noted already.
UPDATE api_keys SET last_used_at = %(at)s
WHERE id = (
  SELECT id FROM api_keys WHERE id = %(id)s AND (last_used_at IS NULL OR last_used_at <= %(before)s) FOR UPDATE SKIP LOCKED
)

-- name: every_key
SELECT id, name, prefix, scopes, owner_id, parent_id, made_by, created_at, expires_at, last_used_at, revoked_at
FROM api_keys ORDER BY created_at DESC, id DESC

-- name: key
SELECT id, name, prefix, scopes, owner_id, parent_id, made_by, created_at, expires_at, last_used_at, revoked_at
FROM api_keys WHERE id = %(id)s

-- name: lock
WITH locked AS MATERIALIZED (
  SELECT id, name, prefix, scopes, owner_id, parent_id, made_by, created_at, expires_at, last_used_at, revoked_at
  FROM api_keys WHERE id = %(id)s FOR UPDATE
)
SELECT shop_now(), l.id, l.name, l.prefix, l.scopes, l.owner_id, l.parent_id, l.made_by, l.created_at, l.expires_at, l.last_used_at,
  l.revoked_at
FROM locked l

-- name: add
INSERT INTO api_keys (id, name, prefix, token_hash, scopes, owner_id, parent_id, made_by, created_at, expires_at)
VALUES (
  %(id)s, %(name)s, %(prefix)s, %(token_hash)s, %(scopes)s, %(owner_id)s, %(parent_id)s, %(made_by)s, %(created_at)s,
  %(expires_at)s
)

-- name: lock_made_with
-- One generation at a time: each is locked before its children are looked for, so that none is born meanwhile.
WITH locked AS MATERIALIZED (
  SELECT id FROM api_keys WHERE parent_id = ANY(%(parents)s) ORDER BY id FOR UPDATE
)
SELECT shop_now(), l.id FROM locked l

-- name: revoke
UPDATE api_keys SET revoked_at = %(at)s WHERE id = ANY(%(ids)s) AND revoked_at IS NULL RETURNING id
