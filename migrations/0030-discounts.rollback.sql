DROP TABLE discount_first_orders, discount_buyers, discount_uses;
DROP FUNCTION buyer_keys(text, uuid);
DELETE FROM cart_events WHERE type IN ('discount_added', 'discount_removed');
ALTER TABLE cart_events DROP CONSTRAINT cart_events_type_check;
ALTER TABLE cart_events ADD CONSTRAINT cart_events_type_check CHECK (type IN (
  'created', 'added', 'removed', 'quantity_changed', 'checkout_started', 'recovered', 'converted', 'reopened', 'abandoned',
  'claimed', 'merged'
));
ALTER TABLE carts DROP COLUMN discount_id;
DROP TABLE discounts;
