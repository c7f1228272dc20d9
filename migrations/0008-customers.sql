-- The people who buy, known by their e-mail address.

CREATE TABLE customers (
  id uuid PRIMARY KEY,
  email text NOT NULL,
  email_key text NOT NULL,
  name text NOT NULL DEFAULT '',
  locale text NOT NULL CHECK (locale IN ('fr', 'en')),
  search_text text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT shop_now(),
  CONSTRAINT customers_email_key UNIQUE (email_key)
);
CREATE INDEX customers_recent ON customers (created_at DESC, id DESC);
