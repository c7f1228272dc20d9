-- What moved money, in the order in which it did.

CREATE INDEX orders_paid ON orders (paid_at, id) WHERE paid_at IS NOT NULL;
CREATE INDEX refunds_succeeded ON refunds (updated_at, id) WHERE status = 'succeeded';
CREATE INDEX refunds_recent ON refunds (created_at, id);
