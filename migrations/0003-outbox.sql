-- What happened here, written by the transaction that caused it, handled later by the worker.

CREATE TABLE outbox_events (
  id uuid PRIMARY KEY,
  type text NOT NULL,
  aggregate_id uuid NOT NULL,
  payload jsonb NOT NULL,
  status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'processed', 'dead')),
  attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  next_retry_at timestamptz NOT NULL DEFAULT shop_now(),
  error text,
  created_at timestamptz NOT NULL DEFAULT shop_now(),
  processed_at timestamptz,
  CHECK ((status = 'processed') = (processed_at IS NOT NULL))
);
CREATE INDEX outbox_events_due ON outbox_events (next_retry_at, id) WHERE status = 'pending';
CREATE INDEX outbox_events_aggregate ON outbox_events (aggregate_id, id);
