-- What makes a cart cheaper, and how often each has.

CREATE TABLE discounts (
  id uuid PRIMARY KEY,
  title text NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
  kind text NOT NULL CHECK (kind IN ('buy_x_get_y', 'percentage', 'fixed', 'free_shipping')),
  code text CHECK (code ~ '^[!-~]{1,64}$'),
  -- Codes are found however they are typed. Without one a discount is automatic.
  code_key text GENERATED ALWAYS AS (upper(code COLLATE "C")) STORED,
  -- NaN is above every number, so the upper bound refuses it.
  percent numeric CHECK (percent > 0 AND percent <= 100 AND scale(percent) <= 2),
  amount bigint CHECK (amount > 0),
  buy_qty integer NOT NULL DEFAULT 0 CHECK (buy_qty BETWEEN 0 AND 1000),
  get_qty integer NOT NULL DEFAULT 0 CHECK (get_qty BETWEEN 0 AND 1000),
  scope text NOT NULL DEFAULT 'all' CHECK (scope IN ('all', 'products', 'categories', 'tags')),
  -- Checked when they are written; what has gone from the catalogue since covers nothing.
  scope_ids uuid[] NOT NULL DEFAULT '{}',
  minimum_subtotal_amount bigint CHECK (minimum_subtotal_amount > 0),
  minimum_qty integer CHECK (minimum_qty > 0),
  currency char(3) NOT NULL,
  starts_at timestamptz,
  ends_at timestamptz,
  usage_limit integer CHECK (usage_limit > 0),
  usage_limit_per_buyer integer CHECK (usage_limit_per_buyer > 0),
  exclusive boolean NOT NULL DEFAULT false,
  first_order_only boolean NOT NULL DEFAULT false,
  active boolean NOT NULL DEFAULT true,
  -- Live orders that have it. Kept while there is a limit, so that a sale without one has no row that every checkout waits for.
  uses integer NOT NULL DEFAULT 0 CHECK (uses >= 0),
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CONSTRAINT discounts_code_key UNIQUE (code_key),
  CONSTRAINT discounts_are_not_overused CHECK (uses <= usage_limit),
  CONSTRAINT discounts_end_after_they_start CHECK (ends_at > starts_at),
  CONSTRAINT discounts_say_what_they_give CHECK (CASE kind
    WHEN 'percentage' THEN percent IS NOT NULL AND amount IS NULL AND buy_qty = 0 AND get_qty = 0
    WHEN 'fixed' THEN amount IS NOT NULL AND percent IS NULL AND buy_qty = 0 AND get_qty = 0
    WHEN 'buy_x_get_y' THEN percent IS NOT NULL AND amount IS NULL AND buy_qty > 0 AND get_qty > 0
    ELSE percent IS NULL AND amount IS NULL AND buy_qty = 0 AND get_qty = 0
  END),
  CONSTRAINT discounts_cover_something CHECK ((scope = 'all') = (cardinality(scope_ids) = 0))
);
CREATE INDEX discounts_recent ON discounts (created_at DESC, id DESC);
-- Every cart is priced by the automatic ones; the few among them that depend on who buys are asked for with the cart.
CREATE INDEX discounts_automatic ON discounts (id) WHERE code_key IS NULL AND active;
CREATE INDEX discounts_of_buyers ON discounts (id)
  WHERE code_key IS NULL AND active AND (usage_limit_per_buyer IS NOT NULL OR first_order_only);

-- Automatic discounts are rules of pricing. One whose last use is taken, or comes back, is a changed rule; any other use is not.
CREATE TRIGGER discounts_are_rules_when_written AFTER INSERT ON discounts
  FOR EACH ROW WHEN (NEW.code_key IS NULL) EXECUTE FUNCTION bump_pricing_revision();
CREATE TRIGGER discounts_are_rules_when_changed AFTER UPDATE ON discounts
  FOR EACH ROW WHEN (
    (OLD.code_key IS NULL OR NEW.code_key IS NULL)
    AND (OLD.version <> NEW.version OR (OLD.uses >= OLD.usage_limit) IS DISTINCT FROM (NEW.uses >= NEW.usage_limit))
  ) EXECUTE FUNCTION bump_pricing_revision();
CREATE TRIGGER discounts_are_rules_when_removed AFTER DELETE ON discounts
  FOR EACH ROW WHEN (OLD.code_key IS NULL) EXECUTE FUNCTION bump_pricing_revision();

-- The code that was typed into a cart stays there, also while it gives nothing.
ALTER TABLE carts ADD COLUMN discount_id uuid REFERENCES discounts;
CREATE INDEX carts_discount ON carts (discount_id) WHERE discount_id IS NOT NULL;
ALTER TABLE cart_events DROP CONSTRAINT cart_events_type_check;
ALTER TABLE cart_events ADD CONSTRAINT cart_events_type_check CHECK (type IN (
  'created', 'added', 'removed', 'quantity_changed', 'checkout_started', 'recovered', 'converted', 'reopened', 'abandoned',
  'claimed', 'merged', 'discount_added', 'discount_removed'
));

-- A buyer is known by an address and, when logged in, by an account. Digests, so that no address stands in one more table.
CREATE FUNCTION buyer_keys(email text, customer_id uuid) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(array_agg(encode(sha256(convert_to(name, 'UTF8')), 'hex') ORDER BY name), '{}')
  FROM unnest(ARRAY['email ' || lower(normalize(btrim(email), NFC) COLLATE "C"), 'customer ' || customer_id::text]) AS name
  WHERE name IS NOT NULL
$$;

-- The live orders that have a discount. An order that is cancelled takes its rows along.
CREATE TABLE discount_uses (
  order_id uuid NOT NULL REFERENCES orders ON DELETE CASCADE,
  discount_id uuid NOT NULL REFERENCES discounts,
  amount bigint NOT NULL CHECK (amount > 0),
  buyers text[] NOT NULL CHECK (cardinality(buyers) > 0),
  at timestamptz NOT NULL,
  PRIMARY KEY (order_id, discount_id)
);
CREATE INDEX discount_uses_discount ON discount_uses (discount_id);

-- How often a buyer has used a discount; `most` is the limit at the last use.
CREATE TABLE discount_buyers (
  discount_id uuid NOT NULL REFERENCES discounts ON DELETE CASCADE,
  buyer text NOT NULL,
  uses integer NOT NULL CHECK (uses >= 0),
  most integer,
  PRIMARY KEY (discount_id, buyer),
  CONSTRAINT discount_buyers_are_not_overused CHECK (uses <= most)
);

-- One discounted first order for each buyer, whatever gave the discount: of two at once the second finds the first one here.
CREATE TABLE discount_first_orders (
  buyer text PRIMARY KEY,
  order_id uuid NOT NULL REFERENCES orders ON DELETE CASCADE
);
CREATE INDEX discount_first_orders_order ON discount_first_orders (order_id);
