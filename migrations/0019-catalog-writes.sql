-- What operators need of the catalogue: attributes, prices and addresses as they were, versions for two who edit at once.

ALTER TABLE products
  ADD COLUMN attributes jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(attributes) = 'object'),
  -- That of the cheapest variant, like the other prices of a list.
  ADD COLUMN lowest_price_30d_from_amount bigint CHECK (lowest_price_30d_from_amount BETWEEN 0 AND 99999999999);
CREATE INDEX products_attributes ON products USING gin (attributes jsonb_path_ops);

-- Directive 98/6/EC, article 6a (added by 2019/2161): whoever announces a price reduction says the lowest price of the 30 days
-- before it was applied. It stands still as long as the reduction does, so it is written with the price and costs no read.
ALTER TABLE product_variants
  ADD COLUMN lowest_price_30d_amount bigint CHECK (lowest_price_30d_amount BETWEEN 0 AND 99999999999);

CREATE TABLE price_history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  variant_id uuid NOT NULL REFERENCES product_variants ON DELETE CASCADE,
  at timestamptz NOT NULL,
  price_amount bigint NOT NULL CHECK (price_amount BETWEEN 0 AND 99999999999),
  compare_at_amount bigint CHECK (compare_at_amount BETWEEN 0 AND 99999999999),
  currency char(3) NOT NULL
);
CREATE INDEX price_history_variant ON price_history (variant_id, at);
-- It ends with its variant, which can only be removed while nobody has bought it.
CREATE TRIGGER price_history_append_only BEFORE UPDATE OR TRUNCATE ON price_history
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
INSERT INTO price_history (variant_id, at, price_amount, compare_at_amount, currency)
  SELECT id, created_at, price_amount, compare_at_amount, currency FROM product_variants ORDER BY created_at, id;

ALTER TABLE categories
  ADD COLUMN version integer NOT NULL DEFAULT 1,
  ADD COLUMN updated_at timestamptz NOT NULL DEFAULT shop_now();
ALTER TABLE tags ADD COLUMN version integer NOT NULL DEFAULT 1;
CREATE INDEX tags_title ON tags (title, slug);

-- Where things used to be. Each row leads to a present address, never to another row: who renames writes both.
CREATE TABLE url_redirects (
  id uuid PRIMARY KEY,
  entity_type text NOT NULL CHECK (entity_type IN ('product', 'category')),
  slug text NOT NULL,
  target_type text NOT NULL CHECK (target_type IN ('product', 'category')),
  target_slug text NOT NULL,
  manual boolean NOT NULL,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT shop_now(),
  CONSTRAINT url_redirects_slug_key UNIQUE (entity_type, slug),
  CONSTRAINT url_redirects_leads_elsewhere CHECK (entity_type <> target_type OR slug <> target_slug)
);
CREATE INDEX url_redirects_target ON url_redirects (target_type, target_slug);
CREATE INDEX url_redirects_newest ON url_redirects (created_at DESC, id DESC);

-- The pages of 0013, with the attributes, and the price before a reduction beside it.
CREATE OR REPLACE VIEW product_pages AS
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
      'lowest_price_30d', CASE WHEN v.lowest_price_30d_amount IS NOT NULL
        THEN json_build_object('amount', v.lowest_price_30d_amount, 'currency', v.currency) END,
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
  ), '[]') AS tags,
  p.attributes
FROM products p;
