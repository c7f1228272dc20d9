-- Orders that staff builds for a buyer, as on the telephone. A draft is a cart, because it holds, is priced and becomes an order as
-- one; the mark keeps it from everybody who shops.
ALTER TABLE carts
  ADD COLUMN draft boolean NOT NULL DEFAULT false,
  ADD CONSTRAINT carts_drafts_are_not_abandoned CHECK (NOT draft OR status <> 'ABANDONED');

-- What a cart does not have. `discount` and `shipping` were agreed by hand.
CREATE TABLE draft_orders (
  cart_id uuid PRIMARY KEY REFERENCES carts ON DELETE CASCADE,
  billing_address jsonb,
  shipping_title text CHECK (length(shipping_title) BETWEEN 1 AND 100),
  shipping_price_amount bigint CHECK (shipping_price_amount >= 0),
  shipping_days integer CHECK (shipping_days BETWEEN 0 AND 365),
  created_by_kind text NOT NULL,
  created_by_id uuid,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL,
  CHECK (num_nulls(shipping_title, shipping_price_amount, shipping_days) IN (0, 3))
);
CREATE INDEX draft_orders_recent ON draft_orders (created_at DESC, cart_id DESC);

CREATE TABLE draft_order_discounts (
  id uuid PRIMARY KEY,
  cart_id uuid NOT NULL REFERENCES draft_orders ON DELETE CASCADE,
  variant_id uuid, -- of the line; NULL: off all lines
  percent numeric CHECK (percent > 0 AND percent <= 100),
  amount bigint CHECK (amount > 0),
  reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 200),
  UNIQUE NULLS NOT DISTINCT (cart_id, variant_id),
  FOREIGN KEY (cart_id, variant_id) REFERENCES cart_items (cart_id, variant_id) ON DELETE CASCADE,
  CHECK (num_nonnulls(percent, amount) = 1)
);
