DROP TABLE shipping_options, shipping_zones, tax_rates;
