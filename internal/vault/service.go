package vault

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/audit"
	"okno/internal/kit/blob"
	"okno/internal/kit/db"
	"okno/internal/kit/event"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
	"okno/internal/vault/vaultdb"
)

// maxPDF is the largest document, in bytes.
const maxPDF = 20 << 20

// Downloaded is the event of a document that its owner has opened; Refs: case.
const Downloaded = "vault.downloaded"

// NewNumber is a random number to be printed on a document before it is
// prepared: 100 bits, read out in groups of five.
func NewNumber() string { return id.Open() }

// CheckPath is the local path that the QR code of a document holds.
func CheckPath(number string) string { return "/v/" + number }

// Prepared is a document that is sealed and stored, and not yet issued.
type Prepared struct {
	document Document
	row      vaultdb.InsertDocumentParams
}

// Document is what will be issued.
func (p *Prepared) Document() Document { return p.document }

// words are the sealed texts of a document.
type words struct {
	Kind     forms.Text `json:"kind"`
	Title    forms.Text `json:"title"`
	Initials string     `json:"initials"`
}

// Prepare seals the texts and stores the PDF: before the transaction. What is
// prepared and then not issued is thrown away with Drop.
func (v *Vault) Prepare(ctx context.Context, n NewDocument) (*Prepared, error) {
	number, ok := id.ParseOpen(n.Number)
	if !ok || n.Owner == "" || len(n.PDF) == 0 {
		return nil, fmt.Errorf("vault: a document needs a number, an owner and a PDF")
	}
	key, err := v.key(ctx, n.Owner, n.CaseID)
	if err != nil {
		return nil, err
	}
	p := &Prepared{document: Document{
		ID: id.New(), Number: number, Owner: n.Owner, CaseID: n.CaseID, ServiceID: n.ServiceID, Agency: n.Agency,
		Kind: n.Kind, Title: n.Title, Initials: n.Initials, ValidUntil: n.ValidUntil,
	}}
	d := &p.document
	ref, err := v.Files.Save(ctx, blobs+d.ID, key, pdfPlace(d.ID), bytes.NewReader(n.PDF), maxPDF)
	if err != nil {
		return nil, fmt.Errorf("store document: %w", err)
	}
	d.Size, d.SHA256 = ref.Size, ref.SHA256
	text, err := json.Marshal(words{Kind: n.Kind, Title: n.Title, Initials: n.Initials})
	if err != nil {
		return nil, err
	}
	p.row = vaultdb.InsertDocumentParams{
		OwnerID: d.Owner, ID: d.ID, CaseID: d.CaseID, ServiceID: d.ServiceID, Agency: d.Agency,
		ValidUntil: string(d.ValidUntil), Size: d.Size, BlobKey: ref.Key, PdfHash: d.SHA256[:], NumberHash: id.Hash(number),
		NumberSealed: key.SealString(place("number_sealed", d.ID), number),
		TextSealed:   key.Seal(place("text_sealed", d.ID), text), ReasonSealed: []byte{},
	}
	return p, nil
}

// Issue writes the prepared document in the caller's transaction; it counts
// from then on. The caller has checked the permission and writes the journal.
func (v *Vault) Issue(ctx context.Context, tx *db.Tx, p *Prepared) (Document, error) {
	row := p.row
	row.IssuedAt = tx.Now()
	taken, err := v.store.insert(ctx, tx, row)
	if err != nil {
		return Document{}, err
	}
	if taken {
		return Document{}, fmt.Errorf("vault: the number of document %s is taken", row.ID)
	}
	d := p.document
	d.IssuedAt = tx.Now()
	return d, nil
}

// Drop throws a prepared document away whose transaction failed.
func (v *Vault) Drop(ctx context.Context, p *Prepared) {
	if err := v.Files.Store().Delete(context.WithoutCancel(ctx), p.row.BlobKey); err != nil {
		v.Log.WarnContext(ctx, "document that was not issued stays in the store", "document", p.row.ID, "err", err)
	}
}

// Documents lists the actor's own documents, newest first; before is the last
// id of the page before, "" for the first page.
func (v *Vault) Documents(ctx context.Context, before string, limit int) ([]Document, error) {
	actor := identity.ActorOf(ctx)
	if !actor.SignedIn() {
		return nil, identity.ErrSignIn
	}
	rows, err := v.store.documents(ctx, actor.ID, before, limit)
	if err != nil {
		return nil, err
	}
	return v.openAll(ctx, rows)
}

// OfCase lists the documents of a case. The caller has checked that the actor
// may see the case.
func (v *Vault) OfCase(ctx context.Context, owner, caseID string) ([]Document, error) {
	rows, err := v.store.ofCase(ctx, owner, caseID)
	if err != nil {
		return nil, err
	}
	return v.openAll(ctx, rows)
}

// Download opens the PDF of one of the actor's own documents; close it. It needs a
// fresh factor, and the journal has it before the first byte is shown.
func (v *Vault) Download(ctx context.Context, documentID string) (Document, io.ReadCloser, error) {
	if err := identity.NeedFresh(ctx); err != nil {
		return Document{}, nil, err
	}
	actor := identity.ActorOf(ctx)
	row, err := v.store.document(ctx, actor.ID, documentID)
	if err != nil {
		return Document{}, nil, err
	}
	d, err := v.open(ctx, row)
	if err != nil {
		return Document{}, nil, err
	}
	// Opened first: what can't be had now must not pass for delivered.
	body, err := v.load(ctx, d, row.BlobKey)
	if err != nil {
		return Document{}, nil, err
	}
	err = v.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := v.Audit.Write(ctx, tx, actor.Entry("vault.downloaded", d.Owner, "document:"+d.ID)); err != nil {
			return err
		}
		return v.Bus.Announce(ctx, tx, event.Event{Name: Downloaded, ID: d.ID, Owner: d.Owner, Version: 1, Refs: map[string]string{"case": d.CaseID}})
	})
	if err != nil {
		_ = body.Close()
		return Document{}, nil, err
	}
	return d, body, nil
}

// Look opens the PDF of a case's document for somebody who works on the case.
// The caller has checked the right and written the journal.
func (v *Vault) Look(ctx context.Context, owner, documentID string) (Document, io.ReadCloser, error) {
	row, err := v.store.document(ctx, owner, documentID)
	if err != nil {
		return Document{}, nil, err
	}
	d, err := v.open(ctx, row)
	if err != nil {
		return Document{}, nil, err
	}
	body, err := v.load(ctx, d, row.BlobKey)
	return d, body, err
}

// Revocation is the end of a document's validity, ready for the transaction.
type Revocation struct {
	owner, document string
	reason          []byte
	entry           audit.Entry
}

// PrepareRevocation checks that the actor works for the agency that issued the
// document, and seals the reason: before the transaction. A document of another
// agency is not found; nobody revokes their own. Errors: ErrNotFound, ErrRevoked.
func (v *Vault) PrepareRevocation(ctx context.Context, owner, documentID, reason string) (*Revocation, error) {
	actor := identity.ActorOf(ctx)
	agencies := actor.AgenciesAs(identity.Officer, identity.Head)
	if len(agencies) == 0 || actor.ID == owner {
		return nil, identity.ErrForbidden
	}
	row, err := v.store.document(ctx, owner, documentID)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(agencies, row.Agency) {
		return nil, ErrNotFound
	}
	if !row.RevokedAt.IsZero() {
		return nil, ErrRevoked
	}
	key, err := v.key(ctx, owner, row.CaseID)
	if err != nil {
		return nil, err
	}
	return &Revocation{
		owner: owner, document: documentID, reason: key.SealString(place("reason_sealed", documentID), reason),
		entry: actor.Entry("vault.revoked", owner, "document:"+documentID),
	}, nil
}

// Revoke ends the document's validity in the caller's transaction, with the
// journal. Error: ErrRevoked when somebody was faster.
func (v *Vault) Revoke(ctx context.Context, tx *db.Tx, r *Revocation) error {
	done, err := v.store.revoke(ctx, tx, r.owner, r.document, r.reason)
	if err != nil {
		return err
	}
	if !done {
		return ErrRevoked
	}
	return v.Audit.Write(ctx, tx, r.entry)
}

// Replace ends the document's validity in favour of another, which is issued in
// the same transaction, with the journal. Error: ErrRevoked when somebody was
// faster.
func (v *Vault) Replace(ctx context.Context, tx *db.Tx, r *Revocation, by Document) error {
	done, err := v.store.replace(ctx, tx, r.owner, r.document, by.ID, r.reason)
	if err != nil {
		return err
	}
	if !done {
		return ErrRevoked
	}
	e := r.entry
	e.Act = "vault.replaced"
	return v.Audit.Write(ctx, tx, e)
}

// Verify tells anybody what a typed number stands for. client is the address
// of who asks: thirty tries an hour. Errors: ErrNumber, ErrUnknown, TooMany.
func (v *Vault) Verify(ctx context.Context, client, typed string) (Proof, error) {
	if err := v.Limiter.Limit(ctx, "vault.verify", client, 30, time.Hour); err != nil {
		return Proof{}, err
	}
	number, ok := id.ParseOpen(typed)
	if !ok {
		return Proof{}, ErrNumber.WithField("number", ErrNumber.Key)
	}
	row, err := v.store.byNumber(ctx, id.Hash(number))
	if errors.Is(err, ErrNotFound) {
		err = ErrUnknown
	}
	if err != nil {
		return Proof{}, err
	}
	d, err := v.open(ctx, row)
	if errors.Is(err, secret.ErrErased) {
		return Proof{}, ErrUnknown.Wrap(err)
	}
	if err != nil {
		return Proof{}, err
	}
	a, _ := v.Agencies.ByCode(d.Agency)
	return Proof{
		Status: d.StatusOn(db.DateOf(v.Clock.Now().In(a.Location()))), Kind: d.Kind, Agency: d.Agency, Initials: d.Initials,
		IssuedAt: d.IssuedAt, ValidUntil: d.ValidUntil, RevokedAt: d.RevokedAt, SHA256: d.SHA256,
	}, nil
}

// Same reports whether the file is, byte for byte, the one that was issued.
func (p Proof) Same(file io.Reader) (bool, error) {
	sum := sha256.New()
	if _, err := io.Copy(sum, io.LimitReader(file, maxPDF+1)); err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(sum.Sum(nil), p.SHA256[:]) == 1, nil
}

// key is the case's key, for documents without a case the owner's.
func (v *Vault) key(ctx context.Context, owner, caseID string) (*secret.DataKey, error) {
	if caseID != "" {
		return v.Sealer.Key(ctx, caseID, secret.Case)
	}
	return v.Sealer.Key(ctx, owner, secret.Person)
}

func (v *Vault) openAll(ctx context.Context, rows []vaultdb.VaultDocument) ([]Document, error) {
	var cases []string
	for _, row := range rows {
		cases = append(cases, row.CaseID)
	}
	keys, err := v.Sealer.Keys(ctx, secret.Case, cases...)
	if err != nil {
		return nil, err
	}
	docs := make([]Document, 0, len(rows))
	for _, row := range rows {
		key := keys[row.CaseID]
		if row.CaseID == "" {
			key, err = v.key(ctx, row.OwnerID, "")
		}
		var d Document
		if err == nil {
			d, err = opened(row, key)
		}
		if err != nil {
			return nil, err
		}
		docs = append(docs, d)
	}
	return docs, nil
}

func (v *Vault) open(ctx context.Context, row vaultdb.VaultDocument) (Document, error) {
	key, err := v.key(ctx, row.OwnerID, row.CaseID)
	if err != nil {
		return Document{}, err
	}
	return opened(row, key)
}

func opened(row vaultdb.VaultDocument, key *secret.DataKey) (Document, error) {
	d := Document{
		ID: row.ID, Owner: row.OwnerID, CaseID: row.CaseID, ServiceID: row.ServiceID, Agency: row.Agency,
		IssuedAt: row.IssuedAt, ValidUntil: db.Date(row.ValidUntil), RevokedAt: row.RevokedAt, ReplacedBy: row.ReplacedBy, Size: row.Size,
	}
	copy(d.SHA256[:], row.PdfHash)
	var err error
	if d.Number, err = key.OpenString(place("number_sealed", row.ID), row.NumberSealed); err != nil {
		return d, fmt.Errorf("document %s: %w", row.ID, err)
	}
	raw, err := key.Open(place("text_sealed", row.ID), row.TextSealed)
	if err != nil {
		return d, fmt.Errorf("document %s: %w", row.ID, err)
	}
	var w words
	if err := json.Unmarshal(raw, &w); err != nil {
		return d, fmt.Errorf("document %s: %w", row.ID, err)
	}
	d.Kind, d.Title, d.Initials = w.Kind, w.Title, w.Initials
	if len(row.ReasonSealed) > 0 {
		if d.Reason, err = key.OpenString(place("reason_sealed", row.ID), row.ReasonSealed); err != nil {
			return d, fmt.Errorf("document %s: %w", row.ID, err)
		}
	}
	return d, nil
}

func (v *Vault) load(ctx context.Context, d Document, blobKey string) (io.ReadCloser, error) {
	key, err := v.key(ctx, d.Owner, d.CaseID)
	if err != nil {
		return nil, err
	}
	return v.Files.Load(ctx, blob.Ref{Key: blobKey, Size: d.Size, SHA256: d.SHA256}, key, pdfPlace(d.ID))
}

func place(column, row string) secret.Place { return secret.At("vault_documents", column, row) }

func pdfPlace(documentID string) secret.Place {
	return secret.At("vault_documents", "blob_key", documentID)
}
