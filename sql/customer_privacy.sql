-- name: known
-- By what other tables know this person: addresses of mail that were theirs and have not become somebody else's, what stands in
-- their postal addresses, their orders and carts, what providers call their payments, and what mails to them were about. Short
-- words are left out, because they would be found in everything.
WITH mine AS MATERIALIZED (
  SELECT %(email_key)s::text AS email_key
  UNION
  SELECT f.email_key FROM customer_former_emails f
  WHERE f.customer_id = %(customer_id)s
    AND NOT EXISTS (SELECT FROM customers c WHERE c.email_key = f.email_key AND c.id <> %(customer_id)s)
), bought AS MATERIALIZED (
  SELECT id, cart_id, shipping_address, billing_address FROM orders
  WHERE customer_id = %(customer_id)s
    OR (customer_id IS NULL AND lower(email) IN (SELECT email_key FROM mine))
), baskets AS MATERIALIZED (
  SELECT id, shipping_address, confirmed_vat_number FROM carts
  WHERE customer_id = %(customer_id)s
    OR (customer_id IS NULL AND lower(email) IN (SELECT email_key FROM mine))
    OR id IN (SELECT cart_id FROM bought)
), written AS (
  SELECT shipping_address AS address FROM bought
  UNION ALL SELECT billing_address FROM bought
  UNION ALL SELECT shipping_address FROM baskets
  UNION ALL SELECT billing_address FROM draft_orders WHERE cart_id IN (SELECT id FROM baskets)
  UNION ALL SELECT address FROM customer_addresses WHERE customer_id = %(customer_id)s
), words AS (
  SELECT name AS word FROM customers WHERE id = %(customer_id)s
  UNION SELECT confirmed_vat_number FROM baskets
  UNION SELECT e.value FROM written w, jsonb_each_text(w.address) e
  WHERE e.key IN ('name', 'company', 'line1', 'line2', 'phone', 'vat_number')
)
SELECT
  ARRAY(SELECT email_key FROM mine),
  ARRAY(SELECT word FROM words WHERE length(word) >= 4),
  ARRAY(SELECT id FROM bought),
  ARRAY(SELECT id FROM baskets),
  ARRAY(SELECT intent_id FROM payments WHERE order_id IN (SELECT id FROM bought) AND intent_id IS NOT NULL),
  ARRAY(
    SELECT id FROM bought
    UNION SELECT id FROM refunds WHERE order_id IN (SELECT id FROM bought)
    UNION SELECT id FROM customer_proofs WHERE customer_id = %(customer_id)s
  )

-- name: export
-- All that is kept about one person, in one moment. No password, no token, no hash of any.
WITH person AS (
  SELECT id, email, email_key, name, locale, tags, email_verified_at, created_at FROM customers WHERE id = %(customer_id)s
)
SELECT convert_to(jsonb_build_object(
  'exported_at', %(at)s::timestamptz,
  'customer', (SELECT jsonb_build_object('id', id, 'email', email, 'name', name, 'locale', locale, 'tags', tags,
    'email_verified_at', email_verified_at, 'created_at', created_at) FROM person),
  'former_emails', (SELECT coalesce(jsonb_agg(jsonb_build_object('email', f.email_key, 'until', f.left_at) ORDER BY f.left_at), '[]')
    FROM customer_former_emails f, person p WHERE f.customer_id = p.id AND f.email_key <> p.email_key),
  'addresses', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'address', a.address,
    'default_shipping', a.default_shipping, 'default_billing', a.default_billing, 'created_at', a.created_at)
    ORDER BY a.created_at), '[]') FROM customer_addresses a WHERE a.customer_id = %(customer_id)s),
  'consents', (SELECT coalesce(jsonb_agg(jsonb_build_object('email', k.email_key, 'kind', k.kind, 'granted', k.granted,
    'source', k.source, 'text_version', k.text_version, 'at', k.at) ORDER BY k.id), '[]')
    FROM email_consents k WHERE k.email_key = ANY(%(emails)s::text[])),
  'orders', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', o.id, 'number', o.number, 'status', o.status,
    'payment_status', o.payment_status, 'fulfillment_status', o.fulfillment_status, 'email', o.email, 'locale', o.locale,
    'total', jsonb_build_object('amount', o.total_amount, 'currency', o.currency),
    'shipping_address', o.shipping_address, 'billing_address', o.billing_address, 'placed_at', o.placed_at, 'paid_at', o.paid_at,
    'items', (SELECT jsonb_agg(jsonb_build_object('title', i.title, 'sku', i.sku, 'quantity', i.qty,
      'line_total', jsonb_build_object('amount', i.line_total_amount, 'currency', o.currency)) ORDER BY i.position)
      FROM order_items i WHERE i.order_id = o.id),
    'discounts', (SELECT coalesce(jsonb_agg(jsonb_build_object('title', d.title, 'code', d.code,
      'amount', jsonb_build_object('amount', d.amount, 'currency', o.currency)) ORDER BY d.place), '[]')
      FROM order_discounts d WHERE d.order_id = o.id),
    'payments', (SELECT coalesce(jsonb_agg(jsonb_build_object('provider', p.provider, 'reference', p.intent_id,
      'status', p.status, 'amount', jsonb_build_object('amount', p.amount, 'currency', p.currency),
      'created_at', p.created_at) ORDER BY p.attempt), '[]') FROM payments p WHERE p.order_id = o.id),
    'refunds', (SELECT coalesce(jsonb_agg(jsonb_build_object('reason', r.reason, 'note', r.note, 'status', r.status,
      'amount', jsonb_build_object('amount', r.amount, 'currency', r.currency), 'created_at', r.created_at) ORDER BY r.id), '[]')
      FROM refunds r WHERE r.order_id = o.id),
    'disputes', (SELECT coalesce(jsonb_agg(jsonb_build_object('reason', q.reason, 'status', q.status,
      'amount', jsonb_build_object('amount', q.amount, 'currency', q.currency), 'opened_at', q.opened_at) ORDER BY q.id), '[]')
      FROM disputes q WHERE q.order_id = o.id),
    'shipments', (SELECT coalesce(jsonb_agg(jsonb_build_object('status', s.status, 'carrier', s.carrier,
      'tracking_number', s.tracking_number, 'tracking_url', s.tracking_url, 'shipped_at', s.shipped_at,
      'delivered_at', s.delivered_at, 'cancelled_at', s.cancelled_at, 'reason', s.reason,
      'items', (SELECT jsonb_agg(jsonb_build_object('title', i.title, 'sku', i.sku, 'quantity', l.qty) ORDER BY i.position)
        FROM shipment_lines l JOIN order_items i ON i.id = l.order_item_id WHERE l.shipment_id = s.id)) ORDER BY s.id), '[]')
      FROM shipments s WHERE s.order_id = o.id),
    'notes', (SELECT coalesce(jsonb_agg(jsonb_build_object('audience', n.audience, 'text', n.text, 'created_at', n.created_at)
      ORDER BY n.id), '[]') FROM order_notes n WHERE n.order_id = o.id),
    'invoices', (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', v.kind, 'number', v.number, 'issued_on', v.issued_on,
      'paper', v.paper) ORDER BY v.id), '[]') FROM invoices v WHERE v.order_id = o.id),
    'history', (SELECT coalesce(jsonb_agg(jsonb_build_object('status', t.to_status, 'reason', t.reason, 'at', t.at)
      ORDER BY t.id), '[]') FROM order_transitions t WHERE t.order_id = o.id)) ORDER BY o.placed_at), '[]')
    FROM orders o WHERE o.id = ANY(%(order_ids)s::uuid[])),
  'carts', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', b.id, 'status', b.status, 'email', b.email, 'locale', b.locale,
    'shipping_address', b.shipping_address, 'confirmed_vat_number', b.confirmed_vat_number, 'notes', b.notes,
    'attributes', b.attributes, 'client', b.client, 'marketing_consent', b.marketing_consent, 'created_at', b.created_at,
    'updated_at', b.updated_at,
    'draft', (SELECT jsonb_build_object('billing_address', d.billing_address, 'shipping', d.shipping_title,
      'discounts', (SELECT coalesce(jsonb_agg(m.reason ORDER BY m.id), '[]') FROM draft_order_discounts m WHERE m.cart_id = b.id))
      FROM draft_orders d WHERE d.cart_id = b.id),
    'events', (SELECT coalesce(jsonb_agg(jsonb_build_object('type', e.type, 'payload', e.payload, 'at', e.created_at)
      ORDER BY e.id), '[]') FROM cart_events e WHERE e.cart_id = b.id)) ORDER BY b.created_at), '[]')
    FROM carts b WHERE b.id = ANY(%(cart_ids)s::uuid[])),
  'emails', (SELECT coalesce(jsonb_agg(jsonb_build_object('template', m.template_type, 'to', m.to_address, 'status', m.status,
    'subject', m.subject, 'text', m.text, 'created_at', m.created_at, 'sent_at', m.sent_at) ORDER BY m.created_at), '[]')
    FROM email_outbox m WHERE lower(m.to_address) = ANY(%(emails)s::text[]) OR m.cause_id = ANY(%(causes)s::uuid[])),
  'provider_events', (SELECT coalesce(jsonb_agg(jsonb_build_object('provider', w.provider, 'type', w.type,
    'received_at', w.received_at, 'payload', w.payload) ORDER BY w.received_at), '[]')
    FROM webhook_events w WHERE w.intent_id = ANY(%(intents)s::text[])),
  'sessions', (SELECT coalesce(jsonb_agg(jsonb_build_object('logged_in_at', s.logged_in_at, 'expires_at', s.expires_at)
    ORDER BY s.logged_in_at), '[]') FROM customer_sessions s WHERE s.customer_id = %(customer_id)s),
  'notes', (SELECT coalesce(jsonb_agg(jsonb_build_object('text', n.text, 'created_at', n.created_at) ORDER BY n.created_at), '[]')
    FROM customer_notes n WHERE n.customer_id = %(customer_id)s)
)::text, 'UTF8')

-- name: provider_documents
-- These tables are read from end to end, a slice at a time: erasing is rare, and an index over every word of every payload would be
-- paid for by each event. What is in lower case is made once for each row, whatever is looked for in it. The first column says how
-- far the slice went.
WITH slice AS MATERIALIZED (
  SELECT id, payload, error FROM webhook_events WHERE id > %(after)s ORDER BY id LIMIT %(limit)s
), last AS (
  SELECT id FROM slice ORDER BY id DESC LIMIT 1
)
SELECT l.id, s.id, s.payload, s.error
FROM last l LEFT JOIN slice s ON lower(concat(s.payload::text, s.error)) LIKE ANY(%(traces)s::text[])

-- name: event_documents
WITH slice AS MATERIALIZED (
  SELECT id, payload, error FROM outbox_events WHERE id > %(after)s ORDER BY id LIMIT %(limit)s
), last AS (
  SELECT id FROM slice ORDER BY id DESC LIMIT 1
)
SELECT l.id, s.id, s.payload, s.error
FROM last l LEFT JOIN slice s ON lower(concat(s.payload::text, s.error)) LIKE ANY(%(traces)s::text[])

-- name: rewrite_provider_document
UPDATE webhook_events SET payload = %(payload)s, error = %(error)s WHERE id = %(id)s

-- name: rewrite_event_document
UPDATE outbox_events SET payload = %(payload)s, error = %(error)s WHERE id = %(id)s

-- name: erase_carts
UPDATE carts SET email = NULL, shipping_address = NULL, confirmed_vat_number = NULL, notes = '', attributes = '{}', client = '{}',
  marketing_consent = false
WHERE id = ANY(%(cart_ids)s::uuid[])

-- name: erase_cart_events
-- What was put into carts is for the statistics; who did it is not.
UPDATE cart_events SET payload = payload - ARRAY['customer_id', 'email', 'name', 'address']
WHERE cart_id = ANY(%(cart_ids)s::uuid[]) AND payload ?| ARRAY['customer_id', 'email', 'name', 'address']

-- name: erase_drafts
-- What staff agreed with them by hand, and called it.
WITH reasons AS (
  UPDATE draft_order_discounts SET reason = '-' WHERE cart_id = ANY(%(cart_ids)s::uuid[])
)
UPDATE draft_orders SET billing_address = NULL, shipping_title = CASE WHEN shipping_title IS NOT NULL THEN '-' END
WHERE cart_id = ANY(%(cart_ids)s::uuid[])

-- name: erase_discounts
-- Who knows an address can make its digest, so it is no secret who used a discount. Each digest becomes one of nothing, the same
-- everywhere, so that uses still add up and an order that is given back still finds its counters.
WITH keys AS MATERIALIZED (
  SELECT k.old, encode(sha256(convert_to(gen_random_uuid()::text, 'UTF8')), 'hex') AS new
  FROM (
    SELECT unnest(buyer_keys(e.email, NULL)) AS old FROM unnest(%(emails)s::text[]) AS e (email)
    UNION SELECT unnest(buyer_keys(NULL, %(customer_id)s))
    UNION SELECT unnest(buyer_keys(o.email, NULL)) FROM orders o
    WHERE o.id = ANY(%(order_ids)s::uuid[]) AND lower(o.email) = ANY(%(emails)s::text[])
  ) k
), used AS (
  UPDATE discount_uses u
  SET buyers = ARRAY(SELECT coalesce(k.new, b.buyer) FROM unnest(u.buyers) AS b (buyer) LEFT JOIN keys k ON k.old = b.buyer)
  WHERE u.order_id = ANY(%(order_ids)s::uuid[])
), counted AS (
  UPDATE discount_buyers b SET buyer = k.new FROM keys k WHERE b.buyer = k.old
)
UPDATE discount_first_orders f SET buyer = k.new FROM keys k WHERE f.buyer = k.old

-- name: erase_orders
-- The country decides the taxes, so it stays; nothing else of an address does.
UPDATE orders SET email = %(erased)s,
  shipping_address = CASE WHEN shipping_address IS NOT NULL THEN jsonb_build_object(
    'name', '-', 'line1', '-', 'city', '-', 'country', shipping_address ->> 'country') END,
  billing_address = CASE WHEN billing_address IS NOT NULL THEN jsonb_build_object(
    'name', '-', 'line1', '-', 'city', '-', 'country', billing_address ->> 'country') END,
  customer_id = %(customer_id)s
WHERE id = ANY(%(order_ids)s::uuid[])

-- name: orders_by_things
-- By what an order is found that names nobody.
SELECT o.id, o.number, o.reference, ARRAY(SELECT i.sku FROM order_items i WHERE i.order_id = o.id AND i.sku IS NOT NULL)
FROM orders o WHERE o.id = ANY(%(order_ids)s::uuid[])

-- name: rewrite_order_words
UPDATE orders SET words = array_to_tsvector(%(words)s::text[]) WHERE id = %(id)s

-- name: erase_order_notes
UPDATE order_notes SET text = '-' WHERE order_id = ANY(%(order_ids)s::uuid[])

-- name: erase_refund_notes
UPDATE refunds SET note = '' WHERE order_id = ANY(%(order_ids)s::uuid[]) AND note <> ''

-- name: erase_tracking
-- A carrier's page tells who has received the parcel, and where. That it has left, and by whom, stays.
UPDATE shipments SET tracking_number = '', tracking_url = '', reason = '' WHERE order_id = ANY(%(order_ids)s::uuid[])

-- name: erase_reasons
-- What the shop says itself names nobody; what people type may, and what a program of the shop's own tells in its place.
UPDATE order_transitions SET reason = ''
WHERE order_id = ANY(%(order_ids)s::uuid[]) AND reason <> ''
  AND (actor_kind <> 'system' OR lower(reason) LIKE ANY(%(traces)s::text[]))

-- name: erase_case_notes
UPDATE payment_exceptions SET note = '-' WHERE order_id = ANY(%(order_ids)s::uuid[]) AND note IS NOT NULL

-- name: erase_waiting_mail
DELETE FROM email_outbox
WHERE (lower(to_address) = ANY(%(emails)s::text[]) OR cause_id = ANY(%(causes)s::uuid[])) AND status = 'queued'

-- name: erase_mail
UPDATE email_outbox SET to_address = %(erased)s, payload_json = '{}', subject = NULL, html = NULL, text = NULL, error = NULL
WHERE lower(to_address) = ANY(%(emails)s::text[]) OR cause_id = ANY(%(causes)s::uuid[])

-- name: erase_replies
-- A kept answer may name them. The key stays, so that a repeat is told that its answer is lost and nothing is done twice.
UPDATE idempotency_keys SET status = NULL, body = NULL, headers = '{}', effect_at = coalesce(effect_at, shop_now()),
  lease_until = shop_now()
WHERE status IS NOT NULL
  AND EXISTS (SELECT FROM unnest(%(ids)s::text[]) AS i (id) WHERE strpos(scope, i.id) > 0)

-- name: erase_proofs
DELETE FROM customer_proofs WHERE customer_id = %(customer_id)s OR email_key = ANY(%(emails)s::text[])

-- name: erase_consents
DELETE FROM email_consents WHERE email_key = ANY(%(emails)s::text[])

-- name: erase_addresses
DELETE FROM customer_addresses WHERE customer_id = %(customer_id)s

-- name: erase_notes
DELETE FROM customer_notes WHERE customer_id = %(customer_id)s

-- name: erase_former_emails
DELETE FROM customer_former_emails WHERE customer_id = %(customer_id)s

-- name: prune_mail_bodies
-- That a mail was sent, when and about what, is still known; what it said and to whom is not.
UPDATE email_outbox SET to_address = 'forgotten@erased.invalid', payload_json = '{}', subject = NULL, html = NULL, text = NULL,
  error = NULL
WHERE id IN (
  SELECT id FROM email_outbox
  WHERE status <> 'queued' AND payload_json <> '{}' AND created_at <= %(before)s
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
