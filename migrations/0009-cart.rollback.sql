DROP TABLE cart_events;
DROP TABLE cart_items;
DROP TABLE carts;
