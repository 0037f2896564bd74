package profile_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"okno/internal/identity"
	"okno/internal/identity/factor"
	"okno/internal/kit/db"
)

func giving(i *identity.Identity, d *identity.AccessDraft) func(context.Context, *db.Tx) error {
	return func(ctx context.Context, tx *db.Tx) error { return i.GiveAccess(ctx, tx, d) }
}

func (w *walk) sweep() error { return w.world.Identity.Sweep(context.Background()) }

func (w *walk) newBrowser(uint32) error {
	w.owner.surfer = newSurfer(w.site, w.ip(11, 7), ownersAgent)
	return nil
}

// changePhone: the owner goes to a number that nobody has stolen.
func (w *walk) changePhone(uint32) error {
	phone := w.newPhone()
	if w.owner.changeContact("phone", phone) {
		w.owner.reads[phone] = true
		w.phone = phone
	}
	return nil
}

func (w *walk) changeMail(uint32) error {
	mail := w.newMail()
	if w.owner.changeContact("email", mail) {
		w.owner.reads[mail] = true
		w.mail = mail
	}
	return nil
}

func (w *walk) addReserve(uint32) error {
	phone := w.newPhone()
	if w.reserve == "" && w.owner.changeContact("reserve", phone) {
		w.owner.reads[phone] = true
		w.reserve = phone
	}
	return nil
}

// notMe presses the button behind a link of a notice. A thief who reads the post
// can do that, too: it shuts him out as well.
func (w *walk) notMe(p *person) error {
	link := p.link("/not-me/")
	if link == "" || w.gone {
		return nil
	}
	p.post(link)
	return w.lookApp()
}

// lookApp: what the owner added lately may have gone with a denial.
func (w *walk) lookApp() error {
	n, err := w.apps()
	if n == 0 {
		w.owner.totp = ""
	}
	return err
}

// apps counts the authenticators of the account.
func (w *walk) apps() (n int, err error) {
	ctx := context.Background()
	a, err := w.world.Identity.Account(ctx, w.account)
	if err != nil {
		return 0, err
	}
	ways, err := w.world.Factors.Ways(ctx, a)
	for _, way := range ways {
		if way.Kind == factor.KindTOTP {
			n++
		}
	}
	return n, err
}

// thiefAdds: a thief takes the cookie while the owner's factor is fresh and adds an
// authenticator of their own. The owner gets the notice and says «It wasn't me»:
// the thief is out, with what they added and even with the password, and the owner
// with proofs comes in.
func (w *walk) thiefAdds(dice uint32) error {
	if !w.loot.session || w.gone {
		return nil
	}
	if !w.owner.inside() || !w.owner.refresh("factors") {
		return nil
	}
	had, err := w.apps()
	if err != nil {
		return err
	}
	w.stolen = newSurfer(w.site, w.owner.ip, ownersAgent)
	w.stolen.cookies[identity.SessionCookie] = w.owner.cookies[identity.SessionCookie]
	app := &person{surfer: w.stolen, walk: w}
	if !app.enrolApp() {
		return nil // a restricted account, or one that holds a thing which was not shown
	}
	w.added++
	if n, err := w.apps(); err != nil || n != had+1 {
		return fmt.Errorf("%d apps of %d and the thief's: %w", n, had, err)
	}
	w.later(time.Duration(dice%40) * time.Hour) // less than what is taken away goes back
	if err := w.denies(); err != nil {
		return err
	}
	if n, err := w.apps(); err != nil || n > had {
		return fmt.Errorf("the thief's app is left: %w", err)
	}
	if w.stolen.inside() {
		return errors.New("the stolen session lives after «It wasn't me»")
	}
	return errors.Join(w.triesApp(app.totp), w.comeBack(), w.triesApp(app.totp))
}

// denies: the owner presses the button of the newest notice, and waits where the
// account was shut too often on one day.
func (w *walk) denies() error {
	link := w.owner.link("/not-me/")
	a := w.owner.post(link)
	if a.status == http.StatusTooManyRequests {
		w.later(25 * time.Hour)
		a = w.owner.post(link)
	}
	w.drain()
	if a.status >= http.StatusBadRequest {
		return fmt.Errorf("«It wasn't me» at %q: %d", link, a.status)
	}
	return w.lookApp()
}

// triesApp: the thief tries the authenticator that was added, with whatever else
// they have.
func (w *walk) triesApp(secret string) error {
	w.thief.totp = secret
	defer func() { w.thief.totp = "" }()
	if w.loot.password {
		w.thief.password = w.owner.password
	}
	if stopped, _ := w.thief.signIn(); stopped == "" || w.thief.inside() {
		return errors.New("the thief's app lets in")
	}
	for _, channel := range channels {
		if w.thief.recover(channel, "Stolen-Whale_3912") {
			return errors.New("the thief's app sets a password")
		}
	}
	return nil
}

// atOffice: the owner shows a passport and gets the account back with a new phone.
func (w *walk) atOffice(dice uint32) error {
	if w.gone {
		return nil
	}
	phone, keep := w.newPhone(), dice%2 == 0
	if w.loot.phone && w.loot.password {
		keep = true // password and phone are all that an account without a mail is known by
	}
	link, err := w.office(phone, keep)
	if errors.Is(err, identity.ErrBlocked) {
		return nil
	}
	if err != nil {
		return err
	}
	w.owner.reads[phone] = true
	password := w.newPassword()
	a := w.owner.post(link, "password", password)
	w.drain()
	if a.status != http.StatusSeeOther {
		return fmt.Errorf("the link of the office does not work: %d", a.status)
	}
	w.owner.password, w.phone = password, phone
	if !keep {
		w.mail = ""
	}
	return nil
}

func (w *walk) staffRestrict(dice uint32) error {
	if w.gone {
		return nil
	}
	return w.restrict([]string{"", identity.RestrictedTo, identity.BlockedFor}[dice%3])
}

// swap: the operator gives the number to a thief.
func (w *walk) swap(uint32) error {
	if w.loot.phone && !w.swapped && w.owner.reads[w.phone] {
		w.swapped = true
		w.thief.reads[w.phone] = true
		w.owner.reads[w.phone] = false
	}
	return nil
}

// steal: a thief gets the cookie of a session whose factor is not fresh any more,
// and even sits in the owner's network with the same browser.
func (w *walk) steal(dice uint32) error {
	if !w.loot.session || w.gone {
		return nil
	}
	w.later(6 * time.Minute)
	cookie := w.owner.cookies[identity.SessionCookie]
	if cookie == "" || !w.owner.inside() {
		return nil
	}
	w.stolen = newSurfer(w.site, w.owner.ip, ownersAgent)
	if dice%3 == 0 {
		w.stolen.ip = w.ip(13, 9)
	}
	w.stolen.cookies[identity.SessionCookie] = cookie
	return nil
}

func (w *walk) guess(uint32) error {
	for range 5 {
		w.thief.post("/login", "name", w.name(), "password", "Wrong-guess_17")
	}
	if w.loot.password {
		w.thief.password = w.owner.password
	}
	return nil
}

func (w *walk) thiefRecovers(dice uint32) error {
	if w.thief.recover(channels[dice%2], "Stolen-Whale_3912") {
		return errors.New("the thief has set the password")
	}
	return nil
}

// thiefStops: whoever reads an old contact may bring it back; the account is shut.
func (w *walk) thiefStops(uint32) error { return w.stop(w.thief) }

func (w *walk) stop(p *person) error {
	link := p.link("/stop/")
	if link == "" {
		return nil
	}
	if a := p.post(link); a.status == http.StatusOK {
		return w.look()
	}
	return nil
}

// look reads from the account what its contacts are now.
func (w *walk) look() error {
	a, err := w.world.Identity.Account(context.Background(), w.account)
	w.phone, w.mail = a.Phone, a.Email
	return err
}

// thiefRegisters: with somebody's number an account of one's own is not made while
// the number is an account's.
func (w *walk) thiefRegisters(uint32) error {
	if w.gone {
		return nil
	}
	b := newSurfer(w.site, w.ip(13, 9), thiefsAgent)
	if registers(w.world, b, w.drain, w.phone, w.newMail(), "Stolen-Whale_3912") {
		return errors.New("a second account was made with the number")
	}
	return nil
}

// sensitive are deeds that a session without a fresh factor must not do, with
// where they lead when they are done.
var sensitive = []struct {
	path, done string
	pairs      []string
}{
	{"/cabinet/security/password", "said=password", []string{"password", "Stolen-Whale_3912"}},
	{"/cabinet/security/sessions/end-others", "said=others", nil},
	{"/cabinet/security/contacts/phone", "/contacts/phone/", []string{"value", "+79259999999"}},
	{"/cabinet/security/contacts/email", "/contacts/email/", []string{"value", "thief@example.ru"}},
	{"/cabinet/security/contacts/reserve", "/contacts/reserve/", []string{"value", "+79259999999"}},
	{"/cabinet/security/reserve/delete", "said=contact", nil},
	{"/cabinet/security/factors/add", "/new-factor/", []string{"kind", "totp"}},
	{"/cabinet/security/factors/sms/remove", "said=removed", nil},
	{"/cabinet/security/factors/email/remove", "said=removed", nil},
	{"/cabinet/security/phone/qr", "said=", []string{"on", "yes"}},
	{"/cabinet/profile/delete", "/account-deleted", []string{"sure", "yes"}},
}

func (w *walk) useStolen(dice uint32) error {
	if w.stolen == nil {
		return nil
	}
	for _, s := range sensitive {
		if a := w.stolen.post(s.path, append([]string{"current", w.owner.password}, s.pairs...)...); strings.Contains(a.to, s.done) && !strings.HasPrefix(a.to, "/reauth") && !strings.HasPrefix(a.to, "/login") {
			return fmt.Errorf("a stolen session does %s: %d to %s", s.path, a.status, a.to)
		}
	}
	switch dice % 4 {
	case 0:
		w.stolen.post("/cabinet/security/sessions/end-others")
	case 1:
		w.stolen.post("/reauth/send?way=sms")
		w.stolen.post("/reauth?way=sms", "code", w.thief.code(w.phone))
	}
	w.drain()
	return nil
}

// scanned: the thief's computer shows a code, and the stolen session reads it.
func (w *walk) scanned(uint32) error {
	if w.stolen == nil {
		return nil
	}
	w.thief.post("/login/qr")
	shown := w.thief.get("/login/qr").body
	at := strings.Index(shown, "/q/")
	if at < 0 {
		return nil
	}
	end := strings.IndexAny(shown[at:], `<"`)
	a := w.stolen.get(shown[at : at+end])
	if strings.HasPrefix(a.to, "/app/approve/") {
		w.stolen.post(a.to + "/confirm")
	}
	w.thief.get("/login/qr")
	return nil
}

func (w *walk) deletes(uint32) error {
	if w.gone || !w.owner.inside() || !w.owner.refresh("") {
		return nil
	}
	a := w.owner.post("/cabinet/profile/delete", "sure", "yes")
	w.drain()
	w.gone = a.status == http.StatusSeeOther && a.to == "/account-deleted"
	return nil
}

// patience is for how long an owner waits for a lock, a limit or a changed
// contact (72 hours) before we call it locked out.
const patience = 100 * time.Hour

// comeBack: with two proofs the owner comes in by pages alone; with fewer by the
// office. An error says that the owner is out.
func (w *walk) comeBack() error {
	if w.gone {
		return w.againAnew()
	}
	if err := w.restrict(""); err != nil { // staff let go of an account that they held
		return err
	}
	begun, last := w.world.Clock.Now(), ""
	for w.world.Clock.Now().Sub(begun) < patience {
		stopped, wait := w.owner.signIn()
		if stopped == "" {
			if !w.owner.inside() {
				return errors.New("the owner has signed in and is not inside")
			}
			return nil
		}
		last = stopped
		switch {
		case stopped == "limit":
			w.later(wait + time.Second)
		case w.owner.proofs() < 2:
			return w.byOffice()
		case !w.owner.recover(channels[0], w.newPassword()) && !w.owner.recover(channels[1], w.newPassword()):
			w.later(8 * time.Hour) // a contact that was changed lately begins no recovery
		}
	}
	return fmt.Errorf("the owner is out with %d proofs: %s", w.owner.proofs(), last)
}

func (w *walk) byOffice() error {
	if err := w.atOffice(1); err != nil {
		return err
	}
	for range 3 {
		stopped, wait := w.owner.signIn()
		if stopped == "" {
			return nil
		}
		w.later(wait + time.Minute)
	}
	return errors.New("the owner is out after the office")
}

// againAnew: after a deletion nothing of the account opens, and its contacts are
// free for a new one.
func (w *walk) againAnew() error {
	if stopped, _ := w.owner.signIn(); stopped == "" {
		return errors.New("a deleted account lets in")
	}
	if w.anew || !w.owner.reads[w.phone] {
		return nil
	}
	w.anew = true
	b := newSurfer(w.site, w.ip(14, 7), ownersAgent)
	w.later(61 * time.Second)
	if !registers(w.world, b, w.drain, w.phone, w.newMail(), w.newPassword()) {
		return errors.New("the number of a deleted account is not free")
	}
	if a := b.get("/cabinet/security/history"); strings.Contains(a.body, url.PathEscape(w.account)) {
		return errors.New("a new account knows the old one")
	}
	return nil
}
