\set product random(1, :products)
\set variant random(1, 2)
SELECT gen_random_uuid() AS cart, md5('variant-' || :product || '-' || :variant)::uuid AS variant_id \gset
\startpipeline
BEGIN;
INSERT INTO carts (id, currency, locale) VALUES (:cart, 'EUR', 'en');
INSERT INTO cart_events (cart_id, type) VALUES (:cart, 'created');
COMMIT;
\endpipeline
\startpipeline
BEGIN;
SELECT status, version FROM carts WHERE id = :cart FOR NO KEY UPDATE;
SELECT v.price_amount, p.title, p.status FROM product_variants v JOIN products p ON p.id = v.product_id WHERE v.id = :variant_id;
UPDATE carts SET version = version + 1, updated_at = shop_now() WHERE id = :cart;
INSERT INTO cart_items (id, cart_id, variant_id, qty, snapshot_price_amount) VALUES (gen_random_uuid(), :cart, :variant_id, 1, 1900);
INSERT INTO cart_events (cart_id, type, payload) VALUES (:cart, 'added', '{"quantity": 1}');
UPDATE inventory_items SET available_qty = available_qty - 1, reserved_qty = reserved_qty + 1, updated_at = shop_now()
WHERE variant_id = :variant_id AND available_qty >= 1;
INSERT INTO inventory_reservations (cart_id, variant_id, qty, held_since, expires_at)
VALUES (:cart, :variant_id, 1, shop_now(), shop_now() + interval '30 minutes');
COMMIT;
\endpipeline
