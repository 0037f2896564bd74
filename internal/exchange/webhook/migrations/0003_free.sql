-- +goose Up
-- When another job may take a delivery that one has in its hands, 0 for now. -- plain
ALTER TABLE exchange_deliveries ADD COLUMN free_at BIGINT NOT NULL DEFAULT 0;
