-- What was sent of an order, in how many parcels it took.

-- Counted beside what was bought: how much of a line has left, and how much of that has arrived.
ALTER TABLE order_items
  ADD COLUMN shipped_qty integer NOT NULL DEFAULT 0,
  ADD COLUMN delivered_qty integer NOT NULL DEFAULT 0,
  ADD CONSTRAINT order_items_never_over_shipped CHECK (shipped_qty BETWEEN 0 AND qty),
  ADD CONSTRAINT order_items_delivered_was_shipped CHECK (delivered_qty BETWEEN 0 AND shipped_qty),
  ADD CONSTRAINT order_items_shipped_can_be CHECK (shipped_qty = 0 OR requires_shipping);

-- What was refunded is not sent any more. No CHECK can say so: units that had left before may be refunded as well.
CREATE FUNCTION order_items_refuse_shipping() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'order item % has % units, of which % are refunded: % cannot be shipped', NEW.id, NEW.qty, NEW.refunded_qty, NEW.shipped_qty
    USING ERRCODE = 'check_violation', CONSTRAINT = 'order_items_never_ship_refunded';
END $$;
CREATE TRIGGER order_items_never_ship_refunded BEFORE UPDATE OF shipped_qty ON order_items
FOR EACH ROW WHEN (NEW.shipped_qty > OLD.shipped_qty AND NEW.shipped_qty + NEW.refunded_qty > NEW.qty)
EXECUTE FUNCTION order_items_refuse_shipping();

CREATE TABLE shipments (
  id uuid PRIMARY KEY,
  order_id uuid NOT NULL REFERENCES orders,
  status text NOT NULL CHECK (status IN ('shipped', 'delivered', 'cancelled')),
  carrier text NOT NULL CHECK (length(carrier) <= 100),
  tracking_number text NOT NULL CHECK (length(tracking_number) <= 100),
  tracking_url text NOT NULL CHECK (tracking_url = '' OR (tracking_url LIKE 'https://%' AND length(tracking_url) <= 2000)),
  shipped_at timestamptz NOT NULL,
  delivered_at timestamptz CHECK (delivered_at >= shipped_at),
  cancelled_at timestamptz,
  reason text NOT NULL DEFAULT '' CHECK (length(reason) <= 500), -- why it was cancelled
  created_by_kind text NOT NULL,
  created_by_id uuid,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL DEFAULT 1,
  CHECK ((status = 'delivered') = (delivered_at IS NOT NULL)),
  CHECK ((status = 'cancelled') = (cancelled_at IS NOT NULL))
);
CREATE INDEX shipments_order ON shipments (order_id, id);

CREATE TABLE shipment_lines (
  shipment_id uuid NOT NULL REFERENCES shipments ON DELETE CASCADE,
  order_item_id uuid NOT NULL REFERENCES order_items,
  qty integer NOT NULL CHECK (qty > 0),
  PRIMARY KEY (shipment_id, order_item_id)
);
CREATE INDEX shipment_lines_order_item ON shipment_lines (order_item_id);

-- Orders that were called fulfilled by hand: all that could be sent of them has left, in one parcel nobody follows.
INSERT INTO shipments (
  id, order_id, status, carrier, tracking_number, tracking_url, shipped_at, delivered_at, created_by_kind, created_at, updated_at
)
SELECT gen_random_uuid(), o.id, CASE o.fulfillment_status WHEN 'delivered' THEN 'delivered' ELSE 'shipped' END, '', '', '', t.at,
  CASE o.fulfillment_status WHEN 'delivered' THEN t.at END, 'system', t.at, t.at
FROM orders o
CROSS JOIN LATERAL (
  SELECT coalesce(min(t.at), o.updated_at) AS at FROM order_transitions t WHERE t.order_id = o.id AND t.to_status = 'FULFILLED'
) t
WHERE o.fulfillment_status IN ('fulfilled', 'delivered')
  AND EXISTS (SELECT FROM order_items i WHERE i.order_id = o.id AND i.requires_shipping);
INSERT INTO shipment_lines (shipment_id, order_item_id, qty)
SELECT s.id, i.id, i.qty FROM shipments s JOIN order_items i ON i.order_id = s.order_id WHERE i.requires_shipping;
-- The trigger is of no use here: what of these was refunded had left before.
ALTER TABLE order_items DISABLE TRIGGER order_items_never_ship_refunded;
UPDATE order_items i SET shipped_qty = l.qty, delivered_qty = CASE s.status WHEN 'delivered' THEN l.qty ELSE 0 END
FROM shipment_lines l JOIN shipments s ON s.id = l.shipment_id WHERE l.order_item_id = i.id;
ALTER TABLE order_items ENABLE TRIGGER order_items_never_ship_refunded;

-- Nothing is left to do for paid orders of which nothing is sent.
UPDATE orders o SET fulfillment_status = 'fulfilled'
WHERE o.status = 'PAID' AND o.fulfillment_status = 'unfulfilled'
  AND NOT EXISTS (SELECT FROM order_items i WHERE i.order_id = o.id AND i.requires_shipping);
