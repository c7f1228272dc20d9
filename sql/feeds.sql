-- name: categories
-- Flat: the tree is walked by the reader. A category's page changes with the products it shows.
SELECT c.id, c.parent_id, c.slug, c.title, greatest(c.updated_at, max(p.updated_at)), coalesce(s.noindex, false), s.canonical_url
FROM categories c
LEFT JOIN product_categories pc ON pc.category_id = c.id
LEFT JOIN products p ON p.id = pc.product_id AND p.status = 'ACTIVE'
LEFT JOIN seo_metadata s ON s.entity_type = 'category' AND s.entity_id = c.id
GROUP BY c.id, s.noindex, s.canonical_url

-- name: product_files
-- Which products stand in which file is decided by their order alone, so that no file has to be remembered: ids grow with
-- time, hence what is new comes last.
SELECT max(f.updated_at)
FROM (
  SELECT p.updated_at, (row_number() OVER (ORDER BY p.id) - 1) / %(size)s::bigint AS number
  FROM products p LEFT JOIN seo_metadata s ON s.entity_type = 'product' AND s.entity_id = p.id
  WHERE p.status = 'ACTIVE' AND NOT coalesce(s.noindex, false)
    AND coalesce(s.canonical_url = %(url_before)s::text || p.slug || %(url_after)s::text, true)
) AS f
GROUP BY f.number ORDER BY f.number

-- name: last_before
-- The product a file begins behind; the only statement that walks what it does not give.
SELECT p.id
FROM products p LEFT JOIN seo_metadata s ON s.entity_type = 'product' AND s.entity_id = p.id
WHERE p.status = 'ACTIVE' AND NOT coalesce(s.noindex, false)
  AND coalesce(s.canonical_url = %(url_before)s::text || p.slug || %(url_after)s::text, true)
ORDER BY p.id OFFSET %(skip)s::bigint - 1 LIMIT 1

-- name: product_addresses
SELECT p.id, p.slug, p.updated_at, ARRAY(SELECT m.url FROM product_images m WHERE m.product_id = p.id ORDER BY m.position)
FROM products p LEFT JOIN seo_metadata s ON s.entity_type = 'product' AND s.entity_id = p.id
WHERE p.id > %(after)s::uuid AND p.status = 'ACTIVE' AND NOT coalesce(s.noindex, false)
  AND coalesce(s.canonical_url = %(url_before)s::text || p.slug || %(url_after)s::text, true)
ORDER BY p.id LIMIT %(limit)s

-- name: listings
-- The same variants and pictures as on the product's page, by the same view, so that feed and page tell the same.
SELECT p.id, json_build_object(
  'id', p.id, 'slug', p.slug, 'title', p.title, 'description_text', p.description_text, 'vendor', p.vendor,
  'variants', p.variants, 'images', p.images, 'categories', p.categories,
  'backorders', (
    SELECT json_agg(v.id) FROM product_variants v JOIN inventory_items i ON i.variant_id = v.id
    WHERE v.product_id = p.id AND i.available_qty <= 0 AND i.available_qty > -i.backorder_limit
  )
)
FROM product_pages p LEFT JOIN seo_metadata s ON s.entity_type = 'product' AND s.entity_id = p.id
WHERE p.id > %(after)s::uuid AND p.status = 'ACTIVE' AND NOT coalesce(s.noindex, false)
ORDER BY p.id LIMIT %(limit)s
