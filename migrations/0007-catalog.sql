-- What is for sale.

CREATE TABLE products (
  id uuid PRIMARY KEY,
  slug text NOT NULL,
  title text NOT NULL CHECK (length(title) BETWEEN 1 AND 300),
  description_html text NOT NULL DEFAULT '',
  description_text text NOT NULL DEFAULT '',
  status text NOT NULL DEFAULT 'DRAFT' CHECK (status IN ('DRAFT', 'ACTIVE', 'ARCHIVED')),
  vendor text,
  option_names text[] NOT NULL DEFAULT '{}' CHECK (cardinality(option_names) <= 3),
  -- Those of the cheapest variant, written with the variants, so that a list need not visit them.
  price_from_amount bigint NOT NULL CHECK (price_from_amount BETWEEN 0 AND 99999999999),
  compare_at_price_from_amount bigint CHECK (compare_at_price_from_amount BETWEEN 0 AND 99999999999),
  currency char(3) NOT NULL,
  -- The first picture, for the same reason.
  image_url text,
  image_alt text NOT NULL DEFAULT '',
  search tsvector GENERATED ALWAYS AS (
    setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector('simple', coalesce(vendor, '')), 'C')
    || setweight(to_tsvector('simple', description_text), 'D')
  ) STORED,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT shop_now(),
  updated_at timestamptz NOT NULL DEFAULT shop_now(),
  CONSTRAINT products_slug_key UNIQUE (slug)
);
CREATE INDEX products_newest ON products (created_at DESC, id DESC) WHERE status = 'ACTIVE';
CREATE INDEX products_title ON products (title, id) WHERE status = 'ACTIVE';
CREATE INDEX products_price ON products (price_from_amount, id) WHERE status = 'ACTIVE';
CREATE INDEX products_recent ON products (created_at DESC, id DESC);
CREATE INDEX products_search ON products USING gin (search);

CREATE TABLE product_variants (
  id uuid PRIMARY KEY,
  product_id uuid NOT NULL REFERENCES products ON DELETE CASCADE,
  position integer NOT NULL CHECK (position >= 1),
  sku text,
  barcode text,
  title text NOT NULL,
  option_values text[] NOT NULL DEFAULT '{}',
  price_amount bigint NOT NULL CHECK (price_amount BETWEEN 0 AND 99999999999),
  compare_at_amount bigint CHECK (compare_at_amount BETWEEN 0 AND 99999999999),
  currency char(3) NOT NULL,
  weight_grams integer CHECK (weight_grams >= 0),
  taxable boolean NOT NULL DEFAULT true,
  requires_shipping boolean NOT NULL DEFAULT true,
  image_id uuid,
  created_at timestamptz NOT NULL DEFAULT shop_now(),
  CONSTRAINT product_variants_sku_key UNIQUE (sku),
  CONSTRAINT product_variants_options_key UNIQUE (product_id, option_values) DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT product_variants_position_key UNIQUE (product_id, position) DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE product_images (
  id uuid PRIMARY KEY,
  product_id uuid NOT NULL REFERENCES products ON DELETE CASCADE,
  url text NOT NULL,
  alt text NOT NULL DEFAULT '',
  position integer NOT NULL CHECK (position >= 1),
  created_at timestamptz NOT NULL DEFAULT shop_now(),
  CONSTRAINT product_images_position_key UNIQUE (product_id, position) DEFERRABLE INITIALLY DEFERRED,
  UNIQUE (product_id, id)
);
ALTER TABLE product_variants ADD CONSTRAINT product_variants_image
  FOREIGN KEY (product_id, image_id) REFERENCES product_images (product_id, id) ON DELETE SET NULL (image_id);

CREATE TABLE categories (
  id uuid PRIMARY KEY,
  slug text NOT NULL,
  title text NOT NULL CHECK (length(title) BETWEEN 1 AND 255),
  parent_id uuid REFERENCES categories CHECK (parent_id <> id),
  position integer NOT NULL DEFAULT 1,
  CONSTRAINT categories_slug_key UNIQUE (slug)
);
CREATE INDEX categories_parent ON categories (parent_id);

CREATE TABLE product_categories (
  product_id uuid NOT NULL REFERENCES products ON DELETE CASCADE,
  category_id uuid NOT NULL REFERENCES categories ON DELETE CASCADE,
  PRIMARY KEY (category_id, product_id)
);
CREATE INDEX product_categories_product ON product_categories (product_id);

CREATE TABLE tags (
  id uuid PRIMARY KEY,
  slug text NOT NULL,
  title text NOT NULL CHECK (length(title) BETWEEN 1 AND 255),
  CONSTRAINT tags_slug_key UNIQUE (slug)
);

CREATE TABLE product_tags (
  product_id uuid NOT NULL REFERENCES products ON DELETE CASCADE,
  tag_id uuid NOT NULL REFERENCES tags ON DELETE CASCADE,
  PRIMARY KEY (tag_id, product_id)
);
CREATE INDEX product_tags_product ON product_tags (product_id);

CREATE TABLE seo_metadata (
  entity_type text NOT NULL CHECK (entity_type IN ('product', 'category')),
  entity_id uuid NOT NULL,
  meta_title text,
  meta_description text,
  canonical_url text,
  og_image text,
  noindex boolean NOT NULL DEFAULT false,
  PRIMARY KEY (entity_type, entity_id)
);

-- How many products shoppers can see. A count of all of them would be the most expensive part of the first page of the shop.
CREATE TABLE product_totals (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  active bigint NOT NULL CHECK (active >= 0)
);
INSERT INTO product_totals (active) VALUES (0);

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
