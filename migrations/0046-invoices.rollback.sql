DROP TABLE invoice_prints, invoices, invoice_series;
DROP FUNCTION refuse_gap();
ALTER TABLE settings
  DROP COLUMN invoice_automatic, DROP COLUMN invoice_prefix, DROP COLUMN credit_note_prefix, DROP COLUMN invoice_numbers_yearly,
  DROP COLUMN invoice_first_numbers, DROP COLUMN invoice_exemption, DROP COLUMN invoice_footer;
