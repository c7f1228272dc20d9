-- name: add_upload
INSERT INTO uploads (id, filename, content_type, size_bytes, alt, status, keep_until)
VALUES (%(id)s, %(filename)s, %(content_type)s, %(size)s, %(alt)s, %(status)s, %(keep_until)s)

-- name: lock_upload
-- The time is read outside the locking part, so that it is the time at which the lock was granted.
WITH locked AS MATERIALIZED (
  SELECT id, filename, content_type, size_bytes, alt, keep_until, status, url, width, height
  FROM uploads WHERE id = %(id)s FOR UPDATE
)
SELECT shop_now(), l.id, l.filename, l.content_type, l.size_bytes, l.alt, l.keep_until, l.status, l.url, l.width, l.height
FROM locked l

-- name: write_upload
UPDATE uploads SET
  status = %(status)s, url = %(url)s, width = %(width)s, height = %(height)s, keep_until = %(keep_until)s
WHERE id = %(id)s

-- name: upload
SELECT id, filename, content_type, size_bytes, alt, keep_until, status, url, width, height
FROM uploads WHERE id = %(id)s

-- name: expire_uploads
-- Marked before their files are erased, so that nobody can attach one that is half gone. Marked already means that a worker
-- died over it: it comes again when its lease is over.
UPDATE uploads AS u SET status = 'expired', keep_until = shop_now() + %(lease)s
FROM (
  SELECT id FROM uploads WHERE status <> 'attached' AND keep_until <= (SELECT shop_now())
  ORDER BY keep_until LIMIT %(limit)s
  FOR UPDATE SKIP LOCKED
) AS due
WHERE u.id = due.id
RETURNING u.id, u.filename, u.content_type, u.size_bytes, u.alt, u.keep_until, u.status, u.url, u.width, u.height

-- name: forget_uploads
DELETE FROM uploads WHERE id = ANY (%(ids)s) AND status = 'expired'

-- name: expect_remote_images
INSERT INTO remote_images (id, product_id, source_url)
SELECT id, product_id, source_url
FROM unnest(%(ids)s::uuid[], %(product_ids)s::uuid[], %(source_urls)s::text[]) AS n (id, product_id, source_url)
ON CONFLICT (product_id, md5(source_url)) DO NOTHING

-- name: stored_remote_images
SELECT product_id, source_url, url FROM remote_images
WHERE product_id = ANY (%(product_ids)s::uuid[]) AND status = 'stored'

-- name: claim_remote_image
-- One picture for one lease. A lease that ran out after the last attempt means that no worker survived it.
UPDATE remote_images AS r SET
  attempts = r.attempts + 1,
  next_retry_at = shop_now() + %(lease)s,
  status = CASE WHEN r.attempts >= %(most_attempts)s THEN 'dead' ELSE r.status END,
  error = CASE WHEN r.attempts >= %(most_attempts)s THEN 'WorkerLost: no worker survived it' ELSE r.error END
FROM (
  SELECT id FROM remote_images
  WHERE status = 'pending' AND next_retry_at <= (SELECT shop_now())
  ORDER BY next_retry_at, id LIMIT 1
  FOR UPDATE SKIP LOCKED
) AS due
WHERE r.id = due.id
RETURNING r.id, r.product_id, r.source_url, r.attempts, r.status

-- name: settle_remote_image
-- `attempts` is the generation of the claim: a worker that lost its lease does not speak for the one that has it now.
UPDATE remote_images SET status = 'stored', url = %(url)s, error = NULL
WHERE id = %(id)s AND attempts = %(attempts)s AND status = 'pending'

-- name: fail_remote_image
UPDATE remote_images SET
  status = CASE WHEN %(delay)s::interval IS NULL THEN 'dead' ELSE 'pending' END,
  next_retry_at = shop_now() + coalesce(%(delay)s::interval, interval '0'),
  error = %(error)s
WHERE id = %(id)s AND attempts = %(attempts)s AND status = 'pending'

-- name: lock_remote_image
-- The time is read outside the locking part, so that it is the time at which the lock was granted.
WITH locked AS MATERIALIZED (SELECT status FROM remote_images WHERE id = %(id)s FOR UPDATE)
SELECT shop_now(), l.status FROM locked l

-- name: revive_remote_image
UPDATE remote_images SET status = 'pending', attempts = 0, next_retry_at = shop_now() WHERE id = %(id)s

-- name: remote_images
SELECT id, product_id, source_url, status, url, attempts, next_retry_at, error, created_at
FROM remote_images ORDER BY id DESC LIMIT %(limit)s OFFSET %(offset)s

-- name: remote_images_in
-- The few that are dead are looked for among very many that are not, so this has an index and a text of its own.
SELECT id, product_id, source_url, status, url, attempts, next_retry_at, error, created_at
FROM remote_images WHERE status = %(status)s ORDER BY id DESC LIMIT %(limit)s OFFSET %(offset)s

-- name: count_remote_images
SELECT count(*) FROM remote_images

-- name: count_remote_images_in
SELECT count(*) FROM remote_images WHERE status = %(status)s
