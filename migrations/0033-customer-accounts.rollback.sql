-- Accounts, addresses, notes and the record of consent are lost; the people and what they bought stay.

DROP INDEX email_outbox_age;
DROP INDEX email_outbox_address;
DROP TABLE email_consents;
DROP TABLE customer_notes;
DROP TABLE customer_former_emails;
DROP TABLE customer_proofs;
DROP TABLE customer_addresses;
DROP TABLE customer_sessions;
ALTER TABLE customers
  DROP COLUMN erased_at,
  DROP COLUMN merged_into_id,
  DROP COLUMN version,
  DROP COLUMN tags,
  DROP COLUMN email_verified_at,
  DROP COLUMN password_hash;
