-- What every change of a cart pays for.

-- The log of a cart is only ever written by the statement that writes the cart, whose row is locked or new: checking that it is there
-- cost a third of writing it. Whoever deletes carts deletes their log.
ALTER TABLE cart_events DROP CONSTRAINT cart_events_cart_id_fkey;

-- What the shop's history says of a discount and of a cart's buyer. A function, so that a cart without such a discount, which most
-- are, does not even set these questions up; in plpgsql, because one in SQL would be inlined. The cart's own order is left out.
CREATE FUNCTION discount_history(d discounts, c carts, buyer_email text, OUT used integer, OUT by_buyer integer, OUT earlier integer)
LANGUAGE plpgsql STABLE AS $$
BEGIN
  used := d.uses;
  by_buyer := 0;
  earlier := 0;
  IF d.usage_limit IS NOT NULL THEN
    used := d.uses - (
      SELECT count(*) FROM orders o JOIN discount_uses own ON own.order_id = o.id
      WHERE o.cart_id = c.id AND o.status <> 'CANCELLED' AND own.discount_id = d.id
    );
  END IF;
  IF d.usage_limit_per_buyer IS NOT NULL THEN
    by_buyer := coalesce((
      SELECT max(u.uses - (
        SELECT count(*) FROM orders o JOIN discount_uses own ON own.order_id = o.id
        WHERE o.cart_id = c.id AND o.status <> 'CANCELLED' AND own.discount_id = d.id AND u.buyer = ANY (own.buyers)
      )) FROM discount_buyers u
      WHERE u.discount_id = d.id AND u.buyer = ANY (buyer_keys(buyer_email, c.customer_id))
    ), 0);
  END IF;
  IF d.first_order_only AND (
    EXISTS (
      SELECT FROM orders o WHERE lower(o.email) = lower(buyer_email) AND o.status <> 'CANCELLED' AND o.cart_id IS DISTINCT FROM c.id
    )
    OR EXISTS (
      SELECT FROM orders o WHERE o.customer_id = c.customer_id AND o.status <> 'CANCELLED' AND o.cart_id IS DISTINCT FROM c.id
    )
  ) THEN
    earlier := 1;
  END IF;
END
$$;
