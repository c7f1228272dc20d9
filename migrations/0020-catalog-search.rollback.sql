ALTER TABLE products ADD COLUMN search tsvector GENERATED ALWAYS AS (
  setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector('simple', coalesce(vendor, '')), 'C')
  || setweight(to_tsvector('simple', description_text), 'D')
) STORED;
CREATE INDEX products_newest ON products (created_at DESC, id DESC) WHERE status = 'ACTIVE';
CREATE INDEX products_title ON products (title, id) WHERE status = 'ACTIVE';
CREATE INDEX products_price ON products (price_from_amount, id) WHERE status = 'ACTIVE';
CREATE INDEX products_search ON products USING gin (search);

CREATE TABLE product_totals (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  active bigint NOT NULL CHECK (active >= 0)
);
INSERT INTO product_totals (active) SELECT count(*) FROM products WHERE status = 'ACTIVE';
CREATE FUNCTION count_active_products() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  delta bigint := 0;
BEGIN
  IF TG_OP <> 'DELETE' THEN
    delta := delta + (SELECT count(*) FROM after_change WHERE status = 'ACTIVE');
  END IF;
  IF TG_OP <> 'INSERT' THEN
    delta := delta - (SELECT count(*) FROM before_change WHERE status = 'ACTIVE');
  END IF;
  IF delta <> 0 THEN
    UPDATE product_totals SET active = active + delta;
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER products_counted_in AFTER INSERT ON products
  REFERENCING NEW TABLE AS after_change FOR EACH STATEMENT EXECUTE FUNCTION count_active_products();
CREATE TRIGGER products_recounted AFTER UPDATE ON products
  REFERENCING OLD TABLE AS before_change NEW TABLE AS after_change FOR EACH STATEMENT EXECUTE FUNCTION count_active_products();
CREATE TRIGGER products_counted_out AFTER DELETE ON products
  REFERENCING OLD TABLE AS before_change FOR EACH STATEMENT EXECUTE FUNCTION count_active_products();

CREATE VIEW product_cards AS
SELECT
  p.id,
  p.slug,
  p.title,
  left(p.description_text, 300) AS description_text,
  json_build_object('amount', p.price_from_amount, 'currency', p.currency) AS price_from,
  CASE WHEN p.compare_at_price_from_amount IS NOT NULL
    THEN json_build_object('amount', p.compare_at_price_from_amount, 'currency', p.currency) END AS compare_at_price_from,
  (SELECT true FROM product_variants v LEFT JOIN inventory_items i ON i.variant_id = v.id
    WHERE v.product_id = p.id AND (i.variant_id IS NULL OR i.available_qty > -i.backorder_limit)
    LIMIT 1) IS NOT NULL AS in_stock,
  CASE WHEN p.image_url IS NOT NULL THEN json_build_object('url', p.image_url, 'alt', p.image_alt) END AS image,
  p.status,
  p.created_at,
  p.price_from_amount,
  p.search
FROM products p;

ALTER TABLE products DROP COLUMN card;
DROP FUNCTION product_card(uuid, text, text, text, bigint, bigint, bigint, text, text, text);
DROP INDEX product_variants_barcode;
DROP TABLE search_words;
DROP FUNCTION search_query(text, boolean);
DROP FUNCTION words_wanted(regconfig, text, boolean);
DROP FUNCTION search_document(text, text, text, text);
DROP FUNCTION weighted_words(regconfig, text, text, text, text);
DROP TABLE product_search;
DROP TRIGGER inventory_items_flipped ON inventory_items;
DROP FUNCTION stock_flipped();
DROP TRIGGER inventory_items_let_go ON inventory_items;
DROP TRIGGER inventory_items_tracked ON inventory_items;
DROP FUNCTION stock_tracked();
DROP TRIGGER variants_counted_out ON product_variants;
DROP TRIGGER variants_counted_in ON product_variants;
DROP FUNCTION variants_written();
DROP FUNCTION recount_stock(uuid[]);
DROP TRIGGER categories_counted_out ON categories;
DROP TRIGGER categories_moved ON categories;
DROP TRIGGER categories_counted_in ON categories;
DROP FUNCTION categories_written();
DROP TRIGGER product_categories_removed ON product_categories;
DROP TRIGGER product_categories_added ON product_categories;
DROP FUNCTION product_categories_written();
DROP TRIGGER products_relisted ON products;
DROP TRIGGER products_listed ON products;
DROP FUNCTION products_written();
DROP FUNCTION list_products(uuid[]);
DROP TABLE product_listings;
DROP FUNCTION count_listings();
DROP TABLE listing_totals;
DROP TABLE product_stock;
DROP FUNCTION unaccented(text);
