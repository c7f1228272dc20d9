-- Who sells. One row, or none as long as the environment alone says it.

CREATE TABLE settings (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  country char(2) NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
  timezone text NOT NULL CHECK (length(timezone) BETWEEN 1 AND 64),
  prices_include_tax boolean NOT NULL,
  email text,
  phone text,
  address jsonb,
  legal_name text,
  legal_form text,
  company_number text,
  vat_number text,
  integration_settings jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(integration_settings) = 'object'),
  version integer NOT NULL CHECK (version >= 1),
  updated_at timestamptz NOT NULL
);

-- For rules that change where no service says so, as a discount does whose last use is taken.
CREATE FUNCTION bump_pricing_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE pricing_revision SET revision = revision + 1;
  RETURN NULL;
END
$$;
