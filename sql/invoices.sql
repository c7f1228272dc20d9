-- name: draw
-- The last lock of its transaction, and held to its end: the next who draws waits, and counts on from what was kept. The day
-- never goes back within a series, whoever's clock or wait was longer.
INSERT INTO invoice_series AS s (head, first, last, issued_on) VALUES (%(head)s, %(first)s, %(first)s, %(day)s)
ON CONFLICT (head) DO UPDATE SET last = s.last + 1, issued_on = greatest(s.issued_on, excluded.issued_on)
RETURNING last, issued_on

-- name: add
INSERT INTO invoices (
  id, kind, series, ordinal, number, order_id, refund_id, refers_to_id, issued_on, issued_at, currency, net_amount, tax_amount,
  total_amount, paper
) VALUES (
  %(id)s, %(kind)s, %(series)s, %(ordinal)s, %(number)s, %(order_id)s, %(refund_id)s, %(refers_to_id)s, %(issued_on)s,
  %(issued_at)s, %(currency)s, %(net)s, %(tax)s, %(total)s, %(paper)s
)

-- name: printed
-- The first print wins; whoever comes later, or at the same time, is told what it was.
WITH fresh AS (
  INSERT INTO invoice_prints (invoice_id, sha256, printed_at) VALUES (%(id)s, %(digest)s, shop_now())
  ON CONFLICT (invoice_id) DO NOTHING RETURNING sha256
)
SELECT sha256 FROM fresh UNION ALL SELECT sha256 FROM invoice_prints WHERE invoice_id = %(id)s LIMIT 1

-- name: given_back
SELECT refund_id, position, qty, amount, tax_amount FROM refund_lines WHERE order_id = %(order_id)s
ORDER BY refund_id, position = 0, position

-- name: of_order
SELECT i.id, i.kind, i.number, i.series, i.ordinal, i.issued_on, i.issued_at, i.order_id, i.refund_id, r.id, r.number, r.issued_on,
  i.paper
FROM invoices i LEFT JOIN invoices r ON r.id = i.refers_to_id
WHERE i.order_id = %(order_id)s ORDER BY i.id

-- name: find
SELECT i.id, i.kind, i.number, i.series, i.ordinal, i.issued_on, i.issued_at, i.order_id, i.refund_id, r.id, r.number, r.issued_on,
  i.paper
FROM invoices i LEFT JOIN invoices r ON r.id = i.refers_to_id
WHERE i.id = %(id)s

-- name: numbered
SELECT i.id, i.kind, i.number, i.series, i.ordinal, i.issued_on, i.issued_at, i.order_id, i.refund_id, r.id, r.number, r.issued_on,
  i.paper
FROM invoices i LEFT JOIN invoices r ON r.id = i.refers_to_id
WHERE i.number = %(number)s

-- name: invoice_of
SELECT i.id, i.kind, i.number, i.series, i.ordinal, i.issued_on, i.issued_at, i.order_id, i.refund_id, NULL, NULL, NULL, i.paper
FROM invoices i
WHERE i.order_id = %(order_id)s AND i.kind = 'invoice'

-- name: journal
-- Behind the last one, so that any number of documents takes the memory of a page.
SELECT i.id, i.kind, i.number, i.series, i.ordinal, i.issued_on, i.issued_at, i.order_id, i.refund_id, r.id, r.number, r.issued_on,
  i.paper
FROM invoices i LEFT JOIN invoices r ON r.id = i.refers_to_id
WHERE (i.issued_on, i.number) > (%(after_day)s, %(after_number)s) AND i.issued_on <= %(last)s
ORDER BY i.issued_on, i.number LIMIT %(limit)s

-- name: summaries_of_order
SELECT i.id, i.kind, i.number, i.issued_on, i.issued_at, i.order_id, i.paper ->> 'order_reference', i.refund_id, r.number,
  i.currency, i.net_amount, i.tax_amount, i.total_amount
FROM invoices i LEFT JOIN invoices r ON r.id = i.refers_to_id
WHERE i.order_id = %(order_id)s ORDER BY i.id

-- name: page
SELECT i.id, i.kind, i.number, i.issued_on, i.issued_at, i.order_id, i.paper ->> 'order_reference', i.refund_id, r.number,
  i.currency, i.net_amount, i.tax_amount, i.total_amount
FROM invoices i LEFT JOIN invoices r ON r.id = i.refers_to_id
WHERE i.id < %(before)s ORDER BY i.id DESC LIMIT %(limit)s OFFSET %(offset)s

-- name: page_of_kind
-- A statement of its own, because a filter that may be absent costs the index.
SELECT i.id, i.kind, i.number, i.issued_on, i.issued_at, i.order_id, i.paper ->> 'order_reference', i.refund_id, r.number,
  i.currency, i.net_amount, i.tax_amount, i.total_amount
FROM invoices i LEFT JOIN invoices r ON r.id = i.refers_to_id
WHERE i.kind = %(kind)s AND i.id < %(before)s ORDER BY i.id DESC LIMIT %(limit)s OFFSET %(offset)s

-- name: count
-- No series has a gap, so counting is adding up a row for each of them.
SELECT coalesce(sum(last - first + 1), 0)::bigint FROM invoice_series

-- name: count_of_kind
SELECT count(*) FROM invoices WHERE kind = %(kind)s

-- name: uninvoiced
SELECT o.id FROM orders o
WHERE o.paid_at >= %(since)s AND NOT EXISTS (SELECT FROM invoices i WHERE i.order_id = o.id AND i.kind = 'invoice')
ORDER BY o.paid_at, o.id LIMIT %(limit)s
