DROP INDEX orders_paid, refunds_succeeded, refunds_recent;
