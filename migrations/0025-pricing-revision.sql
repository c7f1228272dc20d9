-- One number that every writer of a rule of pricing raises in its own transaction, and that every process compares before it
-- prices anything: rules are then read once and still count at once everywhere. Its row is also the lock of all rules.

CREATE TABLE pricing_revision (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  revision bigint NOT NULL CHECK (revision > 0)
);
INSERT INTO pricing_revision (revision) VALUES (1);
