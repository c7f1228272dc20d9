-- name: automatic
-- The rules of every cart. One that is used up is no rule, and becomes one again when an order gives its use back.
SELECT id, title, kind, code, percent, amount, currency, buy_qty, get_qty, scope, scope_ids, minimum_subtotal_amount, minimum_qty,
  starts_at, ends_at, usage_limit, usage_limit_per_buyer, exclusive, first_order_only, active, version
FROM discounts
WHERE code_key IS NULL AND active AND (usage_limit IS NULL OR uses < usage_limit)
ORDER BY id

-- name: by_code
-- Alone what a shopper may have; whether it fits is for the model to say.
SELECT id FROM discounts WHERE code_key = upper(%(code)s::text COLLATE "C") AND active

-- name: hold
-- Those with a limit are ours until the transaction ends. The others only have to stay as they are, so that nobody can give them a
-- limit before this order is counted, and no two checkouts wait for each other because of a sale that is open to all.
WITH limited AS MATERIALIZED (
  SELECT d.id FROM discounts d WHERE d.id = ANY (%(ids)s::uuid[]) AND d.usage_limit IS NOT NULL ORDER BY d.id FOR NO KEY UPDATE
), unlimited AS MATERIALIZED (
  SELECT d.id FROM discounts d WHERE d.id = ANY (%(ids)s::uuid[]) AND d.usage_limit IS NULL ORDER BY d.id FOR KEY SHARE
)
SELECT id FROM limited UNION ALL SELECT id FROM unlimited

-- name: count_use
-- Its rows are locked by the statement before, so it decides on what is; the constraint is the last line.
WITH counted AS (
  UPDATE discounts SET uses = uses + 1
  WHERE id = ANY (%(ids)s::uuid[]) AND usage_limit IS NOT NULL AND uses < usage_limit
  RETURNING id
)
SELECT d.id, d.usage_limit FROM discounts d
WHERE d.id = ANY (%(ids)s::uuid[]) AND d.usage_limit IS NOT NULL AND d.id NOT IN (SELECT id FROM counted)

-- name: count_buyer
-- A row for each name of the buyer: whoever comes second with the same one waits here, then finds it counted. Rows at their limit
-- are not written; the discounts that lack one are told.
WITH written AS (
  INSERT INTO discount_buyers AS b (discount_id, buyer, uses, most)
  SELECT d.id, k.buyer, 1, d.usage_limit_per_buyer
  FROM discounts d CROSS JOIN unnest(buyer_keys(%(email)s, %(customer_id)s)) AS k (buyer)
  WHERE d.id = ANY (%(ids)s::uuid[])
  ORDER BY d.id, k.buyer
  ON CONFLICT (discount_id, buyer) DO UPDATE SET uses = b.uses + 1, most = excluded.most
    WHERE excluded.most IS NULL OR b.uses < excluded.most
  RETURNING b.discount_id
)
SELECT d.id, d.usage_limit_per_buyer FROM discounts d
WHERE d.id = ANY (%(ids)s::uuid[])
  AND (SELECT count(*) FROM written w WHERE w.discount_id = d.id) < cardinality(buyer_keys(%(email)s, %(customer_id)s))

-- name: claim_first_order
-- Two first orders at once are two rows with the same name, of which one waits and then is not written. An order without such a
-- discount leaves no row, so it is looked for.
WITH wanted AS MATERIALIZED (
  SELECT d.id FROM discounts d WHERE d.id = ANY (%(ids)s::uuid[]) AND d.first_order_only ORDER BY d.id LIMIT 1
), keys AS MATERIALIZED (
  SELECT k.buyer FROM wanted CROSS JOIN unnest(buyer_keys(%(email)s, %(customer_id)s)) AS k (buyer)
), claimed AS (
  INSERT INTO discount_first_orders (buyer, order_id)
  SELECT k.buyer, %(order_id)s FROM keys k
  WHERE NOT EXISTS (
    SELECT FROM orders o WHERE lower(o.email) = lower(%(email)s) AND o.status <> 'CANCELLED' AND o.id <> %(order_id)s
  ) AND NOT EXISTS (
    SELECT FROM orders o WHERE o.customer_id = %(customer_id)s AND o.status <> 'CANCELLED' AND o.id <> %(order_id)s
  )
  ORDER BY k.buyer
  ON CONFLICT (buyer) DO NOTHING
  RETURNING buyer
)
SELECT w.id FROM wanted w WHERE (SELECT count(*) FROM claimed) < (SELECT count(*) FROM keys)

-- name: record_uses
INSERT INTO discount_uses (order_id, discount_id, amount, buyers, at)
SELECT %(order_id)s, u.id, u.amount, buyer_keys(%(email)s, %(customer_id)s), %(now)s
FROM unnest(%(ids)s::uuid[], %(amounts)s::bigint[]) AS u (id, amount)

-- name: hold_of_order
-- A statement of its own, so that the next one decides on what is here once the lock is granted: an operator may just be giving
-- one of them a limit, and counts the uses that there are.
SELECT d.id FROM discounts d
WHERE d.id IN (SELECT u.discount_id FROM discount_uses u WHERE u.order_id = %(order_id)s)
ORDER BY d.id FOR NO KEY UPDATE

-- name: give_back
WITH returned AS MATERIALIZED (
  DELETE FROM discount_uses WHERE order_id = %(order_id)s RETURNING discount_id, buyers
), counters AS (
  UPDATE discounts d SET uses = d.uses - 1 FROM returned r WHERE d.id = r.discount_id AND d.usage_limit IS NOT NULL
), ours AS MATERIALIZED (
  SELECT b.discount_id, b.buyer FROM discount_buyers b JOIN returned r ON r.discount_id = b.discount_id AND b.buyer = ANY (r.buyers)
  ORDER BY b.discount_id, b.buyer FOR NO KEY UPDATE OF b
), buyers AS (
  UPDATE discount_buyers b SET uses = b.uses - 1 FROM ours o WHERE b.discount_id = o.discount_id AND b.buyer = o.buyer
)
DELETE FROM discount_first_orders WHERE order_id = %(order_id)s

-- name: lock
-- Stronger than an order's hold on it, so that everything that has it is committed and can be counted.
WITH locked AS MATERIALIZED (
  SELECT id, title, kind, code, percent, amount, currency, buy_qty, get_qty, scope, scope_ids, minimum_subtotal_amount,
    minimum_qty, starts_at, ends_at, usage_limit, usage_limit_per_buyer, exclusive, first_order_only, active, version
  FROM discounts WHERE id = %(id)s FOR UPDATE
)
SELECT shop_now(), l.id, l.title, l.kind, l.code, l.percent, l.amount, l.currency, l.buy_qty, l.get_qty, l.scope, l.scope_ids,
  l.minimum_subtotal_amount, l.minimum_qty, l.starts_at, l.ends_at, l.usage_limit, l.usage_limit_per_buyer, l.exclusive,
  l.first_order_only, l.active, l.version
FROM locked l

-- name: references
-- Under the lock, which waits for whoever is just using it.
SELECT (SELECT count(*) FROM discount_uses u WHERE u.discount_id = %(id)s),
  (SELECT count(*) FROM carts c WHERE c.discount_id = %(id)s)

-- name: owner_of_code
SELECT id FROM discounts WHERE code_key = upper(%(code)s::text COLLATE "C")

-- name: unknown_products
SELECT w.id FROM unnest(%(ids)s::uuid[]) AS w (id) WHERE NOT EXISTS (SELECT FROM products p WHERE p.id = w.id)

-- name: unknown_categories
SELECT w.id FROM unnest(%(ids)s::uuid[]) AS w (id) WHERE NOT EXISTS (SELECT FROM categories c WHERE c.id = w.id)

-- name: unknown_tags
SELECT w.id FROM unnest(%(ids)s::uuid[]) AS w (id) WHERE NOT EXISTS (SELECT FROM tags t WHERE t.id = w.id)

-- name: write
-- Where there is a limit now the uses are counted anew, because they are not kept where there is none.
INSERT INTO discounts (
  id, title, kind, code, percent, amount, currency, buy_qty, get_qty, scope, scope_ids, minimum_subtotal_amount, minimum_qty,
  starts_at, ends_at, usage_limit, usage_limit_per_buyer, exclusive, first_order_only, active, version, uses, created_at, updated_at
) VALUES (
  %(id)s, %(title)s, %(kind)s, %(code)s, %(percent)s, %(amount)s, %(currency)s, %(buy_qty)s, %(get_qty)s, %(scope)s,
  %(scope_ids)s::uuid[], %(minimum_subtotal)s, %(minimum_qty)s, %(starts_at)s, %(ends_at)s, %(usage_limit)s,
  %(usage_limit_per_buyer)s, %(exclusive)s, %(first_order_only)s, %(active)s, %(version)s,
  CASE WHEN %(usage_limit)s::integer IS NULL THEN 0
    ELSE (SELECT count(*) FROM discount_uses u WHERE u.discount_id = %(id)s) END,
  %(now)s, %(now)s
)
ON CONFLICT (id) DO UPDATE SET title = excluded.title, kind = excluded.kind, code = excluded.code, percent = excluded.percent,
  amount = excluded.amount, buy_qty = excluded.buy_qty, get_qty = excluded.get_qty, scope = excluded.scope,
  scope_ids = excluded.scope_ids, minimum_subtotal_amount = excluded.minimum_subtotal_amount, minimum_qty = excluded.minimum_qty,
  starts_at = excluded.starts_at, ends_at = excluded.ends_at, usage_limit = excluded.usage_limit,
  usage_limit_per_buyer = excluded.usage_limit_per_buyer, exclusive = excluded.exclusive,
  first_order_only = excluded.first_order_only, active = excluded.active, version = excluded.version, uses = excluded.uses,
  updated_at = excluded.updated_at
RETURNING 1

-- name: remove
DELETE FROM discounts WHERE id = %(id)s

-- name: find
-- How often it was used is counted, because the counter is kept only where there is a limit.
SELECT d.id, d.title, d.kind, d.code, d.percent, d.amount, d.currency, d.buy_qty, d.get_qty, d.scope, d.scope_ids,
  d.minimum_subtotal_amount, d.minimum_qty, d.starts_at, d.ends_at, d.usage_limit, d.usage_limit_per_buyer, d.exclusive,
  d.first_order_only, d.active, d.version,
  (SELECT count(*) FROM discount_uses u WHERE u.discount_id = d.id), d.created_at, d.updated_at
FROM discounts d WHERE d.id = %(id)s

-- name: page
SELECT d.id, d.title, d.kind, d.code, d.percent, d.amount, d.currency, d.buy_qty, d.get_qty, d.scope, d.scope_ids,
  d.minimum_subtotal_amount, d.minimum_qty, d.starts_at, d.ends_at, d.usage_limit, d.usage_limit_per_buyer, d.exclusive,
  d.first_order_only, d.active, d.version,
  (SELECT count(*) FROM discount_uses u WHERE u.discount_id = d.id), d.created_at, d.updated_at
FROM discounts d
WHERE (%(q)s::text IS NULL OR starts_with(d.code_key, upper(%(q)s::text COLLATE "C")) OR starts_with(lower(d.title), lower(%(q)s::text)))
  AND (%(active)s::boolean IS NULL OR d.active = %(active)s)
ORDER BY d.created_at DESC, d.id DESC LIMIT %(limit)s OFFSET %(offset)s

-- name: page_total
SELECT count(*) FROM discounts d
WHERE (%(q)s::text IS NULL OR starts_with(d.code_key, upper(%(q)s::text COLLATE "C")) OR starts_with(lower(d.title), lower(%(q)s::text)))
  AND (%(active)s::boolean IS NULL OR d.active = %(active)s)
