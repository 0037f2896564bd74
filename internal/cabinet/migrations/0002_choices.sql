-- +goose Up
-- What people want of recommendations.
-- class: owner
CREATE TABLE cabinet_choices (
    owner_id TEXT NOT NULL, -- plain
    name TEXT NOT NULL, -- plain: off: no recommendations; hide:<service>: not this one
    chosen_at BIGINT NOT NULL, -- plain
    PRIMARY KEY (owner_id, name)
);
-- What the home offers is reckoned from these too.
-- +goose StatementBegin
CREATE TRIGGER cabinet_marks_cabinet_choices_insert AFTER INSERT ON cabinet_choices BEGIN
    INSERT INTO cabinet_marks (owner_id, mark) VALUES (NEW.owner_id, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = cabinet_marks.mark + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER cabinet_marks_cabinet_choices_update AFTER UPDATE ON cabinet_choices BEGIN
    INSERT INTO cabinet_marks (owner_id, mark) VALUES (NEW.owner_id, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = cabinet_marks.mark + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER cabinet_marks_cabinet_choices_delete AFTER DELETE ON cabinet_choices BEGIN
    INSERT INTO cabinet_marks (owner_id, mark) VALUES (OLD.owner_id, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = cabinet_marks.mark + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER cabinet_marks_profile_holdings_insert AFTER INSERT ON profile_holdings BEGIN
    INSERT INTO cabinet_marks (owner_id, mark) VALUES (NEW.owner_id, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = cabinet_marks.mark + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER cabinet_marks_profile_holdings_update AFTER UPDATE ON profile_holdings BEGIN
    INSERT INTO cabinet_marks (owner_id, mark) VALUES (NEW.owner_id, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = cabinet_marks.mark + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER cabinet_marks_profile_holdings_delete AFTER DELETE ON profile_holdings BEGIN
    INSERT INTO cabinet_marks (owner_id, mark) VALUES (OLD.owner_id, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = cabinet_marks.mark + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER cabinet_marks_applications_complaints_insert AFTER INSERT ON applications_complaints BEGIN
    INSERT INTO cabinet_marks (owner_id, mark) VALUES (NEW.owner_id, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = cabinet_marks.mark + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER cabinet_marks_applications_complaints_update AFTER UPDATE ON applications_complaints BEGIN
    INSERT INTO cabinet_marks (owner_id, mark) VALUES (NEW.owner_id, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = cabinet_marks.mark + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER cabinet_marks_applications_complaints_delete AFTER DELETE ON applications_complaints BEGIN
    INSERT INTO cabinet_marks (owner_id, mark) VALUES (OLD.owner_id, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = cabinet_marks.mark + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER cabinet_marks_vault_documents_insert AFTER INSERT ON vault_documents BEGIN
    INSERT INTO cabinet_marks (owner_id, mark) VALUES (NEW.owner_id, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = cabinet_marks.mark + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER cabinet_marks_vault_documents_update AFTER UPDATE ON vault_documents BEGIN
    INSERT INTO cabinet_marks (owner_id, mark) VALUES (NEW.owner_id, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = cabinet_marks.mark + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER cabinet_marks_vault_documents_delete AFTER DELETE ON vault_documents BEGIN
    INSERT INTO cabinet_marks (owner_id, mark) VALUES (OLD.owner_id, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = cabinet_marks.mark + 1;
END;
-- +goose StatementEnd
