package identity

import (
	"context"
	"crypto/subtle"
	"strings"
	"time"
	"unicode"

	"okno/internal/identity/identitydb"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/id"
	"okno/internal/notify"
)

// The life of a code.
const (
	codeDigits = 6
	codeLife   = 10 * time.Minute
	codePause  = time.Minute
	codeTries  = 5
)

// Purposes of codes that identity itself sends. Other rooms have their own.
const (
	forSignIn  = "sign_in"
	forReauth  = "reauth"
	forRecover = "recover"
)

// CodeRequest asks for a code to be sent.
type CodeRequest struct {
	// Purpose and Subject say what the code is good for: "register" and the
	// registration's id. A code opens nothing else.
	Purpose, Subject string
	// Channel is "sms" or "email", To the E.164 number or the address.
	Channel, To string
	// Owner is whose key seals the letter, Lang its language.
	Owner, Lang string
}

// normalCode takes a code as people type it: spaces, dashes, full-width digits.
func normalCode(s string) (string, bool) {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r >= '０' && r <= '９':
			b.WriteRune(r - '０' + '0')
		case r == '−', unicode.IsSpace(r), unicode.Is(unicode.Pd, r), unicode.Is(unicode.Cf, r):
		default:
			return "", false
		}
		if b.Len() > codeDigits {
			return "", false
		}
	}
	return b.String(), b.Len() == codeDigits
}

// SendCode sends a fresh code in a transaction of its own. Errors: ErrCodePause
// within a minute of the last one, ErrLimit; both with RetryAfter.
func (i *Identity) SendCode(ctx context.Context, c CodeRequest) error {
	if wait, err := i.codePause(ctx, c.Purpose, c.Subject, c.Channel); err != nil || wait > 0 {
		return paused(wait, err)
	}
	if err := i.limitCodes(ctx, c); err != nil {
		return err
	}
	code := id.Code(codeDigits)
	batch, err := i.Notify.Seal(ctx, i.codeLetter(c, code))
	if err != nil {
		return err
	}
	return i.keepCode(ctx, c, code, batch)
}

// plantCode keeps a code that nobody is sent, so that a recovery under an
// unknown name goes the same way.
func (i *Identity) plantCode(ctx context.Context, c CodeRequest) error {
	return i.keepCode(ctx, c, id.Code(codeDigits), nil)
}

func (i *Identity) keepCode(ctx context.Context, c CodeRequest, code string, batch *notify.Batch) error {
	var wait time.Duration
	err := i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		last, err := in(tx).LastCode(ctx, i.codeSubjects(c.Purpose, c.Subject, c.Channel)[0])
		if err != nil {
			return err
		}
		if wait = db.Time(last).Add(codePause).Sub(tx.Now()); last > 0 && wait > 0 {
			return nil
		}
		wait = 0
		err = in(tx).InsertCode(ctx, identitydb.InsertCodeParams{
			SubjectIndex: i.codeSubjects(c.Purpose, c.Subject, c.Channel)[0], ID: id.New(), Purpose: c.Purpose, OwnerID: c.Owner,
			CodeHash: i.codeHashes(c.Purpose, c.Subject, c.Channel, code)[0], SentAt: tx.Now(), ExpiresAt: tx.Now().Add(codeLife),
		})
		if err != nil || batch == nil {
			return err
		}
		return i.Notify.Send(ctx, tx, batch)
	})
	return paused(wait, err)
}

// codePause is how long to wait before another code can be sent.
func (i *Identity) codePause(ctx context.Context, purpose, subject, channel string) (time.Duration, error) {
	last, err := i.store.read().LastCode(ctx, i.codeSubjects(purpose, subject, channel)[0])
	if err != nil || last == 0 {
		return 0, db.Classify(err)
	}
	return max(0, db.Time(last).Add(codePause).Sub(db.At(i.Clock.Now()))), nil
}

func paused(wait time.Duration, err error) error {
	if err != nil || wait <= 0 {
		return err
	}
	e := *ErrCodePause
	e.Args = []any{"Count", seconds(wait)}
	return e.After(wait)
}

// CountCode counts a code that is not sent, as the contact is somebody's, against the
// limits of those that are: else a limit would tell whose it is. Error: ErrLimit.
func (i *Identity) CountCode(ctx context.Context, c CodeRequest) error { return i.limitCodes(ctx, c) }

// askedBy sorts codes by who may ask for them, each counted by itself. Anybody may
// begin a recovery under anybody's name: if those used up what a person's phone is
// sent in an hour, a stranger could keep them from signing in for ever.
func (c CodeRequest) askedBy() string {
	switch c.Purpose {
	case forSignIn, forReauth: // whoever knows the password
		return "proved"
	case forRecover, forUnlock:
		return "lost"
	}
	return "new"
}

func (i *Identity) limitCodes(ctx context.Context, c CodeRequest) error {
	var wait time.Duration
	err := i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		wait, err = i.take(ctx, tx, "code.to", c.askedBy()+":"+c.To, i.Config.CodesByContact, time.Hour)
		if err == nil && wait == 0 && c.Owner != "" {
			wait, err = i.take(ctx, tx, "code.of", c.askedBy()+":"+c.Owner, i.Config.CodesByAccount, time.Hour)
		}
		if ip := ActorOf(ctx).IP; err == nil && wait == 0 && ip != "" {
			wait, err = i.take(ctx, tx, "code.from", network(ip), i.Config.CodesByAddress, time.Hour)
		}
		return err
	})
	if err == nil && wait > 0 {
		return limited(wait)
	}
	return err
}

// codeLetter is the message. The last line of an SMS binds the code to the
// portal's name, so that a phone fills it in nowhere else (WICG sms-one-time-codes).
func (i *Identity) codeLetter(c CodeRequest, code string) notify.Letter {
	l := notify.Letter{
		Channel: c.Channel, To: c.To, Owner: c.Owner, Kind: "code", Secret: true,
		Expires: i.Clock.Now().Add(codeLife), Ref: "code:" + c.Purpose,
		Text: i.Texts.T(c.Lang, codeText(c.Purpose), "Code", code),
	}
	if c.Channel == notify.SMS {
		l.Text += "\n\n@" + i.Config.Host + " #" + code
		return l
	}
	l.Subject = i.Texts.T(c.Lang, "identity.code.subject")
	return l
}

func codeText(purpose string) string {
	switch purpose {
	case forSignIn:
		return "identity.code.sign_in"
	case forReauth:
		return "identity.code.reauth"
	case forRecover:
		return "identity.code.recover"
	case ForHelper:
		return "identity.code.helper"
	case ForVisit:
		return "identity.code.visit"
	case forUnlock:
		return "identity.code.unlock"
	}
	return "identity.code.other"
}

// CheckCode takes a typed code in a transaction of its own; any of the unexpired
// ones will do, once. Errors, each with the field "code": ErrCodeFormat (not
// counted), ErrCodeWrong, and ErrCodeExpired when none is left to be tried.
func (i *Identity) CheckCode(ctx context.Context, purpose, subject, channel, typed string) error {
	code, ok := normalCode(typed)
	if !ok {
		return codeFault(ErrCodeFormat)
	}
	var outcome error
	err := i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		outcome, err = i.tryCode(ctx, tx, i.codeSubjects(purpose, subject, channel), i.codeHashes(purpose, subject, channel, code))
		return err
	})
	if err != nil {
		return err
	}
	return outcome
}

// tryCode gives the outcome for the person apart from the failure of the
// database: a wrong guess must be committed, not rolled back.
func (i *Identity) tryCode(ctx context.Context, tx *db.Tx, subjects, hashes [][]byte) (outcome, err error) {
	living, left := 0, int64(0)
	for _, subject := range subjects {
		codes, err := in(tx).CodesOf(ctx, identitydb.CodesOfParams{SubjectIndex: subject, ExpiresAt: tx.Now()})
		if err != nil {
			return nil, err
		}
		for _, c := range codes {
			if c.Tries >= codeTries {
				continue
			}
			if anyEqual(hashes, c.CodeHash) {
				return nil, i.spendCodes(ctx, tx, subjects)
			}
			living++
			left = max(left, codeTries-c.Tries-1)
		}
		if err := in(tx).TryCodes(ctx, identitydb.TryCodesParams{SubjectIndex: subject, ExpiresAt: tx.Now()}); err != nil {
			return nil, err
		}
	}
	if living == 0 || left == 0 {
		return codeFault(ErrCodeExpired), nil
	}
	return codeFault(ErrCodeWrong, "Count", left), nil
}

// spendCodes makes all codes of the subject useless.
func (i *Identity) spendCodes(ctx context.Context, tx *db.Tx, subjects [][]byte) error {
	for _, s := range subjects {
		if err := in(tx).DeleteCodes(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// codeFault names the field, with the arguments of its text.
func codeFault(e *errs.Error, args ...any) error {
	c := e.WithField("code", e.Key, args...)
	c.Args = args
	return c
}

func anyEqual(hashes [][]byte, stored []byte) bool {
	found := 0
	for _, h := range hashes {
		found |= subtle.ConstantTimeCompare(h, stored)
	}
	return found == 1
}

// codeSubjects is the blind index of what a code is for, the one in use first.
func (i *Identity) codeSubjects(purpose, subject, channel string) [][]byte {
	return i.keys().Indexes("identity code subject", purpose, channel+"\x00"+subject)
}

// codeHashes are keyed: a million codes would be found from a plain hash at once.
func (i *Identity) codeHashes(purpose, subject, channel, code string) [][]byte {
	return i.keys().Indexes("identity code", purpose, channel+"\x00"+subject+"\x00"+code)
}
