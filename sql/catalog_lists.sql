-- name: list_newest
-- The front page of the shop or of a category. A shelf's index gives the order, so a page costs the same on every shelf and in every
-- shop, and the total is kept by a trigger. One row more than the page is read: whether there is one tells if a page follows. OFFSET 0
-- has each product fetched by its id; PostgreSQL, which does not know how long a page is, might rather read them all.
WITH asked AS MATERIALIZED (
  SELECT CASE WHEN %(category)s::text IS NULL THEN '00000000-0000-0000-0000-000000000000'::uuid
    ELSE (SELECT id FROM categories WHERE slug = %(category)s::text) END AS shelf
), page AS MATERIALIZED (
  SELECT product_id, created_at, in_stock, changed_at, row_number() OVER () AS place
  FROM (
    SELECT product_id, created_at, in_stock, changed_at FROM product_listings
    WHERE shelf = (SELECT shelf FROM asked) AND (in_stock OR NOT %(in_stock)s::boolean)
      AND (created_at, product_id) < (%(after)s::timestamptz, %(after_id)s::uuid)
    ORDER BY created_at DESC, product_id DESC LIMIT %(limit)s::integer + 1 OFFSET %(offset)s
  ) AS listed
)
SELECT
  concat(
    '{"items":[', cards.items, '],"page":', %(page)s::integer, ',"per_page":', %(limit)s::integer, ',"total":',
    coalesce(totals.products, 0) - CASE WHEN %(in_stock)s::boolean
      THEN (SELECT count(*) FROM product_listings WHERE shelf = (SELECT shelf FROM asked) AND NOT in_stock) ELSE 0 END,
    ',"next_cursor":', CASE WHEN cards.shown > %(limit)s THEN (
      SELECT to_json(encode(convert_to(concat_ws(' ', 'newest', product_id, created_at), 'UTF8'), 'hex')) FROM page WHERE place = %(limit)s
    ) ELSE 'null' END,
    ',"facets": null}'
  ),
  greatest(totals.changed_at, cards.changed_at)
FROM (
  SELECT count(*) AS shown, max(greatest(p.updated_at, page.changed_at)) AS changed_at,
    string_agg(concat(
      p.card, ',"in_stock":', CASE WHEN page.in_stock THEN 'true' ELSE 'false' END, ',"url":"', %(url_before)s::text, p.slug, %(url_after)s::text, '"}'
    ), ',' ORDER BY page.place) FILTER (WHERE page.place <= %(limit)s) AS items
  FROM page CROSS JOIN LATERAL (SELECT card, slug, updated_at FROM products WHERE id = page.product_id OFFSET 0) AS p
) AS cards
LEFT JOIN listing_totals totals ON totals.shelf = (SELECT shelf FROM asked)

-- name: list_by_title
WITH asked AS MATERIALIZED (
  SELECT CASE WHEN %(category)s::text IS NULL THEN '00000000-0000-0000-0000-000000000000'::uuid
    ELSE (SELECT id FROM categories WHERE slug = %(category)s::text) END AS shelf
), page AS MATERIALIZED (
  SELECT product_id, sort_title, in_stock, changed_at, row_number() OVER () AS place
  FROM (
    SELECT product_id, sort_title, in_stock, changed_at FROM product_listings
    WHERE shelf = (SELECT shelf FROM asked) AND (in_stock OR NOT %(in_stock)s::boolean)
      AND (sort_title, product_id) > (%(after)s::text, %(after_id)s::uuid)
    ORDER BY sort_title, product_id LIMIT %(limit)s::integer + 1 OFFSET %(offset)s
  ) AS listed
)
SELECT
  concat(
    '{"items":[', cards.items, '],"page":', %(page)s::integer, ',"per_page":', %(limit)s::integer, ',"total":',
    coalesce(totals.products, 0) - CASE WHEN %(in_stock)s::boolean
      THEN (SELECT count(*) FROM product_listings WHERE shelf = (SELECT shelf FROM asked) AND NOT in_stock) ELSE 0 END,
    ',"next_cursor":', CASE WHEN cards.shown > %(limit)s THEN (
      SELECT to_json(encode(convert_to(concat_ws(' ', 'title', product_id, sort_title), 'UTF8'), 'hex')) FROM page WHERE place = %(limit)s
    ) ELSE 'null' END,
    ',"facets": null}'
  ),
  greatest(totals.changed_at, cards.changed_at)
FROM (
  SELECT count(*) AS shown, max(greatest(p.updated_at, page.changed_at)) AS changed_at,
    string_agg(concat(
      p.card, ',"in_stock":', CASE WHEN page.in_stock THEN 'true' ELSE 'false' END, ',"url":"', %(url_before)s::text, p.slug, %(url_after)s::text, '"}'
    ), ',' ORDER BY page.place) FILTER (WHERE page.place <= %(limit)s) AS items
  FROM page CROSS JOIN LATERAL (SELECT card, slug, updated_at FROM products WHERE id = page.product_id OFFSET 0) AS p
) AS cards
LEFT JOIN listing_totals totals ON totals.shelf = (SELECT shelf FROM asked)

-- name: list_cheapest
WITH asked AS MATERIALIZED (
  SELECT CASE WHEN %(category)s::text IS NULL THEN '00000000-0000-0000-0000-000000000000'::uuid
    ELSE (SELECT id FROM categories WHERE slug = %(category)s::text) END AS shelf
), page AS MATERIALIZED (
  SELECT product_id, price_amount, in_stock, changed_at, row_number() OVER () AS place
  FROM (
    SELECT product_id, price_amount, in_stock, changed_at FROM product_listings
    WHERE shelf = (SELECT shelf FROM asked) AND (in_stock OR NOT %(in_stock)s::boolean)
      AND (price_amount, product_id) > (%(after)s::bigint, %(after_id)s::uuid)
    ORDER BY price_amount, product_id LIMIT %(limit)s::integer + 1 OFFSET %(offset)s
  ) AS listed
)
SELECT
  concat(
    '{"items":[', cards.items, '],"page":', %(page)s::integer, ',"per_page":', %(limit)s::integer, ',"total":',
    coalesce(totals.products, 0) - CASE WHEN %(in_stock)s::boolean
      THEN (SELECT count(*) FROM product_listings WHERE shelf = (SELECT shelf FROM asked) AND NOT in_stock) ELSE 0 END,
    ',"next_cursor":', CASE WHEN cards.shown > %(limit)s THEN (
      SELECT to_json(encode(convert_to(concat_ws(' ', 'price', product_id, price_amount), 'UTF8'), 'hex')) FROM page WHERE place = %(limit)s
    ) ELSE 'null' END,
    ',"facets": null}'
  ),
  greatest(totals.changed_at, cards.changed_at)
FROM (
  SELECT count(*) AS shown, max(greatest(p.updated_at, page.changed_at)) AS changed_at,
    string_agg(concat(
      p.card, ',"in_stock":', CASE WHEN page.in_stock THEN 'true' ELSE 'false' END, ',"url":"', %(url_before)s::text, p.slug, %(url_after)s::text, '"}'
    ), ',' ORDER BY page.place) FILTER (WHERE page.place <= %(limit)s) AS items
  FROM page CROSS JOIN LATERAL (SELECT card, slug, updated_at FROM products WHERE id = page.product_id OFFSET 0) AS p
) AS cards
LEFT JOIN listing_totals totals ON totals.shelf = (SELECT shelf FROM asked)

-- name: list_dearest
WITH asked AS MATERIALIZED (
  SELECT CASE WHEN %(category)s::text IS NULL THEN '00000000-0000-0000-0000-000000000000'::uuid
    ELSE (SELECT id FROM categories WHERE slug = %(category)s::text) END AS shelf
), page AS MATERIALIZED (
  SELECT product_id, price_amount, in_stock, changed_at, row_number() OVER () AS place
  FROM (
    SELECT product_id, price_amount, in_stock, changed_at FROM product_listings
    WHERE shelf = (SELECT shelf FROM asked) AND (in_stock OR NOT %(in_stock)s::boolean)
      AND (price_amount, product_id) < (%(after)s::bigint, %(after_id)s::uuid)
    ORDER BY price_amount DESC, product_id DESC LIMIT %(limit)s::integer + 1 OFFSET %(offset)s
  ) AS listed
)
SELECT
  concat(
    '{"items":[', cards.items, '],"page":', %(page)s::integer, ',"per_page":', %(limit)s::integer, ',"total":',
    coalesce(totals.products, 0) - CASE WHEN %(in_stock)s::boolean
      THEN (SELECT count(*) FROM product_listings WHERE shelf = (SELECT shelf FROM asked) AND NOT in_stock) ELSE 0 END,
    ',"next_cursor":', CASE WHEN cards.shown > %(limit)s THEN (
      SELECT to_json(encode(convert_to(concat_ws(' ', '-price', product_id, price_amount), 'UTF8'), 'hex')) FROM page WHERE place = %(limit)s
    ) ELSE 'null' END,
    ',"facets": null}'
  ),
  greatest(totals.changed_at, cards.changed_at)
FROM (
  SELECT count(*) AS shown, max(greatest(p.updated_at, page.changed_at)) AS changed_at,
    string_agg(concat(
      p.card, ',"in_stock":', CASE WHEN page.in_stock THEN 'true' ELSE 'false' END, ',"url":"', %(url_before)s::text, p.slug, %(url_after)s::text, '"}'
    ), ',' ORDER BY page.place) FILTER (WHERE page.place <= %(limit)s) AS items
  FROM page CROSS JOIN LATERAL (SELECT card, slug, updated_at FROM products WHERE id = page.product_id OFFSET 0) AS p
) AS cards
LEFT JOIN listing_totals totals ON totals.shelf = (SELECT shelf FROM asked)

-- name: list_filtered
-- Every filter in one constant text. The branches of `candidates` and the last one of `found` exclude each other by conditions on
-- parameters alone, so only one of them runs, and the narrowest kind of filter that was given (words, tag, option or attribute,
-- shelf) leads, through its index. What is left is checked on the candidates; they have to be walked anyway, because they are
-- counted. Words that find nothing published are taken for misspelt: each then stands for the nearest words the catalogue knows. OFFSET 0
-- and LIMIT 1 keep subqueries whole, because PostgreSQL cannot know which conditions apply and would guess a bad join.
WITH asked AS MATERIALIZED (
  SELECT
    CASE WHEN %(category)s::text IS NULL THEN '00000000-0000-0000-0000-000000000000'::uuid
      ELSE (SELECT id FROM categories WHERE slug = %(category)s::text) END AS shelf,
    search_query(%(words)s::text, %(unfinished)s::boolean) AS words
), worded AS MATERIALIZED (
  SELECT s.product_id, CASE WHEN %(sort)s::text = 'relevance' THEN ts_rank(s.document, (SELECT words FROM asked)) END AS rank
  FROM product_search s WHERE s.document @@ (SELECT words FROM asked)
), nearest AS MATERIALIZED (
  SELECT g.place, near.word
  FROM jsonb_to_recordset(%(guesses)s::jsonb) AS g (place integer, trigrams text[])
  CROSS JOIN LATERAL (
    SELECT w.word
    FROM search_words w
    CROSS JOIN LATERAL (SELECT count(*) AS n FROM unnest(w.trigrams) AS t WHERE t = ANY (g.trigrams)) AS shared
    -- The first of the sorted trigrams is a word's first letter alone, which would bring in half of the dictionary.
    WHERE w.trigrams && g.trigrams[2:]
      AND shared.n >= 0.3 * (cardinality(w.trigrams) + cardinality(g.trigrams) - shared.n)
    ORDER BY shared.n::real / (cardinality(w.trigrams) + cardinality(g.trigrams) - shared.n) DESC
    FETCH FIRST 1 ROW WITH TIES
  ) AS near
  WHERE (
    SELECT true FROM worded w CROSS JOIN LATERAL (
      SELECT 1 FROM product_listings
      WHERE product_id = w.product_id AND shelf = '00000000-0000-0000-0000-000000000000' OFFSET 0
    ) AS published LIMIT 1
  ) IS NULL
), guessed AS MATERIALIZED (
  SELECT string_agg('(' || choices || ')', ' & ')::tsquery AS words
  FROM (SELECT string_agg(quote_literal(word), ' | ') AS choices FROM nearest GROUP BY place) AS each_word
  HAVING count(*) = jsonb_array_length(%(guesses)s::jsonb)
), candidates AS (
  SELECT product_id, rank FROM worded
  UNION ALL
  SELECT s.product_id, CASE WHEN %(sort)s::text = 'relevance' THEN ts_rank(s.document, g.words) END
  FROM guessed g JOIN product_search s ON s.document @@ g.words
  UNION ALL
  SELECT pt.product_id, NULL FROM tags t JOIN product_tags pt ON pt.tag_id = t.id
  WHERE t.slug = %(tag)s::text AND %(words)s::text IS NULL
  UNION ALL
  SELECT product_id, NULL FROM product_search
  WHERE facets && %(facet)s::text[] AND %(words)s::text IS NULL AND %(tag)s::text IS NULL
), found AS MATERIALIZED (
  SELECT c.product_id, l.created_at, l.price_amount, l.sort_title, l.in_stock, c.rank
  FROM candidates c CROSS JOIN LATERAL (
    SELECT created_at, price_amount, sort_title, in_stock FROM product_listings
    WHERE product_id = c.product_id AND shelf = (SELECT shelf FROM asked) OFFSET 0
  ) AS l
  UNION ALL
  SELECT product_id, created_at, price_amount, sort_title, in_stock, NULL FROM product_listings
  WHERE shelf = (SELECT shelf FROM asked)
    AND price_amount BETWEEN coalesce(%(min_price)s::bigint, 0) AND coalesce(%(max_price)s::bigint, 99999999999)
    AND %(words)s::text IS NULL AND %(tag)s::text IS NULL AND %(facet)s::text[] IS NULL
), matching AS MATERIALIZED (
  SELECT f.product_id, f.created_at, f.price_amount, f.sort_title, f.in_stock, f.rank
  FROM found f
  WHERE (%(min_price)s::bigint IS NULL OR f.price_amount >= %(min_price)s::bigint)
    AND (%(max_price)s::bigint IS NULL OR f.price_amount <= %(max_price)s::bigint)
    AND (%(in_stock)s::boolean IS NULL OR f.in_stock = %(in_stock)s::boolean)
    AND (%(tag)s::text IS NULL OR f.product_id IN (
      SELECT pt.product_id FROM tags t JOIN product_tags pt ON pt.tag_id = t.id WHERE t.slug = %(tag)s::text))
    -- One variant has to have all the options: a blue one and a large one are not a large blue one.
    AND (%(options)s::jsonb IS NULL OR (
      SELECT true FROM products p JOIN product_variants v ON v.product_id = p.id
      WHERE p.id = f.product_id AND NOT EXISTS (
        SELECT 1 FROM jsonb_to_recordset(%(options)s::jsonb) AS o (name text, wanted text[])
        WHERE NOT coalesce(v.option_values[array_position(p.option_names, o.name)] = ANY (o.wanted), false))
      LIMIT 1) IS NOT NULL)
    AND (%(attributes)s::jsonb IS NULL OR (
      SELECT true FROM products p
      WHERE p.id = f.product_id AND NOT EXISTS (
        SELECT 1 FROM jsonb_to_recordset(%(attributes)s::jsonb) AS a (name text, wanted text[])
        WHERE NOT coalesce(p.attributes ->> a.name = ANY (a.wanted), false))
      LIMIT 1) IS NOT NULL)
), page AS MATERIALIZED (
  SELECT product_id, in_stock, key, row_number() OVER () AS place FROM (
    SELECT product_id, in_stock, CASE %(sort)s::text
      WHEN 'newest' THEN created_at::text WHEN 'title' THEN sort_title WHEN 'relevance' THEN rank::text ELSE price_amount::text END AS key
    FROM matching
    WHERE %(after_id)s::uuid IS NULL OR CASE %(sort)s::text
      WHEN 'newest' THEN (created_at, product_id) < (%(after)s::text::timestamptz, %(after_id)s::uuid)
      WHEN 'title' THEN (sort_title, product_id) > (%(after)s::text COLLATE "C", %(after_id)s::uuid)
      WHEN 'relevance' THEN (rank, product_id) < (%(after)s::text::real, %(after_id)s::uuid)
      WHEN 'price' THEN (price_amount, product_id) > (%(after)s::text::bigint, %(after_id)s::uuid)
      ELSE (price_amount, product_id) < (%(after)s::text::bigint, %(after_id)s::uuid) END
    ORDER BY
      CASE %(sort)s::text WHEN 'newest' THEN created_at END DESC,
      CASE %(sort)s::text WHEN 'title' THEN sort_title END,
      CASE %(sort)s::text WHEN 'relevance' THEN rank END DESC,
      CASE %(sort)s::text WHEN 'price' THEN price_amount WHEN '-price' THEN -price_amount END,
      CASE WHEN %(sort)s::text IN ('price', 'title') THEN product_id END,
      product_id DESC
    LIMIT %(limit)s::integer + 1 OFFSET %(offset)s
  ) AS sorted
)
SELECT concat(
  '{"items":[', (
    SELECT string_agg(concat(
      p.card, ',"in_stock":', CASE WHEN page.in_stock THEN 'true' ELSE 'false' END,
      ',"url":"', %(url_before)s::text, p.slug, %(url_after)s::text, '"}'
    ), ',' ORDER BY page.place)
    FROM page CROSS JOIN LATERAL (SELECT card, slug FROM products WHERE id = page.product_id OFFSET 0) AS p
    WHERE page.place <= %(limit)s
  ), '],"page":', %(page)s::integer, ',"per_page":', %(limit)s::integer, ',"total":', (SELECT count(*) FROM matching),
  ',"next_cursor":', CASE WHEN (SELECT count(*) FROM page) > %(limit)s THEN (
    SELECT to_json(encode(convert_to(concat_ws(' ', %(sort)s::text, product_id, key), 'UTF8'), 'hex')) FROM page WHERE place = %(limit)s
  )::text ELSE 'null' END,
  ',"facets":', CASE WHEN %(facets)s::boolean THEN (
    SELECT coalesce(json_agg(json_build_object('name', name, 'values', counted) ORDER BY kind, name), '[]') FROM (
      SELECT kind, name, json_agg(
        json_build_object('value', value, 'label', label, 'count', products) ORDER BY products DESC, label, value) AS counted
      FROM (
        SELECT kind, name, value, label, products,
          row_number() OVER (PARTITION BY kind, name ORDER BY products DESC, label, value) AS place
        FROM (
          SELECT 1 AS kind, 'category' AS name, c.slug AS value, c.title AS label, count(*) AS products
          FROM matching m JOIN product_listings l ON l.product_id = m.product_id JOIN categories c ON c.id = l.shelf GROUP BY c.id
          UNION ALL
          SELECT 2, 'tag', t.slug, t.title, count(*)
          FROM matching m JOIN product_tags pt ON pt.product_id = m.product_id JOIN tags t ON t.id = pt.tag_id GROUP BY t.id
          UNION ALL
          SELECT 3, 'in_stock', in_stock::text, in_stock::text, count(*) FROM matching GROUP BY in_stock
          UNION ALL
          SELECT 4, split_part(entry, chr(31), 1), split_part(entry, chr(31), 2), split_part(entry, chr(31), 2), count(*)
          FROM matching m JOIN product_search s ON s.product_id = m.product_id CROSS JOIN unnest(s.facets) AS entry GROUP BY entry
        ) AS counts
      ) AS ranked
      WHERE place <= 100 GROUP BY kind, name
    ) AS facets
  )::text ELSE 'null' END,
  '}'
)

-- name: for_staff
-- What came last, in any status: the first thing an operator sees, and no more rows are read than are shown.
SELECT p.id, p.slug, p.title, p.status, p.vendor, p.price_from_amount, p.currency, p.image_url, p.version, p.created_at, p.updated_at
FROM products p
WHERE %(status)s::text IS NULL OR p.status = %(status)s::text
ORDER BY p.created_at DESC, p.id DESC LIMIT %(limit)s OFFSET %(offset)s

-- name: count_for_staff
SELECT count(*) FROM products p WHERE %(status)s::text IS NULL OR p.status = %(status)s::text

-- name: found_for_staff
-- As for shoppers: the narrowest filter leads, the others are checked; a category leads where no words do. The total comes in the
-- first column, with a row of nothing when the page is empty.
WITH RECURSIVE subtree AS (
  SELECT id FROM categories WHERE slug = %(category)s::text
  UNION
  SELECT c.id FROM categories c JOIN subtree s ON c.parent_id = s.id
), candidates AS (
  SELECT product_id AS id FROM product_search WHERE document @@ search_query(%(words)s::text, %(unfinished)s::boolean)
  UNION
  SELECT product_id FROM product_variants WHERE sku = %(q)s::text
  UNION
  SELECT product_id FROM product_variants WHERE barcode = %(q)s::text
  UNION ALL
  (SELECT DISTINCT pc.product_id
   FROM subtree s CROSS JOIN LATERAL (SELECT product_id FROM product_categories WHERE category_id = s.id OFFSET 0) AS pc
   WHERE %(q)s::text IS NULL)
  UNION ALL
  SELECT product_id FROM product_stock
  WHERE in_stock = %(in_stock)s::boolean AND %(q)s::text IS NULL AND %(category)s::text IS NULL
), found AS MATERIALIZED (
  SELECT p.id, p.created_at
  FROM candidates c CROSS JOIN LATERAL (SELECT id, created_at, status FROM products WHERE id = c.id OFFSET 0) AS p
  WHERE (%(status)s::text IS NULL OR p.status = %(status)s::text)
    AND (%(in_stock)s::boolean IS NULL
      OR (SELECT s.in_stock FROM product_stock s WHERE s.product_id = p.id) = %(in_stock)s::boolean)
    AND (%(category)s::text IS NULL OR %(q)s::text IS NULL
      OR (SELECT true FROM product_categories pc WHERE pc.product_id = p.id AND pc.category_id IN (SELECT id FROM subtree) LIMIT 1))
)
SELECT total.products, p.id, p.slug, p.title, p.status, p.vendor, p.price_from_amount, p.currency, p.image_url, p.version, p.created_at,
  p.updated_at
FROM (SELECT count(*) AS products FROM found) AS total
LEFT JOIN (
  SELECT id FROM found ORDER BY created_at DESC, id DESC LIMIT %(limit)s OFFSET %(offset)s
) AS page ON true
LEFT JOIN LATERAL (
  SELECT id, slug, title, status, vendor, price_from_amount, currency, image_url, version, created_at, updated_at
  FROM products WHERE id = page.id OFFSET 0
) AS p ON true
ORDER BY p.created_at DESC, p.id DESC
