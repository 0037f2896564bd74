-- +goose Up
-- The days of submission, each by deadline: a page of some days is put together
-- from the beginnings of each. The day is that of Moscow.
CREATE INDEX applications_queue_days ON applications_queue (agency_id, undecided, ((submitted_at + 10800000000) / 86400000000), deadline_at, case_id);
