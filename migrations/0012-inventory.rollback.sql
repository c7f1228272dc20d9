DROP TABLE inventory_reservations;
DROP TABLE inventory_movements;
DROP TABLE inventory_items;
