DROP TABLE inventory_past_versions;
