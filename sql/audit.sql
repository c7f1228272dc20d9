-- name: page
-- Whatever is asked that no index of its own answers: by time.
SELECT l.id, l.at, l.actor_kind, l.actor_id, l.actor_name, l.action, l.entity_type, l.entity_id, l.changes::text, l.request_id, l.address
FROM audit_logs l
WHERE l.at >= %(since)s AND (l.at, l.id) < (%(before_at)s, %(before_id)s)
  AND (%(actor_kind)s::text IS NULL OR l.actor_kind = %(actor_kind)s)
  AND (%(actor_id)s::uuid IS NULL OR l.actor_id = %(actor_id)s)
  AND (%(action)s::text IS NULL OR l.action = %(action)s)
  AND (%(entity_type)s::text IS NULL OR l.entity_type = %(entity_type)s)
  AND (%(entity_id)s::text IS NULL OR l.entity_id = %(entity_id)s)
  AND (%(request_id)s::text IS NULL OR l.request_id = %(request_id)s)
ORDER BY l.at DESC, l.id DESC LIMIT %(limit)s OFFSET %(offset)s

-- name: count
-- As the page above has them.
SELECT count(*) FROM audit_logs l
WHERE l.at >= %(since)s AND l.at < %(until)s
  AND (%(actor_kind)s::text IS NULL OR l.actor_kind = %(actor_kind)s)
  AND (%(actor_id)s::uuid IS NULL OR l.actor_id = %(actor_id)s)
  AND (%(action)s::text IS NULL OR l.action = %(action)s)
  AND (%(entity_type)s::text IS NULL OR l.entity_type = %(entity_type)s)
  AND (%(entity_id)s::text IS NULL OR l.entity_id = %(entity_id)s)
  AND (%(request_id)s::text IS NULL OR l.request_id = %(request_id)s)

-- name: page_of_entity
-- The history of one thing, from its own index.
SELECT l.id, l.at, l.actor_kind, l.actor_id, l.actor_name, l.action, l.entity_type, l.entity_id, l.changes::text, l.request_id, l.address
FROM audit_logs l
WHERE l.entity_type = %(entity_type)s AND l.entity_id = %(entity_id)s AND l.at >= %(since)s AND (l.at, l.id) < (%(before_at)s, %(before_id)s)
  AND (%(actor_kind)s::text IS NULL OR l.actor_kind = %(actor_kind)s)
  AND (%(actor_id)s::uuid IS NULL OR l.actor_id = %(actor_id)s)
  AND (%(action)s::text IS NULL OR l.action = %(action)s)
  AND (%(request_id)s::text IS NULL OR l.request_id = %(request_id)s)
ORDER BY l.at DESC, l.id DESC LIMIT %(limit)s OFFSET %(offset)s

-- name: count_of_entity
-- As the page above has them.
SELECT count(*) FROM audit_logs l
WHERE l.entity_type = %(entity_type)s AND l.entity_id = %(entity_id)s AND l.at >= %(since)s AND l.at < %(until)s
  AND (%(actor_kind)s::text IS NULL OR l.actor_kind = %(actor_kind)s)
  AND (%(actor_id)s::uuid IS NULL OR l.actor_id = %(actor_id)s)
  AND (%(action)s::text IS NULL OR l.action = %(action)s)
  AND (%(request_id)s::text IS NULL OR l.request_id = %(request_id)s)

-- name: page_of_request
-- All that one request, or one command, changed.
SELECT l.id, l.at, l.actor_kind, l.actor_id, l.actor_name, l.action, l.entity_type, l.entity_id, l.changes::text, l.request_id, l.address
FROM audit_logs l
WHERE l.request_id = %(request_id)s AND l.at >= %(since)s AND (l.at, l.id) < (%(before_at)s, %(before_id)s)
  AND (%(actor_kind)s::text IS NULL OR l.actor_kind = %(actor_kind)s)
  AND (%(actor_id)s::uuid IS NULL OR l.actor_id = %(actor_id)s)
  AND (%(action)s::text IS NULL OR l.action = %(action)s)
  AND (%(entity_type)s::text IS NULL OR l.entity_type = %(entity_type)s)
  AND (%(entity_id)s::text IS NULL OR l.entity_id = %(entity_id)s)
ORDER BY l.at DESC, l.id DESC LIMIT %(limit)s OFFSET %(offset)s

-- name: count_of_request
-- As the page above has them.
SELECT count(*) FROM audit_logs l
WHERE l.request_id = %(request_id)s AND l.at >= %(since)s AND l.at < %(until)s
  AND (%(actor_kind)s::text IS NULL OR l.actor_kind = %(actor_kind)s)
  AND (%(actor_id)s::uuid IS NULL OR l.actor_id = %(actor_id)s)
  AND (%(action)s::text IS NULL OR l.action = %(action)s)
  AND (%(entity_type)s::text IS NULL OR l.entity_type = %(entity_type)s)
  AND (%(entity_id)s::text IS NULL OR l.entity_id = %(entity_id)s)

-- name: page_of_actor
-- All that somebody did.
SELECT l.id, l.at, l.actor_kind, l.actor_id, l.actor_name, l.action, l.entity_type, l.entity_id, l.changes::text, l.request_id, l.address
FROM audit_logs l
WHERE l.actor_id = %(actor_id)s AND l.at >= %(since)s AND (l.at, l.id) < (%(before_at)s, %(before_id)s)
  AND (%(actor_kind)s::text IS NULL OR l.actor_kind = %(actor_kind)s)
  AND (%(action)s::text IS NULL OR l.action = %(action)s)
  AND (%(entity_type)s::text IS NULL OR l.entity_type = %(entity_type)s)
  AND (%(entity_id)s::text IS NULL OR l.entity_id = %(entity_id)s)
  AND (%(request_id)s::text IS NULL OR l.request_id = %(request_id)s)
ORDER BY l.at DESC, l.id DESC LIMIT %(limit)s OFFSET %(offset)s

-- name: count_of_actor
-- As the page above has them.
SELECT count(*) FROM audit_logs l
WHERE l.actor_id = %(actor_id)s AND l.at >= %(since)s AND l.at < %(until)s
  AND (%(actor_kind)s::text IS NULL OR l.actor_kind = %(actor_kind)s)
  AND (%(action)s::text IS NULL OR l.action = %(action)s)
  AND (%(entity_type)s::text IS NULL OR l.entity_type = %(entity_type)s)
  AND (%(entity_id)s::text IS NULL OR l.entity_id = %(entity_id)s)
  AND (%(request_id)s::text IS NULL OR l.request_id = %(request_id)s)

-- name: page_of_action
-- Every time something was done.
SELECT l.id, l.at, l.actor_kind, l.actor_id, l.actor_name, l.action, l.entity_type, l.entity_id, l.changes::text, l.request_id, l.address
FROM audit_logs l
WHERE l.action = %(action)s AND l.at >= %(since)s AND (l.at, l.id) < (%(before_at)s, %(before_id)s)
  AND (%(actor_kind)s::text IS NULL OR l.actor_kind = %(actor_kind)s)
  AND (%(actor_id)s::uuid IS NULL OR l.actor_id = %(actor_id)s)
  AND (%(entity_type)s::text IS NULL OR l.entity_type = %(entity_type)s)
  AND (%(entity_id)s::text IS NULL OR l.entity_id = %(entity_id)s)
  AND (%(request_id)s::text IS NULL OR l.request_id = %(request_id)s)
ORDER BY l.at DESC, l.id DESC LIMIT %(limit)s OFFSET %(offset)s

-- name: count_of_action
-- As the page above has them.
SELECT count(*) FROM audit_logs l
WHERE l.action = %(action)s AND l.at >= %(since)s AND l.at < %(until)s
  AND (%(actor_kind)s::text IS NULL OR l.actor_kind = %(actor_kind)s)
  AND (%(actor_id)s::uuid IS NULL OR l.actor_id = %(actor_id)s)
  AND (%(entity_type)s::text IS NULL OR l.entity_type = %(entity_type)s)
  AND (%(entity_id)s::text IS NULL OR l.entity_id = %(entity_id)s)
  AND (%(request_id)s::text IS NULL OR l.request_id = %(request_id)s)

-- name: anchor
-- The last of them counts; the others tell when something was forgotten before.
SELECT position, hash, pruned_at FROM audit_anchors ORDER BY position DESC LIMIT 1

-- name: seals_after
SELECT position, log_id, hash FROM audit_seals WHERE position > %(after)s ORDER BY position LIMIT %(limit)s

-- name: rows
-- By their ids, in a statement of its own: joined to seals, or to what waits, a plan may read the whole log instead.
SELECT l.id, l.at, l.actor_kind, l.actor_id, l.actor_name, l.action, l.entity_type, l.entity_id, l.changes::text, l.request_id, l.address
FROM audit_logs l WHERE l.id = ANY(%(ids)s) ORDER BY l.id

-- name: seals_of
-- As with rows.
SELECT log_id, position, hash FROM audit_seals WHERE log_id = ANY(%(ids)s)

-- name: unknown_after
-- In one moment a row is either sealed or waiting. What is neither came in by no commit that our triggers saw.
SELECT max(l.id), min(l.id) FILTER (WHERE s.log_id IS NULL AND u.log_id IS NULL)
FROM (SELECT id FROM audit_logs WHERE id > %(after)s ORDER BY id LIMIT %(limit)s) AS l
LEFT JOIN audit_seals s ON s.log_id = l.id LEFT JOIN audit_unsealed u ON u.log_id = l.id

-- name: tail
SELECT count(*), min(l.at), min(u.log_id) FILTER (WHERE l.id IS NULL)
FROM audit_unsealed u LEFT JOIN audit_logs l ON l.id = u.log_id

-- name: first_not_older
-- Along the chain until the first row that has to stay: what is forgotten is its beginning, without gaps.
SELECT s.position FROM audit_seals s JOIN audit_logs l ON l.id = s.log_id
WHERE s.position > %(after)s AND l.at >= %(moment)s
ORDER BY s.position LIMIT 1

-- name: lock
-- Sealing and forgetting both move an end of the chain.
SELECT shop_now() FROM (SELECT pg_advisory_xact_lock(hashtext('commerce.audit'))) AS locked

-- name: last_seal
SELECT position, hash FROM audit_seals ORDER BY position DESC LIMIT 1

-- name: waiting
SELECT log_id FROM audit_unsealed ORDER BY log_id LIMIT %(limit)s

-- name: seal
INSERT INTO audit_seals (position, log_id, hash, sealed_at)
SELECT position, log_id, hash, %(now)s
FROM unnest(%(positions)s::bigint[], %(log_ids)s::bigint[], %(hashes)s::bytea[]) AS made (position, log_id, hash)

-- name: no_longer_waits
DELETE FROM audit_unsealed WHERE log_id = ANY(%(log_ids)s)

-- name: move_anchor
INSERT INTO audit_anchors (position, hash, pruned_at) VALUES (%(position)s, %(hash)s, %(now)s)

-- name: forgettable
SELECT s.position, s.log_id FROM audit_seals s
WHERE s.position <= (SELECT max(position) FROM audit_anchors)
ORDER BY s.position LIMIT %(limit)s

-- name: forget_rows
-- Before their seals: the trigger that guards rows asks for their places.
DELETE FROM audit_logs WHERE id = ANY(%(log_ids)s)

-- name: forget_seals
DELETE FROM audit_seals WHERE position <= %(position)s
