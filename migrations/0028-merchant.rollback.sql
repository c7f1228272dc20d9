DROP FUNCTION bump_pricing_revision();
DROP TABLE settings;
