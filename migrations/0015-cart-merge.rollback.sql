DELETE FROM cart_events WHERE type IN ('claimed', 'merged');
ALTER TABLE cart_events DROP CONSTRAINT cart_events_type_check;
ALTER TABLE cart_events ADD CONSTRAINT cart_events_type_check CHECK (type IN (
  'created', 'added', 'removed', 'quantity_changed', 'checkout_started', 'recovered', 'converted', 'reopened', 'abandoned'
));
ALTER TABLE cart_items DROP COLUMN position;
DROP INDEX inventory_reservations_cart;
DROP INDEX orders_cart;
DROP INDEX carts_merged_into;
DROP INDEX carts_of_customer;
ALTER TABLE carts DROP COLUMN merged_into_id;
