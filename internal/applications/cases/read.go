package cases

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"okno/internal/applications/cases/casesdb"
	"okno/internal/applications/upload"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
	"okno/internal/vault"
)

// find reads a case by a typed number; it knows no permission.
func (c *Cases) find(ctx context.Context, typed string) (Case, error) {
	number, ok := id.ParseNumber(typed)
	if !ok {
		return Case{}, ErrNotFound
	}
	k, err := c.store.byNumber(ctx, number)
	if err != nil {
		return Case{}, err
	}
	k.Left = c.left(k.Agency, k.Office, k.Due, k.PausedAt)
	return k, nil
}

// Mine is the card of one of the actor's own applications.
func (c *Cases) Mine(ctx context.Context, number string) (*Card, error) {
	k, err := c.mine(ctx, number)
	if err != nil {
		return nil, err
	}
	return c.card(ctx, k, Citizen)
}

// State is one of the actor's own applications without what is sealed: for
// whoever only asks how it stands.
func (c *Cases) State(ctx context.Context, number string) (Case, error) { return c.mine(ctx, number) }

// Look opens the card for an officer or head of its agency. The journal has
// the look before anything is shown.
func (c *Cases) Look(ctx context.Context, number string) (*Card, error) {
	k, side, err := c.theirs(ctx, number)
	if err != nil {
		return nil, err
	}
	if err := c.looked(ctx, k, "case:"+k.ID); err != nil {
		return nil, err
	}
	return c.card(ctx, k, side)
}

func (c *Cases) looked(ctx context.Context, k Case, object string) error {
	return c.Audit.Look(ctx, identity.ActorOf(ctx).Entry("applications.looked", k.Owner, object))
}

// MyFile opens a file of the actor's own case; close it.
func (c *Cases) MyFile(ctx context.Context, number, fileID string) (File, io.ReadCloser, error) {
	k, err := c.mine(ctx, number)
	if err != nil {
		return File{}, nil, err
	}
	return c.file(ctx, k, fileID, nil)
}

// TheirFile opens a file of a case for an officer of its agency; close it.
func (c *Cases) TheirFile(ctx context.Context, number, fileID string) (File, io.ReadCloser, error) {
	k, _, err := c.theirs(ctx, number)
	if err != nil {
		return File{}, nil, err
	}
	return c.file(ctx, k, fileID, func(f File) error {
		if f.AskID != "" {
			unsent, err := c.store.asking(ctx, c.store.read(), k.Owner, k.ID, f.AskID)
			if err != nil {
				return db.Classify(err)
			}
			if unsent {
				return ErrFile
			}
		}
		return c.looked(ctx, k, "file:"+fileID)
	})
}

// TheirDocument opens an issued document of a case for an officer; close it.
func (c *Cases) TheirDocument(ctx context.Context, number, documentID string) (vault.Document, io.ReadCloser, error) {
	k, _, err := c.theirs(ctx, number)
	if err != nil {
		return vault.Document{}, nil, err
	}
	if err := c.looked(ctx, k, "document:"+documentID); err != nil {
		return vault.Document{}, nil, err
	}
	d, body, err := c.Vault.Look(ctx, k.Owner, documentID)
	if err == nil && d.CaseID != k.ID {
		_ = body.Close()
		return vault.Document{}, nil, ErrNotFound
	}
	return d, body, err
}

// file opens a file that the scanner has passed; before runs first.
func (c *Cases) file(ctx context.Context, k Case, fileID string, before func(File) error) (File, io.ReadCloser, error) {
	k, err := c.fileCase(ctx, k, fileID)
	if err != nil {
		return File{}, nil, err
	}
	row, err := c.store.read().FindFile(ctx, casesdb.FindFileParams{OwnerID: k.Owner, CaseID: k.ID, ID: fileID})
	if db.IsNone(err) {
		return File{}, nil, ErrFile
	}
	if err != nil {
		return File{}, nil, db.Classify(err)
	}
	if !upload.Scan(row.Scan).Passes() {
		return File{}, nil, ErrFileHeld
	}
	key, err := c.Sealer.Key(ctx, k.ID, secret.Case)
	if err != nil {
		return File{}, nil, err
	}
	f, err := fileOf(key, row)
	if err != nil {
		return File{}, nil, err
	}
	if before != nil {
		if err := before(f); err != nil {
			return File{}, nil, err
		}
	}
	body, err := c.Files.Load(ctx, refOf(row), key, filePlace(row.ID))
	return f, body, err
}

func fileOf(key *secret.DataKey, row casesdb.ApplicationsFile) (File, error) {
	name, err := key.OpenString(secret.At("applications_files", "name_sealed", row.ID), row.NameSealed)
	return File{
		ID: row.ID, AskID: row.AskID, Field: row.Field, Name: name, Type: upload.Type(row.Type), Size: row.Size,
		Scan: upload.Scan(row.Scan), AddedAt: row.AddedAt,
	}, err
}

// card gathers all of a case for one side. The caller has checked the right.
func (c *Cases) card(ctx context.Context, k Case, side Side) (*Card, error) {
	key, err := c.Sealer.Key(ctx, k.ID, secret.Case)
	if err != nil {
		return nil, err
	}
	can := slices.DeleteFunc(allowed(Can(k.Status, side), k.Stage), func(d Deed) bool { return !d.fits(k.IsPart()) })
	card := &Card{Case: k, Can: can, Mine: k.AssignedTo == identity.ActorOf(ctx).ID}
	if side != Citizen {
		if card.Barred = k.Status.Open() && k.anew(identity.ActorOf(ctx).ID) != nil; card.Barred {
			card.Can = slices.DeleteFunc(card.Can, func(d Deed) bool { return d != Comment && d != Assign })
		}
		var err error
		if card.Mine, err = c.holds(ctx, k, identity.ActorOf(ctx).ID); err != nil {
			return nil, err
		}
		if card.Proposal, err = c.proposal(ctx, k); err != nil {
			return nil, err
		}
	}
	f, err := c.fill(ctx, key, card)
	if err != nil {
		return nil, err
	}
	if len(card.Service.Parts) == 0 {
		card.Can = slices.DeleteFunc(card.Can, Deed.ofPart)
	}
	if err := c.loadChain(ctx, card); err != nil {
		return nil, err
	}
	if card.Delivery, err = c.delivery(ctx, k, card.Service); err != nil {
		return nil, err
	}
	card.Can = slices.DeleteFunc(card.Can, func(d Deed) bool { return !card.Delivery.lets(d) })
	card.Sections = forms.Summary(card.Service, card.result, c.printer(i18n.Lang(ctx)))
	if side == Citizen {
		if card.Estimate, err = c.estimate(ctx, k); err != nil {
			return nil, err
		}
	}
	if side != Citizen {
		card.Initials = f.Initials
	}
	for _, load := range []func(context.Context, *secret.DataKey, *Card) error{c.loadEvents, c.loadAsks, c.loadFiles} {
		if err := load(ctx, key, card); err != nil {
			return nil, err
		}
	}
	if err := c.nameHelper(ctx, card); err != nil {
		return nil, err
	}
	if err := c.withParts(ctx, card, side); err != nil {
		return nil, err
	}
	nameParts(card, i18n.Lang(ctx))
	if k.IsPart() && side != Citizen {
		if err := c.seenByPart(ctx, card); err != nil {
			return nil, err
		}
	}
	if side == Citizen {
		card.Events = slices.DeleteFunc(card.Events, func(e Event) bool { return e.Inner })
	} else {
		card.hideUnsent()
	}
	if k.IsPart() && side == Citizen {
		return card, nil // an opinion is for the lead
	}
	if card.Decision, err = key.OpenString(casePlace("decision_sealed", k.ID), k.row.DecisionSealed); err != nil {
		return nil, err
	}
	card.Refusal = groundOf(card.Service, k.Ground)
	if err := c.loadTypos(ctx, key, card); err != nil {
		return nil, err
	}
	if err := c.loadVersions(ctx, key, card); err != nil {
		return nil, err
	}
	if err := c.loadLinks(ctx, key, card, side != Citizen); err != nil {
		return nil, err
	}
	if k.DecidedAt.IsZero() {
		return card, nil
	}
	card.Documents, err = c.Vault.OfCase(ctx, k.Owner, k.ID)
	return card, err
}

// hideUnsent takes away what is kept for an answer that was not sent.
func (c *Card) hideUnsent() {
	for i := range c.Asks {
		if c.Asks[i].Open() {
			c.Asks[i].Files = nil
		}
	}
}

func groundOf(s *forms.Service, code string) *forms.Ground {
	for i := range s.Page.Refusal {
		if s.Page.Refusal[i].Code == code {
			return &s.Page.Refusal[i]
		}
	}
	return nil
}

// fill opens the form as it was sent and fills it anew.
func (c *Cases) fill(ctx context.Context, key *secret.DataKey, card *Card) (form, error) {
	if card.IsPart() {
		return c.fillPart(ctx, key, card)
	}
	f, err := openForm(key, card.row)
	if err != nil {
		return f, err
	}
	card.Child = f.Child
	card.Service, err = c.Services.Version(ctx, card.ServiceID, card.ServiceVersion)
	if err != nil {
		return f, ErrService.Wrap(err)
	}
	card.result = forms.Fill(card.Service, complete(card.Service, f.Answers), f.Facts)
	return f, nil
}

func openForm(key *secret.DataKey, row casesdb.ApplicationsCase) (form, error) {
	raw, err := key.Open(casePlace("form_sealed", row.ID), row.FormSealed)
	if err != nil {
		return form{}, fmt.Errorf("form of case %s: %w", row.ID, err)
	}
	var f form
	return f, json.Unmarshal(raw, &f)
}

// complete says of every question without an answer that it was left empty, so
// that nothing is filled in which the person did not send.
func complete(s *forms.Service, sent forms.Answers) forms.Answers {
	out := maps.Clone(sent)
	if out == nil {
		out = forms.Answers{}
	}
	for i := range s.Form.Steps {
		step := &s.Form.Steps[i]
		emptied(step.Fields, out)
		for j := range step.Groups {
			g := &step.Groups[j]
			list, _ := out[g.ID].([]any)
			items := make([]any, len(list))
			for n, x := range list {
				m, _ := x.(map[string]any)
				item := maps.Clone(m)
				if item == nil {
					item = map[string]any{}
				}
				emptied(g.Fields, item)
				items[n] = item
			}
			out[g.ID] = items
		}
	}
	return out
}

func emptied(fields []forms.Field, answers map[string]any) {
	for i := range fields {
		if _, ok := answers[fields[i].ID]; !ok {
			answers[fields[i].ID] = nil
		}
	}
}

func (c *Cases) printer(lang string) forms.Printer {
	return forms.Printer{Lang: forms.Lang(lang), Words: func(key string, args ...any) string { return c.Texts.T(lang, key, args...) }}
}

func (c *Cases) loadEvents(ctx context.Context, key *secret.DataKey, card *Card) error {
	rows, err := c.store.read().Events(ctx, casesdb.EventsParams{OwnerID: card.Owner, CaseID: card.ID})
	if err != nil {
		return db.Classify(err)
	}
	for _, r := range rows {
		text, err := key.OpenString(eventPlace(card.ID, r.Version), r.TextSealed)
		if err != nil {
			return err
		}
		card.Events = append(card.Events, Event{
			Version: r.Version, At: r.DoneAt, Deed: Deed(r.Deed), From: Status(r.FromStatus), To: Status(r.ToStatus),
			Side: Side(r.Side), Actor: r.ActorID, Inner: r.InnerNote, Text: text,
		})
	}
	return nil
}

func (c *Cases) loadAsks(ctx context.Context, key *secret.DataKey, card *Card) error {
	rows, err := c.store.read().Asks(ctx, casesdb.AsksParams{OwnerID: card.Owner, CaseID: card.ID})
	if err != nil {
		return db.Classify(err)
	}
	for _, r := range rows {
		a := Ask{ID: r.ID, Preset: r.Preset, Kind: r.Kind, AskedAt: r.AskedAt, LapsesAt: r.LapsesAt, AnsweredAt: r.AnsweredAt}
		err := errors.Join(
			openJSON(key, askPlace("ask_sealed", r.ID), r.AskSealed, &a.AskText),
			openJSON(key, askPlace("answer_sealed", r.ID), r.AnswerSealed, &a.Answer),
		)
		if err != nil {
			return err
		}
		card.Asks = append(card.Asks, a)
	}
	return nil
}

func (c *Cases) loadFiles(ctx context.Context, key *secret.DataKey, card *Card) error {
	rows, err := c.store.read().Files(ctx, casesdb.FilesParams{OwnerID: card.Owner, CaseID: card.ID})
	if err != nil {
		return db.Classify(err)
	}
	for _, r := range rows {
		f, err := fileOf(key, r)
		if err != nil {
			return err
		}
		if f.Field == ofMessage {
			continue // see thread
		}
		i := slices.IndexFunc(card.Asks, func(a Ask) bool { return a.ID == f.AskID })
		if i < 0 {
			card.Files = append(card.Files, f)
		} else {
			card.Asks[i].Files = append(card.Asks[i].Files, f)
		}
	}
	return nil
}

func askPlace(column, askID string) secret.Place {
	return secret.At("applications_asks", column, askID)
}

func sealJSON(key *secret.DataKey, place secret.Place, v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return key.Seal(place, raw), nil
}

// openJSON undoes sealJSON; nothing sealed leaves v as it is.
func openJSON(key *secret.DataKey, place secret.Place, sealed []byte, v any) error {
	if len(sealed) == 0 {
		return nil
	}
	raw, err := key.Open(place, sealed)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, v)
}
