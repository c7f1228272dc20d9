DROP FUNCTION discount_history(discounts, carts, text);
DELETE FROM cart_events WHERE NOT EXISTS (SELECT FROM carts WHERE carts.id = cart_events.cart_id);
ALTER TABLE cart_events ADD CONSTRAINT cart_events_cart_id_fkey FOREIGN KEY (cart_id) REFERENCES carts ON DELETE CASCADE;
