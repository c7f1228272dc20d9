-- name: retired_slugs
SELECT slug, target_slug FROM url_redirects WHERE entity_type = 'product' AND slug = ANY (%(slugs)s::text[])

-- name: exported_products
-- Page by page behind the last slug, so that a shop of any size takes the memory of a page, and the same shop gives the same file.
-- A file has room for one category, and an import finds categories by title, the oldest of those with the same: only that is told.
WITH found_by_title AS MATERIALIZED (
  SELECT DISTINCT ON (lower(title)) id, title FROM categories WHERE title = btrim(title) ORDER BY lower(title), id
)
SELECT json_build_object(
  'slug', p.slug, 'title', p.title, 'description_html', p.description_html, 'vendor', p.vendor, 'status', p.status,
  'category', (
    SELECT c.title FROM product_categories pc JOIN found_by_title c ON c.id = pc.category_id
    WHERE pc.product_id = p.id ORDER BY c.title, c.id LIMIT 1
  ),
  'tags', coalesce((
    SELECT json_agg(json_build_object('slug', t.slug, 'title', t.title) ORDER BY t.title, t.slug)
    FROM product_tags pt JOIN tags t ON t.id = pt.tag_id WHERE pt.product_id = p.id
  ), '[]'),
  'option_names', p.option_names,
  'variants', (
    SELECT json_agg(json_build_object(
      'option_values', v.option_values, 'sku', v.sku, 'barcode', v.barcode,
      'price', json_build_object('amount', v.price_amount, 'currency', v.currency),
      'compare_at_price', CASE WHEN v.compare_at_amount IS NOT NULL
        THEN json_build_object('amount', v.compare_at_amount, 'currency', v.currency) END,
      'weight_grams', coalesce(v.weight_grams, 0), 'taxable', v.taxable, 'requires_shipping', v.requires_shipping,
      'image_url', (SELECT m.url FROM product_images m WHERE m.id = v.image_id),
      'on_hand', i.available_qty + i.reserved_qty, 'backordered', coalesce(i.backorder_limit > 0, false)
    ) ORDER BY v.position)
    FROM product_variants v LEFT JOIN inventory_items i ON i.variant_id = v.id WHERE v.product_id = p.id
  ),
  'images', coalesce((
    SELECT json_agg(json_build_object('url', m.url, 'alt', m.alt) ORDER BY m.position)
    FROM product_images m WHERE m.product_id = p.id
  ), '[]'),
  'meta_title', s.meta_title, 'meta_description', s.meta_description
)
FROM products p LEFT JOIN seo_metadata s ON s.entity_type = 'product' AND s.entity_id = p.id
WHERE p.slug > %(after)s
ORDER BY p.slug LIMIT %(limit)s
