DROP FUNCTION orders_fitting;
ALTER TABLE orders DROP COLUMN words;
DROP INDEX disputes_undecided, orders_by_total, orders_by_state;
CREATE INDEX orders_by_status ON orders (status, placed_at DESC, id DESC);
