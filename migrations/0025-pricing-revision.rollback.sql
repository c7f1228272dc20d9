DROP TABLE pricing_revision;
