-- Fresh events and those that were tried before wait in lines of their own, so that neither holds up the other.

DROP INDEX outbox_events_due;
CREATE INDEX outbox_events_fresh ON outbox_events (next_retry_at, id) WHERE status = 'pending' AND attempts = 0;
CREATE INDEX outbox_events_tried ON outbox_events (next_retry_at, id) WHERE status = 'pending' AND attempts > 0;
