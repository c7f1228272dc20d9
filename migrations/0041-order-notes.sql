-- What people write beside an order, for each other or for the buyer. Never changed: who read it has read it.

CREATE TABLE order_notes (
  id uuid PRIMARY KEY,
  order_id uuid NOT NULL REFERENCES orders ON DELETE CASCADE,
  audience text NOT NULL CHECK (audience IN ('internal', 'customer')),
  text text NOT NULL CHECK (length(text) BETWEEN 1 AND 5000),
  author_kind text NOT NULL,
  author_id uuid,
  author text NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE INDEX order_notes_order ON order_notes (order_id, id);
