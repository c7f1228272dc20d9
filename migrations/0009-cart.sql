-- What people are about to buy.

CREATE TABLE carts (
  id uuid PRIMARY KEY,
  status text NOT NULL DEFAULT 'ACTIVE' CHECK (status IN ('ACTIVE', 'ABANDONED', 'CONVERTED')),
  customer_id uuid REFERENCES customers,
  currency char(3) NOT NULL,
  locale text NOT NULL CHECK (locale IN ('fr', 'en')),
  email text,
  shipping_address jsonb,
  shipping_option_id text,
  notes text NOT NULL DEFAULT '',
  attributes jsonb NOT NULL DEFAULT '{}',
  client jsonb NOT NULL DEFAULT '{}',
  marketing_consent boolean NOT NULL DEFAULT false,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT shop_now(),
  updated_at timestamptz NOT NULL DEFAULT shop_now()
);
CREATE INDEX carts_by_activity ON carts (status, updated_at);

CREATE TABLE cart_items (
  id uuid PRIMARY KEY,
  cart_id uuid NOT NULL REFERENCES carts ON DELETE CASCADE,
  variant_id uuid NOT NULL REFERENCES product_variants,
  qty integer NOT NULL CHECK (qty > 0),
  snapshot_price_amount bigint NOT NULL CHECK (snapshot_price_amount >= 0),
  created_at timestamptz NOT NULL DEFAULT shop_now(),
  CONSTRAINT cart_items_variant_key UNIQUE (cart_id, variant_id)
);
CREATE INDEX cart_items_variant ON cart_items (variant_id);

CREATE TABLE cart_events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  cart_id uuid NOT NULL REFERENCES carts ON DELETE CASCADE,
  type text NOT NULL CHECK (type IN (
    'created', 'added', 'removed', 'quantity_changed', 'checkout_started', 'recovered', 'converted', 'reopened', 'abandoned'
  )),
  payload jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT shop_now()
);
CREATE INDEX cart_events_cart ON cart_events (cart_id, id);
