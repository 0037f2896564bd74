package cases

import (
	"context"
	"time"

	"okno/internal/forms"
	"okno/internal/kit/i18n"
	"okno/internal/vault"
)

// caseCard is all of an application that the reader may see.
type caseCard struct {
	CaseState
	Title     string         `json:"title"`
	Initials  string         `json:"initials,omitempty" doc:"For staff only"`
	Child     string         `json:"child,omitempty" doc:"Name of the child on whose behalf it was sent"`
	Can       []Deed         `json:"can" doc:"What the reader can do now"`
	Ask       *caseAsk       `json:"ask,omitempty" doc:"What the agency waits for"`
	Answers   []caseSection  `json:"answers"`
	Events    []caseEvent    `json:"events"`
	Asks      []caseAsk      `json:"asks,omitempty"`
	Files     []caseFile     `json:"files,omitempty"`
	Documents []caseDocument `json:"documents,omitempty"`
	Proposal  *caseProposal  `json:"proposal,omitempty" doc:"For staff only: what waits for a second pair of eyes"`
	Decision  string         `json:"decision,omitempty"`
	Refusal   *caseRefusal   `json:"refusal,omitempty"`
	Estimate  *apiEstimate   `json:"estimate,omitempty" doc:"What may be expected, for the owner of an undecided application"`
	Chain     []caseLink     `json:"chain,omitempty" doc:"The way from the portal to whoever decides"`
	Delivery  *caseDelivery  `json:"delivery,omitempty" doc:"How the result is handed over, where there was a choice"`
	Next      []string       `json:"next,omitempty" doc:"What can be done with the result"`
	Parts     []casePart     `json:"parts,omitempty" doc:"What other agencies do for it"`
	PartOf    string         `json:"part_of,omitempty" doc:"Number of the application that this is a part of"`
	Before    []casePart     `json:"before,omitempty" doc:"Parts that came before this one, with their opinions"`
	Typos     []caseTypo     `json:"typos,omitempty" doc:"Mistakes that were found in documents"`
	Earlier   *caseEarlier   `json:"earlier,omitempty" doc:"The refused application in whose place this one was sent"`
	Followers []string       `json:"followers,omitempty" doc:"Numbers of applications that were sent in place of this one"`
}

// caseProposal is a decision or a revocation that another officer confirms.
type caseProposal struct {
	Deed     Deed      `json:"deed" enum:"approve,refuse,revoke"`
	Ground   string    `json:"ground,omitempty" doc:"Code of the ground for refusal"`
	Document string    `json:"document,omitempty" doc:"Id of the document that would be revoked"`
	Words    string    `json:"words,omitempty"`
	At       time.Time `json:"at"`
	Mine     bool      `json:"mine,omitempty" doc:"The reader prepared it and can't confirm it"`
}

func outProposal(p *Proposal) *caseProposal {
	if p == nil {
		return nil
	}
	return &caseProposal{Deed: p.Deed, Ground: p.Ground, Document: p.Document, Words: p.Words, At: p.At.Time(), Mine: p.Mine}
}

type caseEarlier struct {
	Number  string           `json:"number"`
	Changes []caseDifference `json:"changes,omitempty" doc:"For staff only"`
	Same    int              `json:"same,omitempty" doc:"How many answers stayed; for staff only"`
}

// caseDifference is an answer before and after.
type caseDifference struct {
	Label string `json:"label"`
	Old   string `json:"old"`
	New   string `json:"new"`
	File  bool   `json:"another_file,omitempty" doc:"The file has the name of the old one"`
}

func outDifferences(all []Difference) []caseDifference {
	out := make([]caseDifference, len(all))
	for i, d := range all {
		out[i] = caseDifference(d)
	}
	return out
}

type caseSection struct {
	Title string       `json:"title"`
	Rows  []caseAnswer `json:"rows"`
}

type caseAnswer struct {
	Field string `json:"field"`
	Label string `json:"label"`
	Value string `json:"value"`
	Empty bool   `json:"empty,omitempty"`
}

type caseEvent struct {
	At     time.Time `json:"at"`
	Deed   Deed      `json:"deed"`
	Status Status    `json:"status"`
	Side   Side      `json:"side"`
	Text   string    `json:"text,omitempty"`
	Inner  bool      `json:"inner,omitempty"`
}

type caseAsk struct {
	ID         string     `json:"id"`
	AskedAt    time.Time  `json:"asked_at"`
	AnsweredAt *time.Time `json:"answered_at,omitempty"`
	Text       string     `json:"text"`
	Kind       string     `json:"kind" enum:"more,correct"`
	AnswerBy   *time.Time `json:"answer_by,omitempty" doc:"When the term for the answer ends"`
	Fields     []string   `json:"fields,omitempty"`
	Attach     bool       `json:"attach,omitempty" doc:"Files may be attached"`
	Answer     string     `json:"answer,omitempty"`
	Changes    []Change   `json:"changes,omitempty"`
	Same       []string   `json:"same,omitempty" doc:"Opened fields that stayed as they were"`
	Skipped    bool       `json:"skipped,omitempty" doc:"The agency went on without an answer"`
	Files      []caseFile `json:"files,omitempty"`

	Remarks map[string]string `json:"remarks,omitempty" doc:"What is wrong, by field"`
	Wanted  []string          `json:"wanted,omitempty" doc:"Files by name; their boxes are wanted.0, wanted.1 …"`
}

type caseFile struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Type string `json:"type"`
	Size int64  `json:"size" doc:"Bytes"`
	Scan string `json:"scan" enum:"clean,unscanned,checking,infected"`
}

type caseDocument struct {
	ID      string `json:"id"`
	Number  string `json:"number"`
	Title   string `json:"title"`
	Revoked bool   `json:"revoked,omitempty"`
	Reason  string `json:"reason,omitempty" doc:"Why it was revoked"`
}

type caseRefusal struct {
	Code string `json:"code"`
	Text string `json:"text"`
	Mend string `json:"mend" doc:"What the person can do"`

	Remarks map[string]string `json:"remarks,omitempty" doc:"What is wrong, by field"`
}

type cardOut struct{ Body caseCard }

func outCard(ctx context.Context, card *Card) *cardOut {
	lang := forms.Lang(i18n.Lang(ctx))
	out := caseCard{
		CaseState: stateOf(ctx, card.Case), Title: card.Service.Title.In(lang), Initials: card.Initials, Can: card.Can,
		Files: outFiles(card.Files), Decision: card.Decision, Documents: outDocuments(card.Documents, lang),
	}
	if card.Child != nil {
		out.Child = card.Child.Name()
	}
	out.Estimate = outEstimate(card.Estimate)
	out.Delivery = outDelivery(card)
	out.Chain = outChain(card.Chain)
	if card.Status.granted() {
		for _, text := range card.Service.Next {
			out.Next = append(out.Next, text.In(lang))
		}
	}
	for _, s := range card.Sections {
		out.Answers = append(out.Answers, outSection(s))
		for _, l := range s.Lists {
			for _, item := range l.Items {
				out.Answers = append(out.Answers, outSection(forms.Section{Title: l.Title + ": " + item.Title, Rows: item.Rows}))
			}
		}
	}
	for _, e := range card.Events {
		out.Events = append(out.Events, caseEvent{At: e.At.Time(), Deed: e.Deed, Status: e.To, Side: e.Side, Text: e.Text, Inner: e.Inner})
	}
	for _, a := range card.Asks {
		out.Asks = append(out.Asks, outAsk(a, lang))
	}
	if a := card.Asked(); a != nil {
		ask := outAsk(*a, lang)
		out.Ask = &ask
	}
	out.Followers = card.Followers
	out.Proposal = outProposal(card.Proposal)
	if len(card.Typos) > 0 {
		out.Typos = outTypos(card.Typos)
	}
	if e := card.Earlier; e != nil {
		out.Earlier = &caseEarlier{Number: e.Number, Changes: outDifferences(e.Differences), Same: e.Same}
	}
	out.PartOf, out.Parts, out.Before = card.Whole, outParts(card.Parts, lang), outParts(card.Before, lang)
	if g := card.Refusal; g != nil {
		out.Refusal = &caseRefusal{Code: g.Code, Text: g.Text.In(lang), Mend: g.Mend.In(lang), Remarks: card.Remarks}
	}
	return &cardOut{Body: out}
}

func outSection(s forms.Section) caseSection {
	out := caseSection{Title: s.Title, Rows: make([]caseAnswer, len(s.Rows))}
	for i, r := range s.Rows {
		out.Rows[i] = caseAnswer{Field: r.Field, Label: r.Label, Value: r.Value, Empty: r.Empty}
	}
	return out
}

func outAsk(a Ask, lang forms.Lang) caseAsk {
	out := caseAsk{
		ID: a.ID, AskedAt: a.AskedAt.Time(), Text: a.Text.In(lang), Fields: a.Fields, Attach: a.Attach,
		Answer: a.Answer.Text, Changes: a.Answer.Changes, Files: outFiles(a.Files), Kind: a.Kind, Same: a.Answer.Same,
		Skipped: a.Answer.Skipped, Remarks: a.Remarks, Wanted: a.Wanted,
	}
	if !a.LapsesAt.IsZero() {
		at := a.LapsesAt.Time()
		out.AnswerBy = &at
	}
	if !a.Open() {
		at := a.AnsweredAt.Time()
		out.AnsweredAt = &at
	}
	return out
}

func outFiles(files []File) []caseFile {
	out := make([]caseFile, len(files))
	for i, f := range files {
		out[i] = caseFile{ID: f.ID, Name: f.Name, Type: string(f.Type), Size: f.Size, Scan: string(f.Scan)}
	}
	return out
}

func outDocuments(docs []vault.Document, lang forms.Lang) []caseDocument {
	out := make([]caseDocument, len(docs))
	for i, d := range docs {
		out[i] = caseDocument{ID: d.ID, Number: d.Number, Title: d.Title.In(lang), Revoked: !d.RevokedAt.IsZero(), Reason: d.Reason}
	}
	return out
}
