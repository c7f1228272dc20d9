-- Customers with an account: how they prove who they are, where they live, what they allowed, and what staff says about them.

ALTER TABLE customers
  ADD COLUMN password_hash text,
  ADD COLUMN email_verified_at timestamptz,
  ADD COLUMN tags text[] NOT NULL DEFAULT '{}',
  ADD COLUMN version integer NOT NULL DEFAULT 1,
  ADD COLUMN merged_into_id uuid REFERENCES customers,
  ADD COLUMN erased_at timestamptz,
  ADD CONSTRAINT customers_account_is_proved CHECK (password_hash IS NULL OR email_verified_at IS NOT NULL),
  ADD CONSTRAINT customers_merge_ends CHECK (merged_into_id IS NULL OR (merged_into_id <> id AND password_hash IS NULL)),
  ADD CONSTRAINT customers_erased_is_nobody CHECK (erased_at IS NULL OR (password_hash IS NULL AND name = '' AND search_text = ''));
CREATE INDEX customers_merged_into ON customers (merged_into_id) WHERE merged_into_id IS NOT NULL;

CREATE TABLE customer_sessions (
  token_hash bytea PRIMARY KEY,
  customer_id uuid NOT NULL REFERENCES customers ON DELETE CASCADE,
  logged_in_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX customer_sessions_customer ON customer_sessions (customer_id);

CREATE TABLE customer_addresses (
  id uuid PRIMARY KEY,
  customer_id uuid NOT NULL REFERENCES customers ON DELETE CASCADE,
  address jsonb NOT NULL,
  default_shipping boolean NOT NULL DEFAULT false,
  default_billing boolean NOT NULL DEFAULT false,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT shop_now()
);
CREATE INDEX customer_addresses_customer ON customer_addresses (customer_id, created_at);
CREATE UNIQUE INDEX customer_addresses_one_shipping ON customer_addresses (customer_id) WHERE default_shipping;
CREATE UNIQUE INDEX customer_addresses_one_billing ON customer_addresses (customer_id) WHERE default_billing;

-- What addresses somebody had before, by a change or a merge: whoever is forgotten is forgotten under these too.
CREATE TABLE customer_former_emails (
  customer_id uuid NOT NULL REFERENCES customers ON DELETE CASCADE,
  email_key text NOT NULL,
  left_at timestamptz NOT NULL,
  PRIMARY KEY (customer_id, email_key)
);

-- What a token in a mail stands for. The token itself is derived from the id; what it would set waits here until it is used.
CREATE TABLE customer_proofs (
  id uuid PRIMARY KEY,
  purpose text NOT NULL CHECK (purpose IN ('registration', 'password_reset', 'email_change_old', 'email_change_new')),
  email text NOT NULL,
  email_key text NOT NULL,
  customer_id uuid REFERENCES customers ON DELETE CASCADE,
  partner_id uuid,
  password_hash text,
  name text NOT NULL DEFAULT '',
  locale text NOT NULL CHECK (locale IN ('fr', 'en')),
  marketing boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT shop_now(),
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  CHECK ((purpose = 'registration') = (password_hash IS NOT NULL))
);
CREATE INDEX customer_proofs_address ON customer_proofs (email_key, created_at);
CREATE INDEX customer_proofs_customer ON customer_proofs (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX customer_proofs_age ON customer_proofs (expires_at);

CREATE TABLE customer_notes (
  id uuid PRIMARY KEY,
  customer_id uuid NOT NULL REFERENCES customers ON DELETE CASCADE,
  text text NOT NULL,
  author text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT shop_now()
);
CREATE INDEX customer_notes_customer ON customer_notes (customer_id, created_at);

-- Each time somebody allowed or forbade marketing: when, how, and which text they read. The last row of an address counts.
CREATE TABLE email_consents (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email_key text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('marketing')),
  granted boolean NOT NULL,
  source text NOT NULL,
  text_version text NOT NULL,
  cause_id uuid,
  at timestamptz NOT NULL DEFAULT shop_now()
);
CREATE INDEX email_consents_address ON email_consents (email_key, kind, id);
CREATE UNIQUE INDEX email_consents_cause ON email_consents (cause_id) WHERE cause_id IS NOT NULL;

-- What is kept about a person, or for too long, has to be found without reading everything.
CREATE INDEX email_outbox_address ON email_outbox (lower(to_address));
CREATE INDEX email_outbox_age ON email_outbox (created_at) WHERE status <> 'queued' AND payload_json <> '{}';
