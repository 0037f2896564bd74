package draft

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"okno/internal/applications/draft/draftdb"
	"okno/internal/applications/upload"
	"okno/internal/forms"
	"okno/internal/kit/blob"
	"okno/internal/kit/db"
	"okno/internal/kit/secret"
)

// store keeps drafts, sealed by the keys that it is handed.
type store struct{ db *db.DB }

func (s store) reader() *draftdb.Queries { return draftdb.New(s.db.Reader()) }

// none turns "no rows" into ErrNotFound.
func none(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	return db.Classify(err)
}

func answersPlace(draftID string) secret.Place {
	return secret.At("applications_drafts", "answers_sealed", draftID)
}

func aboutPlace(draftID, fileID string) secret.Place {
	return secret.At("applications_draft_files", "about_sealed", draftID+"/"+fileID)
}

// bodyPlace is what the bytes of a file are bound to.
func bodyPlace(draftID, fileID string) secret.Place {
	return secret.At("applications_draft_files", "blob", draftID+"/"+fileID)
}

func blobKey(owner, draftID, fileID string) string {
	return "drafts/" + owner + "/" + draftID + "/" + fileID
}

func (s store) draft(ctx context.Context, owner, draftID string) (draftdb.ApplicationsDraft, error) {
	row, err := s.reader().Draft(ctx, draftdb.DraftParams{OwnerID: owner, ID: draftID})
	return row, none(err)
}

// open unseals a row.
func open(row draftdb.ApplicationsDraft, key *secret.DataKey) (Draft, error) {
	d := Draft{
		ID: row.ID, Owner: row.OwnerID, ServiceID: row.ServiceID, Version: int(row.Version), Step: row.Step,
		RowVersion: row.RowVersion, Number: row.Number, CreatedAt: row.CreatedAt, UpdatedAt: row.UpdatedAt,
		Answers: forms.Answers{}, Found: map[string]forms.Found{},
	}
	if row.Outcome != "" {
		if err := json.Unmarshal([]byte(row.Outcome), &d.Outcome); err != nil {
			return d, fmt.Errorf("outcome of draft %s: %w", d.ID, err)
		}
	}
	if len(row.AnswersSealed) == 0 {
		return d, nil
	}
	raw, err := key.Open(answersPlace(d.ID), row.AnswersSealed)
	if err != nil {
		return d, fmt.Errorf("draft %s: %w", d.ID, err)
	}
	if d.Answers, err = forms.DecodeAnswers(raw); err != nil {
		return d, fmt.Errorf("draft %s: %w", d.ID, err)
	}
	if d.Found, err = takeFound(d.Answers); err != nil {
		return d, fmt.Errorf("draft %s: %w", d.ID, err)
	}
	if d.Begun, err = takeBegun(d.Answers); err != nil {
		return d, fmt.Errorf("draft %s: %w", d.ID, err)
	}
	if d.Origin, err = takeOrigin(d.Answers); err != nil {
		return d, fmt.Errorf("draft %s: %w", d.ID, err)
	}
	if d.Child, err = takeChild(d.Answers); err != nil {
		return d, fmt.Errorf("draft %s: %w", d.ID, err)
	}
	return d, nil
}

func sealAnswers(d *Draft, key *secret.DataKey) ([]byte, error) {
	raw, err := withChild(withOrigin(withBegun(withFound(d.Answers, d.Found), d.Begun), d.Origin), d.Child).Encode()
	if err != nil {
		return nil, err
	}
	return key.Seal(answersPlace(d.ID), raw), nil
}

func (s store) insert(ctx context.Context, tx *db.Tx, d Draft, sealed []byte) error {
	return draftdb.New(tx).InsertDraft(ctx, draftdb.InsertDraftParams{
		OwnerID: d.Owner, ID: d.ID, ServiceID: d.ServiceID, Version: int64(d.Version), Step: d.Step,
		AnswersSealed: sealed, CreatedAt: tx.Now(),
	})
}

// save writes the answers over those of the version that was read, else errStale.
func (s store) save(ctx context.Context, tx *db.Tx, d Draft, sealed []byte) error {
	n, err := draftdb.New(tx).SaveDraft(ctx, draftdb.SaveDraftParams{
		OwnerID: d.Owner, ID: d.ID, RowVersion: d.RowVersion, AnswersSealed: sealed, Step: d.Step, UpdatedAt: tx.Now(),
		Version: int64(d.Version),
	})
	return oneRow(n, err)
}

// sent keeps the number and lets the answers go: they are the case's now.
func (s store) sent(ctx context.Context, tx *db.Tx, d Draft) error {
	outcome, err := json.Marshal(d.Outcome)
	if err != nil {
		return err
	}
	n, err := draftdb.New(tx).MarkSent(ctx, draftdb.MarkSentParams{
		OwnerID: d.Owner, ID: d.ID, RowVersion: d.RowVersion, AnswersSealed: []byte{},
		Number: d.Number, Outcome: string(outcome), UpdatedAt: tx.Now(),
	})
	return oneRow(n, err)
}

func oneRow(n int64, err error) error {
	if err == nil && n == 0 {
		return errStale
	}
	return err
}

func (s store) list(ctx context.Context, owner string) ([]Row, error) {
	rows, err := s.reader().Drafts(ctx, draftdb.DraftsParams{OwnerID: owner, Limit: maxDrafts})
	if err != nil {
		return nil, db.Classify(err)
	}
	out := make([]Row, len(rows))
	for i, row := range rows {
		out[i] = Row{
			ID: row.ID, ServiceID: row.ServiceID, Version: int(row.Version), Step: row.Step,
			CreatedAt: row.CreatedAt, UpdatedAt: row.UpdatedAt,
		}
	}
	return out, nil
}

func (s store) whole(ctx context.Context, owner string, key *secret.DataKey) ([]Draft, error) {
	rows, err := s.reader().DraftsWhole(ctx, owner)
	if err != nil {
		return nil, db.Classify(err)
	}
	out := make([]Draft, len(rows))
	for i, row := range rows {
		if out[i], err = open(row, key); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// about is what is sealed of a file.
type about struct {
	Name string `json:"name"`
	Type string `json:"type"`
	SHA  string `json:"sha256"`

	Photo *forms.Photo `json:"photo,omitempty"`
}

func (s store) addFile(ctx context.Context, tx *db.Tx, d Draft, f File, sealed []byte) error {
	return draftdb.New(tx).InsertFile(ctx, draftdb.InsertFileParams{
		OwnerID: d.Owner, DraftID: d.ID, ID: f.ID, Field: f.Field, AboutSealed: sealed, Size: f.Size,
		BlobKey: f.ref.Key, State: string(f.Scan), CreatedAt: tx.Now(),
	})
}

func sealFile(d Draft, f File, key *secret.DataKey) ([]byte, error) {
	raw, err := json.Marshal(about{Name: f.Name, Type: f.Type, SHA: hex.EncodeToString(f.ref.SHA256[:]), Photo: f.Photo})
	if err != nil {
		return nil, err
	}
	return key.Seal(aboutPlace(d.ID, f.ID), raw), nil
}

func (s store) files(ctx context.Context, owner, draftID string, key *secret.DataKey) ([]File, error) {
	rows, err := s.reader().Files(ctx, draftdb.FilesParams{OwnerID: owner, DraftID: draftID})
	if err != nil {
		return nil, db.Classify(err)
	}
	out := make([]File, len(rows))
	for i, row := range rows {
		if out[i], err = openFile(row, key); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s store) file(ctx context.Context, owner, draftID, fileID string, key *secret.DataKey) (File, error) {
	row, err := s.reader().File(ctx, draftdb.FileParams{OwnerID: owner, DraftID: draftID, ID: fileID})
	if err != nil {
		return File{}, none(err)
	}
	return openFile(row, key)
}

func openFile(row draftdb.ApplicationsDraftFile, key *secret.DataKey) (File, error) {
	var a about
	raw, err := key.Open(aboutPlace(row.DraftID, row.ID), row.AboutSealed)
	if err == nil {
		err = json.Unmarshal(raw, &a)
	}
	f := File{ID: row.ID, Field: row.Field, Name: a.Name, Type: a.Type, Size: row.Size, Scan: upload.Scan(row.State), Photo: a.Photo}
	f.ref = blob.Ref{Key: row.BlobKey, Size: row.Size}
	if err == nil {
		raw, err = hex.DecodeString(a.SHA)
		copy(f.ref.SHA256[:], raw)
	}
	if err != nil {
		return File{}, fmt.Errorf("file %s: %w", row.ID, err)
	}
	return f, nil
}

// done is what was done under an idempotency key.
type done struct {
	print    []byte
	ID       string
	Number   string
	standing bool
}

func (s store) under(ctx context.Context, q db.Q, owner string, key []byte) (done, error) {
	row, err := draftdb.New(q).Key(ctx, draftdb.KeyParams{OwnerID: owner, KeyHash: key})
	if errors.Is(err, sql.ErrNoRows) {
		return done{}, nil
	}
	return done{print: row.PrintHash, ID: row.ObjectID, Number: row.Number, standing: err == nil}, db.Classify(err)
}

// keep notes what is done under a key; false if something stands there already.
func (s store) keep(ctx context.Context, tx *db.Tx, owner string, key []byte, x done) (bool, error) {
	n, err := draftdb.New(tx).InsertKey(ctx, draftdb.InsertKeyParams{
		OwnerID: owner, KeyHash: key, PrintHash: x.print, ObjectID: x.ID, Number: x.Number, CreatedAt: tx.Now(),
	})
	return n > 0, err
}

// blobExists reports whether a row names the file.
func (s store) blobExists(ctx context.Context, owner, draftID, fileID string) (bool, error) {
	_, err := s.reader().File(ctx, draftdb.FileParams{OwnerID: owner, DraftID: draftID, ID: fileID})
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, db.Classify(err)
}

// erase deletes all rows of the owner and gives the keys of the files.
func (s store) erase(ctx context.Context, tx *db.Tx, owner string) ([]string, error) {
	q := draftdb.New(tx)
	keys, err := q.FileKeysOf(ctx, owner)
	if err != nil {
		return nil, err
	}
	for _, del := range []func(context.Context, string) error{q.DeleteFilesOf, q.DeleteDraftsOf, q.DeleteKeysOf} {
		if err := del(ctx, owner); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

// clear deletes what is older than the instants.
func (s store) clear(ctx context.Context, tx *db.Tx, sent, keys db.Time) error {
	q := draftdb.New(tx)
	if err := q.DeleteSent(ctx, sent); err != nil {
		return err
	}
	return q.DeleteOldKeys(ctx, keys)
}

// remove deletes a draft that was not sent, with its files' rows.
func (s store) remove(ctx context.Context, tx *db.Tx, d Draft) error {
	q := draftdb.New(tx)
	n, err := q.DeleteDraft(ctx, draftdb.DeleteDraftParams{OwnerID: d.Owner, ID: d.ID})
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrNotFound
	}
	return s.removeFiles(ctx, tx, d)
}

func (s store) removeFiles(ctx context.Context, tx *db.Tx, d Draft) error {
	return draftdb.New(tx).DeleteFiles(ctx, draftdb.DeleteFilesParams{OwnerID: d.Owner, DraftID: d.ID})
}

func (s store) removeFile(ctx context.Context, tx *db.Tx, d Draft, fileID string) error {
	_, err := draftdb.New(tx).DeleteFile(ctx, draftdb.DeleteFileParams{OwnerID: d.Owner, DraftID: d.ID, ID: fileID})
	return err
}

func (s store) setState(ctx context.Context, tx *db.Tx, owner, draftID, fileID string, scan upload.Scan) error {
	return draftdb.New(tx).SetFileState(ctx, draftdb.SetFileStateParams{OwnerID: owner, DraftID: draftID, ID: fileID, State: string(scan)})
}

// untold are drafts of a service with an older version, whose holders have not
// been told of this one.
func (s store) untold(ctx context.Context, service string, version, limit int) ([]draftdb.UntoldRow, error) {
	rows, err := s.reader().Untold(ctx, draftdb.UntoldParams{ServiceID: service, Version: int64(version), Limit: int32(limit)})
	return rows, db.Classify(err)
}

// markTold reports whether nobody has told the holder yet.
func (s store) markTold(ctx context.Context, tx *db.Tx, owner, draftID string, version int) (bool, error) {
	n, err := draftdb.New(tx).MarkTold(ctx, draftdb.MarkToldParams{OwnerID: owner, ID: draftID, Told: int64(version)})
	return n > 0, err
}
