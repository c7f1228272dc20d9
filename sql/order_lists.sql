-- name: newest
-- A list goes along one index for as long as it takes to fill a page; where it goes on is a place in that index, so a page costs the
-- same however far down it is. There is a statement for each index, because a plan is made once, for whatever is asked.
SELECT o.id, o.number, o.status, o.payment_status, o.fulfillment_status, o.email, o.total_amount, o.currency,
  (SELECT sum(i.qty) FROM order_items i WHERE i.order_id = o.id), o.placed_at, o.paid_at, o.version, o.reference
FROM orders_fitting(
  %(statuses)s, %(payment_statuses)s, %(fulfillment_statuses)s, %(placed_since)s, %(placed_until)s, %(paid_since)s, %(paid_until)s,
  %(least)s, %(most)s, %(currency)s, %(words)s, %(with_case)s
) o
WHERE o.placed_at >= %(placed_since)s AND o.placed_at < %(placed_until)s
  AND (o.placed_at, o.id) < (%(after)s, %(after_id)s)
ORDER BY o.placed_at DESC, o.id DESC LIMIT %(limit)s OFFSET %(offset)s

-- name: oldest
SELECT o.id, o.number, o.status, o.payment_status, o.fulfillment_status, o.email, o.total_amount, o.currency,
  (SELECT sum(i.qty) FROM order_items i WHERE i.order_id = o.id), o.placed_at, o.paid_at, o.version, o.reference
FROM orders_fitting(
  %(statuses)s, %(payment_statuses)s, %(fulfillment_statuses)s, %(placed_since)s, %(placed_until)s, %(paid_since)s, %(paid_until)s,
  %(least)s, %(most)s, %(currency)s, %(words)s, %(with_case)s
) o
WHERE o.placed_at >= %(placed_since)s AND o.placed_at < %(placed_until)s
  AND (o.placed_at, o.id) > (%(after)s, %(after_id)s)
ORDER BY o.placed_at, o.id LIMIT %(limit)s OFFSET %(offset)s

-- name: dearest
SELECT o.id, o.number, o.status, o.payment_status, o.fulfillment_status, o.email, o.total_amount, o.currency,
  (SELECT sum(i.qty) FROM order_items i WHERE i.order_id = o.id), o.placed_at, o.paid_at, o.version, o.reference
FROM orders_fitting(
  %(statuses)s, %(payment_statuses)s, %(fulfillment_statuses)s, %(placed_since)s, %(placed_until)s, %(paid_since)s, %(paid_until)s,
  %(least)s, %(most)s, %(currency)s, %(words)s, %(with_case)s
) o
WHERE (o.total_amount, o.id) < (%(after)s, %(after_id)s)
ORDER BY o.total_amount DESC, o.id DESC LIMIT %(limit)s OFFSET %(offset)s

-- name: cheapest
SELECT o.id, o.number, o.status, o.payment_status, o.fulfillment_status, o.email, o.total_amount, o.currency,
  (SELECT sum(i.qty) FROM order_items i WHERE i.order_id = o.id), o.placed_at, o.paid_at, o.version, o.reference
FROM orders_fitting(
  %(statuses)s, %(payment_statuses)s, %(fulfillment_statuses)s, %(placed_since)s, %(placed_until)s, %(paid_since)s, %(paid_until)s,
  %(least)s, %(most)s, %(currency)s, %(words)s, %(with_case)s
) o
WHERE (o.total_amount, o.id) > (%(after)s, %(after_id)s)
ORDER BY o.total_amount, o.id LIMIT %(limit)s OFFSET %(offset)s

-- name: highest
SELECT o.id, o.number, o.status, o.payment_status, o.fulfillment_status, o.email, o.total_amount, o.currency,
  (SELECT sum(i.qty) FROM order_items i WHERE i.order_id = o.id), o.placed_at, o.paid_at, o.version, o.reference
FROM orders_fitting(
  %(statuses)s, %(payment_statuses)s, %(fulfillment_statuses)s, %(placed_since)s, %(placed_until)s, %(paid_since)s, %(paid_until)s,
  %(least)s, %(most)s, %(currency)s, %(words)s, %(with_case)s
) o
WHERE o.number < %(after)s
ORDER BY o.number DESC LIMIT %(limit)s OFFSET %(offset)s

-- name: lowest
SELECT o.id, o.number, o.status, o.payment_status, o.fulfillment_status, o.email, o.total_amount, o.currency,
  (SELECT sum(i.qty) FROM order_items i WHERE i.order_id = o.id), o.placed_at, o.paid_at, o.version, o.reference
FROM orders_fitting(
  %(statuses)s, %(payment_statuses)s, %(fulfillment_statuses)s, %(placed_since)s, %(placed_until)s, %(paid_since)s, %(paid_until)s,
  %(least)s, %(most)s, %(currency)s, %(words)s, %(with_case)s
) o
WHERE o.number > %(after)s
ORDER BY o.number LIMIT %(limit)s OFFSET %(offset)s

-- name: newest_in_states
-- For each combination of the three statuses as far as a page reaches in the index that begins with them: that is a few dozen looks,
-- however many orders there are, and however few of them stand so.
SELECT o.id, o.number, o.status, o.payment_status, o.fulfillment_status, o.email, o.total_amount, o.currency,
  (SELECT sum(i.qty) FROM order_items i WHERE i.order_id = o.id), o.placed_at, o.paid_at, o.version, o.reference
FROM (SELECT s.status, p.payment_status, f.fulfillment_status
  FROM unnest(%(statuses)s::text[]) AS s (status) CROSS JOIN unnest(%(payment_statuses)s::text[]) AS p (payment_status)
  CROSS JOIN unnest(%(fulfillment_statuses)s::text[]) AS f (fulfillment_status)
) state
CROSS JOIN LATERAL (
  SELECT fits.id
  FROM orders_fitting(
    %(statuses)s, %(payment_statuses)s, %(fulfillment_statuses)s, %(placed_since)s, %(placed_until)s, %(paid_since)s, %(paid_until)s,
    %(least)s, %(most)s, %(currency)s, %(words)s, %(with_case)s
  ) fits
  WHERE fits.status = state.status AND fits.payment_status = state.payment_status
    AND fits.fulfillment_status = state.fulfillment_status
    AND fits.placed_at >= %(placed_since)s AND fits.placed_at < %(placed_until)s
    AND (fits.placed_at, fits.id) < (%(after)s, %(after_id)s)
  ORDER BY fits.placed_at DESC, fits.id DESC LIMIT %(reach)s
) found
JOIN orders o ON o.id = found.id
ORDER BY o.placed_at DESC, o.id DESC LIMIT %(limit)s OFFSET %(offset)s

-- name: oldest_in_states
SELECT o.id, o.number, o.status, o.payment_status, o.fulfillment_status, o.email, o.total_amount, o.currency,
  (SELECT sum(i.qty) FROM order_items i WHERE i.order_id = o.id), o.placed_at, o.paid_at, o.version, o.reference
FROM (SELECT s.status, p.payment_status, f.fulfillment_status
  FROM unnest(%(statuses)s::text[]) AS s (status) CROSS JOIN unnest(%(payment_statuses)s::text[]) AS p (payment_status)
  CROSS JOIN unnest(%(fulfillment_statuses)s::text[]) AS f (fulfillment_status)
) state
CROSS JOIN LATERAL (
  SELECT fits.id
  FROM orders_fitting(
    %(statuses)s, %(payment_statuses)s, %(fulfillment_statuses)s, %(placed_since)s, %(placed_until)s, %(paid_since)s, %(paid_until)s,
    %(least)s, %(most)s, %(currency)s, %(words)s, %(with_case)s
  ) fits
  WHERE fits.status = state.status AND fits.payment_status = state.payment_status
    AND fits.fulfillment_status = state.fulfillment_status
    AND fits.placed_at >= %(placed_since)s AND fits.placed_at < %(placed_until)s
    AND (fits.placed_at, fits.id) > (%(after)s, %(after_id)s)
  ORDER BY fits.placed_at, fits.id LIMIT %(reach)s
) found
JOIN orders o ON o.id = found.id
ORDER BY o.placed_at, o.id LIMIT %(limit)s OFFSET %(offset)s

-- name: matching
-- Words, cases and days of payment narrow a list so far that what is left is sorted. `sign` turns the order round, for which the
-- least key comes first.
SELECT o.id, o.number, o.status, o.payment_status, o.fulfillment_status, o.email, o.total_amount, o.currency,
  (SELECT sum(i.qty) FROM order_items i WHERE i.order_id = o.id), o.placed_at, o.paid_at, o.version, o.reference
FROM (
  SELECT fits.id, %(sign)s::integer * CASE %(by)s::text
    WHEN 'placed' THEN extract(epoch FROM fits.placed_at) * 1000000 WHEN 'total' THEN fits.total_amount ELSE fits.number END AS key
  FROM orders_fitting(
    %(statuses)s, %(payment_statuses)s, %(fulfillment_statuses)s, %(placed_since)s, %(placed_until)s, %(paid_since)s, %(paid_until)s,
    %(least)s, %(most)s, %(currency)s, %(words)s, %(with_case)s
  ) fits
  WHERE fits.words @@ %(words)s::tsquery
) found
JOIN orders o ON o.id = found.id
WHERE found.key > %(after)s OR (found.key = %(after)s AND CASE WHEN %(sign)s > 0 THEN o.id > %(after_id)s ELSE o.id < %(after_id)s END)
ORDER BY found.key, CASE WHEN %(sign)s > 0 THEN o.id END, CASE WHEN %(sign)s < 0 THEN o.id END DESC
LIMIT %(limit)s OFFSET %(offset)s

-- name: with_case
SELECT o.id, o.number, o.status, o.payment_status, o.fulfillment_status, o.email, o.total_amount, o.currency,
  (SELECT sum(i.qty) FROM order_items i WHERE i.order_id = o.id), o.placed_at, o.paid_at, o.version, o.reference
FROM (
  SELECT fits.id, %(sign)s::integer * CASE %(by)s::text
    WHEN 'placed' THEN extract(epoch FROM fits.placed_at) * 1000000 WHEN 'total' THEN fits.total_amount ELSE fits.number END AS key
  FROM orders_fitting(
    %(statuses)s, %(payment_statuses)s, %(fulfillment_statuses)s, %(placed_since)s, %(placed_until)s, %(paid_since)s, %(paid_until)s,
    %(least)s, %(most)s, %(currency)s, %(words)s, %(with_case)s
  ) fits
  WHERE fits.id IN (
    SELECT e.order_id FROM payment_exceptions e WHERE e.status = 'open'
    UNION SELECT d.order_id FROM disputes d WHERE d.closed_at IS NULL
  )
) found
JOIN orders o ON o.id = found.id
WHERE found.key > %(after)s OR (found.key = %(after)s AND CASE WHEN %(sign)s > 0 THEN o.id > %(after_id)s ELSE o.id < %(after_id)s END)
ORDER BY found.key, CASE WHEN %(sign)s > 0 THEN o.id END, CASE WHEN %(sign)s < 0 THEN o.id END DESC
LIMIT %(limit)s OFFSET %(offset)s

-- name: paid
SELECT o.id, o.number, o.status, o.payment_status, o.fulfillment_status, o.email, o.total_amount, o.currency,
  (SELECT sum(i.qty) FROM order_items i WHERE i.order_id = o.id), o.placed_at, o.paid_at, o.version, o.reference
FROM (
  SELECT fits.id, %(sign)s::integer * CASE %(by)s::text
    WHEN 'placed' THEN extract(epoch FROM fits.placed_at) * 1000000 WHEN 'total' THEN fits.total_amount ELSE fits.number END AS key
  FROM orders_fitting(
    %(statuses)s, %(payment_statuses)s, %(fulfillment_statuses)s, %(placed_since)s, %(placed_until)s, %(paid_since)s, %(paid_until)s,
    %(least)s, %(most)s, %(currency)s, %(words)s, %(with_case)s
  ) fits
  WHERE fits.paid_at >= %(paid_since)s AND fits.paid_at < %(paid_until)s
) found
JOIN orders o ON o.id = found.id
WHERE found.key > %(after)s OR (found.key = %(after)s AND CASE WHEN %(sign)s > 0 THEN o.id > %(after_id)s ELSE o.id < %(after_id)s END)
ORDER BY found.key, CASE WHEN %(sign)s > 0 THEN o.id END, CASE WHEN %(sign)s < 0 THEN o.id END DESC
LIMIT %(limit)s OFFSET %(offset)s

-- name: count
-- How many there are is told up to a bound: nobody turns so many pages, and counting all would be most of the work of a list.
SELECT count(*) FROM (
  SELECT FROM orders_fitting(
    %(statuses)s, %(payment_statuses)s, %(fulfillment_statuses)s, %(placed_since)s, %(placed_until)s, %(paid_since)s, %(paid_until)s,
    %(least)s, %(most)s, %(currency)s, %(words)s, %(with_case)s
  ) fits
  WHERE fits.placed_at >= %(placed_since)s AND fits.placed_at < %(placed_until)s LIMIT %(most_counted)s
) counted

-- name: count_matching
SELECT count(*) FROM (
  SELECT FROM orders_fitting(
    %(statuses)s, %(payment_statuses)s, %(fulfillment_statuses)s, %(placed_since)s, %(placed_until)s, %(paid_since)s, %(paid_until)s,
    %(least)s, %(most)s, %(currency)s, %(words)s, %(with_case)s
  ) fits
  WHERE fits.words @@ %(words)s::tsquery LIMIT %(most_counted)s
) counted

-- name: count_with_case
SELECT count(*) FROM (
  SELECT FROM orders_fitting(
    %(statuses)s, %(payment_statuses)s, %(fulfillment_statuses)s, %(placed_since)s, %(placed_until)s, %(paid_since)s, %(paid_until)s,
    %(least)s, %(most)s, %(currency)s, %(words)s, %(with_case)s
  ) fits
  WHERE fits.id IN (
    SELECT e.order_id FROM payment_exceptions e WHERE e.status = 'open'
    UNION SELECT d.order_id FROM disputes d WHERE d.closed_at IS NULL
  ) LIMIT %(most_counted)s
) counted

-- name: count_paid
SELECT count(*) FROM (
  SELECT FROM orders_fitting(
    %(statuses)s, %(payment_statuses)s, %(fulfillment_statuses)s, %(placed_since)s, %(placed_until)s, %(paid_since)s, %(paid_until)s,
    %(least)s, %(most)s, %(currency)s, %(words)s, %(with_case)s
  ) fits
  WHERE fits.paid_at >= %(paid_since)s AND fits.paid_at < %(paid_until)s LIMIT %(most_counted)s
) counted

-- name: count_in_states
SELECT count(*) FROM (
  SELECT FROM (SELECT s.status, p.payment_status, f.fulfillment_status
    FROM unnest(%(statuses)s::text[]) AS s (status) CROSS JOIN unnest(%(payment_statuses)s::text[]) AS p (payment_status)
    CROSS JOIN unnest(%(fulfillment_statuses)s::text[]) AS f (fulfillment_status)
  ) state
  CROSS JOIN LATERAL (
    SELECT FROM orders_fitting(
      %(statuses)s, %(payment_statuses)s, %(fulfillment_statuses)s, %(placed_since)s, %(placed_until)s, %(paid_since)s, %(paid_until)s,
      %(least)s, %(most)s, %(currency)s, %(words)s, %(with_case)s
    ) fits
    WHERE fits.status = state.status AND fits.payment_status = state.payment_status
      AND fits.fulfillment_status = state.fulfillment_status
      AND fits.placed_at >= %(placed_since)s AND fits.placed_at < %(placed_until)s
    LIMIT %(most_counted)s
  ) found
  LIMIT %(most_counted)s
) counted
