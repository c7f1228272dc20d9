-- A guest's cart moves into the customer's at login; carts that nobody touches are forgotten.

ALTER TABLE carts ADD COLUMN merged_into_id uuid REFERENCES carts ON DELETE CASCADE;
ALTER TABLE carts ADD CONSTRAINT carts_merge_is_a_guests CHECK (merged_into_id IS NULL OR (customer_id IS NULL AND merged_into_id <> id));
CREATE INDEX carts_of_customer ON carts (customer_id, updated_at) WHERE customer_id IS NOT NULL;

-- Lines stay in the order in which they were chosen, also those of one request.
ALTER TABLE cart_items ADD COLUMN position bigint GENERATED ALWAYS AS IDENTITY;

-- What a deleted cart takes along, or is forgotten by, has to be found without reading everything.
CREATE INDEX carts_merged_into ON carts (merged_into_id) WHERE merged_into_id IS NOT NULL;
CREATE INDEX orders_cart ON orders (cart_id) WHERE cart_id IS NOT NULL;
CREATE INDEX inventory_reservations_cart ON inventory_reservations (cart_id);

ALTER TABLE cart_events DROP CONSTRAINT cart_events_type_check;
ALTER TABLE cart_events ADD CONSTRAINT cart_events_type_check CHECK (type IN (
  'created', 'added', 'removed', 'quantity_changed', 'checkout_started', 'recovered', 'converted', 'reopened', 'abandoned',
  'claimed', 'merged'
));
