-- What is taxed how, and where the shop sends to. That no two rates of one place and class overlap is checked under the lock of
-- `pricing_revision`, which every writer of a rule holds: an exclusion constraint would need an extension.

CREATE TABLE tax_rates (
  id uuid PRIMARY KEY,
  country char(2) NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
  region text CHECK (length(region) BETWEEN 1 AND 100),
  tax_class text NOT NULL CHECK (tax_class IN ('standard', 'reduced', 'zero')),
  -- NaN is above every number, so the upper bound refuses it.
  rate numeric NOT NULL CHECK (rate >= 0 AND rate <= 100 AND scale(rate) <= 4),
  title text NOT NULL CHECK (length(title) BETWEEN 1 AND 100),
  valid_from date NOT NULL,
  valid_to date CHECK (valid_to >= valid_from),
  source text NOT NULL DEFAULT '' CHECK (length(source) <= 500),
  version integer NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX tax_rates_begin ON tax_rates (country, coalesce(region, ''), tax_class, valid_from);

CREATE TABLE shipping_zones (
  id uuid PRIMARY KEY,
  title text NOT NULL CHECK (length(title) BETWEEN 1 AND 100),
  countries text[] NOT NULL DEFAULT '{}',
  regions text[] NOT NULL DEFAULT '{}',
  postal_prefixes text[] NOT NULL DEFAULT '{}',
  rest_of_world boolean NOT NULL DEFAULT false,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT shop_now(),
  CHECK (rest_of_world OR cardinality(countries) > 0)
);

CREATE TABLE shipping_options (
  -- What carts and orders call it, so it is short, speaks, and is unique over all zones.
  id text PRIMARY KEY CHECK (id ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(id) <= 64),
  zone_id uuid NOT NULL REFERENCES shipping_zones ON DELETE CASCADE,
  position integer NOT NULL CHECK (position >= 1),
  title text NOT NULL CHECK (length(title) BETWEEN 1 AND 100),
  price_by text NOT NULL CHECK (price_by IN ('flat', 'weight', 'subtotal')),
  -- [[up to and including, price], …] in grams or minor units, rising; null in the last: without end.
  bands jsonb NOT NULL CHECK (jsonb_typeof(bands) = 'array' AND jsonb_array_length(bands) >= 1),
  free_from_amount bigint CHECK (free_from_amount >= 0),
  currency char(3) NOT NULL,
  estimated_days integer NOT NULL CHECK (estimated_days BETWEEN 0 AND 365),
  active boolean NOT NULL DEFAULT true,
  tax_class text NOT NULL DEFAULT 'standard' CHECK (tax_class IN ('standard', 'reduced', 'zero', 'exempt'))
);
CREATE INDEX shipping_options_zone ON shipping_options (zone_id, position);
