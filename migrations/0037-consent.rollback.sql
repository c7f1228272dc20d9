DROP INDEX carts_ticked;
