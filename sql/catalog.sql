-- name: product
-- The page of one product, and beside it what its head and its JSON-LD are made of. The shop's name comes along: it is read when
-- the page is, and costs no statement of its own.
SELECT
  json_build_object(
    'id', p.id, 'slug', p.slug, 'title', p.title, 'description_html', p.description_html, 'status', p.status,
    'options', p.options, 'variants', p.variants, 'images', p.images, 'categories', p.categories, 'tags', p.tags,
    'attributes', p.attributes, 'breadcrumbs', coalesce(way.steps, '[]'), 'seo', NULL, 'json_ld', NULL, 'breadcrumbs_json_ld', NULL,
    'version', p.version
  ),
  json_build_object(
    'description_text', p.description_text, 'vendor', p.vendor,
    'backorders', (
      SELECT json_agg(v.id) FROM product_variants v JOIN inventory_items i ON i.variant_id = v.id
      WHERE v.product_id = p.id AND i.available_qty <= 0 AND i.available_qty > -i.backorder_limit
    )
  ),
  greatest(p.updated_at, (
    SELECT max(i.updated_at) FROM product_variants v JOIN inventory_items i ON i.variant_id = v.id WHERE v.product_id = p.id
  ), way.changed_at, m.updated_at),
  m.name, s.meta_title, s.meta_description, s.canonical_url, s.og_image, coalesce(s.noindex, false)
FROM product_pages p LEFT JOIN seo_metadata s ON s.entity_type = 'product' AND s.entity_id = p.id
LEFT JOIN settings m ON true
-- Down to the category that stands deepest; of several the oldest.
CROSS JOIN LATERAL (
  WITH RECURSIVE up AS (
    SELECT c.id AS lowest, c.id, c.slug, c.title, c.parent_id, c.updated_at, 0 AS height
    FROM product_categories pc JOIN categories c ON c.id = pc.category_id WHERE pc.product_id = p.id
    UNION ALL
    SELECT u.lowest, c.id, c.slug, c.title, c.parent_id, c.updated_at, u.height + 1
    FROM up u JOIN categories c ON c.id = u.parent_id
  )
  SELECT
    json_agg(json_build_object('id', u.id, 'slug', u.slug, 'title', u.title) ORDER BY u.height DESC)
      FILTER (WHERE u.lowest = (SELECT lowest FROM up ORDER BY height DESC, lowest LIMIT 1)) AS steps,
    max(u.updated_at) AS changed_at
  FROM up u
) AS way
WHERE p.slug = %(slug)s AND p.status = 'ACTIVE'

-- name: categories
-- Flat and sorted; the tree is put together by the reader, because SQL cannot nest to any depth.
SELECT id, slug, title, parent_id FROM categories ORDER BY position, title, id

-- name: category
-- The way up and what is right below, each as the page shows it, and the shop's name.
WITH RECURSIVE trail AS (
  SELECT id, slug, title, parent_id, 0 AS height FROM categories WHERE slug = %(slug)s
  UNION ALL
  SELECT c.id, c.slug, c.title, c.parent_id, t.height + 1 FROM trail t JOIN categories c ON c.id = t.parent_id
)
SELECT
  (SELECT json_agg(json_build_object('id', t.id, 'slug', t.slug, 'title', t.title) ORDER BY t.height DESC) FROM trail t),
  (SELECT json_agg(json_build_object('id', b.id, 'slug', b.slug, 'title', b.title) ORDER BY b.position, b.title, b.id)
    FROM categories b WHERE b.parent_id = c.id),
  m.name, s.meta_title, s.meta_description, s.canonical_url, s.og_image, coalesce(s.noindex, false)
FROM trail c LEFT JOIN seo_metadata s ON s.entity_type = 'category' AND s.entity_id = c.id
LEFT JOIN settings m ON true
WHERE c.height = 0

-- name: product_for_staff
-- What operators see and change, in any status.
SELECT json_build_object(
  'id', p.id, 'slug', p.slug, 'title', p.title, 'description_html', p.description_html, 'status', p.status,
  'vendor', p.vendor, 'options', p.options,
  'variants', (
    SELECT json_agg(json_build_object(
      'id', v.id, 'position', v.position, 'sku', v.sku, 'barcode', v.barcode, 'title', v.title,
      'options', json_object(o.option_names, v.option_values),
      'price', json_build_object('amount', v.price_amount, 'currency', v.currency),
      'compare_at_price', CASE WHEN v.compare_at_amount IS NOT NULL
        THEN json_build_object('amount', v.compare_at_amount, 'currency', v.currency) END,
      'lowest_price_30d', CASE WHEN v.lowest_price_30d_amount IS NOT NULL
        THEN json_build_object('amount', v.lowest_price_30d_amount, 'currency', v.currency) END,
      'weight_grams', coalesce(v.weight_grams, 0), 'taxable', v.taxable, 'tax_class', v.tax_class,
      'requires_shipping', v.requires_shipping,
      'available', CASE WHEN i.variant_id IS NOT NULL THEN i.available_qty + i.backorder_limit END,
      'image_id', v.image_id
    ) ORDER BY v.position)
    FROM product_variants v LEFT JOIN inventory_items i ON i.variant_id = v.id WHERE v.product_id = p.id
  ),
  'images', p.images, 'categories', p.categories, 'tags', p.tags, 'attributes', p.attributes,
  'seo', json_build_object(
    'meta_title', s.meta_title, 'meta_description', s.meta_description, 'canonical_url', s.canonical_url,
    'og_image', s.og_image, 'noindex', coalesce(s.noindex, false)
  ),
  'version', p.version, 'created_at', p.created_at, 'updated_at', p.updated_at
)::text
FROM product_pages p
JOIN products o ON o.id = p.id
LEFT JOIN seo_metadata s ON s.entity_type = 'product' AND s.entity_id = p.id
WHERE p.id = %(id)s

-- name: lock_products
-- In the order of their ids, so that two imports of the same products queue instead of deadlocking. The time is read outside
-- the locking part, so that with the last row comes the time at which the last lock was granted.
WITH locked AS MATERIALIZED (
  SELECT id, slug, title, description_html, status, vendor, option_names, attributes, version
  FROM products
  WHERE id = ANY (%(ids)s::uuid[]) OR slug = ANY (%(slugs)s::text[])
  ORDER BY id
  FOR NO KEY UPDATE
)
SELECT shop_now(), l.id, l.slug, l.title, l.description_html, l.status, l.vendor, l.option_names, l.attributes, l.version
FROM locked l

-- name: variants_of
SELECT product_id, id, position, sku, barcode, title, option_values, price_amount, compare_at_amount, currency, weight_grams,
  taxable, requires_shipping, image_id, tax_class
FROM product_variants WHERE product_id = ANY (%(ids)s::uuid[]) ORDER BY product_id, position

-- name: images_of
SELECT product_id, id, url, alt, position FROM product_images WHERE product_id = ANY (%(ids)s::uuid[]) ORDER BY product_id, position

-- name: categories_of
SELECT product_id, category_id FROM product_categories WHERE product_id = ANY (%(ids)s::uuid[])

-- name: tags_of
SELECT product_id, tag_id FROM product_tags WHERE product_id = ANY (%(ids)s::uuid[])

-- name: seo_of
SELECT entity_id, meta_title, meta_description, canonical_url, og_image, noindex
FROM seo_metadata WHERE entity_type = 'product' AND entity_id = ANY (%(ids)s::uuid[])

-- name: write_products
-- Adds and changes alike: many products in one statement, which is what makes an import fast.
INSERT INTO products AS p (
  id, slug, title, description_html, description_text, status, vendor, option_names, price_from_amount,
  compare_at_price_from_amount, currency, image_url, image_alt, attributes, version, created_at, updated_at
)
SELECT id, slug, title, description_html, description_text, status, vendor, option_names, price_from_amount,
  compare_at_price_from_amount, currency, image_url, image_alt, attributes, version, %(now)s, %(now)s
FROM jsonb_to_recordset(%(products)s) AS n (
  id uuid, slug text, title text, description_html text, description_text text, status text, vendor text, option_names text[],
  price_from_amount bigint, compare_at_price_from_amount bigint, currency char(3), image_url text, image_alt text,
  attributes jsonb, version integer
)
ON CONFLICT (id) DO UPDATE SET
  slug = excluded.slug, title = excluded.title, description_html = excluded.description_html,
  description_text = excluded.description_text, status = excluded.status, vendor = excluded.vendor,
  option_names = excluded.option_names, price_from_amount = excluded.price_from_amount,
  compare_at_price_from_amount = excluded.compare_at_price_from_amount, currency = excluded.currency,
  image_url = excluded.image_url, image_alt = excluded.image_alt, attributes = excluded.attributes,
  version = excluded.version, updated_at = excluded.updated_at
RETURNING 1

-- name: write_images
INSERT INTO product_images (id, product_id, url, alt, position, created_at)
SELECT id, product_id, url, alt, position, %(now)s
FROM jsonb_to_recordset(%(images)s) AS n (id uuid, product_id uuid, url text, alt text, position integer)
ON CONFLICT (id) DO UPDATE SET url = excluded.url, alt = excluded.alt, position = excluded.position
RETURNING 1

-- name: write_variants
INSERT INTO product_variants (
  id, product_id, position, sku, barcode, title, option_values, price_amount, compare_at_amount, currency, weight_grams,
  taxable, requires_shipping, image_id, tax_class, created_at
)
SELECT id, product_id, position, sku, barcode, title, option_values, price_amount, compare_at_amount, currency, weight_grams,
  taxable, requires_shipping, image_id, tax_class, %(now)s
FROM jsonb_to_recordset(%(variants)s) AS n (
  id uuid, product_id uuid, position integer, sku text, barcode text, title text, option_values text[], price_amount bigint,
  compare_at_amount bigint, currency char(3), weight_grams integer, taxable boolean, requires_shipping boolean, image_id uuid,
  tax_class text
)
ON CONFLICT (id) DO UPDATE SET
  position = excluded.position, sku = excluded.sku, barcode = excluded.barcode, title = excluded.title,
  option_values = excluded.option_values, price_amount = excluded.price_amount,
  compare_at_amount = excluded.compare_at_amount, currency = excluded.currency, weight_grams = excluded.weight_grams,
  taxable = excluded.taxable, requires_shipping = excluded.requires_shipping, image_id = excluded.image_id,
  tax_class = excluded.tax_class
RETURNING 1

-- name: write_categories_of
-- Makes the links of these products exactly the given pairs.
WITH wanted AS (
  SELECT w.product_id, w.category_id FROM unnest(%(product_ids)s::uuid[], %(category_ids)s::uuid[]) AS w (product_id, category_id)
), removed AS (
  DELETE FROM product_categories pc WHERE pc.product_id = ANY (%(ids)s::uuid[])
    AND NOT EXISTS (SELECT 1 FROM wanted w WHERE w.product_id = pc.product_id AND w.category_id = pc.category_id)
)
INSERT INTO product_categories (product_id, category_id) SELECT product_id, category_id FROM wanted ON CONFLICT DO NOTHING
RETURNING 1

-- name: write_tags_of
WITH wanted AS (
  SELECT w.product_id, w.tag_id FROM unnest(%(product_ids)s::uuid[], %(tag_ids)s::uuid[]) AS w (product_id, tag_id)
), removed AS (
  DELETE FROM product_tags pt WHERE pt.product_id = ANY (%(ids)s::uuid[])
    AND NOT EXISTS (SELECT 1 FROM wanted w WHERE w.product_id = pt.product_id AND w.tag_id = pt.tag_id)
)
INSERT INTO product_tags (product_id, tag_id) SELECT product_id, tag_id FROM wanted ON CONFLICT DO NOTHING
RETURNING 1

-- name: write_seo
INSERT INTO seo_metadata (entity_type, entity_id, meta_title, meta_description, canonical_url, og_image, noindex)
SELECT 'product', product_id, meta_title, meta_description, canonical_url, og_image, noindex
FROM jsonb_to_recordset(%(seo)s) AS n (
  product_id uuid, meta_title text, meta_description text, canonical_url text, og_image text, noindex boolean
)
ON CONFLICT (entity_type, entity_id) DO UPDATE SET
  meta_title = excluded.meta_title, meta_description = excluded.meta_description, canonical_url = excluded.canonical_url,
  og_image = excluded.og_image, noindex = excluded.noindex
RETURNING 1

-- name: owners_of_slugs
SELECT slug, id FROM products WHERE slug = ANY (%(slugs)s::text[])

-- name: owners_of_skus
SELECT sku, product_id FROM product_variants WHERE sku = ANY (%(skus)s::text[])

-- name: lock_slug
-- Several products of one title queue here, where otherwise all but one would have to start again.
SELECT pg_advisory_xact_lock(hashtext('commerce.products'), hashtext(%(slug)s))

-- name: free_slug
-- The wish itself, else the first of wish-2, wish-3 … that nobody has and no redirect keeps alive. It is cut so that the number fits.
SELECT candidate
FROM (
  SELECT n, CASE n WHEN 1 THEN %(slug)s::text ELSE rtrim(left(%(slug)s::text, 193), '-') || '-' || n END AS candidate
  FROM generate_series(1, 10000) AS n
) AS wishes
WHERE NOT EXISTS (SELECT 1 FROM products p WHERE p.slug = candidate)
  AND NOT EXISTS (SELECT 1 FROM url_redirects r WHERE r.entity_type = 'product' AND r.slug = candidate)
ORDER BY n LIMIT 1

-- name: record_prices
-- What a variant costs from now on, and when a reduction is announced, the lowest price of the 30 days before: those that began
-- then and the one they began with (Directive 98/6/EC, article 6a). This very price is not among them: a statement does not see
-- what it adds.
WITH changed AS (
  SELECT variant_id, price_amount, compare_at_amount, currency, announced
  FROM jsonb_to_recordset(%(prices)s) AS n (
    variant_id uuid, price_amount bigint, compare_at_amount bigint, currency char(3), announced boolean
  )
), kept AS (
  INSERT INTO price_history (variant_id, at, price_amount, compare_at_amount, currency)
  SELECT variant_id, %(now)s, price_amount, compare_at_amount, currency FROM changed
)
UPDATE product_variants v
SET lowest_price_30d_amount = CASE WHEN c.announced THEN (
  SELECT min(h.price_amount) FROM price_history h
  WHERE h.variant_id = v.id AND h.at >= coalesce((
    SELECT max(e.at) FROM price_history e WHERE e.variant_id = v.id AND e.at <= %(now)s::timestamptz - interval '30 days'
  ), '-infinity')
) END
FROM changed c
WHERE v.id = c.variant_id AND (c.announced OR c.compare_at_amount IS NULL AND v.lowest_price_30d_amount IS NOT NULL)
RETURNING 1

-- name: tell_lowest_prices
-- The list shows the cheapest variant, so it shows what that one cost before.
UPDATE products p
SET lowest_price_30d_from_amount = c.lowest_price_30d_amount
FROM (
  SELECT DISTINCT ON (v.product_id) v.product_id, v.lowest_price_30d_amount
  FROM product_variants v WHERE v.product_id = ANY (%(ids)s::uuid[])
  ORDER BY v.product_id, v.price_amount, v.position
) c
WHERE p.id = c.product_id AND p.lowest_price_30d_from_amount IS DISTINCT FROM c.lowest_price_30d_amount
RETURNING 1

-- name: lock_variants
-- Against whoever is about to put one into a cart: a removal is decided after this.
SELECT id FROM product_variants WHERE id = ANY (%(ids)s::uuid[]) ORDER BY id FOR UPDATE

-- name: uses_of_variants
SELECT u.id, u.used_in
FROM (
  SELECT v.id, CASE
    WHEN EXISTS (SELECT 1 FROM order_items o WHERE o.variant_id = v.id) THEN 'orders'
    WHEN EXISTS (SELECT 1 FROM inventory_movements m WHERE m.variant_id = v.id) THEN 'stock movements'
    WHEN EXISTS (SELECT 1 FROM cart_items c WHERE c.variant_id = v.id) THEN 'carts'
    WHEN EXISTS (SELECT 1 FROM inventory_reservations r WHERE r.variant_id = v.id) THEN 'reservations'
  END AS used_in
  FROM product_variants v WHERE v.id = ANY (%(ids)s::uuid[])
) u
WHERE u.used_in IS NOT NULL
ORDER BY u.id

-- name: remove_variants
DELETE FROM product_variants WHERE id = ANY (%(ids)s::uuid[]) RETURNING 1

-- name: remove_images
DELETE FROM product_images WHERE id = ANY (%(ids)s::uuid[]) RETURNING 1

-- name: remove_product
WITH described AS (
  DELETE FROM seo_metadata WHERE entity_type = 'product' AND entity_id = %(id)s
)
DELETE FROM products WHERE id = %(id)s RETURNING 1

-- name: prices_of_variant
SELECT h.at, h.price_amount, h.compare_at_amount, h.currency
FROM price_history h JOIN product_variants v ON v.id = h.variant_id
WHERE h.variant_id = %(variant_id)s AND v.product_id = %(product_id)s
ORDER BY h.at DESC, h.id DESC LIMIT 100

-- name: variant_by_sku
SELECT product_id, id FROM product_variants WHERE sku = %(sku)s

-- name: variant_by_id
SELECT product_id, id FROM product_variants WHERE id = %(id)s
