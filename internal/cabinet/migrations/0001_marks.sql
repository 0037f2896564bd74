-- +goose Up
-- A mark moves with each change of what the cabinet's home shows of a person,
-- whoever makes it: this release, the one before, an operator at the database.
-- Nodes keep what they have read of a person for as long as the mark stands.
-- class: owner
CREATE TABLE cabinet_marks (
    owner_id TEXT NOT NULL, -- plain
    mark BIGINT NOT NULL, -- plain: how often something changed
    PRIMARY KEY (owner_id)
);
-- +goose StatementBegin
CREATE TRIGGER cabinet_marks_profile_states_insert AFTER INSERT ON profile_states BEGIN
    INSERT INTO cabinet_marks (owner_id, mark) VALUES (NEW.owner_id, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = cabinet_marks.mark + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER cabinet_marks_profile_states_update AFTER UPDATE ON profile_states BEGIN
    INSERT INTO cabinet_marks (owner_id, mark) VALUES (NEW.owner_id, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = cabinet_marks.mark + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER cabinet_marks_profile_states_delete AFTER DELETE ON profile_states BEGIN
    INSERT INTO cabinet_marks (owner_id, mark) VALUES (OLD.owner_id, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = cabinet_marks.mark + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER cabinet_marks_profile_persons_insert AFTER INSERT ON profile_persons BEGIN
    INSERT INTO cabinet_marks (owner_id, mark) VALUES (NEW.owner_id, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = cabinet_marks.mark + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER cabinet_marks_profile_persons_update AFTER UPDATE ON profile_persons BEGIN
    INSERT INTO cabinet_marks (owner_id, mark) VALUES (NEW.owner_id, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = cabinet_marks.mark + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER cabinet_marks_profile_persons_delete AFTER DELETE ON profile_persons BEGIN
    INSERT INTO cabinet_marks (owner_id, mark) VALUES (OLD.owner_id, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = cabinet_marks.mark + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER cabinet_marks_applications_cases_insert AFTER INSERT ON applications_cases BEGIN
    INSERT INTO cabinet_marks (owner_id, mark) VALUES (NEW.owner_id, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = cabinet_marks.mark + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER cabinet_marks_applications_cases_update AFTER UPDATE ON applications_cases BEGIN
    INSERT INTO cabinet_marks (owner_id, mark) VALUES (NEW.owner_id, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = cabinet_marks.mark + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER cabinet_marks_applications_cases_delete AFTER DELETE ON applications_cases BEGIN
    INSERT INTO cabinet_marks (owner_id, mark) VALUES (OLD.owner_id, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = cabinet_marks.mark + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER cabinet_marks_applications_drafts_insert AFTER INSERT ON applications_drafts BEGIN
    INSERT INTO cabinet_marks (owner_id, mark) VALUES (NEW.owner_id, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = cabinet_marks.mark + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER cabinet_marks_applications_drafts_update AFTER UPDATE ON applications_drafts BEGIN
    INSERT INTO cabinet_marks (owner_id, mark) VALUES (NEW.owner_id, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = cabinet_marks.mark + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER cabinet_marks_applications_drafts_delete AFTER DELETE ON applications_drafts BEGIN
    INSERT INTO cabinet_marks (owner_id, mark) VALUES (OLD.owner_id, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = cabinet_marks.mark + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER cabinet_marks_notify_notices_insert AFTER INSERT ON notify_notices BEGIN
    INSERT INTO cabinet_marks (owner_id, mark) VALUES (NEW.owner_id, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = cabinet_marks.mark + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER cabinet_marks_notify_notices_update AFTER UPDATE ON notify_notices BEGIN
    INSERT INTO cabinet_marks (owner_id, mark) VALUES (NEW.owner_id, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = cabinet_marks.mark + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER cabinet_marks_notify_notices_delete AFTER DELETE ON notify_notices BEGIN
    INSERT INTO cabinet_marks (owner_id, mark) VALUES (OLD.owner_id, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = cabinet_marks.mark + 1;
END;
-- +goose StatementEnd
