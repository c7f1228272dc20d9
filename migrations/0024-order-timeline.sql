-- What people call an order, as the shop's format was when it was placed; and the ways to find what has happened to one.

ALTER TABLE orders ADD COLUMN reference text;
UPDATE orders SET reference = number::text;
ALTER TABLE orders ALTER COLUMN reference SET NOT NULL, ADD CHECK (length(reference) BETWEEN 1 AND 80);
CREATE INDEX orders_reference ON orders (lower(reference));

-- What caused a mail: the id in its key.
ALTER TABLE email_outbox ADD COLUMN cause_id uuid GENERATED ALWAYS AS (
  substring(key from '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}')::uuid
) STORED;
CREATE INDEX email_outbox_cause ON email_outbox (cause_id) WHERE cause_id IS NOT NULL;
