-- Lines of single subscribers are forgotten: the release before knows none.

DROP INDEX webhook_events_done;
ALTER TABLE webhook_events DROP COLUMN intent_id;
ALTER TABLE email_outbox DROP COLUMN unsettled;
ALTER TABLE webhook_events DROP COLUMN unsettled;
DROP TABLE outbox_sequences;
DROP INDEX outbox_events_done;
DROP INDEX outbox_events_waiting;
ALTER TABLE outbox_events DROP CONSTRAINT outbox_events_sequence_key;
DELETE FROM outbox_events WHERE branch <> '';
ALTER TABLE outbox_events DROP COLUMN unsettled, DROP COLUMN branch, DROP COLUMN sequence;
CREATE INDEX outbox_events_aggregate ON outbox_events (aggregate_id, id);
