DROP INDEX outbox_events_told;
DROP TABLE subscription_deliveries;
DROP TABLE subscriptions;
