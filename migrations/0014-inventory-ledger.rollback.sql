DROP VIEW inventory_orphans;
ALTER TABLE inventory_items DROP low_threshold;
ALTER TABLE inventory_movements DROP note;
