ALTER TABLE carts DROP COLUMN confirmed_vat_number;
ALTER TABLE product_variants DROP COLUMN tax_class;
