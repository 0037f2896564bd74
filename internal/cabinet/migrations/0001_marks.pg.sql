-- +goose Up
-- A mark moves with each change of what the cabinet's home shows of a person,
-- whoever makes it: this release, the one before, an operator at the database.
-- Nodes keep what they have read of a person for as long as the mark stands.
-- It is the number of the transaction, so that one that changes much writes it
-- once. Not logged: a crash empties it, and no mark is another one than any.
-- class: owner
CREATE UNLOGGED TABLE cabinet_marks (
    owner_id TEXT NOT NULL, -- plain
    mark BIGINT NOT NULL, -- plain: the transaction that changed something last
    PRIMARY KEY (owner_id)
) WITH (fillfactor = 70);
-- +goose StatementBegin
CREATE FUNCTION cabinet_mark() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    whose TEXT;
BEGIN
    IF TG_OP = 'DELETE' THEN
        whose := OLD.owner_id;
    ELSE
        whose := NEW.owner_id;
    END IF;
    INSERT INTO cabinet_marks AS m (owner_id, mark) VALUES (whose, CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT))
    ON CONFLICT (owner_id) DO UPDATE SET mark = excluded.mark WHERE m.mark <> excluded.mark;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER cabinet_marks_profile_states AFTER INSERT OR UPDATE OR DELETE ON profile_states FOR EACH ROW EXECUTE FUNCTION cabinet_mark();
CREATE TRIGGER cabinet_marks_profile_persons AFTER INSERT OR UPDATE OR DELETE ON profile_persons FOR EACH ROW EXECUTE FUNCTION cabinet_mark();
CREATE TRIGGER cabinet_marks_applications_cases AFTER INSERT OR UPDATE OR DELETE ON applications_cases FOR EACH ROW EXECUTE FUNCTION cabinet_mark();
CREATE TRIGGER cabinet_marks_applications_drafts AFTER INSERT OR UPDATE OR DELETE ON applications_drafts FOR EACH ROW EXECUTE FUNCTION cabinet_mark();
CREATE TRIGGER cabinet_marks_notify_notices AFTER INSERT OR UPDATE OR DELETE ON notify_notices FOR EACH ROW EXECUTE FUNCTION cabinet_mark();
