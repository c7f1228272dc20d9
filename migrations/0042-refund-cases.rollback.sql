DELETE FROM payment_exceptions WHERE kind = 'refund_made_elsewhere';
ALTER TABLE payment_exceptions
  DROP CONSTRAINT payment_exceptions_kind_check,
  ADD CONSTRAINT payment_exceptions_kind_check CHECK (
    kind IN ('amount_differs', 'paid_without_order', 'order_without_payment', 'refund_failed')
  );
