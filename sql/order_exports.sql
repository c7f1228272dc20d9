-- name: entries
-- Each branch reads its own index no further than a page; what is of one moment stands in the order of the branches, then of ids.
-- Money that came without a sale stands under the refund by which it goes back: both were written in the same moment. It has no
-- line of the order, and is left out when nothing came of it; a refund of a sale that failed after all is told and then undone.
SELECT at, kind, key, order_id FROM (
  (SELECT paid_at AS at, 1 AS place, 'sale' AS kind, id AS key, id AS order_id FROM orders
  WHERE paid_at >= %(after_at)s AND paid_at < %(until)s AND (paid_at, 1, id) > (%(after_at)s, %(after_place)s, %(after_key)s)
  ORDER BY paid_at, id LIMIT %(limit)s)
  UNION ALL
  (SELECT r.created_at, 2, 'surplus', r.id, r.order_id FROM refunds r
  WHERE r.created_at >= %(after_at)s AND r.created_at < %(until)s
    AND (r.created_at, 2, r.id) > (%(after_at)s, %(after_place)s, %(after_key)s) AND r.status NOT IN ('failed', 'canceled')
    AND NOT EXISTS (SELECT FROM refund_lines l WHERE l.refund_id = r.id)
  ORDER BY r.created_at, r.id LIMIT %(limit)s)
  UNION ALL
  (SELECT r.succeeded_at, 3, CASE WHEN s.sale THEN 'refund' ELSE 'surplus_refund' END, r.id, r.order_id
  FROM refunds r CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM refund_lines l WHERE l.refund_id = r.id) AS sale) s
  WHERE r.succeeded_at >= %(after_at)s AND r.succeeded_at < %(until)s
    AND (r.succeeded_at, 3, r.id) > (%(after_at)s, %(after_place)s, %(after_key)s) AND (s.sale OR r.status = 'succeeded')
  ORDER BY r.succeeded_at, r.id LIMIT %(limit)s)
  UNION ALL
  (SELECT r.failed_at, 4, 'refund_failed', r.id, r.order_id FROM refunds r
  WHERE r.failed_at >= %(after_at)s AND r.failed_at < %(until)s
    AND (r.failed_at, 4, r.id) > (%(after_at)s, %(after_place)s, %(after_key)s) AND r.succeeded_at IS NOT NULL
    AND EXISTS (SELECT FROM refund_lines l WHERE l.refund_id = r.id)
  ORDER BY r.failed_at, r.id LIMIT %(limit)s)
) AS told
ORDER BY at, place, key LIMIT %(limit)s

-- name: orders
-- What is told of an order is its own frozen copy. Notes and consent are the cart's, which is forgotten after a while.
SELECT o.id, json_build_object(
  'id', o.id, 'number', o.number, 'reference', o.reference, 'status', o.status, 'payment_status', o.payment_status,
  'fulfillment_status', o.fulfillment_status, 'email', o.email, 'currency', o.currency,
  'prices_include_tax', o.prices_include_tax, 'placed_at', o.placed_at, 'paid_at', o.paid_at,
  'fulfilled_at', (SELECT min(t.at) FROM order_transitions t WHERE t.order_id = o.id AND t.to_status IN ('FULFILLED', 'COMPLETED')),
  'cancelled_at', (SELECT min(t.at) FROM order_transitions t WHERE t.order_id = o.id AND t.to_status = 'CANCELLED'),
  'shipping_address', o.shipping_address, 'billing_address', o.billing_address,
  'shipping_method', o.shipping_option ->> 'title', 'notes', coalesce(c.notes, ''),
  'marketing_consent', coalesce(c.marketing_consent, false),
  'subtotal', o.subtotal_amount, 'discount', o.discount_amount, 'shipping', o.shipping_amount, 'tax', o.tax_amount,
  'total', o.total_amount,
  'discounts', coalesce((
    SELECT json_agg(coalesce(d.code, d.title) ORDER BY d.place) FROM order_discounts d WHERE d.order_id = o.id
  ), '[]'),
  'charges', coalesce((
    SELECT json_agg(json_build_object(
      'position', h.position, 'sku', i.sku, 'title', coalesce(i.title, o.shipping_option ->> 'title', ''),
      'quantity', h.qty, 'unit_price', h.unit_price_amount, 'discount', h.discount_amount, 'tax_title', h.tax_title,
      'tax_rate', h.tax_rate::text, 'reverse_charge', h.reverse_charge, 'net', h.tax_base_amount, 'tax', h.tax_amount,
      'taxable', h.tax_class <> 'exempt', 'requires_shipping', coalesce(i.requires_shipping, false)
    ) ORDER BY h.position = 0, h.position)
    FROM order_charges h LEFT JOIN order_items i ON i.order_id = h.order_id AND i.position = h.position
    WHERE h.order_id = o.id
  ), '[]'),
  'payments', coalesce((
    SELECT json_agg(json_build_object('provider', p.provider, 'intent_id', p.intent_id, 'captured', p.captured_amount)
      ORDER BY p.attempt)
    FROM payments p WHERE p.order_id = o.id AND p.captured_amount > 0
  ), '[]'),
  'refunds', coalesce((
    SELECT json_agg(json_build_object(
      'id', r.id, 'amount', r.amount, 'succeeded', r.status = 'succeeded', 'failed', r.failed_at IS NOT NULL,
      'shares', coalesce((
        SELECT json_agg(json_build_object('position', l.position, 'amount', l.amount, 'tax', l.tax_amount)
          ORDER BY l.position = 0, l.position)
        FROM refund_lines l WHERE l.refund_id = r.id
      ), '[]'),
      'provider', p.provider, 'provider_refund_id', r.provider_refund_id
    ) ORDER BY r.id)
    FROM refunds r JOIN payments p ON p.id = r.payment_id
    WHERE r.order_id = o.id AND (r.failed_at IS NULL OR r.succeeded_at IS NOT NULL)
  ), '[]')
)
FROM orders o LEFT JOIN carts c ON c.id = o.cart_id
WHERE o.id = ANY (%(ids)s::uuid[])
