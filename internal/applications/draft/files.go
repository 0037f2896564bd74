package draft

import (
	"context"
	"errors"
	"io"
	"os"

	"okno/internal/applications/upload"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
)

// spool keeps what comes in on a disk until its end is known: the checks look at
// the end too. The file has no name, so that nothing of it stays when the
// process dies. One byte above the limit is read, so that too much is seen.
type spool struct {
	file *os.File
	size int64
}

func newSpool(r io.Reader, limit int64) (*spool, error) {
	f, err := os.CreateTemp("", "okno-upload-")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		_ = f.Close()
		return nil, err
	}
	n, err := io.Copy(f, io.LimitReader(r, limit+1))
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return &spool{file: f, size: n}, nil
}

func (s *spool) close() { _ = s.file.Close() }

// takeIn checks, scans and stores one file for a field. It stands in no table
// yet: see addFiles.
func (r *Room) takeIn(ctx context.Context, w *work, field *forms.Field, name, fileName string, body io.Reader) (File, error) {
	if len(w.files) >= maxFiles {
		return File{}, ErrFiles
	}
	rules := upload.Rules{Allowed: field.FileTypes(), Max: field.FileBytes()}
	s, err := newSpool(body, rules.Max)
	if err != nil {
		return File{}, err
	}
	defer s.close()
	f := File{ID: id.New(), Field: name}
	if field.Kind == "photo" {
		f.Photo = upload.Measured(upload.File{Size: s.size, Body: s.file})
	}
	key := blobKey(w.Owner, w.ID, f.ID)
	taken, err := r.Intake.Take(ctx, upload.File{Name: fileName, Size: s.size, Body: s.file}, rules, key, w.key, bodyPlace(w.ID, f.ID))
	if err != nil {
		return File{}, err
	}
	f.Name, f.Type, f.Size, f.Scan, f.ref = taken.Name, string(taken.Type), taken.Ref.Size, taken.Scan, taken.Ref
	w.take(f)
	return f, nil
}

// Attach takes a file in for a field of a draft, so that its id may stand in the
// answer: what the API does. name is the field's name, children.0.scan in a group.
func (r *Room) Attach(ctx context.Context, draftID, name, fileName string, body io.Reader) (File, error) {
	w, err := r.unsent(ctx, draftID)
	if err != nil {
		return File{}, err
	}
	field := fileField(w.service, name)
	if field == nil {
		return File{}, ErrFault.WithField(name, "applications.draft.error.no_file_field")
	}
	f, err := r.takeIn(ctx, w, field, name, fileName, body)
	if err != nil {
		return File{}, err
	}
	files, err := w.sealed([]File{f})
	if err == nil {
		err = r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return r.addFiles(ctx, tx, w.Draft, files) })
	}
	if err != nil {
		err = errors.Join(err, r.Intake.Files().Store().Delete(context.WithoutCancel(ctx), f.ref.Key))
	}
	return f, err
}

// fileField finds a field of kind file in the whole form.
func fileField(s *forms.Service, name string) *forms.Field {
	for i := range s.Form.Steps {
		if f := fieldOf(s, &s.Form.Steps[i], name); f != nil && isFile(f) {
			return f
		}
	}
	return nil
}

// Read opens a file of a draft of the actor's; close it. Errors: ErrNotFound,
// ErrHeld while the scanner has not spoken.
func (r *Room) Read(ctx context.Context, draftID, fileID string) (File, io.ReadCloser, error) {
	if !id.Valid(fileID) {
		return File{}, nil, ErrNotFound
	}
	row, _, err := r.held(ctx, draftID)
	if err != nil {
		return File{}, nil, err
	}
	me := row.OwnerID
	key, err := r.Sealer.Key(ctx, me, secret.Person)
	if err != nil {
		return File{}, nil, err
	}
	f, err := r.store.file(ctx, me, draftID, fileID, key)
	if err != nil {
		return File{}, nil, err
	}
	if !f.Scan.Passes() {
		return File{}, nil, ErrHeld
	}
	look := identity.ActorOf(ctx).Entry("applications.draft_file_read", me, "file:"+fileID)
	if err := r.Audit.Look(ctx, look); err != nil {
		return File{}, nil, err
	}
	body, err := r.Intake.Files().Load(ctx, f.ref, key, bodyPlace(draftID, fileID))
	return f, body, err
}
