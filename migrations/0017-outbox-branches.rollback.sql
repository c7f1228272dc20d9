DROP INDEX outbox_events_tried;
DROP INDEX outbox_events_fresh;
CREATE INDEX outbox_events_due ON outbox_events (next_retry_at, id) WHERE status = 'pending';
