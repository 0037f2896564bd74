package cases

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"okno/internal/applications/cases/casesdb"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/id"
	"okno/internal/kit/job"
	"okno/internal/kit/secret"
)

// Kinds of asks.
const (
	AskForMore = "more"
	// AskToCorrect is a return for correction: the person mends what is named.
	AskToCorrect = "correct"
)

// answerDays is the term for an answer where neither service nor operator set
// one, in working days.
const answerDays = 10

// Limits of what one ask may name.
const (
	wantedMost = 5   // files by name
	wantedName = 150 // characters of a file's name
	remarkMost = 500 // characters of a remark
)

// AskMore are the words with which an officer asks, and what is wanted.
type AskMore struct {
	// Preset is the code of a ready text of the service; Text is used instead of
	// its words when it is given.
	Preset, Text string
	// Fields are opened for correction, Files lets files be attached; added to
	// what the preset wants.
	Fields []string
	Files  bool
	// Remarks say by field what is wrong with it; they open it too.
	Remarks map[string]string
	// Wanted are names of files, each with a box of its own.
	Wanted []string
}

// Request asks the citizen for more. The time of the agency stands still until
// the answer.
func (c *Cases) Request(ctx context.Context, d Deal, more AskMore) error {
	return c.ask(ctx, d, Request, more)
}

// SendBack returns an application for correction: the citizen mends the named
// fields of the same application, and no others. Errors: those of Request,
// ErrFields where nothing is named.
func (c *Cases) SendBack(ctx context.Context, d Deal, more AskMore) error {
	return c.ask(ctx, d, SendBack, more)
}

func (c *Cases) ask(ctx context.Context, d Deal, deed Deed, more AskMore) error {
	k, side, err := c.held(ctx, d)
	if err != nil {
		return c.again(ctx, d, deed, err)
	}
	service, err := c.Services.Version(ctx, k.ServiceID, k.ServiceVersion)
	if err != nil {
		return ErrService.Wrap(err)
	}
	ask, err := askText(service, deed, more)
	if err != nil {
		return err
	}
	key, err := c.Sealer.Key(ctx, k.ID, secret.Case)
	if err != nil {
		return err
	}
	row := casesdb.InsertAskParams{
		OwnerID: k.Owner, CaseID: k.ID, ID: id.New(), Preset: more.Preset, AnswerSealed: []byte{}, Kind: AskForMore,
	}
	if row.AskSealed, err = sealJSON(key, askPlace("ask_sealed", row.ID), ask); err != nil {
		return err
	}
	stage := Stage(Waiting)
	if deed == SendBack {
		row.Kind, stage = AskToCorrect, Correction
	}
	days := c.answerDays(service)
	return c.again(ctx, d, deed, c.move(ctx, k, change{deed: deed, side: side, key: d.once(deed), stage: stage, also: func(ctx context.Context, tx *db.Tx) error {
		row.AskedAt = tx.Now()
		row.LapsesAt = db.At(c.Calendar.DeadlineWorking(tx.Now().Time(), days, c.zone(k.Agency, k.Office)))
		return c.asked(ctx, tx, k, row)
	}}))
}

// asked writes an ask with what reports count of it, and sets its clock.
func (c *Cases) asked(ctx context.Context, tx *db.Tx, k Case, row casesdb.InsertAskParams) error {
	q := casesdb.New(tx)
	if err := q.InsertAsk(ctx, row); err != nil {
		return err
	}
	if err := q.SetLapsed(ctx, casesdb.SetLapsedParams{AgencyID: k.Agency, CaseID: k.ID}); err != nil {
		return err
	}
	if err := q.AskedFacets(ctx, casesdb.AskedFacetsParams{AgencyID: k.Agency, CaseID: k.ID}); err != nil {
		return err
	}
	return c.Jobs.EnqueueAt(ctx, tx, tx.Now().Add(remindAfter).Time(), remind{Owner: k.Owner, Case: k.ID, Ask: row.ID})
}

// answerDays is the term for an answer, in working days.
func (c *Cases) answerDays(s *forms.Service) int {
	switch {
	case s.AnswerDays > 0:
		return s.AnswerDays
	case c.AnswerDays > 0:
		return c.AnswerDays
	}
	return answerDays
}

// askText settles what is asked. Errors: ErrFields.
func askText(s *forms.Service, deed Deed, more AskMore) (AskText, error) {
	a := AskText{Fields: slices.Clone(more.Fields), Attach: more.Files}
	if more.Preset != "" {
		i := slices.IndexFunc(s.Ask, func(p forms.Preset) bool { return p.ID == more.Preset })
		if i < 0 {
			return a, ErrFields.WithField("preset", "applications.error.preset")
		}
		p := s.Ask[i]
		a.Text = forms.Text{RU: p.Text.RU, EN: p.Text.EN}
		a.Fields, a.Attach = append(a.Fields, p.Fields...), a.Attach || p.Files
	}
	text, err := limitText(more.Text, "text")
	if err != nil {
		return a, err
	}
	if text != "" {
		a.Text = forms.Text{RU: text, EN: text}
	}
	if a.Remarks, err = remarksOf(s, more.Remarks); err != nil {
		return a, err
	}
	if a.Wanted, err = wantedOf(more.Wanted); err != nil {
		return a, err
	}
	a.Attach = a.Attach || len(a.Wanted) > 0
	a.Fields = slices.AppendSeq(a.Fields, maps.Keys(a.Remarks))
	slices.Sort(a.Fields)
	a.Fields = slices.Compact(a.Fields)
	return a, enoughAsked(s, deed, a)
}

// enoughAsked: an ask says something, a return for correction names something.
func enoughAsked(s *forms.Service, deed Deed, a AskText) error {
	for _, f := range a.Fields {
		if !openable(s, f) {
			return ErrFields.WithField("fields", "applications.error.field")
		}
	}
	switch {
	case deed == SendBack && len(a.Fields)+len(a.Wanted) == 0:
		return ErrFields.WithField("fields", "applications.error.nothing_named")
	case a.Text.IsZero() && len(a.Remarks)+len(a.Wanted) == 0:
		return ErrFields.WithField("text", "applications.error.text_needed")
	}
	return nil
}

// remarksOf are the remarks that say something, by field. Errors: ErrFields.
func remarksOf(s *forms.Service, sent map[string]string) (map[string]string, error) {
	var out map[string]string
	for _, field := range slices.Sorted(maps.Keys(sent)) {
		text := cleanText(sent[field])
		switch {
		case text == "":
			continue
		case !openable(s, field):
			return nil, ErrFields.WithField("fields", "applications.error.field")
		case utf8.RuneCountInString(text) > remarkMost:
			return nil, ErrFields.WithField(remarkName(field), "applications.error.text_long", "Max", remarkMost)
		case out == nil:
			out = map[string]string{}
		}
		out[field] = text
	}
	return out, nil
}

// remarkName is the box of a remark.
func remarkName(field string) string { return "remark." + field }

// wantedOf are the names of wanted files. Errors: ErrFields.
func wantedOf(sent []string) ([]string, error) {
	var out []string
	for _, name := range sent {
		name = strings.Join(strings.Fields(name), " ")
		if name == "" || slices.Contains(out, name) {
			continue
		}
		if utf8.RuneCountInString(name) > wantedName {
			return nil, ErrFields.WithField("wanted", "applications.error.text_long", "Max", wantedName)
		}
		out = append(out, name)
	}
	if len(out) > wantedMost {
		return nil, ErrFields.WithField("wanted", "applications.error.wanted_many", "Count", wantedMost)
	}
	return out, nil
}

// wantedBox is the box of a wanted file, by its place.
func wantedBox(i int) string { return "wanted." + strconv.Itoa(i) }

// wantedAt is the wanted file whose box is named, "" for none.
func (a AskText) wantedAt(box string) string {
	for i, name := range a.Wanted {
		if wantedBox(i) == box {
			return name
		}
	}
	return ""
}

// askable finds a field that can be opened for correction: one outside groups
// that takes an answer. nil for none.
func askable(s *forms.Service, fieldID string) *forms.Field {
	for i := range s.Form.Steps {
		for j := range s.Form.Steps[i].Fields {
			f := &s.Form.Steps[i].Fields[j]
			if f.ID == fieldID && asks(f) {
				return f
			}
		}
	}
	return nil
}

// asks reports whether a field takes an answer that can be wrong.
func asks(f *forms.Field) bool {
	return f.Kind != "note" && f.Kind != "calculated" && f.Kind != "consent"
}

// Proceed goes on without the answer that was asked for: it did not come, or is
// not needed any more.
func (c *Cases) Proceed(ctx context.Context, d Deal) error {
	k, side, err := c.held(ctx, d)
	if err != nil {
		return c.again(ctx, d, Proceed, err)
	}
	ask, err := c.openAsk(ctx, k)
	if err != nil {
		return err
	}
	if ask == nil {
		return c.again(ctx, d, Proceed, ErrMove)
	}
	key, err := c.Sealer.Key(ctx, k.ID, secret.Case)
	if err != nil {
		return err
	}
	answer, err := sealJSON(key, askPlace("answer_sealed", ask.ID), Answer{Skipped: true})
	if err != nil {
		return err
	}
	return c.again(ctx, d, Proceed, c.move(ctx, k, change{deed: Proceed, side: side, key: d.once(Proceed), also: func(ctx context.Context, tx *db.Tx) error {
		if err := c.store.unsent(ctx, tx, k.Owner, k.ID); err != nil {
			return err
		}
		n, err := casesdb.New(tx).AnswerAsk(ctx, casesdb.AnswerAskParams{
			AnsweredAt: tx.Now(), AnswerSealed: answer, OwnerID: k.Owner, CaseID: k.ID, ID: ask.ID,
		})
		if err == nil && n == 0 {
			err = ErrChanged
		}
		return err
	}}))
}

// openAsk is the ask that waits for an answer, nil for none.
func (c *Cases) openAsk(ctx context.Context, k Case) (*casesdb.ApplicationsAsk, error) {
	if k.Status != Waiting {
		return nil, nil
	}
	rows, err := c.store.read().Asks(ctx, casesdb.AsksParams{OwnerID: k.Owner, CaseID: k.ID})
	if err != nil {
		return nil, db.Classify(err)
	}
	i := slices.IndexFunc(rows, func(r casesdb.ApplicationsAsk) bool { return r.AnsweredAt.IsZero() })
	if i < 0 {
		return nil, nil
	}
	return &rows[i], nil
}

// When an ask without an answer is brought to mind: after a day, and a day
// before its term ends.
const (
	remindAfter  = 24 * time.Hour
	remindBefore = 24 * time.Hour
)

// remind is the job that follows an open ask to the end of its term.
type remind struct {
	Owner string `json:"owner"`
	Case  string `json:"case"`
	Ask   string `json:"ask"`
}

// Kind is the name of the job.
func (remind) Kind() string { return "applications.remind" }

// remind brings an ask to mind twice and says when its term is over. It sleeps
// in between: one job follows one ask.
func (c *Cases) remind(ctx context.Context, r remind) error {
	k, err := c.store.byID(ctx, r.Owner, r.Case)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	ask, err := c.openAsk(ctx, k)
	if err != nil || ask == nil || ask.ID != r.Ask {
		return err
	}
	turns, now := turnsOf(*ask), c.Clock.Now()
	for i, turn := range turns {
		if wait := turn.at.Sub(now); wait > 0 {
			return job.Snooze(wait)
		}
		if turn.what == turnLapse {
			return c.lapse(ctx, k, *ask)
		}
		if i+1 < len(turns) && !turns[i+1].at.After(now) {
			continue // the portal was down: one message is enough
		}
		if err := c.write(ctx, k, turn.what+":"+r.Ask, turn.what, "deadline"); err != nil {
			return err
		}
	}
	return nil
}

// What happens to an ask that nobody answers; the first two are messages.
const (
	turnRemind = "remind"
	turnLast   = "remind_last"
	turnLapse  = "lapse"
)

type turn struct {
	at   time.Time
	what string
}

// turnsOf are the turns of an ask in their order. A term that is too short for
// two reminders has the last one only.
func turnsOf(ask casesdb.ApplicationsAsk) []turn {
	first := turn{ask.AskedAt.Time().Add(remindAfter), turnRemind}
	if ask.LapsesAt.IsZero() {
		return []turn{first}
	}
	last := turn{ask.LapsesAt.Time().Add(-remindBefore), turnLast}
	end := turn{ask.LapsesAt.Time(), turnLapse}
	if !last.at.After(first.at) {
		if end.at.After(first.at) {
			return []turn{{first.at, turnLast}, end}
		}
		return []turn{first, end}
	}
	return []turn{first, last, end}
}

// lapse notes that the term for an answer is over, once: the citizen is told,
// and the officer, who may refuse or go on.
func (c *Cases) lapse(ctx context.Context, k Case, ask casesdb.ApplicationsAsk) error {
	err := c.move(identity.AsSystem(ctx), k, change{deed: Lapse, side: System, key: "lapse:" + ask.ID, also: func(ctx context.Context, tx *db.Tx) error {
		return casesdb.New(tx).SetLapsed(ctx, casesdb.SetLapsedParams{LapsedAt: tx.Now(), AgencyID: k.Agency, CaseID: k.ID})
	}})
	if errors.Is(err, ErrChanged) {
		return job.Snooze(time.Second) // somebody was faster: see how it stands now
	}
	if err != nil {
		return err
	}
	return c.tellStaff(ctx, k, "staff:lapse:"+ask.ID, turnLapse)
}
