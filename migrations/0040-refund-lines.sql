-- What a refund gives back of each line of its order and of the shipping, with its tax, and how much of them is left.

ALTER TABLE refunds
  ADD COLUMN note text NOT NULL DEFAULT '',
  ADD COLUMN succeeded_at timestamptz,
  ADD COLUMN failed_at timestamptz;
UPDATE refunds SET succeeded_at = updated_at WHERE status = 'succeeded';
UPDATE refunds SET failed_at = updated_at WHERE status IN ('failed', 'canceled');
ALTER TABLE refunds
  ADD CONSTRAINT refunds_succeeded_once CHECK (status <> 'succeeded' OR succeeded_at IS NOT NULL),
  ADD CONSTRAINT refunds_failed_once CHECK ((status IN ('failed', 'canceled')) = (failed_at IS NOT NULL));
DROP INDEX refunds_succeeded;
CREATE INDEX refunds_succeeded ON refunds (succeeded_at, id) WHERE succeeded_at IS NOT NULL;
CREATE INDEX refunds_undone ON refunds (failed_at, id) WHERE failed_at IS NOT NULL AND succeeded_at IS NOT NULL;

-- Counters of what has gone back or is planned to; what came to nothing is taken back from them. Money includes the tax.
ALTER TABLE order_charges
  ADD COLUMN refunded_amount bigint NOT NULL DEFAULT 0,
  ADD COLUMN refunded_tax_amount bigint NOT NULL DEFAULT 0,
  ADD CONSTRAINT order_charges_never_over_refunded CHECK (
    refunded_tax_amount BETWEEN 0 AND tax_amount AND refunded_amount - refunded_tax_amount BETWEEN 0 AND tax_base_amount
  );
-- Units that are on the shelf again stay there, whatever becomes of the money.
ALTER TABLE order_items
  ADD COLUMN refunded_qty integer NOT NULL DEFAULT 0,
  ADD COLUMN restocked_qty integer NOT NULL DEFAULT 0,
  ADD CONSTRAINT order_items_never_over_refunded CHECK (refunded_qty BETWEEN 0 AND qty),
  ADD CONSTRAINT order_items_never_over_restocked CHECK (restocked_qty BETWEEN 0 AND qty);

-- Written with the refund, never changed. `qty` 0: money only. A refund of money that was no sale has none.
CREATE TABLE refund_lines (
  refund_id uuid NOT NULL REFERENCES refunds ON DELETE CASCADE,
  order_id uuid NOT NULL,
  position integer NOT NULL, -- as in order_charges; 0: the shipping
  qty integer NOT NULL CHECK (qty >= 0),
  amount bigint NOT NULL CHECK (amount >= 0),
  tax_amount bigint NOT NULL CHECK (tax_amount BETWEEN 0 AND amount),
  restock boolean NOT NULL,
  PRIMARY KEY (refund_id, position),
  FOREIGN KEY (order_id, position) REFERENCES order_charges ON DELETE CASCADE,
  CHECK (qty > 0 OR amount > 0),
  CHECK (qty = 0 OR position > 0)
);
CREATE INDEX refund_lines_charge ON refund_lines (order_id, position);

-- Refunds from before gave back of one line after the other, the shipping last.
INSERT INTO refund_lines (refund_id, order_id, position, qty, amount, tax_amount, restock)
SELECT r.id, r.order_id, c.position, 0, p.upper - p.lower,
  round(c.tax_amount * (p.upper - c.beginning)::numeric / c.gross) - round(c.tax_amount * (p.lower - c.beginning)::numeric / c.gross),
  false
FROM (
  SELECT id, order_id, sum(amount) OVER (PARTITION BY order_id ORDER BY id)::bigint AS ending, amount
  FROM refunds r
  WHERE status NOT IN ('failed', 'canceled') AND reason NOT IN ('paid_too_late', 'paid_twice', 'out_of_stock')
    AND EXISTS (SELECT FROM orders o WHERE o.id = r.order_id AND o.paid_at IS NOT NULL)
) r
JOIN (
  SELECT order_id, position, tax_amount, tax_base_amount + tax_amount AS gross,
    (sum(tax_base_amount + tax_amount) OVER (PARTITION BY order_id ORDER BY position = 0, position))::bigint
      - tax_base_amount - tax_amount AS beginning
  FROM order_charges
) c ON c.order_id = r.order_id
CROSS JOIN LATERAL (
  SELECT greatest(r.ending - r.amount, c.beginning) AS lower, least(r.ending, c.beginning + c.gross) AS upper
) p
WHERE p.upper > p.lower;
UPDATE order_charges c SET refunded_amount = l.amount, refunded_tax_amount = l.tax
FROM (
  SELECT order_id, position, sum(amount)::bigint AS amount, sum(tax_amount)::bigint AS tax FROM refund_lines
  GROUP BY order_id, position
) l
WHERE c.order_id = l.order_id AND c.position = l.position;
