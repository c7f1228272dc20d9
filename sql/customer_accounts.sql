-- name: session_owner
-- Asked by every request of a customer. Who was erased or has lost their account has no session left.
SELECT customer_id FROM customer_sessions WHERE token_hash = %(token_hash)s AND expires_at > shop_now()

-- name: open_session
INSERT INTO customer_sessions (token_hash, customer_id, logged_in_at, expires_at)
VALUES (%(token_hash)s, %(customer_id)s, %(logged_in_at)s, %(expires_at)s)

-- name: forget_expired_sessions
DELETE FROM customer_sessions WHERE customer_id = %(customer_id)s AND expires_at <= %(at)s

-- name: lock_session
-- Of two refreshes at once the second finds nothing: a token is exchanged once.
WITH locked AS MATERIALIZED (
  SELECT customer_id, logged_in_at, expires_at FROM customer_sessions WHERE token_hash = %(token_hash)s FOR UPDATE
)
SELECT shop_now(), l.customer_id, l.logged_in_at FROM locked l WHERE l.expires_at > shop_now()

-- name: close_session
DELETE FROM customer_sessions WHERE token_hash = %(token_hash)s AND customer_id = %(customer_id)s

-- name: close_all_sessions
DELETE FROM customer_sessions WHERE customer_id = %(customer_id)s

-- name: add_proof
INSERT INTO customer_proofs (
  id, purpose, email, email_key, customer_id, partner_id, password_hash, name, locale, marketing, created_at, expires_at
) VALUES (
  %(id)s, %(purpose)s, %(email)s, %(email_key)s, %(customer_id)s, %(partner_id)s, %(password_hash)s, %(name)s, %(locale)s,
  %(marketing)s, %(created_at)s, %(expires_at)s
)

-- name: proof
SELECT id, purpose, email, locale, expires_at, customer_id, partner_id, password_hash, name, marketing, used_at
FROM customer_proofs WHERE id = %(id)s

-- name: lock_proof
WITH locked AS MATERIALIZED (
  SELECT id, purpose, email, locale, expires_at, customer_id, partner_id, password_hash, name, marketing, used_at
  FROM customer_proofs WHERE id = %(id)s FOR UPDATE
)
SELECT shop_now(), l.id, l.purpose, l.email, l.locale, l.expires_at, l.customer_id, l.partner_id, l.password_hash, l.name,
  l.marketing, l.used_at
FROM locked l

-- name: use_proof
UPDATE customer_proofs SET used_at = %(at)s WHERE id = %(id)s

-- name: forget_proof
DELETE FROM customer_proofs WHERE id = %(id)s

-- name: mailed_lately
-- Asked in the order of asking: the first request of a pause is the one that is answered.
SELECT EXISTS (
  SELECT FROM customer_proofs o
  WHERE o.email_key = %(email_key)s AND o.purpose = %(purpose)s AND o.id < %(id)s
    AND o.created_at > (SELECT p.created_at FROM customer_proofs p WHERE p.id = %(id)s) - %(pause)s::interval
)

-- name: drop_proofs
DELETE FROM customer_proofs WHERE customer_id = %(customer_id)s OR email_key = %(email_key)s

-- name: lock_book
-- The customer's row stands for the whole book: defaults are a rule about all addresses. Who was just erased gets none.
WITH locked AS MATERIALIZED (SELECT id FROM customers WHERE id = %(customer_id)s AND erased_at IS NULL FOR NO KEY UPDATE)
SELECT shop_now(), l.id FROM locked l

-- name: addresses
SELECT id, address, default_shipping, default_billing, version FROM customer_addresses
WHERE customer_id = %(customer_id)s ORDER BY created_at, id

-- name: no_defaults
-- A default goes from one address to another; both at once would be two for a moment.
UPDATE customer_addresses SET default_shipping = false, default_billing = false
WHERE customer_id = %(customer_id)s AND (default_shipping OR default_billing)

-- name: write_address
INSERT INTO customer_addresses AS a (id, customer_id, address, default_shipping, default_billing, version, created_at)
VALUES (%(id)s, %(customer_id)s, %(address)s, %(default_shipping)s, %(default_billing)s, %(version)s, %(at)s)
ON CONFLICT (id) DO UPDATE SET address = excluded.address, default_shipping = excluded.default_shipping,
  default_billing = excluded.default_billing, version = excluded.version
WHERE a.customer_id = excluded.customer_id

-- name: remove_address
DELETE FROM customer_addresses WHERE id = %(id)s AND customer_id = %(customer_id)s

-- name: account
SELECT c.id, c.email, c.name, c.locale,
  coalesce((
    SELECT k.granted FROM email_consents k WHERE k.email_key = c.email_key AND k.kind = 'marketing' ORDER BY k.id DESC LIMIT 1
  ), false),
  (SELECT b.id FROM carts b WHERE b.customer_id = c.id AND b.status <> 'CONVERTED' ORDER BY b.updated_at DESC, b.id DESC LIMIT 1),
  c.version, c.created_at
FROM customers c WHERE c.id = %(customer_id)s AND c.password_hash IS NOT NULL
