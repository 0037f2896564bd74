package vault

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"time"

	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/web"
)

const tag = "documents"

func (v *Vault) mountAPI(rt *web.Router) {
	web.Register(rt.API, web.Operation{Pattern: "GET /api/v1/documents", ID: "list-documents", Summary: "One's own issued documents, newest first", Tag: tag}, identity.Citizen(), v.apiList)
	web.Register(rt.API, web.Operation{Pattern: "GET /api/v1/documents/{id}/file", ID: "download-document", Summary: "The PDF of a document; journalled; asks for a fresh factor", Tag: tag}, identity.Fresh(identity.Citizen()), v.apiFile)
	web.Register(rt.API, web.Operation{Pattern: "GET /api/v1/verify/{number}", ID: "verify-document", Summary: "What stands behind the number printed on a document", Tag: tag}, web.Public, v.apiVerify)
}

type documentsIn struct {
	Before string `query:"before" maxLength:"64" doc:"next of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

// issuedDocument is a document as the API shows it to its owner.
type issuedDocument struct {
	ID         string    `json:"id"`
	Number     string    `json:"number" doc:"Opens the check page: give it only to whom you show the document"`
	Title      string    `json:"title"`
	Service    string    `json:"service"`
	Agency     string    `json:"agency"`
	IssuedAt   time.Time `json:"issued_at"`
	ValidUntil db.Date   `json:"valid_until,omitempty"`
	Status     Status    `json:"status" enum:"valid,expired,revoked,replaced"`
	Size       int64     `json:"size" doc:"Bytes"`
	SHA256     string    `json:"sha256"`
}

type documentsOut struct {
	Body struct {
		Documents []issuedDocument `json:"documents"`
		Next      string           `json:"next,omitempty"`
	}
}

func (v *Vault) apiList(ctx context.Context, p *documentsIn) (*documentsOut, error) {
	docs, err := v.Documents(ctx, p.Before, p.Limit+1)
	if err != nil {
		return nil, err
	}
	out := &documentsOut{}
	if len(docs) > p.Limit {
		docs = docs[:p.Limit]
		out.Body.Next = docs[p.Limit-1].ID
	}
	out.Body.Documents = make([]issuedDocument, len(docs))
	for i, d := range docs {
		a, _ := v.Agencies.ByCode(d.Agency)
		out.Body.Documents[i] = issuedDocument{
			ID: d.ID, Number: d.Number, Title: in(i18n.Lang(ctx), d.Title.RU, d.Title.EN), Service: d.ServiceID, Agency: d.Agency,
			IssuedAt: d.IssuedAt.Time(), ValidUntil: d.ValidUntil, Status: d.StatusOn(db.DateOf(v.Clock.Now().In(a.Location()))),
			Size: d.Size, SHA256: hex.EncodeToString(d.SHA256[:]),
		}
	}
	return out, nil
}

type fileIn struct {
	ID string `path:"id" maxLength:"64"`
}

type fileOut struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Sniff       string `header:"X-Content-Type-Options"`
	Body        []byte
}

func (v *Vault) apiFile(ctx context.Context, p *fileIn) (*fileOut, error) {
	d, body, err := v.Download(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(body)
	if err := errors.Join(err, body.Close()); err != nil {
		return nil, err
	}
	return &fileOut{ContentType: "application/pdf", Disposition: disposition(d), Sniff: "nosniff", Body: data}, nil
}

type verifyIn struct {
	Number string `path:"number" maxLength:"60"`
}

// documentProof is what anybody may learn.
type documentProof struct {
	Status     Status    `json:"status" enum:"valid,expired,revoked,replaced"`
	Kind       string    `json:"kind"`
	Agency     string    `json:"agency"`
	Holder     string    `json:"holder" doc:"Initials"`
	IssuedAt   time.Time `json:"issued_at"`
	ValidUntil db.Date   `json:"valid_until,omitempty"`
	SHA256     string    `json:"sha256" doc:"Of the issued file, to compare a copy with"`
}

type verifyOut struct{ Body documentProof }

func (v *Vault) apiVerify(ctx context.Context, p *verifyIn) (*verifyOut, error) {
	proof, err := v.Verify(ctx, web.ClientIP(ctx).String(), p.Number)
	if err != nil {
		return nil, err
	}
	lang := i18n.Lang(ctx)
	a, _ := v.Agencies.ByCode(proof.Agency)
	return &verifyOut{Body: documentProof{
		Status: proof.Status, Kind: in(lang, proof.Kind.RU, proof.Kind.EN), Agency: a.Title.In(lang), Holder: proof.Initials,
		IssuedAt: proof.IssuedAt.Time(), ValidUntil: proof.ValidUntil, SHA256: hex.EncodeToString(proof.SHA256[:]),
	}}, nil
}
