package app

import (
	"context"
	"io"
	"io/fs"
	"net/http"

	"okno/internal/agency"
	"okno/internal/applications"
	"okno/internal/cabinet"
	"okno/internal/catalog"
	"okno/internal/desk"
	"okno/internal/exchange"
	"okno/internal/exchange/webhook"
	"okno/internal/forms"
	"okno/internal/identity"
	certs "okno/internal/identity/certificate"
	"okno/internal/identity/device"
	"okno/internal/identity/factor"
	"okno/internal/kit/audit"
	"okno/internal/kit/blob"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/job"
	"okno/internal/kit/pdf"
	"okno/internal/kit/secret"
	"okno/internal/kit/ui"
	"okno/internal/kit/web"
	"okno/internal/notify"
	"okno/internal/notify/smpp"
	"okno/internal/notify/smtp"
	"okno/internal/profile"
	"okno/internal/reference"
	"okno/internal/support"
	"okno/internal/vault"
)

// room is what app asks of a room with pages.
type room interface{ Mount(rt *web.Router) }

func (h *House) rooms() []room {
	return []room{
		h.identity, h.factors, h.device, h.certificates, h.agency, h.profile, h.vault, h.catalog, h.applications, h.webhooks, h.support, h.cabinet, h.desk,
	}
}

// migrations of every room, in the order of the house.
func roomMigrations() []db.Migrations {
	all := []db.Migrations{
		audit.Migrations(), notify.Migrations(), identity.Migrations(), factor.Migrations(), agency.Migrations(), profile.Migrations(),
		vault.Migrations(), catalog.Migrations(), support.Migrations(), desk.Migrations(), webhook.Migrations(),
	}
	all = append(all, device.Migrations(), certs.Migrations())
	all = append(all, applications.Migrations()...)
	return append(all, cabinet.Migrations()) // its triggers stand on tables of those before
}

func (h *House) migrations() []db.Migrations { return roomMigrations() }

// migrate brings both databases up to date.
func migrate(ctx context.Context, s *stores) error {
	if err := job.Migrate(ctx, s.db); err != nil {
		return err
	}
	if err := s.db.Migrate(ctx, roomMigrations()...); err != nil {
		return err
	}
	return s.keys.Migrate(ctx, secret.Migrations())
}

// locales are the texts of everybody.
func locales() []fs.FS {
	own, _ := fs.Sub(localeFiles, "locale") // the folder is embedded
	all := []fs.FS{
		own, web.Locale(), secret.Locale(), blob.Locale(), pdf.Locale(), reference.Locale(), forms.Locale(), identity.Locale(), factor.Locale(), device.Locale(), certs.Locale(),
		agency.Locale(), profile.Locale(), vault.Locale(), catalog.Locale(), support.Locale(), cabinet.Locale(), desk.Locale(), webhook.Locale(), exchange.Locale(),
	}
	return append(all, applications.Locales()...)
}

// owners keep data of citizens, in the order in which they are exported and erased.
func (h *House) owners() []profile.Owner {
	return []profile.Owner{
		{Name: "notify", Export: h.notify.Export, Erase: h.notify.Erase},
		{Name: "identity", Export: h.identity.Export, Erase: h.identity.Erase, Retain: h.identity.Retain},
		{Name: "certificates", Export: h.certificates.Export, Erase: h.certificates.Erase},
		{Name: "devices", Export: h.device.Export, Erase: h.device.Erase},
		{Name: "agency", Export: h.agency.Export, Erase: h.agency.Erase},
		{Name: "vault", Export: h.vault.Export, Erase: h.vault.Erase, Retain: h.vault.Retain},
		{Name: "applications", Export: h.applications.Export, Erase: h.applications.Erase, Retain: h.applications.Retain},
		{Name: "desk", Export: h.desk.Export, Erase: h.desk.Erase},
		{Name: "support", Export: h.support.Export, Erase: h.support.Erase},
		{Name: "cabinet", Export: h.cabinet.Export, Erase: h.cabinet.Erase},
	}
}

// gateways are the ways out for messages, as configured.
func (h *House) gateways() (map[notify.Channel][]notify.Gateway, error) {
	all := map[notify.Channel][]notify.Gateway{}
	c := h.Config
	if c.SMTP.Addr != "" {
		g, err := smtp.New(smtp.Config{
			Addr: c.SMTP.Addr, User: c.SMTP.User, Password: c.SMTP.Password, From: c.SMTP.From, FromName: c.Operator.NameRU,
			TLS: c.SMTP.TLS, BaseURL: c.BaseURL,
		}, h.clock)
		if err != nil {
			return nil, err
		}
		all[notify.Email] = append(all[notify.Email], g)
	}
	h.push = h.pushGateway()
	all[notify.Push] = []notify.Gateway{h.push}
	for name, s := range map[string]SMS{"sms": c.SMS, "sms_backup": c.SMSBackup} {
		if s.Addr == "" {
			continue
		}
		g, err := smpp.New(name, smpp.Config{Addr: s.Addr, SystemID: s.SystemID, Password: s.Password, From: s.From, BaseURL: c.BaseURL})
		if err != nil {
			return nil, err
		}
		h.centres = append(h.centres, g)
		if name == "sms" {
			all[notify.SMS] = append([]notify.Gateway{g}, all[notify.SMS]...)
		} else {
			all[notify.SMS] = append(all[notify.SMS], g)
		}
	}
	return all, nil
}

// viewer tells the catalogue who looks.
type viewer struct{ h *House }

// View is called for signed-in people only by pages that are not stored.
func (v viewer) View(ctx context.Context) (catalog.Visitor, error) {
	a := identity.ActorOf(ctx)
	if !a.SignedIn() || a.IsStaff() {
		return catalog.Visitor{SignedIn: a.SignedIn()}, nil
	}
	level, err := v.h.profile.Level(ctx, a.ID)
	return catalog.Visitor{SignedIn: true, Level: string(level)}, err
}

// Knows reports whether all that a service asks of a citizen is known.
func (v viewer) Knows(ctx context.Context, serviceID string) (bool, error) {
	return v.h.applications.Drafts().Known(ctx, serviceID)
}

// headerOf is what the header says of a person; staff are called by their
// login. A page without its bell is better than no page.
func (h *House) headerOf(ctx context.Context, a identity.Actor) (name string, unread int) {
	if a.IsStaff() {
		unread, err := h.notify.Unread(ctx, a.ID)
		if err != nil {
			unread = 0
		}
		if acc, err := h.identity.Account(ctx, a.ID); err == nil && acc.Login != "" {
			return acc.Login, unread
		}
		return i18n.T(ctx, "app.desk"), unread
	}
	if name, unread, err := h.cabinet.Header(ctx, a.ID); err == nil && name != "" {
		return name, unread
	}
	return i18n.T(ctx, "app.cabinet"), 0
}

// withKeys lets a request unwrap each data key once, and ask once how its person stands.
func withKeys(ctx context.Context, r *http.Request) (context.Context, error) {
	if isStream(r.URL.Path) {
		return ctx, nil // a stream lives too long to hold keys
	}
	return cabinet.WithVisit(secret.WithCache(ctx)), nil
}

// liveStream follows the person's own changes, and for staff those of their desk.
func (h *House) liveStream(w http.ResponseWriter, r *http.Request) error {
	a := identity.ActorOf(r.Context())
	if !a.SignedIn() {
		// A page of a session that has ended asks again: this tells its browser to stop.
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	topics := append([]string{a.ID}, desk.Topics(a)...)
	return h.live.Serve(w, r, func() bool { return h.identity.Alive(r) }, topics...)
}

func (f *frame) bellCount(w http.ResponseWriter, r *http.Request) error {
	_, unread := f.header(r.Context(), identity.ActorOf(r.Context()))
	return web.Fragment(w, r, ui.BellCount(bell(r.Context(), unread)))
}

func robots(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := io.WriteString(w, "User-agent: *\nDisallow: /desk\nDisallow: /api\n")
	return err
}

// parties are the outside world, for the administrator's page.
func (h *House) parties() []desk.Party {
	var all []desk.Party
	for _, channel := range []notify.Channel{notify.SMS, notify.Email} {
		for _, g := range h.notify.Gateways()[channel] {
			all = append(all, desk.Party{Name: g.Name(), Check: g.Check})
		}
	}
	if h.exchange != nil {
		all = append(all, desk.Party{Name: "registries", Check: h.exchange.Registry().Ping})
	}
	if h.Config.Clamd != "" {
		all = append(all, desk.Party{Name: "clamd", Check: h.applications.CheckScanner})
	}
	return all
}
