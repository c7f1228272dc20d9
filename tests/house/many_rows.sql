-- Rows enough that a wrong plan costs something.
INSERT INTO products (id, slug, title, status, price_from_amount, currency)
  SELECT gen_random_uuid(), 'product-' || n, 'Product ' || n, 'ACTIVE', n, 'EUR' FROM generate_series(1, 3000) AS n;
INSERT INTO product_variants (id, product_id, position, sku, title, price_amount, currency)
  SELECT gen_random_uuid(), id, 1, slug, '', price_from_amount, 'EUR' FROM products;
INSERT INTO inventory_items (variant_id, available_qty) SELECT id, 100 FROM product_variants;
INSERT INTO carts (id, currency, locale) SELECT id, 'EUR', 'en' FROM products;
INSERT INTO cart_events (cart_id, type) SELECT id, 'created' FROM carts, generate_series(1, 5);
INSERT INTO cart_items (id, cart_id, variant_id, qty, snapshot_price_amount)
  SELECT gen_random_uuid(), p.id, v.id, 1, 1 FROM products p JOIN product_variants v ON v.product_id = p.id;
INSERT INTO inventory_reservations (cart_id, variant_id, qty, held_since, expires_at)
  SELECT cart_id, variant_id, 1, shop_now(), shop_now() + interval '30 minutes' FROM cart_items;
INSERT INTO orders (id, number, reference, cart_id, status, payment_status, email, locale, currency, prices_include_tax, subtotal_amount,
    discount_amount, shipping_amount, tax_amount, total_amount, tax_lines, placed_at, expires_at)
  SELECT id, nextval('order_numbers'), id, id, 'PENDING_PAYMENT', 'unpaid', id || '@example.com', 'en', 'EUR', true, 1, 0, 0, 0, 1, '[]',
    shop_now(), shop_now() + interval '30 minutes' FROM carts;
INSERT INTO order_items (id, order_id, position, title, qty, unit_price_amount, discount_amount, tax_amount, line_total_amount,
    tax_rate, requires_shipping)
  SELECT gen_random_uuid(), id, 1, 'Thing', 1, 1, 0, 0, 1, '20.00', true FROM orders;
INSERT INTO payments (id, order_id, attempt, provider, intent_id, idempotency_key, status, amount, currency, created_at, updated_at)
  SELECT gen_random_uuid(), id, 1, 'stripe', 'pi_' || id, 'key-' || id, 'pending', 1, 'EUR', shop_now(), shop_now() FROM orders;
INSERT INTO outbox_events (id, type, aggregate_id, sequence, payload) SELECT gen_random_uuid(), 'order_placed', id, 1, '{}' FROM orders;
INSERT INTO outbox_events (id, type, aggregate_id, sequence, payload, status, processed_at)
  SELECT gen_random_uuid(), 'order_paid', id, 2, '{}', 'processed', shop_now() FROM orders;
INSERT INTO subscriptions (id, url, status, secret)
  SELECT gen_random_uuid(), 'https://example.com/', 'active', 'x' FROM generate_series(1, 3);
INSERT INTO subscription_deliveries (subscription_id, event_id, type, version, aggregate_type, aggregate_id, sequence, occurred_at, data,
    status, delivered_at)
  SELECT s.id, e.id, e.type, 1, 'order', e.aggregate_id, e.sequence, e.created_at, e.payload,
    CASE WHEN e.sequence = 1 THEN 'pending' ELSE 'delivered' END, CASE WHEN e.sequence = 1 THEN NULL ELSE shop_now() END
  FROM outbox_events e, subscriptions s;
INSERT INTO email_outbox (id, key, to_address, template_type, locale, payload_json)
  SELECT gen_random_uuid(), 'order_confirmation:' || id || ':0', email, 'order_confirmation', locale, '{}' FROM orders;
INSERT INTO webhook_events (id, provider, event_id, type, payload)
  SELECT gen_random_uuid(), 'stripe', 'evt_' || id, 'payment_intent.succeeded', jsonb_build_object('data', jsonb_build_object('object',
    jsonb_build_object('id', 'pi_' || id))) FROM orders;
INSERT INTO order_transitions (order_id, to_status, actor_kind, at) SELECT id, 'PENDING_PAYMENT', 'guest', shop_now() FROM orders;
INSERT INTO discounts (id, title, kind, code, percent, currency, created_at, updated_at)
  SELECT id, 'Ten', 'percentage', slug, 10, 'EUR', shop_now(), shop_now() FROM products;
INSERT INTO discount_uses (order_id, discount_id, amount, buyers, at)
  SELECT o.id, d.id, 1, buyer_keys(o.id || '@example.com', NULL), o.placed_at FROM orders o JOIN discounts d ON d.id = o.id;
INSERT INTO discount_buyers (discount_id, buyer, uses) SELECT discount_id, buyers[1], 1 FROM discount_uses;
INSERT INTO discount_first_orders (buyer, order_id) SELECT buyers[1], order_id FROM discount_uses;
INSERT INTO shipments (id, order_id, status, carrier, tracking_number, tracking_url, shipped_at, created_by_kind, created_at, updated_at)
  SELECT id, id, 'shipped', '', '', '', placed_at, 'system', placed_at, placed_at FROM orders;
INSERT INTO order_notes (id, order_id, audience, text, author_kind, author, created_at)
  SELECT id, id, 'internal', 'Call first.', 'system', 'system', placed_at FROM orders;
INSERT INTO invoice_series (head, first, last, issued_on) SELECT 'FA-', 1, count(*), current_date FROM orders;
INSERT INTO invoices (id, kind, series, ordinal, number, order_id, issued_on, issued_at, currency, net_amount, tax_amount,
    total_amount, paper)
  SELECT id, 'invoice', 'FA-', row_number() OVER (), 'FA-' || row_number() OVER (), id, current_date, placed_at, 'EUR', 1, 0, 1, '{}'
  FROM orders;
ANALYZE;
