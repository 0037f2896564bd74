package vault

import (
	"context"

	"okno/internal/kit/db"
	"okno/internal/vault/vaultdb"
)

// store is the room's SQL.
type store struct{ db *db.DB }

// insert adds a document and its number. A number that is taken, which 100
// random bits do not let happen, is an error of the program.
func (s store) insert(ctx context.Context, tx *db.Tx, row vaultdb.InsertDocumentParams) (taken bool, err error) {
	q := vaultdb.New(tx)
	n, err := q.InsertNumber(ctx, vaultdb.InsertNumberParams{NumberHash: row.NumberHash, OwnerID: row.OwnerID, DocumentID: row.ID})
	if err != nil || n == 0 {
		return err == nil, err
	}
	return false, q.InsertDocument(ctx, row)
}

func (s store) document(ctx context.Context, owner, id string) (vaultdb.VaultDocument, error) {
	row, err := vaultdb.New(s.db.Reader()).Document(ctx, vaultdb.DocumentParams{OwnerID: owner, ID: id})
	if db.IsNone(err) {
		return row, ErrNotFound
	}
	return row, db.Classify(err)
}

// lastID stands after every UUID, in every collation.
const lastID = "ffffffff-ffff-ffff-ffff-ffffffffffff"

func (s store) documents(ctx context.Context, owner, before string, limit int) ([]vaultdb.VaultDocument, error) {
	if before == "" {
		before = lastID
	}
	rows, err := vaultdb.New(s.db.Reader()).Documents(ctx, vaultdb.DocumentsParams{OwnerID: owner, ID: before, Limit: int32(limit)})
	return rows, db.Classify(err)
}

func (s store) ofCase(ctx context.Context, owner, caseID string) ([]vaultdb.VaultDocument, error) {
	rows, err := vaultdb.New(s.db.Reader()).OfCase(ctx, vaultdb.OfCaseParams{OwnerID: owner, CaseID: caseID})
	return rows, db.Classify(err)
}

func (s store) byNumber(ctx context.Context, hash []byte) (vaultdb.VaultDocument, error) {
	at, err := vaultdb.New(s.db.Reader()).FindNumber(ctx, hash)
	if db.IsNone(err) {
		return vaultdb.VaultDocument{}, ErrUnknown
	}
	if err != nil {
		return vaultdb.VaultDocument{}, db.Classify(err)
	}
	return s.document(ctx, at.OwnerID, at.DocumentID)
}

func (s store) revoke(ctx context.Context, tx *db.Tx, owner, id string, reason []byte) (bool, error) {
	n, err := vaultdb.New(tx).Revoke(ctx, vaultdb.RevokeParams{RevokedAt: tx.Now(), ReasonSealed: reason, OwnerID: owner, ID: id})
	return n > 0, err
}

func (s store) replace(ctx context.Context, tx *db.Tx, owner, id, by string, reason []byte) (bool, error) {
	n, err := vaultdb.New(tx).Replace(ctx, vaultdb.ReplaceParams{RevokedAt: tx.Now(), ReasonSealed: reason, ReplacedBy: by, OwnerID: owner, ID: id})
	return n > 0, err
}

// named tells which of the files in the store belong to a document.
func (s store) named(ctx context.Context, keys []string) (map[string]bool, error) {
	args := make([]any, len(keys))
	for i, k := range keys {
		args[i] = k
	}
	rows, err := s.db.Reader().QueryContext(ctx, "SELECT blob_key FROM vault_documents WHERE blob_key IN "+db.In(1, len(keys)), args...)
	if err != nil {
		return nil, db.Classify(err)
	}
	defer func() { _ = rows.Close() }()
	found := map[string]bool{}
	for rows.Next() {
		var key string
		if err := rows.Scan(&key); err != nil {
			return nil, err
		}
		found[key] = true
	}
	return found, db.Classify(rows.Err())
}

// erase deletes what is under the owner's own key; documents of cases stay.
func (s store) erase(ctx context.Context, tx *db.Tx, owner string) ([]string, error) {
	q := vaultdb.New(tx)
	rows, err := q.OwnKeyed(ctx, owner)
	if err != nil {
		return nil, err
	}
	var blobs []string
	for _, row := range rows {
		if err := q.EraseNumber(ctx, row.NumberHash); err != nil {
			return nil, err
		}
		blobs = append(blobs, row.BlobKey)
	}
	return blobs, q.EraseDocuments(ctx, owner)
}
