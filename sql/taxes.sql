-- name: one
SELECT id, country, region, tax_class, rate, title, valid_from, valid_to, source, version FROM tax_rates WHERE id = %(id)s

-- name: of_countries
-- Over all time: an overlap may lie in the past or in the future.
SELECT id, country, region, tax_class, rate, title, valid_from, valid_to, source, version
FROM tax_rates WHERE country = ANY (%(countries)s::text[])

-- name: write
INSERT INTO tax_rates (id, country, region, tax_class, rate, title, valid_from, valid_to, source, version)
VALUES (
  %(id)s, %(country)s, %(region)s, %(tax_class)s, %(rate)s, %(title)s, %(valid_from)s, %(valid_to)s, %(source)s, %(version)s
)
ON CONFLICT (id) DO UPDATE SET
  rate = excluded.rate, title = excluded.title, valid_from = excluded.valid_from, valid_to = excluded.valid_to,
  source = excluded.source, version = excluded.version

-- name: remove
DELETE FROM tax_rates WHERE id = %(id)s

-- name: page
-- There are some hundred rates at most, so the filters need no index.
SELECT id, country, region, tax_class, rate, title, valid_from, valid_to, source, version FROM tax_rates
WHERE (%(country)s::text IS NULL OR country = %(country)s)
  AND (%(on)s::date IS NULL OR valid_from <= %(on)s AND (valid_to IS NULL OR valid_to >= %(on)s))
ORDER BY country, coalesce(region, ''), tax_class, valid_from DESC LIMIT %(limit)s OFFSET %(offset)s

-- name: count
SELECT count(*) FROM tax_rates
WHERE (%(country)s::text IS NULL OR country = %(country)s)
  AND (%(on)s::date IS NULL OR valid_from <= %(on)s AND (valid_to IS NULL OR valid_to >= %(on)s))
