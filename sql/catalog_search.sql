-- name: texts
-- What is said about these products, to be folded by Python.
SELECT p.id, p.title, p.vendor, p.description_text, p.status,
  ARRAY(SELECT t.title FROM product_tags pt JOIN tags t ON t.id = pt.tag_id WHERE pt.product_id = p.id ORDER BY t.slug)
FROM products p WHERE p.id = ANY (%(ids)s::uuid[])

-- name: write_documents
-- Values that are long are no choice in a list; they are left out of the facets. What is the same stays: an index entry is not
-- rewritten because a price has changed.
INSERT INTO product_search AS s (product_id, document, facets)
SELECT n.product_id, search_document(n.title, n.tags, n.vendor, n.description), ARRAY(
  SELECT 'option:' || p.option_names[o.place] || chr(31) || o.value
  FROM product_variants v CROSS JOIN unnest(v.option_values) WITH ORDINALITY AS o (value, place) WHERE v.product_id = p.id
  UNION
  SELECT 'attribute:' || a.name || chr(31) || a.value FROM jsonb_each_text(p.attributes) AS a (name, value) WHERE length(a.value) <= 200
)
FROM jsonb_to_recordset(%(documents)s) AS n (product_id uuid, title text, tags text, vendor text, description text)
JOIN products p ON p.id = n.product_id
ORDER BY n.product_id
ON CONFLICT (product_id) DO UPDATE SET document = excluded.document, facets = excluded.facets
WHERE s.document <> excluded.document OR s.facets <> excluded.facets
RETURNING 1

-- name: write_words
-- In the order of the words, so that two writers queue instead of deadlocking.
INSERT INTO search_words (word, trigrams)
SELECT n.word, n.trigrams FROM jsonb_to_recordset(%(words)s) AS n (word text, trigrams text[]) ORDER BY n.word
ON CONFLICT (word) DO NOTHING
RETURNING 1

-- name: known_words
SELECT word FROM search_words WHERE word = ANY (%(words)s::text[])

-- name: tagged
SELECT product_id FROM product_tags WHERE tag_id = %(tag_id)s

-- name: next_products
SELECT id FROM products WHERE id > %(after)s ORDER BY id LIMIT %(limit)s

-- name: words_after
SELECT word FROM search_words WHERE word > %(after)s ORDER BY word LIMIT %(limit)s

-- name: forget_words
DELETE FROM search_words WHERE word = ANY (%(words)s::text[]) RETURNING 1
