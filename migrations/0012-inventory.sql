-- Stock. The ledger is the truth, the counters are what is fast, and the two are kept equal by every statement that writes.

CREATE TABLE inventory_items (
  variant_id uuid PRIMARY KEY REFERENCES product_variants ON DELETE CASCADE,
  available_qty integer NOT NULL DEFAULT 0,
  reserved_qty integer NOT NULL DEFAULT 0,
  backorder_limit integer NOT NULL DEFAULT 0 CHECK (backorder_limit >= 0),
  version integer NOT NULL DEFAULT 1,
  updated_at timestamptz NOT NULL DEFAULT shop_now(),
  CONSTRAINT inventory_items_never_oversold CHECK (reserved_qty >= 0 AND available_qty >= -backorder_limit)
);

CREATE TABLE inventory_movements (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  variant_id uuid NOT NULL REFERENCES product_variants,
  type text NOT NULL CHECK (type IN ('receipt', 'correction', 'count', 'sale', 'return', 'damage')),
  qty integer NOT NULL CHECK (qty <> 0),
  on_hand_after integer NOT NULL,
  reason text NOT NULL DEFAULT '',
  order_id uuid REFERENCES orders,
  staff_id uuid REFERENCES users,
  at timestamptz NOT NULL
);
CREATE INDEX inventory_movements_variant ON inventory_movements (variant_id, id);
CREATE INDEX inventory_movements_order ON inventory_movements (order_id) WHERE order_id IS NOT NULL;
CREATE UNIQUE INDEX inventory_movements_one_sale ON inventory_movements (order_id, variant_id) WHERE type = 'sale';

CREATE TRIGGER inventory_movements_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON inventory_movements
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE inventory_reservations (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  cart_id uuid NOT NULL REFERENCES carts ON DELETE CASCADE,
  variant_id uuid NOT NULL REFERENCES product_variants,
  order_id uuid REFERENCES orders DEFERRABLE INITIALLY DEFERRED, -- stock is held before the order is written
  qty integer NOT NULL CHECK (qty > 0),
  held_since timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  released_at timestamptz
);
CREATE UNIQUE INDEX inventory_reservations_one_active ON inventory_reservations (cart_id, variant_id) WHERE released_at IS NULL;
CREATE INDEX inventory_reservations_variant ON inventory_reservations (variant_id, expires_at) WHERE released_at IS NULL;
CREATE INDEX inventory_reservations_expiry ON inventory_reservations (expires_at) WHERE released_at IS NULL AND order_id IS NULL;
CREATE INDEX inventory_reservations_order ON inventory_reservations (order_id) WHERE order_id IS NOT NULL;
