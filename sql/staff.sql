-- name: wait_for_team
-- Changes to who is an administrator happen one after another, so that two cannot each remove "the other one" and so that
-- an empty shop gets one first administrator. A lock of its own, because an empty table has no rows to lock.
SELECT pg_advisory_xact_lock(hashtextextended('commerce.staff', 0))

-- name: everybody
SELECT id, email, name, role, disabled_at, version, created_at FROM users ORDER BY created_at, id

-- name: member
SELECT id, email, name, role, disabled_at, version, created_at FROM users WHERE id = %(id)s

-- name: credentials
SELECT id, email, name, role, disabled_at, version, created_at, password_hash FROM users WHERE email_key = %(email_key)s

-- name: lock
-- A session is only opened for the password and the account as they stand now, not as they stood when they were verified.
-- The time is read outside the locking part, so that it is the time at which the lock was granted.
WITH locked AS MATERIALIZED (
  SELECT id, email, name, role, disabled_at, version, created_at, password_hash FROM users WHERE id = %(id)s FOR UPDATE
)
SELECT shop_now(), l.id, l.email, l.name, l.role, l.disabled_at, l.version, l.created_at, l.password_hash FROM locked l

-- name: session_owner
-- Asked by every request of the staff: role and account are read afresh, so that a change counts from the next one on.
SELECT u.id, u.email, u.name, u.role, u.disabled_at, u.version, u.created_at
FROM staff_sessions AS s
JOIN users AS u ON u.id = s.user_id
WHERE s.token_hash = %(token_hash)s AND s.expires_at > shop_now() AND u.disabled_at IS NULL

-- name: add
INSERT INTO users (id, email, email_key, name, role, password_hash, created_at)
VALUES (%(id)s, %(email)s, %(email_key)s, %(name)s, %(role)s, %(password_hash)s, %(created_at)s)
RETURNING id

-- name: save
UPDATE users SET role = %(role)s, disabled_at = %(disabled_at)s, version = %(version)s WHERE id = %(id)s

-- name: set_password_hash
UPDATE users SET password_hash = %(password_hash)s, version = version + 1 WHERE id = %(id)s

-- name: open_session
INSERT INTO staff_sessions (token_hash, user_id, created_at, expires_at)
VALUES (%(token_hash)s, %(user_id)s, %(created_at)s, %(expires_at)s)

-- name: forget_expired_sessions
-- At each login, so that nothing has to sweep.
DELETE FROM staff_sessions WHERE user_id = %(user_id)s AND expires_at <= %(at)s

-- name: close_session
DELETE FROM staff_sessions WHERE token_hash = %(token_hash)s AND user_id = %(user_id)s RETURNING user_id

-- name: close_all_sessions
DELETE FROM staff_sessions WHERE user_id = %(user_id)s
