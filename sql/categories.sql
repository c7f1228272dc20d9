-- name: lock
-- The tree has one writer at a time: two moves that are fine one by one can make a circle together.
SELECT shop_now() FROM (SELECT pg_advisory_xact_lock(hashtext('commerce.categories'))) AS locked

-- name: tree
SELECT c.id, c.title, c.slug, c.parent_id, c.position, c.version, s.meta_title, s.meta_description, s.canonical_url, s.og_image,
  coalesce(s.noindex, false)
FROM categories c LEFT JOIN seo_metadata s ON s.entity_type = 'category' AND s.entity_id = c.id

-- name: known
SELECT id FROM categories WHERE id = ANY (%(ids)s::uuid[])

-- name: by_slug
SELECT id FROM categories WHERE slug = %(slug)s

-- name: titled
-- Lower case is PostgreSQL's on both sides: its locale may know fewer letters than Python does. The older of two comes last.
SELECT t.title, c.id FROM unnest(%(titles)s::text[]) AS t (title) JOIN categories c ON lower(c.title) = lower(t.title)
ORDER BY c.id DESC

-- name: add
INSERT INTO categories (id, slug, title, parent_id, position) VALUES (
  %(id)s, %(slug)s, %(title)s, %(parent_id)s,
  (SELECT coalesce(max(position), 0) + 1 FROM categories WHERE parent_id IS NOT DISTINCT FROM %(parent_id)s::uuid)
)
RETURNING 1

-- name: write
INSERT INTO categories (id, slug, title, parent_id, position, version, updated_at)
SELECT id, slug, title, parent_id, position, version, %(now)s
FROM jsonb_to_recordset(%(categories)s) AS n (id uuid, slug text, title text, parent_id uuid, position integer, version integer)
ON CONFLICT (id) DO UPDATE SET
  slug = excluded.slug, title = excluded.title, parent_id = excluded.parent_id, position = excluded.position,
  version = excluded.version, updated_at = excluded.updated_at
RETURNING 1

-- name: write_seo
INSERT INTO seo_metadata (entity_type, entity_id, meta_title, meta_description, canonical_url, og_image, noindex)
SELECT 'category', id, meta_title, meta_description, canonical_url, og_image, noindex
FROM jsonb_to_recordset(%(seo)s) AS n (
  id uuid, meta_title text, meta_description text, canonical_url text, og_image text, noindex boolean
)
ON CONFLICT (entity_type, entity_id) DO UPDATE SET
  meta_title = excluded.meta_title, meta_description = excluded.meta_description, canonical_url = excluded.canonical_url,
  og_image = excluded.og_image, noindex = excluded.noindex
RETURNING 1

-- name: count_products
SELECT count(*) FROM product_categories WHERE category_id = %(id)s

-- name: let_products_go
-- In the order of their ids, like everybody who locks several products. They are a version further, so that nobody who read
-- them before puts them back into a category that is gone.
WITH locked AS MATERIALIZED (
  SELECT p.id FROM products p JOIN product_categories pc ON pc.product_id = p.id
  WHERE pc.category_id = %(id)s ORDER BY p.id FOR NO KEY UPDATE OF p
)
UPDATE products p SET version = p.version + 1, updated_at = %(now)s FROM locked WHERE p.id = locked.id

-- name: remove
WITH described AS (
  DELETE FROM seo_metadata WHERE entity_type = 'category' AND entity_id = %(id)s
)
DELETE FROM categories WHERE id = %(id)s RETURNING 1

-- name: for_staff
-- Parents before their children, siblings in their order.
WITH RECURSIVE tree AS (
  SELECT c.id, ARRAY[row_number() OVER (ORDER BY c.position, c.title, c.id)] AS place
  FROM categories c WHERE c.parent_id IS NULL
  UNION ALL
  SELECT c.id, t.place || row_number() OVER (PARTITION BY c.parent_id ORDER BY c.position, c.title, c.id)
  FROM categories c JOIN tree t ON c.parent_id = t.id
)
SELECT c.id, c.slug, c.title, c.parent_id, c.position,
  (SELECT count(*) FROM product_categories pc WHERE pc.category_id = c.id), c.version,
  s.meta_title, s.meta_description, s.canonical_url, s.og_image, coalesce(s.noindex, false)
FROM tree t JOIN categories c ON c.id = t.id LEFT JOIN seo_metadata s ON s.entity_type = 'category' AND s.entity_id = c.id
ORDER BY t.place

-- name: one_for_staff
SELECT c.id, c.slug, c.title, c.parent_id, c.position,
  (SELECT count(*) FROM product_categories pc WHERE pc.category_id = c.id), c.version,
  s.meta_title, s.meta_description, s.canonical_url, s.og_image, coalesce(s.noindex, false)
FROM categories c LEFT JOIN seo_metadata s ON s.entity_type = 'category' AND s.entity_id = c.id
WHERE c.id = %(id)s
