-- name: list_newest
-- The front page of the shop. The index gives the order, the total is kept by a trigger. The page is found first, because a
-- card, which looks at stock, would otherwise be made for every product that OFFSET skips.
SELECT json_build_object(
  'items', coalesce((SELECT json_agg(c) FROM (
    SELECT page.id, card.slug, card.title, card.description_text, card.price_from, card.compare_at_price_from,
      card.in_stock, card.image, %(url_before)s::text || card.slug || %(url_after)s::text AS url
    FROM (
      SELECT id, created_at FROM products WHERE status = 'ACTIVE'
      ORDER BY created_at DESC, id DESC LIMIT %(limit)s OFFSET %(offset)s
    ) AS page
    CROSS JOIN LATERAL (
      SELECT slug, title, description_text, price_from, compare_at_price_from, in_stock, image
      FROM product_cards WHERE id = page.id OFFSET 0
    ) AS card
    ORDER BY page.created_at DESC, page.id DESC
  ) AS c), '[]'),
  'page', %(page)s::integer, 'per_page', %(limit)s::integer, 'total', (SELECT active FROM product_totals)
)::text

-- name: list_by_title
SELECT json_build_object(
  'items', coalesce((SELECT json_agg(c) FROM (
    SELECT page.id, card.slug, card.title, card.description_text, card.price_from, card.compare_at_price_from,
      card.in_stock, card.image, %(url_before)s::text || card.slug || %(url_after)s::text AS url
    FROM (
      SELECT id, title FROM products WHERE status = 'ACTIVE'
      ORDER BY title, id LIMIT %(limit)s OFFSET %(offset)s
    ) AS page
    CROSS JOIN LATERAL (
      SELECT slug, title, description_text, price_from, compare_at_price_from, in_stock, image
      FROM product_cards WHERE id = page.id OFFSET 0
    ) AS card
    ORDER BY page.title, page.id
  ) AS c), '[]'),
  'page', %(page)s::integer, 'per_page', %(limit)s::integer, 'total', (SELECT active FROM product_totals)
)::text

-- name: list_cheapest
SELECT json_build_object(
  'items', coalesce((SELECT json_agg(c) FROM (
    SELECT page.id, card.slug, card.title, card.description_text, card.price_from, card.compare_at_price_from,
      card.in_stock, card.image, %(url_before)s::text || card.slug || %(url_after)s::text AS url
    FROM (
      SELECT id, price_from_amount FROM products WHERE status = 'ACTIVE'
      ORDER BY price_from_amount, id LIMIT %(limit)s OFFSET %(offset)s
    ) AS page
    CROSS JOIN LATERAL (
      SELECT slug, title, description_text, price_from, compare_at_price_from, in_stock, image
      FROM product_cards WHERE id = page.id OFFSET 0
    ) AS card
    ORDER BY page.price_from_amount, page.id
  ) AS c), '[]'),
  'page', %(page)s::integer, 'per_page', %(limit)s::integer, 'total', (SELECT active FROM product_totals)
)::text

-- name: list_dearest
SELECT json_build_object(
  'items', coalesce((SELECT json_agg(c) FROM (
    SELECT page.id, card.slug, card.title, card.description_text, card.price_from, card.compare_at_price_from,
      card.in_stock, card.image, %(url_before)s::text || card.slug || %(url_after)s::text AS url
    FROM (
      SELECT id, price_from_amount FROM products WHERE status = 'ACTIVE'
      ORDER BY price_from_amount DESC, id DESC LIMIT %(limit)s OFFSET %(offset)s
    ) AS page
    CROSS JOIN LATERAL (
      SELECT slug, title, description_text, price_from, compare_at_price_from, in_stock, image
      FROM product_cards WHERE id = page.id OFFSET 0
    ) AS card
    ORDER BY page.price_from_amount DESC, page.id DESC
  ) AS c), '[]'),
  'page', %(page)s::integer, 'per_page', %(limit)s::integer, 'total', (SELECT active FROM product_totals)
)::text

-- name: list_filtered
-- Every filter in one constant text. The branches of `candidates` exclude each other by conditions on parameters alone, so only
-- one of them runs, and the narrowest kind of filter that was given (category, tag, words) leads, through its index. What is
-- left is checked on the candidates; they have to be walked anyway, because they are counted. `found` stands apart from `matching`,
-- and OFFSET 0 keeps its subquery whole, because PostgreSQL cannot know which conditions apply and would guess a bad join.
WITH RECURSIVE subtree AS (
  SELECT id FROM categories WHERE slug = %(category)s::text
  UNION
  SELECT c.id FROM categories c JOIN subtree s ON c.parent_id = s.id
), candidates AS (
  (SELECT DISTINCT pc.product_id AS id FROM subtree s JOIN product_categories pc ON pc.category_id = s.id)
  UNION ALL
  SELECT pt.product_id FROM tags t JOIN product_tags pt ON pt.tag_id = t.id
  WHERE t.slug = %(tag)s::text AND %(category)s::text IS NULL
  UNION ALL
  SELECT id FROM products
  WHERE search @@ websearch_to_tsquery('simple', %(q)s::text) AND %(category)s::text IS NULL AND %(tag)s::text IS NULL
  UNION ALL
  SELECT id FROM products
  WHERE status = 'ACTIVE' AND %(category)s::text IS NULL AND %(tag)s::text IS NULL AND %(q)s::text IS NULL
    AND price_from_amount BETWEEN coalesce(%(min_price)s::bigint, 0) AND coalesce(%(max_price)s::bigint, 99999999999)
), found AS MATERIALIZED (
  SELECT p.id, p.title, p.price_from_amount, p.created_at, p.rank, p.in_stock
  FROM candidates CROSS JOIN LATERAL (
    SELECT id, title, status, price_from_amount, created_at,
      CASE WHEN %(q)s::text IS NOT NULL THEN ts_rank(search, websearch_to_tsquery('simple', %(q)s::text)) END AS rank,
      CASE WHEN %(in_stock)s::boolean IS NOT NULL THEN in_stock END AS in_stock
    FROM product_cards WHERE id = candidates.id OFFSET 0
  ) AS p
  WHERE p.status = 'ACTIVE'
), matching AS MATERIALIZED (
  SELECT id, title, price_from_amount, created_at, rank
  FROM found
  WHERE (%(tag)s::text IS NULL OR id IN (
      SELECT pt.product_id FROM tags t JOIN product_tags pt ON pt.tag_id = t.id WHERE t.slug = %(tag)s::text))
    AND (%(q)s::text IS NULL OR id IN (SELECT id FROM products WHERE search @@ websearch_to_tsquery('simple', %(q)s::text)))
    AND (%(min_price)s::bigint IS NULL OR price_from_amount >= %(min_price)s::bigint)
    AND (%(max_price)s::bigint IS NULL OR price_from_amount <= %(max_price)s::bigint)
    AND (%(in_stock)s::boolean IS NULL OR in_stock = %(in_stock)s::boolean)
), page AS (
  SELECT id, row_number() OVER () AS place FROM (
    SELECT id FROM matching
    ORDER BY
      CASE %(sort)s::text WHEN 'price' THEN price_from_amount WHEN '-price' THEN -price_from_amount END,
      CASE %(sort)s::text WHEN 'title' THEN title END,
      CASE %(sort)s::text WHEN 'relevance' THEN rank END DESC,
      created_at DESC, id DESC
    LIMIT %(limit)s OFFSET %(offset)s
  ) AS sorted
)
SELECT json_build_object(
  'items', coalesce((SELECT json_agg(c) FROM (
    SELECT p.id, slug, title, description_text, price_from, compare_at_price_from, in_stock, image,
      %(url_before)s::text || slug || %(url_after)s::text AS url
    FROM page JOIN product_cards p ON p.id = page.id ORDER BY page.place
  ) AS c), '[]'),
  'page', %(page)s::integer, 'per_page', %(limit)s::integer, 'total', (SELECT count(*) FROM matching)
)::text

-- name: product
-- The page of one product, with what search engines are told about it: the same prices and the same stock as shoppers see.
SELECT json_build_object(
  'id', p.id, 'slug', p.slug, 'title', p.title, 'description_html', p.description_html, 'status', p.status,
  'options', p.options, 'variants', p.variants, 'images', p.images, 'categories', p.categories, 'tags', p.tags,
  'seo', json_build_object(
    'meta_title', coalesce(s.meta_title, p.title),
    'meta_description', coalesce(s.meta_description, left(p.description_text, 160)),
    'canonical_url', coalesce(s.canonical_url, %(url_before)s::text || p.slug || %(url_after)s::text),
    'og_image', coalesce(s.og_image, p.image_url),
    'noindex', coalesce(s.noindex, false)
  ),
  'json_ld', json_strip_nulls(json_build_object(
    '@context', 'https://schema.org',
    '@type', 'Product',
    'name', p.title,
    'description', p.description_text,
    'url', %(url_before)s::text || p.slug || %(url_after)s::text,
    'image', p.image_url,
    'brand', CASE WHEN p.vendor IS NOT NULL THEN json_build_object('@type', 'Brand', 'name', p.vendor) END,
    'offers', (
      SELECT json_agg(json_build_object(
        '@type', 'Offer', 'sku', v.sku, 'gtin', v.barcode,
        'price', (v.price_amount * %(minor_unit)s::numeric)::text, 'priceCurrency', v.currency,
        'availability', 'https://schema.org/' || CASE
          WHEN i.variant_id IS NULL OR i.available_qty > 0 THEN 'InStock'
          WHEN i.available_qty > -i.backorder_limit THEN 'BackOrder'
          ELSE 'OutOfStock' END
      ) ORDER BY v.position)
      FROM product_variants v LEFT JOIN inventory_items i ON i.variant_id = v.id WHERE v.product_id = p.id
    )
  )),
  'version', p.version
)::text
FROM product_pages p LEFT JOIN seo_metadata s ON s.entity_type = 'product' AND s.entity_id = p.id
WHERE p.slug = %(slug)s AND p.status = 'ACTIVE'

-- name: categories
-- Flat and sorted; the tree is put together by the reader, because SQL cannot nest to any depth.
SELECT id, slug, title, parent_id FROM categories ORDER BY position, title, id

-- name: product_for_staff
-- What operators see and change, in any status.
SELECT json_build_object(
  'id', p.id, 'slug', p.slug, 'title', p.title, 'description_html', p.description_html, 'status', p.status,
  'vendor', p.vendor, 'options', p.options, 'variants', p.variants, 'images', p.images, 'categories', p.categories,
  'tags', p.tags, 'version', p.version, 'created_at', p.created_at, 'updated_at', p.updated_at
)::text
FROM product_pages p WHERE p.id = %(id)s

-- name: products_for_staff
SELECT p.id, p.slug, p.title, p.status, p.vendor, p.price_from_amount, p.currency, p.image_url, p.version, p.created_at, p.updated_at
FROM products p
WHERE (%(status)s::text IS NULL OR p.status = %(status)s::text)
  AND (%(q)s::text IS NULL OR p.search @@ websearch_to_tsquery('simple', %(q)s::text)
    OR p.id IN (SELECT v.product_id FROM product_variants v WHERE v.sku = %(q)s::text))
ORDER BY p.created_at DESC, p.id DESC LIMIT %(limit)s OFFSET %(offset)s

-- name: count_products_for_staff
SELECT count(*)
FROM products p
WHERE (%(status)s::text IS NULL OR p.status = %(status)s::text)
  AND (%(q)s::text IS NULL OR p.search @@ websearch_to_tsquery('simple', %(q)s::text)
    OR p.id IN (SELECT v.product_id FROM product_variants v WHERE v.sku = %(q)s::text))

-- name: lock_products
-- In the order of their ids, so that two imports of the same products queue instead of deadlocking.
-- The time is read outside the locking part, so that it is the time at which the lock was granted.
WITH locked AS MATERIALIZED (
  SELECT p.id, p.slug, p.title, p.description_html, p.status, p.vendor, p.option_names, p.version
  FROM products p
  WHERE p.id = ANY (%(ids)s::uuid[]) OR p.slug = ANY (%(slugs)s::text[])
  ORDER BY p.id
  FOR NO KEY UPDATE
)
SELECT shop_now(), l.id, l.slug, l.title, l.description_html, l.status, l.vendor, l.option_names, l.version
FROM locked l
ORDER BY l.id

-- name: variants_of
SELECT product_id, id, position, sku, barcode, title, option_values, price_amount, compare_at_amount, currency, weight_grams,
  taxable, requires_shipping, image_id
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
  compare_at_price_from_amount, currency, image_url, image_alt, version, created_at, updated_at
)
SELECT id, slug, title, description_html, description_text, status, vendor, option_names, price_from_amount,
  compare_at_price_from_amount, currency, image_url, image_alt, version, %(now)s, %(now)s
FROM jsonb_to_recordset(%(products)s) AS n (
  id uuid, slug text, title text, description_html text, description_text text, status text, vendor text, option_names text[],
  price_from_amount bigint, compare_at_price_from_amount bigint, currency char(3), image_url text, image_alt text,
  version integer
)
ON CONFLICT (id) DO UPDATE SET
  slug = excluded.slug, title = excluded.title, description_html = excluded.description_html,
  description_text = excluded.description_text, status = excluded.status, vendor = excluded.vendor,
  option_names = excluded.option_names, price_from_amount = excluded.price_from_amount,
  compare_at_price_from_amount = excluded.compare_at_price_from_amount, currency = excluded.currency,
  image_url = excluded.image_url, image_alt = excluded.image_alt, version = excluded.version, updated_at = excluded.updated_at
RETURNING 1

-- name: write_images
INSERT INTO product_images (id, product_id, url, alt, position, created_at)
SELECT id, product_id, url, alt, position, %(now)s
FROM jsonb_to_recordset(%(images)s) AS n (id uuid, product_id uuid, url text, alt text, position integer)
ON CONFLICT (id) DO UPDATE SET url = excluded.url, alt = excluded.alt, position = excluded.position

-- name: write_variants
INSERT INTO product_variants (
  id, product_id, position, sku, barcode, title, option_values, price_amount, compare_at_amount, currency, weight_grams,
  taxable, requires_shipping, image_id, created_at
)
SELECT id, product_id, position, sku, barcode, title, option_values, price_amount, compare_at_amount, currency, weight_grams,
  taxable, requires_shipping, image_id, %(now)s
FROM jsonb_to_recordset(%(variants)s) AS n (
  id uuid, product_id uuid, position integer, sku text, barcode text, title text, option_values text[], price_amount bigint,
  compare_at_amount bigint, currency char(3), weight_grams integer, taxable boolean, requires_shipping boolean, image_id uuid
)
ON CONFLICT (id) DO UPDATE SET
  position = excluded.position, sku = excluded.sku, barcode = excluded.barcode, title = excluded.title,
  option_values = excluded.option_values, price_amount = excluded.price_amount,
  compare_at_amount = excluded.compare_at_amount, currency = excluded.currency, weight_grams = excluded.weight_grams,
  taxable = excluded.taxable, requires_shipping = excluded.requires_shipping, image_id = excluded.image_id
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

-- name: write_tags_of
WITH wanted AS (
  SELECT w.product_id, w.tag_id FROM unnest(%(product_ids)s::uuid[], %(tag_ids)s::uuid[]) AS w (product_id, tag_id)
), removed AS (
  DELETE FROM product_tags pt WHERE pt.product_id = ANY (%(ids)s::uuid[])
    AND NOT EXISTS (SELECT 1 FROM wanted w WHERE w.product_id = pt.product_id AND w.tag_id = pt.tag_id)
)
INSERT INTO product_tags (product_id, tag_id) SELECT product_id, tag_id FROM wanted ON CONFLICT DO NOTHING

-- name: write_seo
INSERT INTO seo_metadata (entity_type, entity_id, meta_title, meta_description, canonical_url, og_image, noindex)
SELECT 'product', product_id, meta_title, meta_description, canonical_url, og_image, noindex
FROM jsonb_to_recordset(%(seo)s) AS n (
  product_id uuid, meta_title text, meta_description text, canonical_url text, og_image text, noindex boolean
)
ON CONFLICT (entity_type, entity_id) DO UPDATE SET
  meta_title = excluded.meta_title, meta_description = excluded.meta_description, canonical_url = excluded.canonical_url,
  og_image = excluded.og_image, noindex = excluded.noindex

-- name: owners_of_slugs
SELECT slug, id FROM products WHERE slug = ANY (%(slugs)s::text[])

-- name: owners_of_skus
SELECT sku, product_id FROM product_variants WHERE sku = ANY (%(skus)s::text[])

-- name: free_slug
-- The wish itself, else the first of wish-2, wish-3 … that nobody has. It is cut so that the number fits.
SELECT candidate
FROM (
  SELECT n, CASE n WHEN 1 THEN %(slug)s::text ELSE rtrim(left(%(slug)s::text, 193), '-') || '-' || n END AS candidate
  FROM generate_series(1, 10000) AS n
) AS wishes
WHERE NOT EXISTS (SELECT 1 FROM products p WHERE p.slug = candidate)
ORDER BY n LIMIT 1

-- name: known_categories
SELECT id FROM categories WHERE id = ANY (%(ids)s::uuid[])

-- name: category_by_slug
SELECT id FROM categories WHERE slug = %(slug)s

-- name: categories_titled
SELECT lower(title), id FROM categories WHERE lower(title) = ANY (%(titles)s::text[]) ORDER BY id DESC

-- name: add_category
INSERT INTO categories (id, slug, title, parent_id, position) VALUES (
  %(id)s, %(slug)s, %(title)s, %(parent_id)s,
  (SELECT coalesce(max(position), 0) + 1 FROM categories WHERE parent_id IS NOT DISTINCT FROM %(parent_id)s::uuid)
)
RETURNING 1

-- name: add_tags
-- In the order of their slugs, so that two writers of new tags queue instead of deadlocking.
INSERT INTO tags (id, slug, title)
SELECT n.id, n.slug, n.title FROM unnest(%(ids)s::uuid[], %(slugs)s::text[], %(titles)s::text[]) AS n (id, slug, title)
ORDER BY n.slug
ON CONFLICT (slug) DO NOTHING

-- name: tags_by_slug
SELECT slug, id FROM tags WHERE slug = ANY (%(slugs)s::text[])
