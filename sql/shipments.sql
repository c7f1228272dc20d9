-- name: add
-- Counting and writing are one. What may be sent was decided under the order's lock; where that was wrong, the constraints of
-- the lines refuse the whole.
WITH items AS (
  SELECT w.order_item_id, w.qty FROM unnest(%(order_item_ids)s::uuid[], %(quantities)s::integer[]) AS w (order_item_id, qty)
), counted AS (
  UPDATE order_items i SET shipped_qty = i.shipped_qty + w.qty
  FROM items w WHERE i.id = w.order_item_id AND i.order_id = %(order_id)s
), sent AS (
  INSERT INTO shipments (
    id, order_id, status, carrier, tracking_number, tracking_url, shipped_at, created_by_kind, created_by_id, created_at, updated_at
  ) VALUES (
    %(id)s, %(order_id)s, %(status)s, %(carrier)s, %(tracking_number)s, %(tracking_url)s, %(shipped_at)s, %(actor_kind)s,
    %(actor_id)s, %(now)s, %(now)s
  )
  RETURNING id
)
INSERT INTO shipment_lines (shipment_id, order_item_id, qty)
SELECT s.id, w.order_item_id, w.qty FROM sent s CROSS JOIN items w

-- name: of_order
SELECT s.id, s.order_id, s.status, s.carrier, s.tracking_number, s.tracking_url, s.shipped_at, s.delivered_at, s.cancelled_at,
  s.reason, s.version, (
    SELECT jsonb_agg(jsonb_build_array(l.order_item_id, l.qty) ORDER BY i.position)
    FROM shipment_lines l JOIN order_items i ON i.id = l.order_item_id WHERE l.shipment_id = s.id
  )
FROM shipments s WHERE s.order_id = %(order_id)s ORDER BY s.id

-- name: known_order
SELECT id FROM orders WHERE id = %(order_id)s

-- name: save
-- Units of a parcel are counted where it changes its status, and only then.
WITH counted AS (
  UPDATE order_items i SET
    shipped_qty = i.shipped_qty - CASE %(status)s::text WHEN 'cancelled' THEN l.qty ELSE 0 END,
    delivered_qty = i.delivered_qty + CASE %(status)s::text WHEN 'delivered' THEN l.qty ELSE 0 END
  FROM shipment_lines l
  WHERE l.shipment_id = %(id)s AND i.id = l.order_item_id AND %(status)s::text <> %(from_status)s::text
)
UPDATE shipments SET
  status = %(status)s::text, carrier = %(carrier)s, tracking_number = %(tracking_number)s, tracking_url = %(tracking_url)s,
  shipped_at = %(shipped_at)s, delivered_at = %(delivered_at)s, cancelled_at = %(cancelled_at)s, reason = %(reason)s,
  version = %(version)s, updated_at = %(now)s
WHERE id = %(id)s

-- name: arrived_by_now
-- Orders stay FULFILLED for two weeks at most, so these are few however many there are in all.
SELECT o.id FROM orders o
CROSS JOIN LATERAL (
  SELECT coalesce(max(s.shipped_at), o.paid_at) AS at FROM shipments s WHERE s.order_id = o.id AND s.status <> 'cancelled'
) left_at
WHERE o.status = 'FULFILLED' AND left_at.at <= %(sent_before)s
ORDER BY left_at.at, o.id LIMIT %(limit)s
