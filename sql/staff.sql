-- name: wait_for_team
-- Changes to who is an administrator happen one after another, so that two cannot each remove "the other one" and so that
-- an empty shop gets one first administrator. A lock of its own, because an empty table has no rows to lock.
SELECT pg_advisory_xact_lock(hashtextextended('commerce.staff', 0))

-- name: everybody
SELECT id, email, name, role, disabled_at, version, created_at, locale FROM users ORDER BY created_at, id

-- name: member
SELECT id, email, name, role, disabled_at, version, created_at, locale FROM users WHERE id = %(id)s

-- name: credentials
SELECT id, email, name, role, disabled_at, version, created_at, locale, password_hash FROM users WHERE email_key = %(email_key)s

-- name: lock
-- A session is only opened for the password and the account as they stand now, not as they stood when they were verified.
-- The time is read outside the locking part, so that it is the time at which the lock was granted.
WITH locked AS MATERIALIZED (
  SELECT id, email, name, role, disabled_at, version, created_at, locale, password_hash FROM users WHERE id = %(id)s FOR UPDATE
)
SELECT shop_now(), l.id, l.email, l.name, l.role, l.disabled_at, l.version, l.created_at, l.locale, l.password_hash FROM locked l

-- name: lock_address
WITH locked AS MATERIALIZED (
  SELECT id, email, name, role, disabled_at, version, created_at, locale FROM users WHERE email_key = %(email_key)s FOR UPDATE
)
SELECT shop_now(), l.id, l.email, l.name, l.role, l.disabled_at, l.version, l.created_at, l.locale FROM locked l

-- name: session_owner
-- Asked by every request of the staff: role and account are read afresh, so that a change counts from the next one on.
SELECT u.id, u.email, u.name, u.role, u.disabled_at, u.version, u.created_at, u.locale
FROM staff_sessions AS s
JOIN users AS u ON u.id = s.user_id
WHERE s.token_hash = %(token_hash)s AND s.expires_at > shop_now() AND u.disabled_at IS NULL

-- name: add
INSERT INTO users (id, email, email_key, name, role, password_hash, created_at, locale)
VALUES (%(id)s, %(email)s, %(email_key)s, %(name)s, %(role)s, %(password_hash)s, %(created_at)s, %(locale)s)
RETURNING id

-- name: save
UPDATE users SET role = %(role)s, disabled_at = %(disabled_at)s, version = %(version)s WHERE id = %(id)s

-- name: set_password_hash
UPDATE users SET password_hash = %(password_hash)s, version = version + 1 WHERE id = %(id)s

-- name: open_session
INSERT INTO staff_sessions (id, token_hash, user_id, created_at, expires_at, address)
VALUES (%(id)s, %(token_hash)s, %(user_id)s, %(created_at)s, %(expires_at)s, %(address)s)

-- name: sessions
SELECT id, created_at, expires_at, address, coalesce(token_hash = %(token_hash)s, false) AS current
FROM staff_sessions WHERE user_id = %(user_id)s AND expires_at > shop_now()
ORDER BY created_at DESC, id DESC

-- name: forget_expired_sessions
-- At each login, so that nothing has to sweep.
DELETE FROM staff_sessions WHERE user_id = %(user_id)s AND expires_at <= %(at)s

-- name: forget_ended_sessions
-- Of those who never came back.
DELETE FROM staff_sessions WHERE id IN (
  SELECT id FROM staff_sessions WHERE expires_at <= %(at)s ORDER BY expires_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
RETURNING id

-- name: close_session
DELETE FROM staff_sessions WHERE token_hash = %(token_hash)s AND user_id = %(user_id)s RETURNING id

-- name: end_session
-- One that is over is not there any more, for whoever asks.
DELETE FROM staff_sessions WHERE id = %(id)s AND user_id = %(user_id)s AND expires_at > %(at)s RETURNING id

-- name: close_all_sessions
DELETE FROM staff_sessions WHERE user_id = %(user_id)s RETURNING id

-- name: invitations
SELECT id, email, name, role, locale, invited_by, invited_by_name, mails, created_at, expires_at
FROM staff_invitations ORDER BY created_at, id

-- name: invitation
SELECT id, email, name, role, locale, invited_by, invited_by_name, mails, created_at, expires_at
FROM staff_invitations WHERE id = %(id)s

-- name: lock_invitation
WITH locked AS MATERIALIZED (
  SELECT id, email, name, role, locale, invited_by, invited_by_name, mails, created_at, expires_at
  FROM staff_invitations WHERE id = %(id)s FOR UPDATE
)
SELECT shop_now(), l.id, l.email, l.name, l.role, l.locale, l.invited_by, l.invited_by_name, l.mails, l.created_at, l.expires_at
FROM locked l

-- name: add_invitation
INSERT INTO staff_invitations (id, email, email_key, name, role, locale, invited_by, invited_by_name, mails, created_at, expires_at)
VALUES (
  %(id)s, %(email)s, %(email_key)s, %(name)s, %(role)s, %(locale)s, %(invited_by)s, %(invited_by_name)s, %(mails)s,
  %(created_at)s, %(expires_at)s
)
RETURNING id

-- name: renew_invitation
UPDATE staff_invitations SET mails = %(mails)s, expires_at = %(expires_at)s WHERE id = %(id)s

-- name: remove_invitation
DELETE FROM staff_invitations WHERE id = %(id)s

-- name: remove_invitations_of
DELETE FROM staff_invitations WHERE invited_by = %(invited_by)s RETURNING id

-- name: reset
SELECT id, email_key, expires_at FROM staff_resets WHERE id = %(id)s

-- name: lock_reset
WITH locked AS MATERIALIZED (SELECT id, email_key, expires_at FROM staff_resets WHERE id = %(id)s FOR UPDATE)
SELECT shop_now(), l.id, l.email_key, l.expires_at FROM locked l

-- name: add_reset
INSERT INTO staff_resets (id, email_key, created_at, expires_at) VALUES (%(id)s, %(email_key)s, %(created_at)s, %(expires_at)s)

-- name: reset_asked_lately
-- Asked in the order of asking: the first request of a pause is the one that is answered.
SELECT EXISTS (
  SELECT FROM staff_resets o
  WHERE o.email_key = %(email_key)s AND o.id < %(id)s
    AND o.created_at > (SELECT r.created_at FROM staff_resets r WHERE r.id = %(id)s) - %(pause)s::interval
)

-- name: forget_expired_resets
-- Whenever one is asked for, so that nothing has to sweep.
DELETE FROM staff_resets WHERE expires_at <= %(at)s

-- name: remove_reset
DELETE FROM staff_resets WHERE id = %(id)s

-- name: remove_resets_of
DELETE FROM staff_resets WHERE email_key = %(email_key)s
