-- Money that goes back, money in doubt, money in dispute.

-- Both counters are in the payment's currency. What is planned to go back counts from the moment it is planned.
ALTER TABLE payments
  ADD COLUMN captured_amount bigint NOT NULL DEFAULT 0,
  ADD COLUMN refunded_amount bigint NOT NULL DEFAULT 0,
  ADD CONSTRAINT payments_never_over_refunded CHECK (refunded_amount >= 0 AND refunded_amount <= captured_amount),
  DROP CONSTRAINT payments_status_check,
  ADD CONSTRAINT payments_status_check CHECK (status IN (
    'created', 'pending', 'processing', 'succeeded', 'failed', 'canceled', 'mismatched'
  ));
UPDATE payments SET captured_amount = amount WHERE status = 'succeeded';
CREATE INDEX payments_open ON payments (created_at) WHERE status IN ('pending', 'processing', 'failed');
CREATE INDEX payments_created ON payments USING brin (created_at); -- reconciliation reads the latest by time

-- The row stands before the provider is asked; its id is the idempotency key of the question.
CREATE TABLE refunds (
  id uuid PRIMARY KEY,
  order_id uuid NOT NULL REFERENCES orders,
  payment_id uuid NOT NULL REFERENCES payments,
  amount bigint NOT NULL CHECK (amount > 0),
  currency char(3) NOT NULL,
  reason text NOT NULL CHECK (reason <> ''),
  status text NOT NULL CHECK (status IN ('created', 'pending', 'succeeded', 'failed', 'canceled')),
  provider_refund_id text,
  failure text,
  created_by_kind text NOT NULL,
  created_by_id uuid,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CONSTRAINT refunds_provider_refund_key UNIQUE (payment_id, provider_refund_id)
);
CREATE INDEX refunds_provider_refund ON refunds (provider_refund_id) WHERE provider_refund_id IS NOT NULL;
CREATE INDEX refunds_order ON refunds (order_id, id);
CREATE INDEX refunds_unasked ON refunds (created_at) WHERE status = 'created';
CREATE INDEX refunds_under_way ON refunds (created_at) WHERE status = 'pending';

-- What a person has to look at. One row for one thing that is wrong, however often it is found.
CREATE TABLE payment_exceptions (
  id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('amount_differs', 'paid_without_order', 'order_without_payment', 'refund_failed')),
  provider text NOT NULL,
  subject text NOT NULL,
  order_id uuid REFERENCES orders,
  expected_amount bigint,
  expected_currency char(3),
  received_amount bigint,
  received_currency char(3),
  detail text NOT NULL DEFAULT '',
  status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'resolved')),
  opened_at timestamptz NOT NULL,
  resolved_at timestamptz,
  resolved_by text,
  note text,
  CONSTRAINT payment_exceptions_subject_key UNIQUE (kind, provider, subject),
  CHECK ((expected_amount IS NULL) = (expected_currency IS NULL)),
  CHECK ((received_amount IS NULL) = (received_currency IS NULL)),
  CHECK ((status = 'resolved') = (resolved_at IS NOT NULL AND resolved_by IS NOT NULL AND note IS NOT NULL))
);
CREATE INDEX payment_exceptions_open ON payment_exceptions (id) WHERE status = 'open';
CREATE INDEX payment_exceptions_order ON payment_exceptions (order_id) WHERE order_id IS NOT NULL;

-- What buyers' banks want back.
CREATE TABLE disputes (
  id uuid PRIMARY KEY,
  order_id uuid NOT NULL REFERENCES orders,
  payment_id uuid NOT NULL REFERENCES payments,
  provider text NOT NULL,
  provider_dispute_id text NOT NULL,
  status text NOT NULL,
  reason text NOT NULL,
  amount bigint NOT NULL CHECK (amount >= 0),
  currency char(3) NOT NULL,
  due_by timestamptz,
  told_at timestamptz NOT NULL,
  opened_at timestamptz NOT NULL,
  closed_at timestamptz,
  CONSTRAINT disputes_provider_dispute_key UNIQUE (provider, provider_dispute_id)
);
CREATE INDEX disputes_payment ON disputes (payment_id);
CREATE INDEX disputes_order ON disputes (order_id, id);

-- Up to when the shop's books were compared with a provider's.
CREATE TABLE payment_reconciliations (
  provider text PRIMARY KEY,
  up_to timestamptz NOT NULL
);
