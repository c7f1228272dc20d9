DROP TABLE order_transitions;
DROP TABLE order_items;
DROP TABLE orders;
DROP SEQUENCE order_numbers;
