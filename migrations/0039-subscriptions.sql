-- Webhooks out: who wants to hear of what has happened here, and what became of telling them.

CREATE TABLE subscriptions (
  id uuid PRIMARY KEY,
  url text NOT NULL CHECK (length(url) BETWEEN 1 AND 2000),
  description text NOT NULL DEFAULT '' CHECK (length(description) <= 200),
  event_types text[] NOT NULL DEFAULT '{}', -- none named: all of them
  status text NOT NULL CHECK (status IN ('active', 'disabled', 'gone', 'deleted')),
  secret bytea, -- sealed with the shop's secret; one that is deleted has none
  old_secret bytea,
  old_secret_until timestamptz,
  failures integer NOT NULL DEFAULT 0 CHECK (failures >= 0), -- in a row, whatever was sent
  failing_since timestamptz,
  rests_until timestamptz, -- until then nothing is sent
  claimed_at timestamptz, -- whose turn was longest ago is next
  resend_from timestamptz, -- how far a resend has come, while there is one
  resend_after uuid,
  resend_until timestamptz,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT shop_now(),
  updated_at timestamptz NOT NULL DEFAULT shop_now(),
  CHECK ((secret IS NULL) = (status = 'deleted')),
  CHECK ((old_secret IS NULL) = (old_secret_until IS NULL)),
  CHECK ((failures = 0) = (failing_since IS NULL)),
  CHECK (num_nulls(resend_from, resend_after, resend_until) IN (0, 3))
);

-- One event for one endpoint. It holds all that is sent, so that it outlives the event's own row.
CREATE TABLE subscription_deliveries (
  subscription_id uuid NOT NULL REFERENCES subscriptions,
  event_id uuid NOT NULL,
  type text NOT NULL,
  version integer NOT NULL,
  aggregate_type text NOT NULL,
  aggregate_id uuid NOT NULL,
  sequence bigint NOT NULL,
  occurred_at timestamptz NOT NULL,
  data jsonb NOT NULL,
  status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'delivered', 'dead')),
  attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0), -- in all; tells one claim from another
  failures integer NOT NULL DEFAULT 0 CHECK (failures >= 0), -- since it was last due afresh
  unsettled integer NOT NULL DEFAULT 0 CHECK (unsettled >= 0), -- claims that never told what became of them
  next_attempt_at timestamptz NOT NULL DEFAULT shop_now(),
  leased_until timestamptz,
  due_since timestamptz NOT NULL DEFAULT shop_now(),
  first_failed_at timestamptz,
  answered_status integer,
  answer text CHECK (length(answer) <= 1024),
  error text,
  created_at timestamptz NOT NULL DEFAULT shop_now(),
  delivered_at timestamptz,
  PRIMARY KEY (subscription_id, event_id),
  CHECK ((status = 'delivered') = (delivered_at IS NOT NULL)),
  CHECK (leased_until IS NULL OR status = 'pending')
);
CREATE INDEX subscription_deliveries_due ON subscription_deliveries (subscription_id, next_attempt_at, event_id)
  WHERE status = 'pending';
CREATE INDEX subscription_deliveries_leased ON subscription_deliveries (subscription_id, leased_until)
  WHERE leased_until IS NOT NULL;
CREATE INDEX subscription_deliveries_dead ON subscription_deliveries (subscription_id, event_id) WHERE status = 'dead';
CREATE INDEX subscription_deliveries_done ON subscription_deliveries (delivered_at) WHERE status = 'delivered';

-- For a resend from a date.
CREATE INDEX outbox_events_told ON outbox_events (created_at, id) WHERE branch = '';
