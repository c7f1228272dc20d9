-- Events of one thing are handled one after the other, each subscriber has a line of its own, and what kills its workers is given
-- up after few of them.

ALTER TABLE outbox_events
  ADD COLUMN sequence bigint,
  ADD COLUMN branch text NOT NULL DEFAULT '', -- the subscriber whose line this is; empty: of the event itself
  ADD COLUMN unsettled integer NOT NULL DEFAULT 0 CHECK (unsettled >= 0); -- claims that never told what became of them
UPDATE outbox_events AS e SET sequence = numbered.place
FROM (SELECT id, row_number() OVER (PARTITION BY aggregate_id ORDER BY created_at, id) AS place FROM outbox_events) AS numbered
WHERE numbered.id = e.id;
ALTER TABLE outbox_events ALTER COLUMN sequence SET NOT NULL;

DROP INDEX outbox_events_aggregate;
ALTER TABLE outbox_events ADD CONSTRAINT outbox_events_sequence_key UNIQUE (aggregate_id, sequence, branch);
CREATE INDEX outbox_events_waiting ON outbox_events (aggregate_id, sequence) WHERE status = 'pending';
CREATE INDEX outbox_events_done ON outbox_events (processed_at) WHERE status = 'processed';

-- How far the events of a thing had come when they were pruned: the next one counts on from there.
CREATE TABLE outbox_sequences (
  aggregate_id uuid PRIMARY KEY,
  last bigint NOT NULL CHECK (last >= 1)
);

-- The same for what providers tell and for mail.
ALTER TABLE webhook_events ADD COLUMN unsettled integer NOT NULL DEFAULT 0 CHECK (unsettled >= 0);
ALTER TABLE email_outbox ADD COLUMN unsettled integer NOT NULL DEFAULT 0 CHECK (unsettled >= 0);

-- The payment that a message is about, whatever its type: so that an order finds what was told about it.
ALTER TABLE webhook_events ADD COLUMN intent_id text GENERATED ALWAYS AS (
  coalesce(payload #>> '{data,object,payment_intent}', payload #>> '{data,object,id}')
) STORED;
CREATE INDEX webhook_events_intent ON webhook_events (intent_id, received_at);
CREATE INDEX webhook_events_done ON webhook_events (processed_at) WHERE status IN ('processed', 'ignored');
