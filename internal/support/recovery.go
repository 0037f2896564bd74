package support

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"time"

	"okno/internal/applications/upload"
	"okno/internal/identity"
	"okno/internal/kit/blob"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
	"okno/internal/notify"
	"okno/internal/profile"
	"okno/internal/reference"
	"okno/internal/support/supportdb"
)

// States of a request for access.
//
//	waiting ──first yes──► once ──yes of another──► given
//	   └────────no──────────┴────────no──────────► refused
//	   └──────14 days───────┴──────14 days───────► over
const (
	RecoveryWaits   = "waiting"
	RecoveryOnce    = "once"
	RecoveryGiven   = "given"
	RecoveryRefused = "refused"
	// RecoveryOver: nobody has decided it in time.
	RecoveryOver = "over"
)

const (
	// maxScan is the largest scan in bytes, recoveriesADay how many requests one
	// address may send.
	maxScan        = 10 << 20
	recoveriesADay = 5
	// keepRecovery is for how long a decided request is kept, with its scan.
	keepRecovery = 30 * 24 * time.Hour
	scanPrefix   = "support/recoveries/"
)

// Errors of recoveries.
var (
	ErrRecovery  = errs.NewInvalid("support.error.recovery")
	ErrNoRequest = errs.NewNotFound("support.error.no_recovery")
	// ErrSamePerson: the second decision is another person's.
	ErrSamePerson = errs.NewForbidden("support.error.same_person")
	ErrDecided    = errs.NewConflict("support.error.decided")
	// ErrHeld: the scan waits for the scanner, or was no scan at all.
	ErrHeld     = errs.NewConflict("support.error.held")
	ErrNoOwner  = errs.NewConflict("support.error.no_owner")
	scanAllowed = []string{"pdf", "jpg", "png"}
)

// Accounts is what support asks of identity.
type Accounts interface {
	Account(ctx context.Context, id string) (identity.Account, error)
	FindName(ctx context.Context, typed string) (string, error)
	PrepareAccess(ctx context.Context, in identity.Access) (*identity.AccessDraft, error)
	GiveAccess(ctx context.Context, tx *db.Tx, d *identity.AccessDraft) error
}

// People is what support asks of the profile.
type People interface {
	Compare(ctx context.Context, owner string, c profile.Claim) (profile.Match, error)
}

// Claim is what somebody without phone and e-mail sends.
type Claim struct {
	ID, Name, LastName, FirstName, BirthDate, Phone string
	Scan                                            *upload.File
	IP                                              string
}

// Request is a claim as support sees it.
type Request struct {
	ID, Number, State, Lang, Owner, FirstBy string
	CreatedAt, FirstAt, DecidedAt           db.Time
	Version                                 int64
	// Reminder is the ticket that reminds support of the request, "" for none.
	Reminder  string
	ScanState upload.Scan
	// Scanned: the scan is still kept.
	Scanned bool
	sealedRequest
	Match profile.Match
}

// Open reports whether the request waits for a decision.
func (q Request) Open() bool { return q.State == RecoveryWaits || q.State == RecoveryOnce }

type sealedRequest struct {
	Name      string   `json:"name"`
	LastName  string   `json:"last_name"`
	FirstName string   `json:"first_name"`
	BirthDate string   `json:"birth_date"`
	Phone     string   `json:"phone"`
	File      string   `json:"file"`
	Type      string   `json:"type"`
	Ref       blob.Ref `json:"ref"`
}

// Claim takes a request for access. Whether there is such an account is not
// told. It gives the number of the request.
func (r *Room) Claim(ctx context.Context, c Claim) (number string, err error) {
	if err := c.check(); err != nil {
		return "", err
	}
	if err := r.Limit(ctx, "support.recovery", c.IP, recoveriesADay, 24*time.Hour); err != nil {
		return "", err
	}
	owner, err := r.claimed(ctx, c.Name)
	if err != nil {
		return "", err
	}
	key, err := r.Sealer.Key(ctx, c.ID, secret.Case)
	if err != nil {
		return "", err
	}
	taken, err := r.Intake.Take(ctx, *c.Scan, upload.Rules{Allowed: scanAllowed, Max: maxScan}, scanPrefix+c.ID, key, scanPlace(c.ID))
	if errs.IsKind(err, errs.Invalid) {
		e, _ := errs.As(err)
		return "", ErrRecovery.WithField("scan", e.Key, e.Args...)
	}
	if err != nil {
		return "", err
	}
	raw, err := json.Marshal(sealedRequest{c.Name, c.LastName, c.FirstName, c.BirthDate, c.Phone, taken.Name, string(taken.Type), taken.Ref})
	if err != nil {
		return "", err
	}
	number = id.Number()
	entry := identity.ActorOf(ctx).Entry("support.recovery_asked", owner, "recovery:"+c.ID)
	entry.IP = c.IP
	return number, r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := supportdb.New(tx).InsertRecovery(ctx, supportdb.InsertRecoveryParams{
			ID: c.ID, Number: number, OwnerID: owner, Lang: i18n.Lang(ctx), CreatedAt: tx.Now(), ScanState: string(taken.Scan), BlobKey: taken.Ref.Key,
			RequestSealed: key.Seal(secret.At("support_recoveries", "request_sealed", c.ID), raw),
		})
		if err == nil && n == 0 {
			return ErrDecided
		}
		if err != nil {
			return err
		}
		r.Live.Touch(tx, Topic, Ref)
		return r.Audit.Write(ctx, tx, entry)
	})
}

func scanPlace(request string) secret.Place {
	return secret.At("support_recoveries", "scan", request)
}

func (c *Claim) check() error {
	fault := ErrRecovery
	for _, f := range []struct {
		name  string
		value *string
	}{{"name", &c.Name}, {"last_name", &c.LastName}, {"first_name", &c.FirstName}} {
		if *f.value = strings.TrimSpace(*f.value); *f.value == "" || len(*f.value) > 200 {
			fault = fault.WithField(f.name, "support.error.claim_"+f.name)
		}
	}
	if day, err := time.Parse("02.01.2006", strings.TrimSpace(c.BirthDate)); err != nil {
		fault = fault.WithField("birth_date", "support.error.claim_birth_date")
	} else {
		c.BirthDate = day.Format(time.DateOnly)
	}
	if phone, err := reference.ParsePhone(c.Phone); err != nil {
		fault = fault.WithField("phone", "support.error.claim_phone")
	} else {
		c.Phone = phone
	}
	if c.Scan == nil {
		fault = fault.WithField("scan", "support.error.claim_scan")
	}
	if len(fault.Fields) > 0 {
		return fault
	}
	if !id.Valid(c.ID) {
		c.ID = id.New()
	}
	return nil
}

// claimed is whose account the name is, "" for nobody's. Any name will do that one
// signs in by: whoever has lost phone and mail may remember the insurance number.
func (r *Room) claimed(ctx context.Context, name string) (string, error) {
	owner, err := r.Accounts.FindName(ctx, name)
	if errs.IsKind(err, errs.NotFound) {
		return "", nil
	}
	return owner, err
}

// Requests lists open requests without their contents. For support only.
func (r *Room) Requests(ctx context.Context) ([]Request, error) {
	if _, err := staff(ctx); err != nil {
		return nil, err
	}
	rows, err := supportdb.New(r.DB.Reader()).OpenRecoveries(ctx, pageSize)
	if err != nil {
		return nil, db.Classify(err)
	}
	all := make([]Request, len(rows))
	for n, row := range rows {
		all[n] = plainRequest(row)
	}
	return all, nil
}

func plainRequest(row supportdb.SupportRecovery) Request {
	return Request{
		ID: row.ID, Number: row.Number, State: row.State, Lang: row.Lang, Owner: row.OwnerID, FirstBy: row.FirstBy, CreatedAt: row.CreatedAt,
		FirstAt: row.FirstAt, DecidedAt: row.DecidedAt, Version: row.Version, ScanState: upload.Scan(row.ScanState), Reminder: row.TicketID,
		Scanned: row.BlobKey != "",
	}
}

// LookAtRequest opens a request for support; the look is in the journal before.
func (r *Room) LookAtRequest(ctx context.Context, number string) (Request, error) {
	actor, err := staff(ctx)
	if err != nil {
		return Request{}, err
	}
	row, err := r.request(ctx, number)
	if err != nil {
		return Request{}, err
	}
	if err := r.Audit.Look(ctx, actor.Entry("support.recovery_looked", row.OwnerID, "recovery:"+row.ID)); err != nil {
		return Request{}, err
	}
	q, err := r.openRequest(ctx, row)
	if err != nil {
		return q, err
	}
	if q, err = r.scanAgain(ctx, q); err != nil || q.Owner == "" {
		return q, err
	}
	q.Match, err = r.People.Compare(ctx, q.Owner, profile.Claim{LastName: q.LastName, FirstName: q.FirstName, BirthDate: q.BirthDate})
	if errs.IsKind(err, errs.NotFound) {
		err = nil
	}
	return q, err
}

// scanAgain asks a scanner that did not answer when the file came.
func (r *Room) scanAgain(ctx context.Context, q Request) (Request, error) {
	if q.ScanState != upload.Checking || !q.Scanned {
		return q, nil
	}
	key, err := r.Sealer.Key(ctx, q.ID, secret.Case)
	if err != nil {
		return q, err
	}
	scan, err := r.Intake.Again(ctx, q.Ref, key, scanPlace(q.ID))
	if err != nil {
		return q, nil // still held
	}
	q.ScanState = scan
	return q, r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return supportdb.New(tx).SetScan(ctx, supportdb.SetScanParams{ID: q.ID, ScanState: string(scan)})
	})
}

func (r *Room) request(ctx context.Context, number string) (supportdb.SupportRecovery, error) {
	row, err := supportdb.New(r.DB.Reader()).RecoveryByNumber(ctx, number)
	if db.IsNone(err) {
		return row, ErrNoRequest
	}
	return row, db.Classify(err)
}

func (r *Room) openRequest(ctx context.Context, row supportdb.SupportRecovery) (Request, error) {
	q := plainRequest(row)
	key, err := r.Sealer.Key(ctx, row.ID, secret.Case)
	if err != nil {
		return q, err
	}
	return q, unseal(key, secret.At("support_recoveries", "request_sealed", row.ID), row.RequestSealed, &q.sealedRequest)
}

// Scan opens the scan of a request; each look is in the journal before.
func (r *Room) Scan(ctx context.Context, number string) (q Request, body io.ReadCloser, err error) {
	actor, err := staff(ctx)
	if err != nil {
		return q, nil, err
	}
	row, err := r.request(ctx, number)
	if err != nil {
		return q, nil, err
	}
	if q, err = r.openRequest(ctx, row); err != nil {
		return q, nil, err
	}
	if !q.ScanState.Passes() || row.BlobKey == "" {
		return q, nil, ErrHeld
	}
	if err := r.Audit.Look(ctx, actor.Entry("support.scan_looked", q.Owner, "recovery:"+q.ID)); err != nil {
		return q, nil, err
	}
	key, err := r.Sealer.Key(ctx, row.ID, secret.Case)
	if err != nil {
		return q, nil, err
	}
	body, err = r.Intake.Files().Load(ctx, q.Ref, key, scanPlace(row.ID))
	return q, body, err
}

// Decide says yes or no to a request. A no ends it; a yes needs another one of
// somebody else, and with it the link goes out. Errors: ErrDecided,
// ErrSamePerson, ErrHeld, ErrNoOwner, those of identity.PrepareAccess.
func (r *Room) Decide(ctx context.Context, number string, yes bool) error {
	actor, err := staff(ctx)
	if err != nil {
		return err
	}
	row, err := r.request(ctx, number)
	if err != nil {
		return err
	}
	q, err := r.openRequest(ctx, row)
	if err != nil {
		return err
	}
	if err := q.decidable(actor.ID, yes); err != nil {
		return err
	}
	if yes && q.State == RecoveryOnce {
		return r.give(ctx, actor, q)
	}
	p := supportdb.MoveRecoveryParams{ID: q.ID, Version: q.Version, State: RecoveryOnce, FirstBy: actor.ID, FirstAt: db.At(r.Clock.Now())}
	act := "support.recovery_first"
	if yes {
		return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return r.moveRequest(ctx, tx, actor, q, p, act) })
	}
	p.State, p.FirstBy, p.FirstAt, p.DecidedBy, p.DecidedAt = RecoveryRefused, q.FirstBy, q.FirstAt, actor.ID, db.At(r.Clock.Now())
	return r.refuse(ctx, actor, q, p)
}

// refuse tells whoever asked, by the phone of the request. The words are the same
// whether there is such an account or not.
func (r *Room) refuse(ctx context.Context, actor identity.Actor, q Request, p supportdb.MoveRecoveryParams) error {
	letter, err := r.Notify.Seal(ctx, notify.Letter{
		Channel: notify.SMS, To: q.Phone, Owner: q.ID, Kind: "support", Ref: "recovery:" + q.ID, Link: "/recover/help",
		Text: r.Texts.T(q.Lang, "support.recovery.sms_refused", "Number", q.Number),
	})
	if err != nil {
		return err
	}
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := r.moveRequest(ctx, tx, actor, q, p, "support.recovery_refused"); err != nil {
			return err
		}
		return r.Notify.Send(ctx, tx, letter)
	})
}

func (q Request) decidable(by string, yes bool) error {
	switch {
	case !q.Open():
		return ErrDecided
	case !yes:
		return nil
	case q.Owner == "":
		return ErrNoOwner
	case !q.ScanState.Passes():
		return ErrHeld
	case by == q.FirstBy || by == q.Owner:
		return ErrSamePerson
	}
	return nil
}

func (r *Room) give(ctx context.Context, actor identity.Actor, q Request) error {
	draft, err := r.Accounts.PrepareAccess(ctx, identity.Access{Owner: q.Owner, How: identity.AccessBySupport, Phone: q.Phone})
	if err != nil {
		return err
	}
	p := supportdb.MoveRecoveryParams{
		ID: q.ID, Version: q.Version, State: RecoveryGiven, FirstBy: q.FirstBy, FirstAt: q.FirstAt, DecidedBy: actor.ID, DecidedAt: db.At(r.Clock.Now()),
	}
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := r.moveRequest(ctx, tx, actor, q, p, "support.recovery_given"); err != nil {
			return err
		}
		return r.Accounts.GiveAccess(ctx, tx, draft)
	})
}

func (r *Room) moveRequest(ctx context.Context, tx *db.Tx, actor identity.Actor, q Request, p supportdb.MoveRecoveryParams, act string) error {
	n, err := supportdb.New(tx).MoveRecovery(ctx, p)
	if err == nil && n == 0 {
		return ErrDecided
	}
	if err != nil {
		return err
	}
	if p.DecidedAt > 0 {
		if err := r.endReminder(ctx, tx, actor, q.Reminder); err != nil {
			return err
		}
	}
	r.Live.Touch(tx, Topic, Ref)
	return r.Audit.Write(ctx, tx, actor.Entry(act, q.Owner, "recovery:"+q.ID))
}

// decided reports that somebody else was faster.
func decided(err error) bool { return errors.Is(err, ErrDecided) }

// purgeRequests deletes decided requests whose time is over, with scan and key.
func (r *Room) purgeRequests(ctx context.Context) error {
	return inRounds(func(limit int32) ([]supportdb.SupportRecovery, error) {
		return supportdb.New(r.DB.Reader()).OldRecoveries(ctx, supportdb.OldRecoveriesParams{
			DecidedAt: db.At(r.Clock.Now().Add(-keepRecovery)), Limit: limit,
		})
	}, func(row supportdb.SupportRecovery) error {
		if row.BlobKey != "" {
			if err := r.Intake.Files().Store().Delete(ctx, row.BlobKey); err != nil {
				return err
			}
		}
		return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return r.dropRequest(ctx, tx, row.ID) })
	})
}

func (r *Room) dropRequest(ctx context.Context, tx *db.Tx, request string) error {
	return errors.Join(supportdb.New(tx).DeleteRecovery(ctx, request), r.Notify.Erase(ctx, tx, request), r.Queue.Enqueue(ctx, tx, forgetKeys{Tickets: []string{request}}))
}
