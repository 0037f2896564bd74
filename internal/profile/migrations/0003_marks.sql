-- +goose Up
-- A mark moves with each change of what forms are filled in with of a person,
-- whoever makes it. Nodes keep what they have read for as long as the mark
-- stands.
-- class: owner
CREATE TABLE profile_marks (
    owner_id TEXT NOT NULL, -- plain
    mark BIGINT NOT NULL, -- plain: how often something changed
    PRIMARY KEY (owner_id)
);
-- +goose StatementBegin
CREATE TRIGGER profile_marks_profile_states_insert AFTER INSERT ON profile_states BEGIN
    INSERT INTO profile_marks (owner_id, mark) VALUES (NEW.owner_id, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = profile_marks.mark + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER profile_marks_profile_states_update AFTER UPDATE ON profile_states BEGIN
    INSERT INTO profile_marks (owner_id, mark) VALUES (NEW.owner_id, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = profile_marks.mark + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER profile_marks_profile_states_delete AFTER DELETE ON profile_states BEGIN
    INSERT INTO profile_marks (owner_id, mark) VALUES (OLD.owner_id, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = profile_marks.mark + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER profile_marks_profile_persons_insert AFTER INSERT ON profile_persons BEGIN
    INSERT INTO profile_marks (owner_id, mark) VALUES (NEW.owner_id, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = profile_marks.mark + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER profile_marks_profile_persons_update AFTER UPDATE ON profile_persons BEGIN
    INSERT INTO profile_marks (owner_id, mark) VALUES (NEW.owner_id, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = profile_marks.mark + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER profile_marks_profile_persons_delete AFTER DELETE ON profile_persons BEGIN
    INSERT INTO profile_marks (owner_id, mark) VALUES (OLD.owner_id, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = profile_marks.mark + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER profile_marks_profile_checks_insert AFTER INSERT ON profile_checks BEGIN
    INSERT INTO profile_marks (owner_id, mark) VALUES (NEW.owner_id, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = profile_marks.mark + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER profile_marks_profile_checks_update AFTER UPDATE ON profile_checks BEGIN
    INSERT INTO profile_marks (owner_id, mark) VALUES (NEW.owner_id, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = profile_marks.mark + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER profile_marks_profile_checks_delete AFTER DELETE ON profile_checks BEGIN
    INSERT INTO profile_marks (owner_id, mark) VALUES (OLD.owner_id, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = profile_marks.mark + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER profile_marks_profile_holdings_insert AFTER INSERT ON profile_holdings BEGIN
    INSERT INTO profile_marks (owner_id, mark) VALUES (NEW.owner_id, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = profile_marks.mark + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER profile_marks_profile_holdings_update AFTER UPDATE ON profile_holdings BEGIN
    INSERT INTO profile_marks (owner_id, mark) VALUES (NEW.owner_id, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = profile_marks.mark + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER profile_marks_profile_holdings_delete AFTER DELETE ON profile_holdings BEGIN
    INSERT INTO profile_marks (owner_id, mark) VALUES (OLD.owner_id, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = profile_marks.mark + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER profile_marks_identity_accounts_insert AFTER INSERT ON identity_accounts BEGIN
    INSERT INTO profile_marks (owner_id, mark) VALUES (NEW.owner_id, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = profile_marks.mark + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER profile_marks_identity_accounts_update AFTER UPDATE ON identity_accounts BEGIN
    INSERT INTO profile_marks (owner_id, mark) VALUES (NEW.owner_id, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = profile_marks.mark + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER profile_marks_identity_accounts_delete AFTER DELETE ON identity_accounts BEGIN
    INSERT INTO profile_marks (owner_id, mark) VALUES (OLD.owner_id, 1)
    ON CONFLICT (owner_id) DO UPDATE SET mark = profile_marks.mark + 1;
END;
-- +goose StatementEnd
-- Who is there already.
INSERT INTO profile_marks (owner_id, mark) SELECT owner_id, 1 FROM profile_states;
