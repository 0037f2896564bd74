package identity

import (
	"context"
	"time"

	"okno/internal/identity/identitydb"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/notify"
)

// securityPath is the page of sessions, factors, history.
const securityPath = "/cabinet/security"

// ObjectionPath is the form of an objection to a restriction, which package
// support shows.
const ObjectionPath = securityPath + "/objection"

// WaysPath is the page of ways to sign in, which package factor shows.
const WaysPath = securityPath + "/factors"

// notice seals a security notice to the account's contacts: always to the
// cabinet and by e-mail, and by SMS where it is urgent. These can't be
// switched off. Each leads to «It wasn't me». subject and text are keys.
func (i *Identity) notice(ctx context.Context, a Account, urgent bool, subject, text string, args ...any) (*notify.Batch, error) {
	letters, err := i.noticeLetters(ctx, a, urgent, subject, text, args...)
	if err != nil {
		return nil, err
	}
	return i.Notify.Seal(ctx, letters...)
}

// noticeLetters are the letters of a notice.
func (i *Identity) noticeLetters(ctx context.Context, a Account, urgent bool, subject, text string, args ...any) ([]notify.Letter, error) {
	actor := ActorOf(ctx)
	base := notify.Letter{
		Subject: i.Texts.T(a.Lang, subject), Link: i.notMePath(a.ID),
		Text: i.Texts.T(a.Lang, text, append([]any{
			"When", i18n.DateTime(a.Lang, i.Clock.Now().In(moscow())),
			"Device", or(deviceName(actor.Agent), "—"), "IP", i.whence(a.Lang, actor.IP),
		}, args...)...) + "\n\n" +
			i.Texts.T(a.Lang, "identity.notice.not_me"),
	}
	if urgent {
		return i.urgent(ctx, a, base)
	}
	return usual(a, base), nil
}

// usual are the letters to the cabinet and by e-mail.
func usual(a Account, base notify.Letter) []notify.Letter {
	base.Owner, base.Kind = a.ID, "security"
	letters := []notify.Letter{to(base, notify.Cabinet, a.ID)}
	if a.Email != "" {
		letters = append(letters, to(base, notify.Email, a.Email))
	}
	return letters
}

// urgent are the same and the subject by SMS. The second phone is told, too.
func (i *Identity) urgent(ctx context.Context, a Account, base notify.Letter) ([]notify.Letter, error) {
	letters := usual(a, base)
	reserve, err := i.reserveOf(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	for _, phone := range []string{a.Phone, reserve} {
		if phone != "" {
			sms := to(letters[0], notify.SMS, phone)
			sms.Text, sms.Subject = base.Subject, ""
			letters = append(letters, sms)
		}
	}
	return letters, nil
}

// whence is an address with its place, if that is known.
func (i *Identity) whence(lang, ip string) string {
	if p := i.placeOf(ip).Name(lang); p != "" {
		return ip + " (" + p + ")"
	}
	return or(ip, "—")
}

func to(l notify.Letter, channel, address string) notify.Letter {
	l.Channel, l.To = channel, address
	return l
}

// newDeviceNotice is a notice when the account has sessions, but none from such
// a browser; nil otherwise.
func (i *Identity) newDeviceNotice(ctx context.Context, a Account, device []byte) (*notify.Batch, error) {
	n, err := i.store.read().CountDevice(ctx, identitydb.CountDeviceParams{OwnerID: a.ID, DeviceIndex: device})
	if err != nil {
		return nil, db.Classify(err)
	}
	if n.Sessions == 0 || n.Same > 0 {
		return nil, nil
	}
	return i.notice(ctx, a, false, "identity.notice.new_device_subject", "identity.notice.new_device")
}

// moscow is the zone of notices that belong to no office (UTC+3 since 2014).
func moscow() *time.Location { return time.FixedZone("MSK", 3*60*60) }
