package cases

import (
	"context"
	"errors"
	"slices"

	"okno/internal/applications/cases/casesdb"
	"okno/internal/applications/upload"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
)

// Limits of the files of one answer where the service sets none.
const (
	answerFiles   = 10
	answerFileMax = 10 << 20 // bytes of one
)

// answerTypes are the files that an answer takes where no field says more.
func answerTypes() []string {
	return []string{"pdf", "jpg", "png", "heic", "tiff", "doc", "docx", "xls", "xlsx", "odt", "ods", "xml", "txt", "sig"}
}

// Sent is a file that comes with an answer. Field is the field that was asked
// for, "" for a file beside the form.
type Sent struct {
	Field string
	upload.File
}

// Reply is an answer to the open ask.
type Reply struct {
	Text string
	// Values are what was posted for the fields that are open, by input name.
	Values map[string][]string
	Files  []Sent
	// Keep: files that came well stay with the open ask when something else is
	// wrong, so that nobody has to choose them again.
	Keep bool
}

// Cancel ends one of the actor's own applications before a decision.
func (c *Cases) Cancel(ctx context.Context, d Deal) error {
	return patiently(func() error { return c.cancel(ctx, d) })
}

func (c *Cases) cancel(ctx context.Context, d Deal) error {
	k, err := c.mine(ctx, d.Number)
	if err == nil {
		err = c.fresh(ctx, k, d)
	}
	if err != nil {
		return c.again(ctx, d, Cancel, err)
	}
	return c.again(ctx, d, Cancel, c.move(ctx, k, change{deed: Cancel, side: Citizen, key: d.once(Cancel), edit: unpause}))
}

func unpause(row *casesdb.ApplicationsCase, _ db.Time) { row.PausedAt = 0 }

// Reply answers the open ask: the case returns to work by itself. Errors:
// ErrMove when nothing is asked, ErrFields with what is missing or wrong, those
// of upload.
func (c *Cases) Reply(ctx context.Context, d Deal, r Reply) error {
	p, k, err := c.begin(ctx, d, r)
	if err != nil {
		return c.again(ctx, d, Answered, err)
	}
	if err := p.prepare(ctx); err != nil {
		return p.failed(ctx, err)
	}
	err = p.move(ctx, k, d)
	if err != nil {
		p.drop(ctx, p.taken())
		return c.again(ctx, d, Answered, err)
	}
	p.dropGone(ctx)
	return nil
}

// begin reads the open ask of the case, with its files.
func (c *Cases) begin(ctx context.Context, d Deal, r Reply) (*reply, Case, error) {
	k, err := c.mine(ctx, d.Number)
	if err == nil {
		err = c.fresh(ctx, k, d)
	}
	if err == nil && k.Status != Waiting {
		err = ErrMove
	}
	if err != nil {
		return nil, k, err
	}
	key, err := c.Sealer.Key(ctx, k.ID, secret.Case)
	if err != nil {
		return nil, k, err
	}
	card := &Card{Case: k}
	if err := errors.Join(c.loadAsks(ctx, key, card), c.loadFiles(ctx, key, card)); err != nil {
		return nil, k, err
	}
	p := &reply{cases: c, card: card, ask: card.Asked(), key: key, sent: r}
	if p.ask == nil {
		return nil, k, ErrMove
	}
	return p, k, p.openForm(ctx)
}

// openForm reads the form that the answer corrects; where no field is open, the
// service is enough.
func (p *reply) openForm(ctx context.Context) error {
	if len(p.ask.Fields) > 0 || p.card.IsPart() {
		_, err := p.cases.fill(ctx, p.key, p.card)
		return err
	}
	s, err := p.cases.Services.Version(ctx, p.card.ServiceID, p.card.ServiceVersion)
	if err != nil {
		return ErrService.Wrap(err)
	}
	p.card.Service = s
	return nil
}

// Unfile throws a file away that is kept for the open ask, and keeps those that
// come along. A file that is gone already is no error. Errors: ErrMove, ErrFile,
// ErrFields with what is wrong with the new files.
func (c *Cases) Unfile(ctx context.Context, d Deal, fileID string, r Reply) error {
	p, _, err := c.begin(ctx, d, r)
	if err != nil {
		return err
	}
	err = p.fits()
	if err == nil {
		_, err = p.takeFiles(ctx)
	}
	for _, f := range p.ask.Files {
		if f.ID == fileID {
			p.gone = append(p.gone, f)
		}
	}
	if kept := p.keep(ctx); kept != nil {
		return kept
	}
	return err
}

// reply is an answer on its way into the case.
type reply struct {
	cases *Cases
	card  *Card
	ask   *Ask
	key   *secret.DataKey
	sent  Reply

	files        []casesdb.InsertFileParams
	gone         []File // kept before, and replaced or thrown away now
	form, answer []byte
	old          *form                       // the answers before, nil while they stay
	named        []casesdb.ApplicationsNamed // people whom the answers name now
	whole        *correctedWhole
}

// replyTries is how often an answer is put again to a case that an officer has
// changed meanwhile: a note must not cost the citizen what they have typed.
const replyTries = 3

// move carries the answer into the case, also when that has changed meanwhile,
// unless the sender said on which version they insist.
func (p *reply) move(ctx context.Context, k Case, d Deal) error {
	for try := 1; ; try++ {
		err := p.cases.move(ctx, k, change{
			deed: Answered, side: Citizen, key: d.once(Answered),
			also: func(ctx context.Context, tx *db.Tx) error {
				return errors.Join(p.write(ctx, tx), p.keepOld(ctx, tx, k), p.cases.store.putNamed(ctx, tx, p.named), p.tellWhole(ctx, tx))
			},
			edit: func(row *casesdb.ApplicationsCase, _ db.Time) { row.FormSealed = p.form },
		})
		if !errors.Is(err, ErrChanged) || d.Version != 0 || try == replyTries {
			return err
		}
		if k, err = p.cases.mine(ctx, d.Number); err != nil {
			return err
		}
		if err := p.freshWhole(ctx); err != nil {
			return err
		}
	}
}

// prepare checks and stores everything: before the transaction. What is wrong
// is told all at once.
func (p *reply) prepare(ctx context.Context) error {
	if err := p.fits(); err != nil {
		return err
	}
	if err := p.openWhole(ctx); err != nil {
		return err
	}
	taken, ferr := p.takeFiles(ctx)
	if ferr != nil && !errors.Is(ferr, ErrFields) {
		return ferr
	}
	text, terr := limitText(p.sent.Text, "text")
	if terr == nil && ferr == nil {
		terr = p.enough(text)
	}
	changes, cerr := p.correct(ctx, taken)
	if err := together(ferr, terr, cerr); err != nil {
		return err
	}
	var err error
	p.answer, err = sealJSON(p.key, askPlace("answer_sealed", p.ask.ID), Answer{Text: text, Changes: changes, Same: p.same(changes)})
	return err
}

// together joins what is wrong with the fields; an error of another sort comes first.
func together(all ...error) error {
	joined := *ErrFields
	for _, err := range all {
		e, ok := errs.As(err)
		switch {
		case err == nil:
		case !ok || !errors.Is(err, ErrFields):
			return err
		default:
			joined.Fields = append(joined.Fields, e.Fields...)
		}
	}
	if len(joined.Fields) == 0 {
		return nil
	}
	return &joined
}

// failed keeps the files of an answer that has to be mended, or drops them.
func (p *reply) failed(ctx context.Context, err error) error {
	if !p.sent.Keep || !errors.Is(err, ErrFields) {
		p.drop(ctx, p.taken())
		return err
	}
	if p.whole != nil {
		p.drop(ctx, p.whole.fresh) // beside the ask only its own files are kept
	}
	if kept := p.keep(ctx); kept != nil {
		return kept
	}
	return err
}

// keep puts the files beside the open ask: the agency does not see them before
// the answer is sent.
func (p *reply) keep(ctx context.Context) error {
	if len(p.files)+len(p.gone) == 0 {
		return nil
	}
	err := p.cases.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		q := casesdb.New(tx)
		// Whoever ends the ask changes the case's row: who holds it is before them.
		held, err := q.HoldWaiting(ctx, casesdb.HoldWaitingParams{OwnerID: p.card.Owner, ID: p.card.ID})
		if err != nil {
			return err
		}
		open, err := p.cases.store.asking(ctx, q, p.card.Owner, p.card.ID, p.ask.ID)
		if err != nil {
			return err
		}
		if held == 0 || !open {
			return ErrChanged
		}
		entry := identity.ActorOf(ctx).Entry("applications.files_kept", p.card.Owner, "case:"+p.card.ID)
		return errors.Join(p.writeFiles(ctx, tx), p.cases.Audit.Write(ctx, tx, entry))
	})
	if err != nil {
		p.drop(ctx, p.files)
		return err
	}
	p.dropGone(ctx)
	return nil
}

// fits: no more files than an answer may have, and only where files are wanted.
func (p *reply) fits() error {
	if len(p.ask.Files)+len(p.sent.Files) > answerFiles {
		return ErrFields.WithField("files", "applications.error.files_many", "Count", answerFiles)
	}
	if len(p.sent.Files) > 0 && !p.ask.Attach && !slices.ContainsFunc(p.ask.Fields, p.takesFiles) {
		return ErrFields.WithField("files", "applications.error.files_not_asked")
	}
	return nil
}

// enough: an answer says something.
func (p *reply) enough(text string) error {
	for i, name := range p.ask.Wanted {
		if text == "" && !p.came(wantedBox(i)) {
			return ErrFields.WithField(wantedBox(i), "applications.error.wanted_needed", "Name", name)
		}
	}
	if text == "" && len(p.ask.Files)+len(p.sent.Files) == 0 && len(p.ask.Fields) == 0 {
		if p.ask.Attach {
			return ErrFields.WithField("files", "applications.error.files_needed")
		}
		return ErrFields.WithField("text", "applications.error.text_needed")
	}
	return nil
}

// came reports whether a file was sent for a box, now or in an earlier try.
func (p *reply) came(box string) bool {
	return slices.ContainsFunc(p.sent.Files, func(s Sent) bool { return s.Field == box }) ||
		slices.ContainsFunc(p.ask.Files, func(f File) bool { return f.Field == box && f.Scan != upload.Infected })
}

func (p *reply) isFile(fieldID string) bool { return takesFile(askable(p.card.Service, fieldID)) }

func takesFile(f *forms.Field) bool { return f != nil && (f.Kind == "file" || f.Kind == "photo") }

// takeFiles checks, scans and stores the files under the case's key; it gives
// them by field, after those that were kept before. A file that is refused does
// not stop the others.
func (p *reply) takeFiles(ctx context.Context) (map[string][]forms.File, error) {
	taken := p.kept()
	var faults []error
	for _, s := range p.sent.Files {
		rules, ok := p.rules(s.Field)
		if !ok {
			return nil, ErrFields.WithField("files", "applications.error.files_not_asked")
		}
		f, err := p.takeFile(ctx, s, rules)
		if err = fileFault(err, s.Field); err != nil {
			if !errors.Is(err, ErrFields) {
				return nil, err
			}
			faults = append(faults, err)
			continue
		}
		if p.single(s.Field) {
			p.replace(s.Field)
			taken[s.Field] = nil
		}
		taken[s.Field] = append(taken[s.Field], f)
	}
	return taken, together(faults...)
}

func (p *reply) takeFile(ctx context.Context, s Sent, rules upload.Rules) (forms.File, error) {
	fileID := id.New()
	var photo *forms.Photo
	if f := fieldAt(p.card.Service, s.Field); f != nil && f.Kind == "photo" {
		photo = upload.Measured(s.File)
	}
	caseID, askID, key, into := p.card.ID, p.ask.ID, p.key, &p.files
	if p.whole != nil && fieldAt(p.card.Service, s.Field) != nil { // an answer is the application's, whoever asks
		caseID, askID, key, into = p.whole.ID, "", p.whole.key, &p.whole.fresh
	}
	t, err := p.cases.Intake.Take(ctx, s.File, rules, fileKey(caseID, fileID), key, filePlace(fileID))
	if err != nil {
		return forms.File{}, err
	}
	*into = append(*into, casesdb.InsertFileParams{
		OwnerID: p.card.Owner, CaseID: caseID, ID: fileID, AskID: askID, Field: s.Field, Type: string(t.Type),
		Size: t.Ref.Size, Scan: string(t.Scan), BlobKey: t.Ref.Key, FileHash: t.Ref.SHA256[:],
		NameSealed: key.SealString(secret.At("applications_files", "name_sealed", fileID), t.Name),
	})
	return forms.File{ID: fileID, Name: t.Name, Size: t.Ref.Size, Type: string(t.Type), Photo: photo}, nil
}

// kept are the files that stayed from an earlier try, by field. One that has
// turned out to be infected since is thrown away.
func (p *reply) kept() map[string][]forms.File {
	out := map[string][]forms.File{}
	for _, f := range p.ask.Files {
		if f.Scan == upload.Infected {
			p.gone = append(p.gone, f)
			continue
		}
		out[f.Field] = append(out[f.Field], forms.File{ID: f.ID, Name: f.Name, Size: f.Size, Type: string(f.Type)})
	}
	return out
}

// single reports whether a field has room for one file only.
func (p *reply) single(field string) bool {
	f := fieldAt(p.card.Service, field)
	return f != nil && f.FileCount() == 1
}

// replace gives up the file that a field was answered with in an earlier try.
func (p *reply) replace(field string) {
	for _, f := range p.ask.Files {
		if f.Field == field && f.Scan != upload.Infected {
			p.gone = append(p.gone, f)
		}
	}
}

func (p *reply) rules(field string) (upload.Rules, bool) {
	if field == "" || p.ask.wantedAt(field) != "" {
		return upload.Rules{Allowed: answerTypes(), Max: answerFileMax}, p.ask.Attach
	}
	f := fieldAt(p.card.Service, field)
	if !takesFile(f) || !slices.Contains(p.ask.Fields, opening(p.card.Service, field)) {
		return upload.Rules{}, false
	}
	return upload.Rules{Allowed: f.FileTypes(), Max: f.FileBytes()}, true
}

// fileFault puts what is wrong with a file at its box.
func fileFault(err error, field string) error {
	if err == nil {
		return nil
	}
	e, ok := errs.As(err)
	if !ok || e.Kind != errs.Invalid {
		return err
	}
	if field == "" {
		field = "files"
	}
	return ErrFields.WithField(field, e.Key, e.Args...)
}

// write puts the answer and its files into the case, in the transaction.
func (p *reply) write(ctx context.Context, tx *db.Tx) error {
	n, err := casesdb.New(tx).AnswerAsk(ctx, casesdb.AnswerAskParams{
		AnsweredAt: tx.Now(), AnswerSealed: p.answer, OwnerID: p.card.Owner, CaseID: p.card.ID, ID: p.ask.ID,
	})
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrChanged
	}
	return p.writeFiles(ctx, tx)
}

// keepOld keeps the answers as they were, for the history.
func (p *reply) keepOld(ctx context.Context, tx *db.Tx, k Case) error {
	if p.old == nil {
		return nil
	}
	key := p.key
	if p.whole != nil {
		key, k = p.whole.key, p.whole.Case
	}
	kept, err := keptForm(key, k, *p.old)
	if err != nil {
		return err
	}
	kept.ChangedAt = tx.Now()
	return casesdb.New(tx).InsertVersion(ctx, kept)
}

func (p *reply) writeFiles(ctx context.Context, tx *db.Tx) error {
	for _, f := range p.gone {
		err := casesdb.New(tx).DeleteFile(ctx, casesdb.DeleteFileParams{OwnerID: p.card.Owner, CaseID: p.card.ID, ID: f.ID})
		if err != nil {
			return err
		}
	}
	return p.cases.insertFiles(ctx, tx, p.files)
}

// dropGone deletes what is no longer kept, once its rows are gone.
func (p *reply) dropGone(ctx context.Context) {
	var gone []casesdb.InsertFileParams
	for _, f := range p.gone {
		gone = append(gone, casesdb.InsertFileParams{BlobKey: fileKey(p.card.ID, f.ID)})
	}
	p.drop(ctx, gone)
}

// drop deletes files from the store; what can't be deleted now, the sweep deletes.
// taken are the files that were stored for this answer.
func (p *reply) taken() []casesdb.InsertFileParams {
	if p.whole == nil {
		return p.files
	}
	return slices.Concat(p.files, p.whole.fresh)
}

func (p *reply) drop(ctx context.Context, files []casesdb.InsertFileParams) {
	ctx = context.WithoutCancel(ctx)
	var failed error
	for _, f := range files {
		failed = errors.Join(failed, p.cases.Files.Store().Delete(ctx, f.BlobKey))
	}
	if failed != nil {
		p.cases.Log.WarnContext(ctx, "files of an answer stay in the store for the sweep", "case", p.card.ID, "err", failed)
	}
}
