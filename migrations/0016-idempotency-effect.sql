-- A request that took effect and whose answer was lost must not run again: its effect is marked in its own transaction.

ALTER TABLE idempotency_keys ADD COLUMN effect_at timestamptz;

-- A fence as well as a mark. Whoever lost the key meanwhile (its lease ran out, or its answer was given up) may not commit any
-- more, because somebody else may be running the same request. Only an error inside the transaction can stop a commit that is
-- already on its way. A transaction that wrote nothing has no number yet, and no effect.
CREATE FUNCTION mark_idempotency_effect(of_scope text, of_key text, of_owner uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF pg_current_xact_id_if_assigned() IS NULL THEN
    RETURN;
  END IF;
  UPDATE idempotency_keys SET effect_at = shop_now() WHERE scope = of_scope AND key = of_key AND owner = of_owner;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the idempotency key belongs to another request by now' USING ERRCODE = 'lock_not_available';
  END IF;
END
$$;
