DROP TABLE payment_reconciliations;
DROP TABLE disputes;
DROP TABLE payment_exceptions;
DROP TABLE refunds;
DROP INDEX payments_created;
DROP INDEX payments_open;
UPDATE payments SET status = 'failed' WHERE status = 'mismatched';
ALTER TABLE payments
  DROP COLUMN refunded_amount,
  DROP COLUMN captured_amount,
  DROP CONSTRAINT payments_status_check,
  ADD CONSTRAINT payments_status_check CHECK (status IN ('created', 'pending', 'processing', 'succeeded', 'failed', 'canceled'));
