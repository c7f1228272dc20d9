-- What a shop that has been open for years has in its tables: %(rows)s reservations that ended long ago and as many movements, which come
-- to nothing, so that the stock is still proved.

INSERT INTO carts (id, currency, locale, status)
SELECT md5('past-cart-' || n)::uuid, %(currency)s, 'en', 'ABANDONED' FROM generate_series(1, %(rows)s / 4) AS n;

INSERT INTO inventory_reservations (cart_id, variant_id, qty, held_since, expires_at, released_at)
SELECT md5('past-cart-' || 1 + n / 4 %% (%(rows)s / 4))::uuid, md5('variant-' || 1 + n %% %(products)s || '-' || 1 + n / %(products)s %% 2)::uuid, 1,
  shop_now() - interval '1 year', shop_now() - interval '1 year', shop_now() - interval '1 year'
FROM generate_series(1, %(rows)s) AS n;

-- One unit comes and goes again, variant by variant.
INSERT INTO inventory_movements (variant_id, type, qty, on_hand_after, at)
SELECT i.variant_id, CASE WHEN come.qty > 0 THEN 'receipt' ELSE 'damage' END, come.qty,
  i.available_qty + i.reserved_qty + greatest(come.qty, 0), shop_now() - interval '1 year'
FROM generate_series(1, %(rows)s / 2 / (2 * %(products)s)) AS n, inventory_items i, (VALUES (1), (-1)) AS come (qty)
ORDER BY n, i.variant_id, come.qty DESC;
