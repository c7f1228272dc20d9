-- name: export
-- All that is kept about one person, in one moment. No password, no token, no hash of any.
WITH person AS (
  SELECT id, email, email_key, name, locale, tags, email_verified_at, version, created_at FROM customers WHERE id = %(customer_id)s
), bought AS (
  SELECT o.id, o.number, o.cart_id, o.status, o.payment_status, o.fulfillment_status, o.email, o.locale, o.currency, o.total_amount,
    o.shipping_address, o.billing_address, o.placed_at, o.paid_at
  FROM orders o, person p WHERE o.customer_id = p.id OR (o.customer_id IS NULL AND lower(o.email) = p.email_key)
), baskets AS (
  SELECT c.id, c.status, c.email, c.locale, c.shipping_address, c.notes, c.attributes, c.client, c.marketing_consent, c.created_at,
    c.updated_at
  FROM carts c, person p
  WHERE c.customer_id = p.id OR (c.customer_id IS NULL AND lower(c.email) = p.email_key)
    OR c.id IN (SELECT cart_id FROM bought)
)
SELECT convert_to(jsonb_build_object(
  'exported_at', %(at)s::timestamptz,
  'customer', (SELECT jsonb_build_object('id', id, 'email', email, 'name', name, 'locale', locale, 'tags', tags,
    'email_verified_at', email_verified_at, 'created_at', created_at) FROM person),
  'addresses', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'address', a.address,
    'default_shipping', a.default_shipping, 'default_billing', a.default_billing, 'created_at', a.created_at)
    ORDER BY a.created_at), '[]') FROM customer_addresses a WHERE a.customer_id = %(customer_id)s),
  'consents', (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', k.kind, 'granted', k.granted, 'source', k.source,
    'text_version', k.text_version, 'at', k.at) ORDER BY k.id), '[]') FROM email_consents k, person p WHERE k.email_key = p.email_key),
  'orders', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', o.id, 'number', o.number, 'status', o.status,
    'payment_status', o.payment_status, 'fulfillment_status', o.fulfillment_status, 'email', o.email, 'locale', o.locale,
    'total', jsonb_build_object('amount', o.total_amount, 'currency', o.currency),
    'shipping_address', o.shipping_address, 'billing_address', o.billing_address, 'placed_at', o.placed_at, 'paid_at', o.paid_at,
    'items', (SELECT jsonb_agg(jsonb_build_object('title', i.title, 'sku', i.sku, 'quantity', i.qty,
      'line_total', jsonb_build_object('amount', i.line_total_amount, 'currency', o.currency)) ORDER BY i.position)
      FROM order_items i WHERE i.order_id = o.id)) ORDER BY o.placed_at), '[]') FROM bought o),
  'carts', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', b.id, 'status', b.status, 'email', b.email, 'locale', b.locale,
    'shipping_address', b.shipping_address, 'notes', b.notes, 'attributes', b.attributes, 'client', b.client,
    'marketing_consent', b.marketing_consent, 'created_at', b.created_at, 'updated_at', b.updated_at,
    'events', (SELECT coalesce(jsonb_agg(jsonb_build_object('type', e.type, 'payload', e.payload, 'at', e.created_at)
      ORDER BY e.id), '[]') FROM cart_events e WHERE e.cart_id = b.id)) ORDER BY b.created_at), '[]') FROM baskets b),
  'emails', (SELECT coalesce(jsonb_agg(jsonb_build_object('template', m.template_type, 'to', m.to_address, 'status', m.status,
    'subject', m.subject, 'text', m.text, 'created_at', m.created_at, 'sent_at', m.sent_at) ORDER BY m.created_at), '[]')
    FROM email_outbox m, person p WHERE lower(m.to_address) = p.email_key),
  'sessions', (SELECT coalesce(jsonb_agg(jsonb_build_object('logged_in_at', s.logged_in_at, 'expires_at', s.expires_at)
    ORDER BY s.logged_in_at), '[]') FROM customer_sessions s WHERE s.customer_id = %(customer_id)s),
  'notes', (SELECT coalesce(jsonb_agg(jsonb_build_object('text', n.text, 'created_at', n.created_at) ORDER BY n.created_at), '[]')
    FROM customer_notes n WHERE n.customer_id = %(customer_id)s)
)::text, 'UTF8')

-- name: ids
-- By what other tables know this person: their carts and orders, and what providers call their payments.
WITH bought AS (
  SELECT id, cart_id FROM orders
  WHERE customer_id = %(customer_id)s OR (customer_id IS NULL AND lower(email) = %(email_key)s)
)
SELECT
  ARRAY(SELECT id FROM bought),
  ARRAY(
    SELECT id FROM carts WHERE customer_id = %(customer_id)s OR (customer_id IS NULL AND lower(email) = %(email_key)s)
    UNION SELECT cart_id FROM bought WHERE cart_id IS NOT NULL
  ),
  ARRAY(SELECT intent_id FROM payments WHERE order_id IN (SELECT id FROM bought) AND intent_id IS NOT NULL)

-- name: documents
-- Reads both tables: this is rare, and an index over every word of every payload would be paid for by each event.
SELECT 'webhook_events', w.id, w.payload FROM webhook_events w
WHERE EXISTS (SELECT FROM unnest(%(traces)s::text[]) AS t (trace) WHERE strpos(lower(w.payload::text), t.trace) > 0)
UNION ALL
SELECT 'outbox_events', e.id, e.payload FROM outbox_events e
WHERE EXISTS (SELECT FROM unnest(%(traces)s::text[]) AS t (trace) WHERE strpos(lower(e.payload::text), t.trace) > 0)

-- name: rewrite_webhook_event
UPDATE webhook_events SET payload = %(payload)s WHERE id = %(id)s

-- name: rewrite_outbox_event
UPDATE outbox_events SET payload = %(payload)s WHERE id = %(id)s

-- name: erase_orders
-- The country decides the taxes, so it stays; nothing else of an address does.
UPDATE orders SET email = %(erased)s,
  shipping_address = CASE WHEN shipping_address IS NOT NULL THEN jsonb_build_object(
    'name', '-', 'line1', '-', 'city', '-', 'country', shipping_address ->> 'country') END,
  billing_address = CASE WHEN billing_address IS NOT NULL THEN jsonb_build_object(
    'name', '-', 'line1', '-', 'city', '-', 'country', billing_address ->> 'country') END,
  customer_id = %(customer_id)s
WHERE id = ANY(%(order_ids)s::uuid[])

-- name: erase_carts
UPDATE carts SET email = NULL, shipping_address = NULL, notes = '', attributes = '{}', client = '{}', marketing_consent = false
WHERE id = ANY(%(cart_ids)s::uuid[])

-- name: erase_cart_events
-- What was put into carts is for the statistics; who did it is not.
UPDATE cart_events SET payload = payload - ARRAY['customer_id', 'email', 'name', 'address']
WHERE cart_id = ANY(%(cart_ids)s::uuid[]) AND payload ?| ARRAY['customer_id', 'email', 'name', 'address']

-- name: erase_waiting_mail
DELETE FROM email_outbox WHERE lower(to_address) = %(email_key)s AND status = 'queued'

-- name: erase_mail
UPDATE email_outbox SET to_address = %(erased)s, payload_json = '{}', subject = NULL, html = NULL, text = NULL, error = NULL
WHERE lower(to_address) = %(email_key)s

-- name: erase_replies
-- A kept answer may name them. The key stays, so that a repeat is told that its answer is lost and nothing is done twice.
UPDATE idempotency_keys SET status = NULL, body = NULL, headers = '{}', effect_at = coalesce(effect_at, shop_now()),
  lease_until = shop_now()
WHERE status IS NOT NULL
  AND EXISTS (SELECT FROM unnest(%(ids)s::text[]) AS i (id) WHERE strpos(scope, i.id) > 0)

-- name: erase_consents
DELETE FROM email_consents WHERE email_key = %(email_key)s

-- name: erase_addresses
DELETE FROM customer_addresses WHERE customer_id = %(customer_id)s

-- name: erase_notes
DELETE FROM customer_notes WHERE customer_id = %(customer_id)s

-- name: prune_mail_bodies
-- That a mail was sent, when and about what, is still known; what it said is not.
UPDATE email_outbox SET payload_json = '{}', html = NULL, text = NULL WHERE id IN (
  SELECT id FROM email_outbox
  WHERE status <> 'queued' AND payload_json <> '{}' AND created_at <= %(before)s
  ORDER BY created_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
RETURNING 1

-- name: prune_provider_events
DELETE FROM webhook_events WHERE id IN (
  SELECT id FROM webhook_events WHERE status <> 'received' AND received_at <= %(before)s
  ORDER BY received_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
RETURNING 1

-- name: prune_events
DELETE FROM outbox_events WHERE id IN (
  SELECT id FROM outbox_events WHERE status = 'processed' AND created_at <= %(before)s
  ORDER BY created_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
RETURNING 1

-- name: prune_proofs
DELETE FROM customer_proofs WHERE id IN (
  SELECT id FROM customer_proofs WHERE expires_at <= %(before)s ORDER BY expires_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
RETURNING 1

-- name: prune_sessions
DELETE FROM customer_sessions WHERE token_hash IN (
  SELECT token_hash FROM customer_sessions WHERE expires_at <= %(before)s LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
RETURNING 1
