package complaint

import (
	"context"
	"errors"
	"io"
	"time"

	"okno/internal/applications/complaint/complaintdb"
	"okno/internal/applications/upload"
	"okno/internal/identity"
	"okno/internal/kit/blob"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/id"
	"okno/internal/kit/job"
	"okno/internal/kit/secret"
)

// Limits of the files of one complaint.
const (
	filesMost = 10
	fileMax   = 10 << 20 // bytes of one
)

// blobs is where the files are in the store.
const blobs = "complaints/"

// fileTypes are the files that a complaint takes.
func fileTypes() []string {
	return []string{"pdf", "jpg", "png", "heic", "tiff", "doc", "docx", "odt", "txt", "sig"}
}

func filePlace(column, fileID string) secret.Place {
	return secret.At("applications_complaint_files", column, fileID)
}

// takeFiles checks, scans and stores files. Those that came well are given back
// also when others are wrong.
func (r *Complaints) takeFiles(ctx context.Context, key *secret.DataKey, c Complaint, files []upload.File) ([]complaintdb.InsertFileParams, error) {
	if len(files) == 0 {
		return nil, nil
	}
	kept, err := r.store.read().Files(ctx, complaintdb.FilesParams{OwnerID: c.Owner, ComplaintID: c.ID})
	if err != nil {
		return nil, db.Classify(err)
	}
	if len(kept)+len(files) > filesMost {
		return nil, ErrFields.WithField("files", "applications.complaint.error.files_many", "Count", filesMost)
	}
	var rows []complaintdb.InsertFileParams
	var faults []error
	for _, f := range files {
		fileID := id.New()
		t, err := r.Intake.Take(ctx, f, upload.Rules{Allowed: fileTypes(), Max: fileMax}, blobs+c.ID+"/"+fileID, key, filePlace("blob_key", fileID))
		if e, ok := errs.As(err); ok && e.Kind == errs.Invalid {
			faults = append(faults, ErrFields.WithField("files", e.Key, e.Args...))
			continue
		}
		if err != nil {
			r.drop(ctx, rows)
			return nil, err
		}
		rows = append(rows, complaintdb.InsertFileParams{
			OwnerID: c.Owner, ComplaintID: c.ID, ID: fileID, Type: string(t.Type), Size: t.Ref.Size, Scan: string(t.Scan),
			BlobKey: t.Ref.Key, FileHash: t.Ref.SHA256[:], NameSealed: key.SealString(filePlace("name_sealed", fileID), t.Name),
		})
	}
	return rows, together(faults...)
}

func (r *Complaints) insertFiles(ctx context.Context, tx *db.Tx, files []complaintdb.InsertFileParams) error {
	for _, f := range files {
		f.AddedAt = tx.Now()
		if err := complaintdb.New(tx).InsertFile(ctx, f); err != nil {
			return err
		}
		if upload.Scan(f.Scan) == upload.Checking {
			if err := r.Jobs.Enqueue(ctx, tx, rescan{Owner: f.OwnerID, Complaint: f.ComplaintID, File: f.ID}); err != nil {
				return err
			}
		}
	}
	return nil
}

// drop deletes stored files whose rows were not written; the sweep deletes what
// stays.
func (r *Complaints) drop(ctx context.Context, files []complaintdb.InsertFileParams) {
	ctx = context.WithoutCancel(ctx)
	var failed error
	for _, f := range files {
		failed = errors.Join(failed, r.Files.Store().Delete(ctx, f.BlobKey))
	}
	if failed != nil {
		r.Log.WarnContext(ctx, "files of a complaint stay in the store for the sweep", "err", failed)
	}
}

// Unfile takes a file off a draft. One that is gone already is no error.
func (r *Complaints) Unfile(ctx context.Context, draftID, fileID string) error {
	c, err := r.draft(ctx, draftID)
	if err != nil {
		return err
	}
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		err := complaintdb.New(tx).DeleteFile(ctx, complaintdb.DeleteFileParams{OwnerID: c.Owner, ComplaintID: c.ID, ID: fileID})
		if err != nil {
			return err
		}
		return r.Audit.Write(ctx, tx, identity.ActorOf(ctx).Entry("applications.complaint_saved", c.Owner, "complaint:"+c.ID))
	})
}

// MyFile opens a file of one of the actor's own complaints, by number or by the
// id of a draft; close it.
func (r *Complaints) MyFile(ctx context.Context, which, fileID string) (File, io.ReadCloser, error) {
	c, err := r.mine(ctx, which)
	if err != nil {
		if c, err = r.draft(ctx, which); err != nil {
			return File{}, nil, err
		}
	}
	return r.file(ctx, c, fileID)
}

// TheirFile opens a file for who decides; close it. The journal has the look
// before the first byte is shown.
func (r *Complaints) TheirFile(ctx context.Context, number, fileID string) (File, io.ReadCloser, error) {
	c, err := r.theirs(ctx, number)
	if err != nil {
		return File{}, nil, err
	}
	if err := r.looked(ctx, c, "file:"+fileID); err != nil {
		return File{}, nil, err
	}
	return r.file(ctx, c, fileID)
}

func (r *Complaints) file(ctx context.Context, c Complaint, fileID string) (File, io.ReadCloser, error) {
	row, err := r.store.read().FindFile(ctx, complaintdb.FindFileParams{OwnerID: c.Owner, ComplaintID: c.ID, ID: fileID})
	if db.IsNone(err) {
		return File{}, nil, ErrFile
	}
	if err != nil {
		return File{}, nil, db.Classify(err)
	}
	if !upload.Scan(row.Scan).Passes() {
		return File{}, nil, ErrFileHeld
	}
	key, err := r.Sealer.Key(ctx, c.ID, secret.Case)
	if err != nil {
		return File{}, nil, err
	}
	f, err := fileOf(key, row)
	if err != nil {
		return File{}, nil, err
	}
	body, err := r.Files.Load(ctx, refOf(row), key, filePlace("blob_key", row.ID))
	return f, body, err
}

func fileOf(key *secret.DataKey, row complaintdb.ApplicationsComplaintFile) (File, error) {
	name, err := key.OpenString(filePlace("name_sealed", row.ID), row.NameSealed)
	return File{ID: row.ID, Name: name, Type: upload.Type(row.Type), Size: row.Size, Scan: upload.Scan(row.Scan)}, err
}

func refOf(row complaintdb.ApplicationsComplaintFile) blob.Ref {
	ref := blob.Ref{Key: row.BlobKey, Size: row.Size}
	copy(ref.SHA256[:], row.FileHash)
	return ref
}

// rescan asks the scanner about a held file once more.
type rescan struct {
	Owner     string `json:"owner"`
	Complaint string `json:"complaint"`
	File      string `json:"file"`
}

// Kind is the name of the job.
func (rescan) Kind() string { return "applications.complaint_rescan" }

// scanPause is how long a file waits for a scanner that does not answer.
const scanPause = time.Minute

func (r *Complaints) rescan(ctx context.Context, a rescan) error {
	row, err := r.store.read().FindFile(ctx, complaintdb.FindFileParams{OwnerID: a.Owner, ComplaintID: a.Complaint, ID: a.File})
	if db.IsNone(err) || err == nil && upload.Scan(row.Scan) != upload.Checking {
		return nil
	}
	if err != nil {
		return db.Classify(err)
	}
	key, err := r.Sealer.Key(ctx, a.Complaint, secret.Case)
	if errors.Is(err, secret.ErrErased) {
		return nil
	}
	if err != nil {
		return err
	}
	scan, err := r.Intake.Again(ctx, refOf(row), key, filePlace("blob_key", row.ID))
	if errors.Is(err, blob.ErrNone) || errors.Is(err, secret.ErrDamaged) {
		return job.Cancel(err)
	}
	if err != nil {
		return job.Snooze(scanPause)
	}
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		r.Live.Touch(tx, a.Owner, "complaint:"+a.Complaint)
		return errors.Join(
			complaintdb.New(tx).SetScan(ctx, complaintdb.SetScanParams{Scan: string(scan), OwnerID: a.Owner, ComplaintID: a.Complaint, ID: a.File}),
			r.Audit.Write(ctx, tx, identity.ActorOf(identity.AsSystem(ctx)).Entry("applications.complaint_scanned", a.Owner, "file:"+a.File)),
		)
	})
}
