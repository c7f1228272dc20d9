-- Each attempt to be paid. The row stands before the provider is asked.

CREATE TABLE payments (
  id uuid PRIMARY KEY,
  order_id uuid NOT NULL REFERENCES orders ON DELETE CASCADE,
  attempt integer NOT NULL CHECK (attempt >= 1),
  provider text NOT NULL,
  intent_id text,
  idempotency_key text NOT NULL,
  status text NOT NULL CHECK (status IN ('created', 'pending', 'processing', 'succeeded', 'failed', 'canceled')),
  amount bigint NOT NULL CHECK (amount > 0),
  currency char(3) NOT NULL,
  failure text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CONSTRAINT payments_attempt_key UNIQUE (order_id, attempt),
  CONSTRAINT payments_idempotency_key_key UNIQUE (idempotency_key),
  CONSTRAINT payments_intent_key UNIQUE (provider, intent_id)
);
CREATE INDEX payments_unasked ON payments (created_at) WHERE status = 'created';
