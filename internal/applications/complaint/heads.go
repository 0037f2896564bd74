package complaint

import (
	"context"
	"errors"
	"strconv"

	"okno/internal/applications/complaint/complaintdb"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/event"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
	"okno/internal/notify"
)

// headsHear reports whether the heads of the body hear of an event: a complaint
// has come, or its term is over.
func headsHear(e event.Event) bool {
	d := Deed(e.Refs["deed"])
	return d == Send || d == Late
}

// tellHeads writes to the heads of the body, once for each version and head:
// what was decided or withdrawn meanwhile is no news for them.
func (r *Complaints) tellHeads(ctx context.Context, e event.Event) error {
	c, err := r.store.byID(ctx, e.Owner, e.ID)
	if errors.Is(err, ErrNotFound) || err == nil && !c.Status.Open() {
		return nil
	}
	if err != nil {
		return err
	}
	members, err := r.Offices.Members(identity.AsSystem(ctx), c.Body)
	if err != nil {
		return err
	}
	told := map[string]bool{c.Owner: true} // nobody hears of their own complaint at the desk
	for _, m := range members {
		if m.Role != identity.Head || told[m.Account] {
			continue
		}
		told[m.Account] = true
		if err := r.tellHead(ctx, c, m.Account, Deed(e.Refs["deed"]), e.Version); err != nil {
			return err
		}
	}
	return nil
}

func (r *Complaints) tellHead(ctx context.Context, c Complaint, head string, deed Deed, version int64) error {
	account, err := r.Accounts.Account(ctx, head)
	if errs.IsKind(err, errs.NotFound) || errors.Is(err, secret.ErrErased) || err == nil && account.Status == identity.Erased {
		return nil
	}
	if err != nil {
		return err
	}
	lang := account.Lang
	if !i18n.Known(lang) {
		lang = i18n.RU
	}
	t := func(part string) string {
		return r.Texts.T(lang, "applications.complaint.heads."+string(deed)+"."+part, "Number", c.Number, "Case", c.CaseNumber,
			"RegisterBy", i18n.DateISO(lang, string(c.RegisterBy)), "Deadline", i18n.DateISO(lang, string(c.Due.Date)))
	}
	notice := notify.Letter{
		Kind: "deadline", Ref: "complaint:" + c.ID, Link: "/desk/complaints/" + c.Number,
		Subject: t("subject"), Text: t("text"),
	}
	batch, err := r.Notify.Seal(ctx, notice.ForStaff(head, account.Email)...)
	if err != nil {
		return err
	}
	once := "heads:" + head + ":" + strconv.FormatInt(version, 10)
	return r.Notify.Deliver(ctx, c.ID+"/"+once, batch, func(ctx context.Context, tx *db.Tx) (bool, error) {
		n, err := complaintdb.New(tx).InsertOnce(ctx, complaintdb.InsertOnceParams{Scope: c.ID, KeyHash: id.Hash(once), UsedAt: tx.Now()})
		return n > 0, err
	})
}
