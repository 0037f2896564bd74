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
CREATE TRIGGER cabinet_marks_cabinet_choices AFTER INSERT OR UPDATE OR DELETE ON cabinet_choices FOR EACH ROW EXECUTE FUNCTION cabinet_mark();
CREATE TRIGGER cabinet_marks_profile_holdings AFTER INSERT OR UPDATE OR DELETE ON profile_holdings FOR EACH ROW EXECUTE FUNCTION cabinet_mark();
CREATE TRIGGER cabinet_marks_applications_complaints AFTER INSERT OR UPDATE OR DELETE ON applications_complaints FOR EACH ROW EXECUTE FUNCTION cabinet_mark();
CREATE TRIGGER cabinet_marks_vault_documents AFTER INSERT OR UPDATE OR DELETE ON vault_documents FOR EACH ROW EXECUTE FUNCTION cabinet_mark();
