-- +goose Up
-- Each letter is changed once, soon after it was written, in no column of an
-- index: with room on its page the indexes are left alone (HOT).
ALTER TABLE notify_letters SET (fillfactor = 60);
