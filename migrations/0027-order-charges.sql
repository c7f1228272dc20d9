-- How the total of an order was made, so that it never changes when a rule does: each line and the shipping with its rate, base
-- and rounding, and each discount with what every line bears of it. Nothing here refers to a rule, which may be gone.

CREATE TABLE order_charges (
  order_id uuid NOT NULL REFERENCES orders ON DELETE CASCADE,
  position integer NOT NULL CHECK (position >= 0), -- of the line; 0: the shipping
  qty integer NOT NULL CHECK (qty > 0),
  label_price_amount bigint NOT NULL CHECK (label_price_amount >= 0),
  unit_price_amount bigint NOT NULL CHECK (unit_price_amount BETWEEN 0 AND label_price_amount),
  discount_amount bigint NOT NULL CHECK (discount_amount >= 0),
  tax_class text NOT NULL CHECK (tax_class IN ('standard', 'reduced', 'zero', 'exempt')),
  tax_title text NOT NULL,
  tax_rate numeric NOT NULL CHECK (tax_rate >= 0 AND tax_rate <= 100),
  reverse_charge boolean NOT NULL,
  tax_base_amount bigint NOT NULL CHECK (tax_base_amount >= 0),
  tax_amount bigint NOT NULL CHECK (tax_amount >= 0),
  PRIMARY KEY (order_id, position),
  CHECK (qty * unit_price_amount - discount_amount IN (tax_base_amount, tax_base_amount + tax_amount)),
  CHECK (NOT reverse_charge OR tax_amount = 0)
);

CREATE TABLE order_discounts (
  order_id uuid NOT NULL REFERENCES orders ON DELETE CASCADE,
  discount_id uuid NOT NULL,
  place integer NOT NULL, -- in the order in which they were applied
  kind text NOT NULL CHECK (kind IN ('buy_x_get_y', 'percentage', 'fixed', 'free_shipping')),
  code text,
  title text NOT NULL,
  amount bigint NOT NULL CHECK (amount >= 0),
  PRIMARY KEY (order_id, discount_id)
);

CREATE TABLE order_discount_allocations (
  order_id uuid NOT NULL,
  position integer NOT NULL,
  discount_id uuid NOT NULL,
  amount bigint NOT NULL CHECK (amount >= 0),
  PRIMARY KEY (order_id, position, discount_id),
  FOREIGN KEY (order_id, position) REFERENCES order_charges ON DELETE CASCADE,
  FOREIGN KEY (order_id, discount_id) REFERENCES order_discounts ON DELETE CASCADE
);

-- Orders from before: one rate, and no discounts. What is left of their tax is that of the shipping.
INSERT INTO order_charges (
  order_id, position, qty, label_price_amount, unit_price_amount, discount_amount, tax_class, tax_title, tax_rate, reverse_charge,
  tax_base_amount, tax_amount
)
SELECT o.id, i.position, i.qty, i.unit_price_amount, i.unit_price_amount, i.discount_amount,
  CASE WHEN i.tax_rate::numeric = 0 THEN 'exempt' ELSE 'standard' END,
  CASE WHEN i.tax_rate::numeric = 0 THEN '' ELSE coalesce(o.tax_lines -> 0 ->> 'title', '') END, i.tax_rate::numeric, false,
  i.line_total_amount - CASE WHEN o.prices_include_tax THEN i.tax_amount ELSE 0 END, i.tax_amount
FROM orders o JOIN order_items i ON i.order_id = o.id
UNION ALL
SELECT o.id, 0, 1, o.shipping_amount, o.shipping_amount, 0, 'standard', coalesce(o.tax_lines -> 0 ->> 'title', ''),
  coalesce((o.tax_lines -> 0 ->> 'rate')::numeric, 0), false,
  o.shipping_amount - CASE WHEN o.prices_include_tax THEN t.left_over ELSE 0 END, t.left_over
FROM orders o
CROSS JOIN LATERAL (
  SELECT o.tax_amount - coalesce(sum(i.tax_amount), 0) AS left_over FROM order_items i WHERE i.order_id = o.id
) t
WHERE o.shipping_option IS NOT NULL;
