-- Which rate counts for a variant, as long as it is taxable; and the VAT number that was confirmed for a cart, as it was then
-- written: another number has to be confirmed again.

ALTER TABLE product_variants ADD COLUMN tax_class text NOT NULL DEFAULT 'standard'
  CHECK (tax_class IN ('standard', 'reduced', 'zero', 'exempt'));
ALTER TABLE carts ADD COLUMN confirmed_vat_number text;
