-- name: lock
-- One writer at a time: a redirect that is added while its target moves would lead to a redirect.
SELECT shop_now() FROM (SELECT pg_advisory_xact_lock(hashtext('commerce.redirects'))) AS locked

-- name: by_address
SELECT id, entity_type, slug, target_type, target_slug, manual, version
FROM url_redirects WHERE entity_type = %(entity_type)s AND slug = %(slug)s

-- name: by_id
SELECT id, entity_type, slug, target_type, target_slug, manual, version FROM url_redirects WHERE id = %(id)s

-- name: has_page
SELECT CASE %(entity_type)s::text
  WHEN 'product' THEN EXISTS (SELECT 1 FROM products p WHERE p.slug = %(slug)s AND (p.status = 'ACTIVE' OR NOT %(live)s::boolean))
  ELSE EXISTS (SELECT 1 FROM categories c WHERE c.slug = %(slug)s) END

-- name: write
INSERT INTO url_redirects (id, entity_type, slug, target_type, target_slug, manual, version, created_at)
VALUES (%(id)s, %(entity_type)s, %(slug)s, %(target_type)s, %(target_slug)s, %(manual)s, %(version)s, %(now)s)
ON CONFLICT (id) DO UPDATE SET
  target_type = excluded.target_type, target_slug = excluded.target_slug, manual = excluded.manual, version = excluded.version

-- name: follow
-- What led to the one address leads to the other from now on: every redirect is one step long.
UPDATE url_redirects SET target_type = %(target_type)s, target_slug = %(target_slug)s, version = version + 1
WHERE target_type = %(entity_type)s AND target_slug = %(slug)s

-- name: keep
-- Where a page used to be. An address that somebody redirects by hand is left to them.
INSERT INTO url_redirects (id, entity_type, slug, target_type, target_slug, manual, created_at)
VALUES (%(id)s, %(entity_type)s, %(slug)s, %(entity_type)s, %(target_slug)s, false, %(now)s)
ON CONFLICT (entity_type, slug) DO NOTHING

-- name: drop
DELETE FROM url_redirects WHERE id = %(id)s

-- name: drop_from
DELETE FROM url_redirects WHERE entity_type = %(entity_type)s AND slug = %(slug)s

-- name: forget
DELETE FROM url_redirects
WHERE entity_type = %(entity_type)s AND slug = %(slug)s OR target_type = %(entity_type)s AND target_slug = %(slug)s

-- name: target
-- Only where shoppers find a page at the end: a step to nowhere is none.
SELECT r.target_type, r.target_slug
FROM url_redirects r
WHERE r.entity_type = %(entity_type)s AND r.slug = %(slug)s AND CASE r.target_type
  WHEN 'product' THEN EXISTS (SELECT 1 FROM products p WHERE p.slug = r.target_slug AND p.status = 'ACTIVE')
  ELSE EXISTS (SELECT 1 FROM categories c WHERE c.slug = r.target_slug) END

-- name: list
SELECT id, entity_type, slug, target_type, target_slug, manual, version, created_at
FROM url_redirects
WHERE %(q)s::text IS NULL OR starts_with(slug, %(q)s::text) OR starts_with(target_slug, %(q)s::text)
ORDER BY created_at DESC, id DESC LIMIT %(limit)s OFFSET %(offset)s

-- name: count
SELECT count(*) FROM url_redirects
WHERE %(q)s::text IS NULL OR starts_with(slug, %(q)s::text) OR starts_with(target_slug, %(q)s::text)

-- name: one
SELECT id, entity_type, slug, target_type, target_slug, manual, version, created_at FROM url_redirects WHERE id = %(id)s
