-- +goose Up
-- The header (name, how many notices were not read) stands on every page, also on
-- those of a form, each of which changes a draft. Its mark is moved by fewer tables.
ALTER TABLE cabinet_marks ADD COLUMN head BIGINT NOT NULL DEFAULT 0; -- plain: as mark, of what the header shows
UPDATE cabinet_marks SET head = mark;
-- +goose StatementBegin
CREATE FUNCTION cabinet_head_mark() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    whose TEXT;
BEGIN
    IF TG_OP = 'DELETE' THEN
        whose := OLD.owner_id;
    ELSE
        whose := NEW.owner_id;
    END IF;
    INSERT INTO cabinet_marks AS m (owner_id, mark, head)
    VALUES (whose, CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT), CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT))
    ON CONFLICT (owner_id) DO UPDATE SET mark = excluded.mark, head = excluded.head WHERE m.head <> excluded.head;
    RETURN NULL;
END $$;
-- +goose StatementEnd
DROP TRIGGER cabinet_marks_profile_states ON profile_states;
CREATE TRIGGER cabinet_marks_profile_states AFTER INSERT OR UPDATE OR DELETE ON profile_states FOR EACH ROW EXECUTE FUNCTION cabinet_head_mark();
DROP TRIGGER cabinet_marks_profile_persons ON profile_persons;
CREATE TRIGGER cabinet_marks_profile_persons AFTER INSERT OR UPDATE OR DELETE ON profile_persons FOR EACH ROW EXECUTE FUNCTION cabinet_head_mark();
DROP TRIGGER cabinet_marks_notify_notices ON notify_notices;
CREATE TRIGGER cabinet_marks_notify_notices AFTER INSERT OR UPDATE OR DELETE ON notify_notices FOR EACH ROW EXECUTE FUNCTION cabinet_head_mark();
