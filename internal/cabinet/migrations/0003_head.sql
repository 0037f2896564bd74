-- +goose Up
-- The header (name, how many notices were not read) stands on every page, also on
-- those of a form, each of which changes a draft. Its mark is moved by fewer tables.
ALTER TABLE cabinet_marks ADD COLUMN head BIGINT NOT NULL DEFAULT 0; -- plain: as mark, of what the header shows
UPDATE cabinet_marks SET head = mark;
DROP TRIGGER cabinet_marks_profile_states_insert;
-- +goose StatementBegin
CREATE TRIGGER cabinet_marks_profile_states_insert AFTER INSERT ON profile_states BEGIN
    INSERT INTO cabinet_marks (owner_id, mark, head) VALUES (NEW.owner_id, 1, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = cabinet_marks.mark + 1, head = cabinet_marks.head + 1;
END;
-- +goose StatementEnd
DROP TRIGGER cabinet_marks_profile_states_update;
-- +goose StatementBegin
CREATE TRIGGER cabinet_marks_profile_states_update AFTER UPDATE ON profile_states BEGIN
    INSERT INTO cabinet_marks (owner_id, mark, head) VALUES (NEW.owner_id, 1, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = cabinet_marks.mark + 1, head = cabinet_marks.head + 1;
END;
-- +goose StatementEnd
DROP TRIGGER cabinet_marks_profile_states_delete;
-- +goose StatementBegin
CREATE TRIGGER cabinet_marks_profile_states_delete AFTER DELETE ON profile_states BEGIN
    INSERT INTO cabinet_marks (owner_id, mark, head) VALUES (OLD.owner_id, 1, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = cabinet_marks.mark + 1, head = cabinet_marks.head + 1;
END;
-- +goose StatementEnd
DROP TRIGGER cabinet_marks_profile_persons_insert;
-- +goose StatementBegin
CREATE TRIGGER cabinet_marks_profile_persons_insert AFTER INSERT ON profile_persons BEGIN
    INSERT INTO cabinet_marks (owner_id, mark, head) VALUES (NEW.owner_id, 1, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = cabinet_marks.mark + 1, head = cabinet_marks.head + 1;
END;
-- +goose StatementEnd
DROP TRIGGER cabinet_marks_profile_persons_update;
-- +goose StatementBegin
CREATE TRIGGER cabinet_marks_profile_persons_update AFTER UPDATE ON profile_persons BEGIN
    INSERT INTO cabinet_marks (owner_id, mark, head) VALUES (NEW.owner_id, 1, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = cabinet_marks.mark + 1, head = cabinet_marks.head + 1;
END;
-- +goose StatementEnd
DROP TRIGGER cabinet_marks_profile_persons_delete;
-- +goose StatementBegin
CREATE TRIGGER cabinet_marks_profile_persons_delete AFTER DELETE ON profile_persons BEGIN
    INSERT INTO cabinet_marks (owner_id, mark, head) VALUES (OLD.owner_id, 1, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = cabinet_marks.mark + 1, head = cabinet_marks.head + 1;
END;
-- +goose StatementEnd
DROP TRIGGER cabinet_marks_notify_notices_insert;
-- +goose StatementBegin
CREATE TRIGGER cabinet_marks_notify_notices_insert AFTER INSERT ON notify_notices BEGIN
    INSERT INTO cabinet_marks (owner_id, mark, head) VALUES (NEW.owner_id, 1, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = cabinet_marks.mark + 1, head = cabinet_marks.head + 1;
END;
-- +goose StatementEnd
DROP TRIGGER cabinet_marks_notify_notices_update;
-- +goose StatementBegin
CREATE TRIGGER cabinet_marks_notify_notices_update AFTER UPDATE ON notify_notices BEGIN
    INSERT INTO cabinet_marks (owner_id, mark, head) VALUES (NEW.owner_id, 1, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = cabinet_marks.mark + 1, head = cabinet_marks.head + 1;
END;
-- +goose StatementEnd
DROP TRIGGER cabinet_marks_notify_notices_delete;
-- +goose StatementBegin
CREATE TRIGGER cabinet_marks_notify_notices_delete AFTER DELETE ON notify_notices BEGIN
    INSERT INTO cabinet_marks (owner_id, mark, head) VALUES (OLD.owner_id, 1, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = cabinet_marks.mark + 1, head = cabinet_marks.head + 1;
END;
-- +goose StatementEnd
