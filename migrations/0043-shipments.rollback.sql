DROP TABLE shipment_lines, shipments;
DROP TRIGGER order_items_never_ship_refunded ON order_items;
DROP FUNCTION order_items_refuse_shipping;
ALTER TABLE order_items DROP COLUMN shipped_qty, DROP COLUMN delivered_qty;
