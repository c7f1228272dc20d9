DROP VIEW product_pages;
DROP TABLE url_redirects;
DROP TABLE price_history;
DROP INDEX tags_title;
ALTER TABLE tags DROP COLUMN version;
ALTER TABLE categories DROP COLUMN version, DROP COLUMN updated_at;
ALTER TABLE product_variants DROP COLUMN lowest_price_30d_amount;
ALTER TABLE products DROP COLUMN attributes, DROP COLUMN lowest_price_30d_from_amount;

-- One product with everything that belongs to it. A variant says how many can be bought, a hundred at most, so that nobody
-- reads our stock level there; null is a variant nobody counts.
CREATE VIEW product_pages AS
SELECT
  p.id,
  p.slug,
  p.title,
  p.description_html,
  p.description_text,
  p.status,
  p.vendor,
  p.image_url,
  p.version,
  p.created_at,
  p.updated_at,
  coalesce((
    SELECT json_agg(json_build_object('name', o.name, 'values', (
      SELECT json_agg(value ORDER BY place)
      FROM (SELECT v.option_values[o.place] AS value, min(v.position) AS place
            FROM product_variants v WHERE v.product_id = p.id GROUP BY 1) AS spelled
    )) ORDER BY o.place)
    FROM unnest(p.option_names) WITH ORDINALITY AS o (name, place)
  ), '[]') AS options,
  coalesce((
    SELECT json_agg(json_build_object(
      'id', v.id, 'sku', v.sku, 'barcode', v.barcode, 'title', v.title,
      'options', json_object(p.option_names, v.option_values),
      'price', json_build_object('amount', v.price_amount, 'currency', v.currency),
      'compare_at_price', CASE WHEN v.compare_at_amount IS NOT NULL
        THEN json_build_object('amount', v.compare_at_amount, 'currency', v.currency) END,
      'available', CASE WHEN i.variant_id IS NOT NULL THEN least(i.available_qty + i.backorder_limit, 100) END,
      'image_id', v.image_id
    ) ORDER BY v.position)
    FROM product_variants v LEFT JOIN inventory_items i ON i.variant_id = v.id WHERE v.product_id = p.id
  ), '[]') AS variants,
  coalesce((
    SELECT json_agg(json_build_object('id', m.id, 'url', m.url, 'alt', m.alt, 'position', m.position) ORDER BY m.position)
    FROM product_images m WHERE m.product_id = p.id
  ), '[]') AS images,
  coalesce((
    SELECT json_agg(json_build_object('id', c.id, 'slug', c.slug, 'title', c.title) ORDER BY c.title, c.id)
    FROM product_categories pc JOIN categories c ON c.id = pc.category_id WHERE pc.product_id = p.id
  ), '[]') AS categories,
  coalesce((
    SELECT json_agg(json_build_object('slug', t.slug, 'title', t.title) ORDER BY t.title, t.slug)
    FROM product_tags pt JOIN tags t ON t.id = pt.tag_id WHERE pt.product_id = p.id
  ), '[]') AS tags
FROM products p;
