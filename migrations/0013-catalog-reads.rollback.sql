DROP VIEW product_pages;
DROP VIEW product_cards;
