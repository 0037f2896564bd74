package complaint

import (
	"context"
	"errors"
	"strconv"

	"okno/internal/applications/complaint/complaintdb"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/event"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
	"okno/internal/notify"
)

// heard reports whether the citizen hears of an event: for others no job is made.
func heard(e event.Event) bool { return told(Deed(e.Refs["deed"])) }

// short reports whether a deed is worth an SMS: that it was sent, the verdict,
// and that the term is over.
func short(d Deed) bool {
	switch d {
	case Send, Satisfy, Part, Refuse, Unanswer, Late:
		return true
	case Begin, Register, Take, Return, Withdraw:
	}
	return false
}

// tell writes to the citizen about a move, once for each version.
func (r *Complaints) tell(ctx context.Context, e event.Event) error {
	ctx = secret.WithCache(ctx)
	c, err := r.store.byID(ctx, e.Owner, e.ID)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	account, err := r.Accounts.Account(ctx, c.Owner)
	if errs.IsKind(err, errs.NotFound) || errors.Is(err, secret.ErrErased) || err == nil && account.Status == identity.Erased {
		return nil
	}
	if err != nil {
		return err
	}
	letters, err := r.letters(ctx, c, Deed(e.Refs["deed"]), account)
	if err != nil {
		return err
	}
	batch, err := r.Notify.Seal(ctx, letters...)
	if err != nil {
		return err
	}
	once := "told:" + strconv.FormatInt(e.Version, 10)
	return r.Notify.Deliver(ctx, c.ID+"/"+once, batch, func(ctx context.Context, tx *db.Tx) (bool, error) {
		n, err := complaintdb.New(tx).InsertOnce(ctx, complaintdb.InsertOnceParams{Scope: c.ID, KeyHash: id.Hash(once), UsedAt: tx.Now()})
		return n > 0, err
	})
}

func (r *Complaints) letters(ctx context.Context, c Complaint, deed Deed, account identity.Account) ([]notify.Letter, error) {
	lang := account.Lang
	if !i18n.Known(lang) {
		lang = i18n.RU
	}
	s, err := r.Services.Version(ctx, c.ServiceID, c.ServiceVersion)
	if err != nil {
		return nil, ErrService.Wrap(err)
	}
	args := []any{
		"Number", c.Number, "Case", c.CaseNumber, "Service", s.Title.In(forms.Lang(lang)), "Body", r.body(c).Title.In(lang),
		"RegisterBy", i18n.DateISO(lang, string(c.RegisterBy)), "Deadline", i18n.DateISO(lang, string(c.Due.Date)),
		"Next", r.onwards(lang, c), "Measure", r.measured(lang, c),
	}
	t := func(part string) string {
		return r.Texts.T(lang, "applications.complaint.told."+string(deed)+"."+part, args...)
	}
	common := notify.Letter{Owner: c.Owner, Kind: "status", Ref: "complaint:" + c.ID, Link: "/cabinet/complaints/" + c.Number}
	var all []notify.Letter
	add := func(channel, to, subject, text string) {
		if to == "" {
			return
		}
		l := common
		l.Channel, l.To, l.Subject, l.Text = channel, to, subject, text
		all = append(all, l)
	}
	add(notify.Cabinet, c.Owner, t("subject"), t("text"))
	add(notify.Email, account.Email, t("subject"), t("text"))
	if short(deed) {
		add(notify.SMS, account.Phone, "", t("sms"))
	}
	return all, nil
}

// measured says what is done about an upheld complaint, "" for nothing.
func (r *Complaints) measured(lang string, c Complaint) string {
	if c.Measure == "" {
		return ""
	}
	return r.Texts.T(lang, "applications.complaint.measure."+string(c.Measure), "Count", redoDays)
}
