-- name: add
-- In the order of their slugs, so that two writers of new tags queue instead of deadlocking.
INSERT INTO tags (id, slug, title)
SELECT n.id, n.slug, n.title FROM unnest(%(ids)s::uuid[], %(slugs)s::text[], %(titles)s::text[]) AS n (id, slug, title)
ORDER BY n.slug
ON CONFLICT (slug) DO NOTHING

-- name: by_slugs
SELECT slug, id FROM tags WHERE slug = ANY (%(slugs)s::text[])

-- name: lock
-- In the order of their ids, so that two merges queue instead of deadlocking. Whoever gives one to a product waits too.
-- The time is read outside the locking part, so that with the last row comes the time at which the last lock was granted.
WITH locked AS MATERIALIZED (
  SELECT id, title, slug, version FROM tags WHERE id = ANY (%(ids)s::uuid[]) ORDER BY id FOR UPDATE
)
SELECT shop_now(), l.id, l.title, l.slug, l.version FROM locked l

-- name: write
INSERT INTO tags (id, slug, title, version) VALUES (%(id)s, %(slug)s, %(title)s, %(version)s)
ON CONFLICT (id) DO UPDATE SET slug = excluded.slug, title = excluded.title, version = excluded.version
RETURNING 1

-- name: touch_products
-- In the order of their ids, like everybody who locks several products. They are a version further, so that nobody who read
-- them before gives them back a tag that is gone.
WITH locked AS MATERIALIZED (
  SELECT p.id FROM products p JOIN product_tags pt ON pt.product_id = p.id
  WHERE pt.tag_id = %(id)s ORDER BY p.id FOR NO KEY UPDATE OF p
)
UPDATE products p SET version = p.version + 1, updated_at = %(now)s FROM locked WHERE p.id = locked.id RETURNING p.id

-- name: give
-- Those who have the other tag already keep it as it is.
INSERT INTO product_tags (product_id, tag_id)
SELECT pt.product_id, %(into)s FROM product_tags pt WHERE pt.tag_id = %(id)s
ON CONFLICT DO NOTHING
RETURNING 1

-- name: remove
DELETE FROM tags WHERE id = %(id)s RETURNING 1

-- name: list
SELECT t.id, t.slug, t.title, (SELECT count(*) FROM product_tags pt WHERE pt.tag_id = t.id), t.version
FROM tags t
WHERE %(q)s::text IS NULL OR starts_with(lower(t.title), lower(%(q)s::text)) OR starts_with(t.slug, %(q)s::text)
ORDER BY t.title, t.slug LIMIT %(limit)s OFFSET %(offset)s

-- name: count
SELECT count(*) FROM tags t
WHERE %(q)s::text IS NULL OR starts_with(lower(t.title), lower(%(q)s::text)) OR starts_with(t.slug, %(q)s::text)

-- name: one
SELECT t.id, t.slug, t.title, (SELECT count(*) FROM product_tags pt WHERE pt.tag_id = t.id), t.version
FROM tags t WHERE t.id = %(id)s
