-- What people bought: a frozen copy of the cart, its totals and its lines.

CREATE SEQUENCE order_numbers START 1001;

CREATE TABLE orders (
  id uuid PRIMARY KEY,
  number bigint NOT NULL UNIQUE,
  cart_id uuid REFERENCES carts ON DELETE SET NULL,
  customer_id uuid REFERENCES customers,
  status text NOT NULL CHECK (status IN ('DRAFT', 'PENDING_PAYMENT', 'PAID', 'FULFILLED', 'COMPLETED', 'CANCELLED', 'REFUNDED')),
  payment_status text NOT NULL CHECK (payment_status IN (
    'unpaid', 'processing', 'paid', 'partially_refunded', 'refunded', 'failed'
  )),
  fulfillment_status text NOT NULL DEFAULT 'unfulfilled' CHECK (fulfillment_status IN (
    'unfulfilled', 'partially_fulfilled', 'fulfilled', 'delivered'
  )),
  email text NOT NULL,
  locale text NOT NULL CHECK (locale IN ('fr', 'en')),
  currency char(3) NOT NULL,
  prices_include_tax boolean NOT NULL,
  subtotal_amount bigint NOT NULL CHECK (subtotal_amount >= 0),
  discount_amount bigint NOT NULL CHECK (discount_amount >= 0),
  shipping_amount bigint NOT NULL CHECK (shipping_amount >= 0),
  tax_amount bigint NOT NULL CHECK (tax_amount >= 0),
  total_amount bigint NOT NULL CHECK (total_amount >= 0),
  tax_lines jsonb NOT NULL,
  shipping_address jsonb,
  billing_address jsonb,
  shipping_option jsonb,
  placed_at timestamptz NOT NULL,
  expires_at timestamptz,
  paid_at timestamptz,
  version integer NOT NULL DEFAULT 1,
  updated_at timestamptz NOT NULL DEFAULT shop_now(),
  CHECK (total_amount = subtotal_amount - discount_amount + shipping_amount + CASE WHEN prices_include_tax THEN 0 ELSE tax_amount END),
  CHECK (status NOT IN ('PAID', 'FULFILLED', 'COMPLETED', 'REFUNDED') OR paid_at IS NOT NULL),
  CHECK (status <> 'PENDING_PAYMENT' OR expires_at IS NOT NULL)
);
CREATE UNIQUE INDEX orders_one_live_per_cart ON orders (cart_id) WHERE status <> 'CANCELLED';
CREATE INDEX orders_recent ON orders (placed_at DESC, id DESC);
CREATE INDEX orders_by_status ON orders (status, placed_at DESC, id DESC);
CREATE INDEX orders_by_email ON orders (lower(email));
CREATE INDEX orders_unpaid ON orders (expires_at) WHERE status = 'PENDING_PAYMENT';
CREATE INDEX orders_customer ON orders (customer_id) WHERE customer_id IS NOT NULL;

CREATE TABLE order_items (
  id uuid PRIMARY KEY,
  order_id uuid NOT NULL REFERENCES orders ON DELETE CASCADE,
  position integer NOT NULL CHECK (position >= 1),
  variant_id uuid REFERENCES product_variants ON DELETE SET NULL,
  sku text,
  title text NOT NULL,
  qty integer NOT NULL CHECK (qty > 0),
  unit_price_amount bigint NOT NULL CHECK (unit_price_amount >= 0),
  discount_amount bigint NOT NULL CHECK (discount_amount >= 0),
  tax_amount bigint NOT NULL CHECK (tax_amount >= 0),
  line_total_amount bigint NOT NULL,
  tax_rate text NOT NULL,
  requires_shipping boolean NOT NULL,
  UNIQUE (order_id, position),
  CHECK (line_total_amount = qty * unit_price_amount - discount_amount AND line_total_amount >= 0)
);
CREATE INDEX order_items_variant ON order_items (variant_id);

CREATE TABLE order_transitions (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id uuid NOT NULL REFERENCES orders ON DELETE CASCADE,
  from_status text,
  to_status text NOT NULL,
  actor_kind text NOT NULL,
  actor_id uuid,
  reason text NOT NULL DEFAULT '',
  at timestamptz NOT NULL
);
CREATE INDEX order_transitions_order ON order_transitions (order_id, id);
