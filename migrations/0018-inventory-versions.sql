-- Counting may end and begin again. What was the version then must not come back, or a count based on the old stock would fit the new.

CREATE TABLE inventory_past_versions (
  variant_id uuid PRIMARY KEY REFERENCES product_variants ON DELETE CASCADE,
  version integer NOT NULL CHECK (version > 0)
);
