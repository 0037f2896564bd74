package cases

import (
	"context"
	"errors"
	"slices"
	"strings"

	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/event"
	"okno/internal/kit/i18n"
	"okno/internal/kit/secret"
	"okno/internal/notify"
)

// tell is the one listener that writes to the citizen about a move: SMS,
// e-mail and a notice in the cabinet, once for each version of the case.
func (c *Cases) tell(ctx context.Context, e event.Event) error {
	deed := Deed(e.Refs["deed"])
	ctx = secret.WithCache(ctx)
	if err := c.Sealer.Warm(ctx, e.Owner, e.ID); err != nil {
		return err
	}
	k, err := c.store.byID(ctx, e.Owner, e.ID)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if deed == Approve {
		d, _, err := c.deliveryOf(ctx, k)
		if err != nil {
			return err
		}
		k.delivery = &d
	}
	err = c.write(ctx, k, toldKey(e.Version), string(deed), kindOf(deed))
	if err != nil || deed != Approve {
		return err
	}
	return c.mailed(ctx, k)
}

// heard reports whether the citizen hears of an event: for others no job is made.
// Of a part they hear what is asked of them; how it ends stands in the application.
func heard(e event.Event) bool {
	deed := Deed(e.Refs["deed"])
	if e.Refs["part_of"] != "" && !slices.Contains([]Deed{Request, Answered, Infected, Lapse, Proceed}, deed) {
		return false
	}
	return told(deed)
}

// told reports whether the citizen hears of a deed.
func told(deed Deed) bool {
	for _, m := range movesOf(deed) {
		if m.Deed == deed {
			return m.Told
		}
	}
	return false
}

func kindOf(deed Deed) string {
	if deed == Ready || deed == Request || deed == SendBack || deed == Lapse {
		return "deadline" // something is expected of the person
	}
	return "status"
}

// write composes the letters in the person's language and delivers them, unless
// that was done before under the same key. It is for jobs.
func (c *Cases) write(ctx context.Context, k Case, onceKey, what, kind string) error {
	account, err := c.Accounts.Account(ctx, k.Owner)
	if errs.IsKind(err, errs.NotFound) || errors.Is(err, secret.ErrErased) || err == nil && account.Status == identity.Erased {
		return nil
	}
	if err != nil {
		return err
	}
	letters, err := c.letters(ctx, k, account, what, kind)
	if err != nil {
		return err
	}
	batch, err := c.Notify.Seal(ctx, letters...)
	if err != nil {
		return err
	}
	return c.Notify.Deliver(ctx, k.ID+"/"+onceKey, batch, func(ctx context.Context, tx *db.Tx) (bool, error) {
		return c.store.once(ctx, tx, k.ID, onceKey)
	})
}

func (c *Cases) letters(ctx context.Context, k Case, account identity.Account, what, kind string) ([]notify.Letter, error) {
	lang := account.Lang
	if !i18n.Known(lang) {
		lang = i18n.RU
	}
	words, err := c.words(ctx, k, lang, what)
	if err != nil {
		return nil, err
	}
	link, err := c.documentLink(ctx, k, what)
	if err != nil {
		return nil, err
	}
	common := notify.Letter{Owner: k.Owner, Kind: kind, Ref: noticeRef(k.ID, what), Link: "/cabinet/applications/" + k.Number}
	var all []notify.Letter
	add := func(channel, to, subject, text string) {
		if to == "" || text == "" {
			return
		}
		l := common
		l.Channel, l.To, l.Subject, l.Text = channel, to, subject, text
		all = append(all, l)
	}
	add(notify.Cabinet, k.Owner, words.subject, words.text)
	add(notify.Email, account.Email, words.subject, words.text)
	if link != "" && account.Email != "" {
		all[len(all)-1].Link = link
	}
	add(notify.SMS, account.Phone, "", words.sms)
	return all, nil
}

// words are the texts of a message. An SMS, which others may see on the
// screen, names the number only; the rest stands in the cabinet.
type words struct{ subject, text, sms string }

func (c *Cases) words(ctx context.Context, k Case, lang, what string) (words, error) {
	service, err := c.Services.Version(ctx, k.ServiceID, k.ServiceVersion)
	if err != nil {
		return words{}, ErrService.Wrap(err)
	}
	a, _ := c.Offices.ByCode(k.Agency)
	until, err := c.answerUntil(ctx, k, lang, what)
	if err != nil {
		return words{}, err
	}
	args := []any{
		"Number", k.Number, "Service", service.Title.In(forms.Lang(lang)), "Agency", a.Title.In(lang),
		"AnswerBy", until, "RegisterBy", i18n.DateISO(lang, string(k.RegisterBy)), "Deadline", i18n.DateISO(lang, string(k.Due.Date)),
	}
	more, err := c.handover(ctx, k, lang, what)
	if err != nil {
		return words{}, err
	}
	args = append(args, more...)
	t := func(part string) string { return c.Texts.T(lang, "applications.told."+what+"."+part, args...) }
	w := words{subject: t("subject"), text: t("text")}
	if !quiet(what) {
		w.sms = t("sms")
	}
	if slices.Contains(dated(), what) && !k.Due.At.IsZero() && k.PausedAt.IsZero() {
		w.text += " " + c.Texts.T(lang, "applications.told.deadline", args...)
	}
	if until != "" {
		w.text += " " + c.Texts.T(lang, "applications.told.answer_by", args...)
	}
	if what == string(Approve) {
		for _, next := range service.Next {
			w.text += "\n\n" + next.In(forms.Lang(lang))
		}
	}
	added, err := c.notice(ctx, k, service, lang, what)
	if added != "" {
		w.text += "\n\n" + added
	}
	return w, err
}

// dated are the messages that name the deadline.
func dated() []string {
	return []string{string(Submit), string(Answered), string(Resume), string(Forward)}
}

// notice is what the service itself adds at a turn.
func (c *Cases) notice(ctx context.Context, k Case, s *forms.Service, lang, what string) (string, error) {
	template := map[string]forms.Template{
		string(Submit): s.Notices.Accepted, string(Approve): s.Notices.Approved, string(Tacit): s.Notices.Approved, string(Refuse): s.Notices.Refused,
	}[what]
	if template.Text.IsZero() {
		return "", nil
	}
	if text, ok := template.Fixed(forms.Lang(lang)); ok {
		return strings.TrimSpace(text), nil
	}
	key, err := c.Sealer.Key(ctx, k.ID, secret.Case)
	if err != nil {
		return "", err
	}
	card := &Card{Case: k}
	if _, err := c.fill(ctx, key, card); err != nil {
		return "", err
	}
	return strings.TrimSpace(template.In(card.result, c.printer(lang))), nil
}

// answerUntil is the day until which an answer is waited for, "" where the
// message is about something else.
func (c *Cases) answerUntil(ctx context.Context, k Case, lang, what string) (string, error) {
	if !slices.Contains([]string{string(Request), string(SendBack), turnRemind, turnLast}, what) {
		return "", nil
	}
	ask, err := c.openAsk(ctx, k)
	if err != nil || ask == nil || ask.LapsesAt.IsZero() {
		return "", err
	}
	return i18n.Date(lang, ask.LapsesAt.Time().In(c.zone(k.Agency, k.Office))), nil
}

// tellStaff writes to the officer who holds a case; where nobody does, the queue
// is all that says it. An e-mail names the number and nothing else.
func (c *Cases) tellStaff(ctx context.Context, k Case, onceKey, what string) error {
	if k.AssignedTo == "" {
		return nil
	}
	account, err := c.Accounts.Account(ctx, k.AssignedTo)
	if errs.IsKind(err, errs.NotFound) || errors.Is(err, secret.ErrErased) || err == nil && (account.Status == identity.Erased || account.Email == "") {
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
		return c.Texts.T(lang, "applications.staff."+what+"."+part, "Number", k.Number)
	}
	batch, err := c.Notify.Seal(ctx, notify.Letter{
		Owner: k.AssignedTo, Channel: notify.Email, To: account.Email, Kind: "status", Ref: "case:" + k.ID,
		Link: deskBase + k.Number, Subject: t("subject"), Text: t("text"),
	})
	if err != nil {
		return err
	}
	return c.Notify.Deliver(ctx, k.ID+"/"+onceKey, batch, func(ctx context.Context, tx *db.Tx) (bool, error) {
		return c.store.once(ctx, tx, k.ID, onceKey)
	})
}
