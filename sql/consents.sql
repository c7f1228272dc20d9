-- name: record
-- Only what changes something, and what a cause has not said before, is a new row; the first row of an address is one always,
-- unless it says no, which is what silence says.
INSERT INTO email_consents (email_key, kind, granted, source, text_version, cause_id, at)
SELECT %(email_key)s, 'marketing', %(granted)s, %(source)s, %(text_version)s, %(cause_id)s, %(at)s
WHERE %(granted)s IS DISTINCT FROM coalesce((
  SELECT granted FROM email_consents WHERE email_key = %(email_key)s AND kind = 'marketing' ORDER BY id DESC LIMIT 1
), false)
ON CONFLICT (cause_id) WHERE cause_id IS NOT NULL DO NOTHING

-- name: untick
-- What was ticked in a cart is read when its order is placed, and by a reaction after that: neither may be later than a no.
UPDATE carts SET marketing_consent = false WHERE marketing_consent AND lower(email) = %(email_key)s

-- name: allows
SELECT coalesce((
  SELECT granted FROM email_consents WHERE email_key = %(email_key)s AND kind = 'marketing' ORDER BY id DESC LIMIT 1
), false)
