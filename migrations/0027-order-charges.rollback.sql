DROP TABLE order_discount_allocations, order_discounts, order_charges;
