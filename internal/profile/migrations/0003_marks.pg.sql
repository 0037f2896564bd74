-- +goose Up
-- A mark moves with each change of what forms are filled in with of a person,
-- whoever makes it. Nodes keep what they have read for as long as the mark
-- stands. It is the number of the transaction, so that one that changes much
-- writes it once. Not logged: a crash empties it, and no mark is another one
-- than any.
-- class: owner
CREATE UNLOGGED TABLE profile_marks (
    owner_id TEXT NOT NULL, -- plain
    mark BIGINT NOT NULL, -- plain: the transaction that changed something last
    PRIMARY KEY (owner_id)
) WITH (fillfactor = 70);
-- +goose StatementBegin
CREATE FUNCTION profile_mark() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    whose TEXT;
BEGIN
    IF TG_OP = 'DELETE' THEN
        whose := OLD.owner_id;
    ELSE
        whose := NEW.owner_id;
    END IF;
    INSERT INTO profile_marks AS m (owner_id, mark) VALUES (whose, CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT))
    ON CONFLICT (owner_id) DO UPDATE SET mark = excluded.mark WHERE m.mark <> excluded.mark;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER profile_marks_profile_states AFTER INSERT OR UPDATE OR DELETE ON profile_states FOR EACH ROW EXECUTE FUNCTION profile_mark();
CREATE TRIGGER profile_marks_profile_persons AFTER INSERT OR UPDATE OR DELETE ON profile_persons FOR EACH ROW EXECUTE FUNCTION profile_mark();
CREATE TRIGGER profile_marks_profile_checks AFTER INSERT OR UPDATE OR DELETE ON profile_checks FOR EACH ROW EXECUTE FUNCTION profile_mark();
CREATE TRIGGER profile_marks_profile_holdings AFTER INSERT OR UPDATE OR DELETE ON profile_holdings FOR EACH ROW EXECUTE FUNCTION profile_mark();
CREATE TRIGGER profile_marks_identity_accounts AFTER INSERT OR UPDATE OR DELETE ON identity_accounts FOR EACH ROW EXECUTE FUNCTION profile_mark();
-- Who is there already.
INSERT INTO profile_marks (owner_id, mark) SELECT owner_id, 1 FROM profile_states;
