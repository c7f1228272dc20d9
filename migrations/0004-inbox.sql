-- What providers told us: stored first, applied exactly once.

CREATE TABLE webhook_events (
  id uuid PRIMARY KEY,
  provider text NOT NULL,
  event_id text NOT NULL CHECK (length(event_id) BETWEEN 1 AND 255),
  type text NOT NULL,
  payload jsonb NOT NULL,
  status text NOT NULL DEFAULT 'received' CHECK (status IN ('received', 'processed', 'ignored', 'dead')),
  attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  next_retry_at timestamptz NOT NULL DEFAULT shop_now(),
  error text,
  received_at timestamptz NOT NULL DEFAULT shop_now(),
  processed_at timestamptz,
  CONSTRAINT webhook_events_event_id_key UNIQUE (provider, event_id)
);
CREATE INDEX webhook_events_due ON webhook_events (next_retry_at) WHERE status = 'received';
