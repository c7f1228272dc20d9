-- How operators find orders among any number of them.

-- Where an order stands is three things, asked for in every combination; the list of a combination is then a range of one index.
DROP INDEX orders_by_status;
CREATE INDEX orders_by_state ON orders (status, payment_status, fulfillment_status, placed_at DESC, id DESC);
CREATE INDEX orders_by_total ON orders (total_amount, id);
CREATE INDEX disputes_undecided ON disputes (order_id) WHERE closed_at IS NULL;

-- The words an order is found by, folded by those who write it. Found by their beginnings.
ALTER TABLE orders ADD COLUMN words tsvector NOT NULL DEFAULT '';
UPDATE orders o SET words = coalesce((
  SELECT array_to_tsvector(array_agg(DISTINCT left(w.word, 100)))
  FROM (
    SELECT lower(translate(
      concat_ws(' ', o.number, o.reference, o.email, split_part(o.email, '@', 2), o.shipping_address ->> 'name',
        o.shipping_address ->> 'company', o.billing_address ->> 'name', o.billing_address ->> 'company',
        (SELECT string_agg(i.sku, ' ') FROM order_items i WHERE i.order_id = o.id)),
      'ÀÁÂÃÄÅàáâãäåÇçÈÉÊËèéêëÌÍÎÏìíîïÑñÒÓÔÕÖòóôõöÙÚÛÜùúûüÝýÿŠšŽž', 'AAAAAAaaaaaaCcEEEEeeeeIIIIiiiiNnOOOOOoooooUUUUuuuuYyySsZz'
    )) AS text
  ) said
  CROSS JOIN LATERAL (
    SELECT unnest(regexp_split_to_array(said.text, '\s+')) UNION SELECT unnest(regexp_split_to_array(said.text, '[^[:alnum:]]+'))
  ) AS w (word)
  WHERE w.word <> ''
), '');
CREATE INDEX orders_by_words ON orders USING gin (words);

-- Which orders a list is about: every list, count and file asks here, and adds the order and the index it goes by. It is a part of
-- the statement that calls it: PostgreSQL puts the text of such a function in its place, and sees through it to the indexes. That
-- all conditions are one CASE keeps it from guessing: plans are made once for whatever is asked, and a guess for each condition
-- would say that next to nothing fits, so that no list would go along the index of its order.
CREATE FUNCTION orders_fitting(
  of_status text[], of_payment_status text[], of_fulfillment_status text[], placed_since timestamptz, placed_until timestamptz,
  paid_since timestamptz, paid_until timestamptz, least_total bigint, most_total bigint, of_currency text, having_words tsquery,
  with_case boolean
) RETURNS SETOF orders LANGUAGE sql STABLE AS $$
  SELECT o.* FROM orders o
  WHERE CASE
    WHEN o.status = ANY (of_status) AND o.payment_status = ANY (of_payment_status)
      AND o.fulfillment_status = ANY (of_fulfillment_status)
      AND o.placed_at >= placed_since AND o.placed_at < placed_until
      AND (paid_since IS NULL OR (o.paid_at >= paid_since AND o.paid_at < paid_until))
      AND o.total_amount BETWEEN least_total AND most_total
      AND (of_currency IS NULL OR o.currency = of_currency)
      AND (having_words IS NULL OR o.words @@ having_words)
      AND (
        NOT with_case
        OR EXISTS (SELECT FROM payment_exceptions e WHERE e.order_id = o.id AND e.status = 'open')
        OR EXISTS (SELECT FROM disputes d WHERE d.order_id = o.id AND d.closed_at IS NULL)
      )
    THEN true ELSE false END
$$;
