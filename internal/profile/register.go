package profile

import (
	"context"
	"encoding/hex"
	"errors"
	"time"

	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/i18n"
	"okno/internal/notify"
)

// Limits of registration. Behind one address of a mobile operator there are
// many people; one contact needs few codes.
const (
	registrationsByAddress = 60
	codesByContact         = 6
	noticesByAccount       = 3
)

// purpose of the codes of a registration.
const codePurpose = "registration"

// Registration is the registration of the browser's token. ErrNoRegistration
// when it is over.
func (p *Profile) Registration(ctx context.Context, token string) (Registration, error) {
	return p.registration(ctx, token)
}

// BeginRegistration takes names and contacts: it starts a registration, or
// changes that of the token, and sends codes to contacts that are not confirmed
// yet. Whether a contact belongs to somebody does not show: its owner is told.
// It gives the token to keep in the browser, together with an error of sending.
func (p *Profile) BeginRegistration(ctx context.Context, token string, in Values) (string, error) {
	a, err := parseApplicant(in)
	if err != nil {
		return token, err
	}
	err = again(func() error {
		r, err := p.open(ctx, token)
		if err != nil {
			return err
		}
		r.change(a)
		return p.saveRegistration(ctx, &r)
	})
	if errors.Is(err, ErrNoRegistration) {
		if token, err = p.newRegistration(ctx, a); err != nil {
			return "", err
		}
	}
	if err != nil {
		return token, err
	}
	return token, again(func() error { return p.sendCodes(ctx, token) })
}

// again repeats what another click or tab has come before: f reads anew.
func again(f func() error) error {
	err := f()
	for n := 0; n < 3 && errors.Is(err, ErrConflict); n++ {
		err = f()
	}
	return err
}

func (p *Profile) newRegistration(ctx context.Context, a Applicant) (string, error) {
	if ip := identity.ActorOf(ctx).IP; ip != "" {
		if err := p.Identity.Limit(ctx, "profile.registrations", ip, registrationsByAddress, time.Hour); err != nil {
			return "", err
		}
	}
	return p.addRegistration(ctx, a)
}

// sendCodes sends to contacts to which none was sent yet.
func (p *Profile) sendCodes(ctx context.Context, token string) error {
	r, err := p.registration(ctx, token)
	if err != nil {
		return err
	}
	for _, c := range []Channel{SMS, Email} {
		if !r.confirmed(c) && r.sentAt(c) == 0 {
			if err := p.sendCode(ctx, &r, c); err != nil {
				return err
			}
		}
	}
	return nil
}

// ResendCode sends a code once more, at the earliest a minute after the last.
func (p *Profile) ResendCode(ctx context.Context, token string, c Channel) error {
	return again(func() error { return p.resend(ctx, token, c) })
}

func (p *Profile) resend(ctx context.Context, token string, c Channel) error {
	r, err := p.open(ctx, token)
	if err != nil || r.confirmed(c) || (c != SMS && c != Email) {
		return err
	}
	if left := resendPause - p.Clock.Now().Sub(r.sentAt(c).Time()); left > 0 {
		seconds := int((left + time.Second - 1) / time.Second)
		return errs.NewTooMany(ErrResendPause.Key, "Seconds", seconds).After(left)
	}
	return p.sendCode(ctx, &r, c)
}

// open is a registration that is not finished yet.
func (p *Profile) open(ctx context.Context, token string) (Registration, error) {
	r, err := p.registration(ctx, token)
	if err == nil && r.Account != "" {
		return r, ErrNoRegistration
	}
	return r, err
}

// sendCode notes the sending first: if it then fails, the pause has begun, and
// two tabs can't send twice.
func (p *Profile) sendCode(ctx context.Context, r *Registration, c Channel) error {
	if err := p.Identity.Limit(ctx, "profile.codes", p.blind(c, r.contact(c)), codesByContact, time.Hour); err != nil {
		return err
	}
	r.sent(c, db.At(p.Clock.Now()))
	if err := p.saveRegistration(ctx, r); err != nil {
		return err
	}
	standing, err := p.holder(ctx, c, r.contact(c))
	if err != nil {
		return err
	}
	request := identity.CodeRequest{
		Purpose: codePurpose, Subject: p.subject(*r, c), Channel: c, To: r.contact(c), Owner: r.id, Lang: i18n.Lang(ctx),
	}
	if standing == "" {
		return p.Identity.SendCode(ctx, request)
	}
	if err := p.Identity.CountCode(ctx, request); err != nil {
		return err
	}
	return p.tellHolder(ctx, standing, c)
}

// holder is the account to which the contact belongs, "" for nobody's.
func (p *Profile) holder(ctx context.Context, c Channel, contact string) (string, error) {
	find := p.Identity.FindByEmail
	if c == SMS {
		find = p.Identity.FindByPhone
	}
	account, err := find(ctx, contact)
	if errs.IsKind(err, errs.NotFound) {
		return "", nil
	}
	return account, err
}

// tellHolder tells the owner of a contact that somebody registers with it, at
// most three times a day. It has no link of «It wasn't me»: nothing of the account
// was touched, and anybody could bring the owner to give up sessions, password and
// factors by typing their number. The text says what to do instead.
func (p *Profile) tellHolder(ctx context.Context, account string, c Channel) error {
	if p.Identity.Limit(ctx, "profile.holder", account, noticesByAccount, 24*time.Hour) != nil {
		return nil
	}
	a, err := p.Identity.Account(ctx, account)
	if err != nil {
		return err
	}
	to := a.Email
	if c == SMS {
		to = a.Phone
	}
	return p.send(ctx, notify.Letter{
		Channel: c, To: to, Owner: account, Kind: "security", Link: "/login",
		Subject: p.Texts.T(a.Lang, "profile.letter.holder_subject"),
		Text:    p.Texts.T(a.Lang, "profile.letter.holder_text"),
	})
}

// send is for letters that belong to no change.
func (p *Profile) send(ctx context.Context, letters ...notify.Letter) error {
	batch, err := p.Notify.Seal(ctx, letters...)
	if err != nil {
		return err
	}
	return p.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return p.Notify.Send(ctx, tx, batch) })
}

// blind is a key for limits that tells nothing of the contact.
func (p *Profile) blind(c Channel, contact string) string {
	return hex.EncodeToString(p.Sealer.Keyset().Index("registration_"+c, "", contact))
}

// subject binds a code to the contact as well: a code that went to the number
// before the change must not confirm the number after it.
func (p *Profile) subject(r Registration, c Channel) string {
	return r.id + ":" + p.blind(c, r.contact(c))[8:24]
}

// Codes are what was typed, "" for nothing.
type Codes struct{ SMS, Email string }

// CheckCodes takes the codes, each by itself: what is right is confirmed even
// when the other is wrong. The error's fields are sms_code and email_code.
func (p *Profile) CheckCodes(ctx context.Context, token string, in Codes) (r Registration, err error) {
	err = again(func() error {
		r, err = p.checkCodes(ctx, token, in)
		return err
	})
	return r, err
}

func (p *Profile) checkCodes(ctx context.Context, token string, in Codes) (Registration, error) {
	r, err := p.open(ctx, token)
	if err != nil {
		return r, err
	}
	fault := errs.NewInvalid("profile.error.fields")
	for _, one := range []struct {
		channel Channel
		typed   string
	}{{SMS, in.SMS}, {Email, in.Email}} {
		if r.confirmed(one.channel) {
			continue
		}
		wrong, err := p.checkCode(ctx, &r, one.channel, one.typed)
		if err != nil {
			return r, err
		}
		if wrong != nil {
			fault = fault.WithField(one.channel+"_code", wrong.Key, wrong.Args...)
		}
	}
	if len(fault.Fields) > 0 {
		return r, fault
	}
	return r, nil
}

// checkCode gives what is wrong with a code. A contact that belongs to somebody
// has no code: the answers are the same as for a wrong one.
func (p *Profile) checkCode(ctx context.Context, r *Registration, c Channel, typed string) (wrong *errs.Error, err error) {
	if typed == "" {
		return errs.NewInvalid("profile.error.empty." + c + "_code"), nil
	}
	if r.tries(c) >= maxTries {
		return errs.NewInvalid("profile.error.tries"), nil
	}
	err = p.Identity.CheckCode(ctx, codePurpose, p.subject(*r, c), c, typed)
	if errors.Is(err, identity.ErrCodeFormat) {
		return identity.ErrCodeFormat, nil
	}
	if err != nil && !errs.IsKind(err, errs.Invalid) && !errs.IsKind(err, errs.NotFound) && !errs.IsKind(err, errs.TooMany) {
		return nil, err
	}
	// The code is spent: that it was right must not get lost to another click.
	right := err == nil
	err = p.amend(ctx, r, c, func(r *Registration) { r.tried(c, right || r.confirmed(c)) })
	if err != nil || r.confirmed(c) {
		return nil, err
	}
	switch left := maxTries - r.tries(c); {
	case p.Clock.Now().Sub(r.sentAt(c).Time()) > codeLife:
		return identity.ErrCodeExpired, nil
	case left <= 0:
		return errs.NewInvalid("profile.error.tries"), nil
	default:
		return errs.NewInvalid(identity.ErrCodeWrong.Key, "Count", left), nil
	}
}
