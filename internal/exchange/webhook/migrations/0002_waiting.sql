-- +goose Up
-- What waits for its next try, to be hastened when the endpoint answers again.
CREATE INDEX exchange_deliveries_waiting ON exchange_deliveries (agency_id, endpoint_id, id) WHERE state = 'waiting';
