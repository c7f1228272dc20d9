-- name: save
-- The order is locked before, and what counts as news was decided there.
INSERT INTO disputes (
  id, order_id, payment_id, provider, provider_dispute_id, status, reason, amount, currency, due_by, told_at, opened_at, closed_at
) VALUES (
  %(id)s, %(order_id)s, %(payment_id)s, %(provider)s, %(provider_dispute_id)s, %(status)s, %(reason)s, %(amount)s, %(currency)s,
  %(due_by)s, %(told_at)s, %(now)s, CASE WHEN %(closed)s THEN %(now)s::timestamptz END
)
ON CONFLICT (provider, provider_dispute_id) DO UPDATE SET
  status = excluded.status, reason = excluded.reason, amount = excluded.amount, due_by = excluded.due_by,
  told_at = excluded.told_at, closed_at = coalesce(disputes.closed_at, excluded.closed_at)
