-- name: find
SELECT name, country, timezone, prices_include_tax, email, phone, address, legal_name, legal_form, company_number, vat_number,
  integration_settings, version
FROM settings

-- name: write
INSERT INTO settings (
  name, country, timezone, prices_include_tax, email, phone, address, legal_name, legal_form, company_number, vat_number,
  integration_settings, version, updated_at
) VALUES (
  %(name)s, %(country)s, %(timezone)s, %(prices_include_tax)s, %(email)s, %(phone)s, %(address)s, %(legal_name)s, %(legal_form)s,
  %(company_number)s, %(vat_number)s, %(integration_settings)s, %(version)s, %(now)s
)
ON CONFLICT (singleton) DO UPDATE SET
  name = excluded.name, country = excluded.country, timezone = excluded.timezone,
  prices_include_tax = excluded.prices_include_tax, email = excluded.email, phone = excluded.phone, address = excluded.address,
  legal_name = excluded.legal_name, legal_form = excluded.legal_form, company_number = excluded.company_number,
  vat_number = excluded.vat_number, integration_settings = excluded.integration_settings, version = excluded.version,
  updated_at = excluded.updated_at
