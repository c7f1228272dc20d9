-- Mail to send. The transaction that causes a mail writes its row; only the worker sends.

CREATE TABLE email_outbox (
  id uuid PRIMARY KEY,
  key text NOT NULL,
  to_address text NOT NULL,
  template_type text NOT NULL,
  locale text NOT NULL CHECK (locale IN ('fr', 'en')),
  payload_json jsonb NOT NULL,
  status text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'sent', 'dead')),
  attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  next_retry_at timestamptz NOT NULL DEFAULT shop_now(),
  subject text,
  html text,
  text text,
  provider_id text,
  error text,
  created_at timestamptz NOT NULL DEFAULT shop_now(),
  sent_at timestamptz,
  CONSTRAINT email_outbox_key_key UNIQUE (key),
  CHECK ((status = 'sent') = (sent_at IS NOT NULL))
);
CREATE INDEX email_outbox_due ON email_outbox (next_retry_at, id) WHERE status = 'queued';
