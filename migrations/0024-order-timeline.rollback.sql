ALTER TABLE email_outbox DROP COLUMN cause_id;
ALTER TABLE orders DROP COLUMN reference;
