-- +goose Up
-- Since when a service is offered to people without a break: the cabinet tells
-- them of what is new or has come back.
-- class: reference
CREATE TABLE catalog_offers (
    service_id TEXT NOT NULL, -- plain
    since_at BIGINT NOT NULL, -- plain: 0 while it is withdrawn
    PRIMARY KEY (service_id)
);
INSERT INTO catalog_offers (service_id, since_at)
SELECT service_id, MIN(published_at) FROM catalog_versions GROUP BY service_id;
