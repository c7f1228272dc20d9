-- What an operator needs to trust the stock: a note beside a movement, a level at which to be told, and holds that lost their owner.

ALTER TABLE inventory_movements ADD note text NOT NULL DEFAULT '';

-- NULL: nobody wants to be told.
ALTER TABLE inventory_items ADD low_threshold integer CHECK (low_threshold >= 0);

-- Active holds that nobody stands behind any more. The shop never leaves one: each is a trace of something that went around it.
CREATE VIEW inventory_orphans AS
SELECT r.id, r.variant_id, r.cart_id, r.order_id, r.qty
FROM inventory_reservations r
JOIN carts c ON c.id = r.cart_id
LEFT JOIN orders o ON o.id = r.order_id
WHERE r.released_at IS NULL AND CASE WHEN r.order_id IS NOT NULL
  THEN o.status NOT IN ('DRAFT', 'PENDING_PAYMENT')
  ELSE c.status = 'CONVERTED'
    OR NOT EXISTS (SELECT FROM cart_items ci WHERE ci.cart_id = r.cart_id AND ci.variant_id = r.variant_id) END;
