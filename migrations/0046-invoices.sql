-- Invoices, credit notes and what cancels those: numbered without a gap, frozen as they were issued.

ALTER TABLE settings
  ADD COLUMN invoice_automatic boolean NOT NULL DEFAULT true,
  ADD COLUMN invoice_prefix text NOT NULL DEFAULT 'FA-' CHECK (length(invoice_prefix) BETWEEN 1 AND 16),
  ADD COLUMN credit_note_prefix text NOT NULL DEFAULT 'AV-' CHECK (length(credit_note_prefix) BETWEEN 1 AND 16),
  ADD COLUMN invoice_numbers_yearly boolean NOT NULL DEFAULT true,
  ADD COLUMN invoice_first_numbers text[] NOT NULL DEFAULT '{}',
  ADD COLUMN invoice_exemption text,
  ADD COLUMN invoice_footer text;

-- A series is what its numbers begin with. Its row is locked by whoever issues until the transaction ends: who fails takes the
-- number back, and the next one gets it. A sequence would leave a gap.
CREATE TABLE invoice_series (
  head text PRIMARY KEY,
  first bigint NOT NULL CHECK (first >= 1),
  last bigint NOT NULL,
  issued_on date NOT NULL, -- of the latest: no later number has an earlier day
  CHECK (last >= first)
);

CREATE TABLE invoices (
  id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('invoice', 'credit_note', 'reversal')),
  series text NOT NULL REFERENCES invoice_series,
  ordinal bigint NOT NULL CHECK (ordinal >= 1),
  number text NOT NULL CONSTRAINT invoices_number_key UNIQUE,
  order_id uuid NOT NULL REFERENCES orders,
  refund_id uuid REFERENCES refunds,
  refers_to_id uuid REFERENCES invoices,
  issued_on date NOT NULL,
  issued_at timestamptz NOT NULL,
  currency char(3) NOT NULL,
  net_amount bigint NOT NULL CHECK (net_amount >= 0),
  tax_amount bigint NOT NULL CHECK (tax_amount >= 0),
  total_amount bigint NOT NULL,
  paper jsonb NOT NULL,
  CONSTRAINT invoices_ordinal_key UNIQUE (series, ordinal),
  CHECK (total_amount = net_amount + tax_amount),
  CHECK ((kind = 'invoice') = (refund_id IS NULL)),
  CHECK ((kind = 'invoice') = (refers_to_id IS NULL))
);
CREATE UNIQUE INDEX invoices_one_of_an_order ON invoices (order_id) WHERE kind = 'invoice';
CREATE UNIQUE INDEX invoices_one_of_a_refund ON invoices (refund_id, kind) WHERE refund_id IS NOT NULL;
CREATE INDEX invoices_order ON invoices (order_id, id);
CREATE INDEX invoices_journal ON invoices (issued_on, number);
CREATE INDEX invoices_by_kind ON invoices (kind, id);

-- What the first printed copy of each was, so that a later one can be compared with it.
CREATE TABLE invoice_prints (
  invoice_id uuid PRIMARY KEY REFERENCES invoices,
  sha256 bytea NOT NULL CHECK (length(sha256) = 32),
  printed_at timestamptz NOT NULL
);

CREATE TRIGGER invoices_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON invoices
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER invoice_prints_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON invoice_prints
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A number that was given is never given again: a series counts up by one, and never goes away.
CREATE FUNCTION refuse_gap() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR NEW.head <> OLD.head OR NEW.first <> OLD.first OR NEW.last <> OLD.last + 1 THEN
    RAISE EXCEPTION 'the series % only counts up by one', OLD.head USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER invoice_series_gapless BEFORE UPDATE OR DELETE ON invoice_series FOR EACH ROW EXECUTE FUNCTION refuse_gap();
