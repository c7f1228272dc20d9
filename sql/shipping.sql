-- name: zones
-- Every zone with its options, a row each; one statement, because they are read together and are few.
SELECT z.id, z.title, z.countries, z.regions, z.postal_prefixes, z.rest_of_world, z.version,
  o.id, o.title, o.price_by, o.bands, o.free_from_amount, o.currency, o.estimated_days, o.active, o.tax_class
FROM shipping_zones z LEFT JOIN shipping_options o ON o.zone_id = z.id
ORDER BY z.created_at, z.id, o.position

-- name: write_zone
INSERT INTO shipping_zones (id, title, countries, regions, postal_prefixes, rest_of_world, version, created_at)
VALUES (%(id)s, %(title)s, %(countries)s, %(regions)s, %(postal_prefixes)s, %(rest_of_world)s, %(version)s, %(now)s)
ON CONFLICT (id) DO UPDATE SET
  title = excluded.title, countries = excluded.countries, regions = excluded.regions,
  postal_prefixes = excluded.postal_prefixes, rest_of_world = excluded.rest_of_world, version = excluded.version

-- name: drop_options
-- Those the zone no longer has.
DELETE FROM shipping_options WHERE zone_id = %(zone_id)s AND id <> ALL (%(kept)s::text[])

-- name: write_option
INSERT INTO shipping_options (
  id, zone_id, position, title, price_by, bands, free_from_amount, currency, estimated_days, active, tax_class
) VALUES (
  %(id)s, %(zone_id)s, %(position)s, %(title)s, %(price_by)s, %(bands)s, %(free_from_amount)s, %(currency)s, %(estimated_days)s,
  %(active)s, %(tax_class)s
)
ON CONFLICT (id) DO UPDATE SET
  position = excluded.position, title = excluded.title, price_by = excluded.price_by, bands = excluded.bands,
  free_from_amount = excluded.free_from_amount, estimated_days = excluded.estimated_days, active = excluded.active,
  tax_class = excluded.tax_class

-- name: remove_zone
DELETE FROM shipping_zones WHERE id = %(id)s
