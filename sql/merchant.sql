-- name: find
SELECT name, country, timezone, prices_include_tax, email, phone, address, legal_name, legal_form, company_number, vat_number,
  integration_settings, version, invoice_automatic, invoice_prefix, credit_note_prefix, invoice_numbers_yearly,
  invoice_first_numbers, invoice_exemption, invoice_footer
FROM settings

-- name: write
INSERT INTO settings (
  name, country, timezone, prices_include_tax, email, phone, address, legal_name, legal_form, company_number, vat_number,
  integration_settings, version, invoice_automatic, invoice_prefix, credit_note_prefix, invoice_numbers_yearly,
  invoice_first_numbers, invoice_exemption, invoice_footer, updated_at
) VALUES (
  %(name)s, %(country)s, %(timezone)s, %(prices_include_tax)s, %(email)s, %(phone)s, %(address)s, %(legal_name)s, %(legal_form)s,
  %(company_number)s, %(vat_number)s, %(integration_settings)s, %(version)s, %(invoice_automatic)s, %(invoice_prefix)s,
  %(credit_note_prefix)s, %(invoice_numbers_yearly)s, %(invoice_first_numbers)s, %(invoice_exemption)s, %(invoice_footer)s, %(now)s
)
ON CONFLICT (singleton) DO UPDATE SET
  name = excluded.name, country = excluded.country, timezone = excluded.timezone,
  prices_include_tax = excluded.prices_include_tax, email = excluded.email, phone = excluded.phone, address = excluded.address,
  legal_name = excluded.legal_name, legal_form = excluded.legal_form, company_number = excluded.company_number,
  vat_number = excluded.vat_number, integration_settings = excluded.integration_settings, version = excluded.version,
  invoice_automatic = excluded.invoice_automatic, invoice_prefix = excluded.invoice_prefix,
  credit_note_prefix = excluded.credit_note_prefix, invoice_numbers_yearly = excluded.invoice_numbers_yearly,
  invoice_first_numbers = excluded.invoice_first_numbers, invoice_exemption = excluded.invoice_exemption,
  invoice_footer = excluded.invoice_footer,
  updated_at = excluded.updated_at
