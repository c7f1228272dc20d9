DROP TABLE refund_lines;
ALTER TABLE order_items DROP COLUMN refunded_qty, DROP COLUMN restocked_qty;
ALTER TABLE order_charges DROP COLUMN refunded_amount, DROP COLUMN refunded_tax_amount;
DROP INDEX refunds_succeeded, refunds_undone;
CREATE INDEX refunds_succeeded ON refunds (updated_at, id) WHERE status = 'succeeded';
ALTER TABLE refunds DROP COLUMN note, DROP COLUMN succeeded_at, DROP COLUMN failed_at;
