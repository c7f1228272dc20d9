DROP TABLE idempotency_keys;
DROP FUNCTION refuse_change();
DROP FUNCTION shop_now();
