-- A shop of %(products)s products with two variants each, written by PostgreSQL itself, because an import of this size is another
-- story. Ids and texts follow from the number alone, so that every run sells the same things.

INSERT INTO categories (id, slug, title, position)
SELECT md5('category-' || n)::uuid, 'bench-category-' || n, 'Category ' || n, n FROM generate_series(1, 10) AS n;

INSERT INTO tags (id, slug, title)
SELECT md5('tag-' || n)::uuid, 'bench-tag-' || n, 'Tag ' || n FROM generate_series(1, 20) AS n;

INSERT INTO products (
  id, slug, title, description_html, description_text, status, vendor, option_names, price_from_amount,
  compare_at_price_from_amount, currency, image_url, image_alt, created_at, updated_at
)
SELECT md5('product-' || n)::uuid, 'bench-product-' || n, 'Product number ' || n,
  '<p>' || words || '</p><ul><li>Made to last</li><li>Repaired for free</li></ul>', words || ' Made to last Repaired for free',
  'ACTIVE', 'Vendor ' || n %% 12, ARRAY['Size'], 1000 + n %% 90 * 100, CASE WHEN n %% 5 = 0 THEN 2000 + n %% 90 * 100 END, %(currency)s,
  'https://cdn.example.com/products/' || n || '-1.webp', 'Product ' || n || ' from the front',
  shop_now() - make_interval(mins => n), shop_now() - make_interval(mins => n)
FROM generate_series(1, %(products)s) AS n
CROSS JOIN LATERAL (
  SELECT string_agg((ARRAY['linen', 'oak', 'soft', 'glazed', 'woven', 'blue', 'heavy', 'light'])[1 + (n * i) %% 8], ' ' ORDER BY i) AS words
  FROM generate_series(1, 45) AS i
) AS text;

INSERT INTO product_images (id, product_id, url, alt, position)
SELECT md5('image-' || n || '-' || i)::uuid, md5('product-' || n)::uuid, 'https://cdn.example.com/products/' || n || '-' || i || '.webp',
  'Product ' || n || CASE i WHEN 1 THEN ' from the front' ELSE ' from the side' END, i
FROM generate_series(1, %(products)s) AS n, generate_series(1, 2) AS i;

INSERT INTO product_variants (
  id, product_id, position, sku, barcode, title, option_values, price_amount, compare_at_amount, currency, weight_grams, image_id
)
SELECT md5('variant-' || n || '-' || i)::uuid, md5('product-' || n)::uuid, i, 'BENCH-' || n || '-' || i, NULL,
  (ARRAY['Small', 'Large'])[i], ARRAY[(ARRAY['Small', 'Large'])[i]], 1000 + n %% 90 * 100 + (i - 1) * 500,
  CASE WHEN n %% 5 = 0 THEN 2000 + n %% 90 * 100 + (i - 1) * 500 END, %(currency)s, 400, md5('image-' || n || '-' || i)::uuid
FROM generate_series(1, %(products)s) AS n, generate_series(1, 2) AS i;

INSERT INTO product_categories (product_id, category_id)
SELECT md5('product-' || n)::uuid, md5('category-' || 1 + n %% 10)::uuid FROM generate_series(1, %(products)s) AS n;

INSERT INTO product_tags (product_id, tag_id)
SELECT md5('product-' || n)::uuid, md5('tag-' || 1 + (n + i * 7) %% 20)::uuid
FROM generate_series(1, %(products)s) AS n, generate_series(1, 2) AS i;

-- The ledger first, then the counters it explains.
INSERT INTO inventory_movements (variant_id, type, qty, on_hand_after, reason, at)
SELECT id, 'receipt', %(stock)s, %(stock)s, 'seed', shop_now() FROM product_variants ORDER BY id;

INSERT INTO inventory_items (variant_id, available_qty)
SELECT variant_id, qty FROM inventory_movements ORDER BY variant_id;
