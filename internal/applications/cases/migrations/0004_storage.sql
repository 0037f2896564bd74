-- +goose Up
-- PostgreSQL alone has anything to set, see the twin.
SELECT 1;
