\set product random(1, :products)
\set variant random(1, 2)
SELECT gen_random_uuid() AS cart, gen_random_uuid() AS bought, gen_random_uuid() AS payment, gen_random_uuid() AS message,
  md5('variant-' || :product || '-' || :variant)::uuid AS variant_id \gset
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
\startpipeline
INSERT INTO idempotency_keys (scope, key, fingerprint, owner, lease_until)
VALUES ('owner:' || :cart::text, 'benchmark-key', sha256('\x00'), :bought, shop_now() + interval '1 minute');
\endpipeline
\startpipeline
BEGIN;
SELECT status, version FROM carts WHERE id = :cart FOR NO KEY UPDATE;
SELECT ci.qty, v.price_amount, p.title FROM cart_items ci JOIN product_variants v ON v.id = ci.variant_id
JOIN products p ON p.id = v.product_id WHERE ci.cart_id = :cart;
UPDATE inventory_reservations SET order_id = :bought, expires_at = shop_now() + interval '30 minutes'
WHERE cart_id = :cart AND released_at IS NULL;
INSERT INTO orders (
  id, number, reference, cart_id, status, payment_status, email, locale, currency, prices_include_tax, subtotal_amount, discount_amount,
  shipping_amount, tax_amount, total_amount, tax_lines, shipping_address, shipping_option, placed_at, expires_at
) VALUES (
  :bought, nextval('order_numbers'), currval('order_numbers')::text, :cart, 'PENDING_PAYMENT', 'unpaid', 'camille@example.com', 'en', 'EUR', true, 1900, 0,
  490, 398, 2390, '[{"title": "VAT FR", "rate": "20.00", "amount": 398}]',
  '{"name": "Camille Durand", "line1": "12 rue des Lilas", "city": "Paris", "country": "FR"}',
  '{"id": "standard", "title": "Standard delivery", "price": 490, "estimated_days": 3}', shop_now(),
  shop_now() + interval '30 minutes'
);
INSERT INTO order_items (
  id, order_id, position, variant_id, sku, title, qty, unit_price_amount, discount_amount, tax_amount, line_total_amount, tax_rate,
  requires_shipping
) VALUES (gen_random_uuid(), :bought, 1, :variant_id, 'BENCH', 'Product', 1, 1900, 0, 317, 1900, '20.00', true);
INSERT INTO order_transitions (order_id, to_status, actor_kind, at) VALUES (:bought, 'PENDING_PAYMENT', 'guest', shop_now());
UPDATE carts SET status = 'CONVERTED', version = version + 1, email = 'camille@example.com', updated_at = shop_now() WHERE id = :cart;
INSERT INTO cart_events (cart_id, type) VALUES (:cart, 'converted');
INSERT INTO payments (id, order_id, attempt, provider, idempotency_key, status, amount, currency, created_at, updated_at)
VALUES (:payment, :bought, 1, 'stripe', :payment, 'created', 2390, 'EUR', shop_now(), shop_now());
INSERT INTO outbox_events (id, type, aggregate_id, sequence, payload) VALUES (gen_random_uuid(), 'order.placed', :bought, 1, '{}');
COMMIT;
\endpipeline
\startpipeline
UPDATE payments SET intent_id = 'pi_bench_' || :payment::text, status = 'pending', updated_at = shop_now() WHERE id = :payment;
UPDATE idempotency_keys SET status = 201, body = convert_to(repeat('x', 1500), 'UTF8')
WHERE scope = 'owner:' || :cart::text AND key = 'benchmark-key';
\endpipeline
\startpipeline
INSERT INTO webhook_events (id, provider, event_id, type, payload, attempts, next_retry_at)
VALUES (:message, 'stripe', 'evt_' || :message::text, 'payment_intent.succeeded', '{"object": "event"}', 1, shop_now());
\endpipeline
\startpipeline
BEGIN;
SELECT status, total_amount, version FROM orders WHERE id = :bought FOR NO KEY UPDATE;
SELECT status, amount FROM payments WHERE order_id = :bought;
UPDATE payments SET status = 'succeeded', updated_at = shop_now() WHERE id = :payment;
UPDATE orders SET status = 'PAID', payment_status = 'paid', paid_at = shop_now(), expires_at = NULL, version = 2, updated_at = shop_now()
WHERE id = :bought;
INSERT INTO order_transitions (order_id, from_status, to_status, actor_kind, at)
VALUES (:bought, 'PENDING_PAYMENT', 'PAID', 'system', shop_now());
UPDATE inventory_reservations SET released_at = shop_now() WHERE order_id = :bought AND released_at IS NULL;
WITH counted AS (
  UPDATE inventory_items SET reserved_qty = reserved_qty - 1, updated_at = shop_now() WHERE variant_id = :variant_id
  RETURNING available_qty + reserved_qty AS on_hand
)
INSERT INTO inventory_movements (variant_id, type, qty, on_hand_after, order_id, at)
SELECT :variant_id, 'sale', -1, on_hand, :bought, shop_now() FROM counted;
INSERT INTO email_outbox (id, key, to_address, template_type, locale, payload_json)
VALUES (gen_random_uuid(), 'bench:' || :bought::text, 'camille@example.com', 'order_confirmation', 'en', '{}');
INSERT INTO outbox_events (id, type, aggregate_id, sequence, payload) VALUES (gen_random_uuid(), 'order.paid', :bought, 2, '{}');
UPDATE webhook_events SET status = 'processed', processed_at = shop_now() WHERE id = :message;
COMMIT;
\endpipeline
