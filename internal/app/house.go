// Package app builds the house: it knows every room, opens what they stand on,
// hands each its dependencies, and runs the program's commands. It holds no
// rule of any room.
package app

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

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
	"okno/internal/kit/clock"
	"okno/internal/kit/event"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
	"okno/internal/kit/job"
	"okno/internal/kit/live"
	"okno/internal/kit/pdf"
	"okno/internal/kit/ui"
	"okno/internal/kit/web"
	"okno/internal/notify"
	"okno/internal/notify/smpp"
	"okno/internal/notify/webpush"
	"okno/internal/profile"
	"okno/internal/reference"
	"okno/internal/support"
	"okno/internal/vault"
	"okno/services"
	webassets "okno/web"
)

// House is a built portal.
type House struct {
	Config Config
	Log    *slog.Logger

	clock   clock.Clock
	stores  *stores
	files   *blob.Sealed
	texts   *i18n.Bundle
	queue   *job.Queue
	bus     *event.Bus
	audit   *audit.Log
	live    *live.Hub
	edge    *web.Edge
	store   *web.Store
	router  *web.Router
	metrics *metrics
	stop    context.CancelFunc

	exchange  *exchange.Exchange // nil without registries
	webhooks  *webhook.Room
	reference *reference.Reference
	papers    *pdf.Writer
	notify    *notify.Notify
	identity  *identity.Identity
	device    *device.Room
	factors   *factor.Room
	push      *webpush.Gateway
	centres   []*smpp.Gateway // SMS centres, for what they cost

	certificates *certs.Room
	agency       *agency.Room
	profile      *profile.Profile

	vault        *vault.Vault
	catalog      *catalog.Catalog
	applications *applications.Room
	support      *support.Room
	cabinet      *cabinet.Room
	desk         *desk.Room
}

// Build opens the stores, brings the schema up to date and builds every room.
// With create a missing keyset is made.
func Build(ctx context.Context, cfg Config, clk clock.Clock, log *slog.Logger, create bool) (*House, error) {
	s, err := openStores(ctx, cfg, clk, create)
	if err != nil {
		return nil, err
	}
	h := &House{Config: cfg, Log: log, clock: clk, stores: s, files: blob.NewSealed(s.blobs), metrics: newMetrics()}
	for _, step := range []func(context.Context) error{h.migrate, h.buildKit, h.buildPeople, h.buildServices, h.buildHomes, h.mount} {
		if err := step(ctx); err != nil {
			s.close()
			return nil, err
		}
	}
	return h, nil
}

func (h *House) migrate(ctx context.Context) error { return migrate(ctx, h.stores) }

func (h *House) buildKit(ctx context.Context) error {
	var err error
	if h.texts, err = i18n.New(locales()...); err != nil {
		return err
	}
	if h.queue, err = job.New(h.stores.db, h.Log); err != nil {
		return err
	}
	if h.audit, err = audit.New(ctx, h.stores.db, h.stores.sealer); err != nil {
		return err
	}
	if h.reference, err = reference.Load(); err != nil {
		return err
	}
	h.bus = event.NewBus(h.queue)
	h.live = live.New(h.stores.db, h.Log, id.New())
	gateways, err := h.gateways()
	if err != nil {
		return fmt.Errorf("config: %w", err)
	}
	h.notify = notify.New(notify.Deps{
		DB: h.stores.db, Sealer: h.stores.sealer, Queue: h.queue, Live: h.live, Clock: h.clock, Log: h.Log, Gateways: gateways,
	})
	return nil
}

// buildPeople builds the rooms about people and those who serve them.
func (h *House) buildPeople(context.Context) error {
	host := "localhost"
	if u, err := url.Parse(h.Config.BaseURL); err == nil && u.Hostname() != "" {
		host = u.Hostname()
	}
	places, err := h.places()
	if err != nil {
		return err
	}
	h.identity, err = identity.New(identity.Deps{
		DB: h.stores.db, Sealer: h.stores.sealer, Queue: h.queue, Bus: h.bus, Audit: h.audit, Live: h.live, Clock: h.clock, Log: h.Log,
		Texts: h.texts, Notify: h.notify, Places: places, Config: h.Config.identity(host),
	})
	if err != nil {
		return err
	}
	h.factors, err = factor.New(factor.Deps{
		Identity: h.identity, Config: factor.Config{Origins: []string{strings.TrimSuffix(h.Config.BaseURL, "/")}, Name: h.Config.Operator.NameEN, NameRU: h.Config.Operator.NameRU},
	})
	if err != nil {
		return err
	}
	h.device = device.New(device.Deps{
		DB: h.stores.db, Sealer: h.stores.sealer, Queue: h.queue, Audit: h.audit, Live: h.live, Clock: h.clock, Log: h.Log,
		Texts: h.texts, Notify: h.notify, Identity: h.identity, Push: h.push, BaseURL: h.Config.BaseURL,
	})
	if key := h.Config.Push.Key; !key.IsZero() {
		if err := h.device.SetVAPID(key.Reveal()); err != nil {
			return fmt.Errorf("config: push.key: %w", err)
		}
	}
	if err := h.buildCertificates(); err != nil {
		return err
	}
	h.device.Certificates = h.certificates.On()
	h.factors.Register(h.device.Kind(), h.certificates.Kind())
	h.device.Last, h.certificates.Last = h.factors.MayGo, h.factors.MayGo
	if h.factors.Passkeys() {
		h.device.Unlock = h.factors
	}
	h.agency, err = agency.New(agency.Deps{
		DB: h.stores.db, Audit: h.audit, Services: h.servicesFS(), Changed: h.identity.RolesChanged, Keyset: h.stores.sealer.Keyset(),
		Clock: h.clock, Logins: h.login, Titles: h.servicesOf,
	})
	if err != nil {
		return err
	}
	h.identity.SetRoles(h.agency)
	h.profile, err = profile.New(profile.Deps{
		DB: h.stores.db, Sealer: h.stores.sealer, Queue: h.queue, Bus: h.bus, Audit: h.audit, Live: h.live, Clock: h.clock, Log: h.Log,
		Texts: h.texts, Notify: h.notify, Identity: h.identity,
	})
	if err != nil {
		return err
	}
	h.identity.SetSNILS(h.profile)
	h.vault, err = vault.New(vault.Deps{
		DB: h.stores.db, Sealer: h.stores.sealer, Queue: h.queue, Bus: h.bus, Audit: h.audit, Files: h.files, Clock: h.clock, Log: h.Log,
		Agencies: h.agency, Limiter: h.identity,
	})
	return err
}

// buildServices builds the rooms of services and applications.
func (h *House) buildServices(ctx context.Context) error {
	mode := catalog.Production
	if h.Config.Demo() {
		mode = catalog.Demo
	}
	var err error
	h.catalog, err = catalog.New(catalog.Deps{
		DB: h.stores.db, Clock: h.clock, Log: h.Log, Reference: h.reference, Files: services.FS, Viewer: viewer{h},
		OnPublish: h.dropPages, Config: catalog.Config{Folder: h.Config.Services, Mode: mode},
	})
	if err != nil {
		return err
	}
	writer, err := pdf.NewWriter(h.texts)
	if err != nil {
		return err
	}
	h.papers = writer
	h.identity.PDF = writer
	if err := h.buildExchange(); err != nil {
		return err
	}
	h.applications, err = applications.New(applications.Deps{
		Dictionaries: h.catalog.Dictionaries, Registries: h.lookups(),
		DB: h.stores.db, Sealer: h.stores.sealer, Queue: h.queue, Bus: h.bus, Audit: h.audit, Live: h.live, Clock: h.clock, Log: h.Log,
		Texts: h.texts, Files: h.files, PDF: writer, Reference: h.reference, Services: h.catalog, People: h.profile, Accounts: h.identity,
		Factors: h.identity, Confirm: confirmer{h.device},
		Offices: h.agency, Notify: h.notify, News: h.notify, Children: h.profile, Vault: h.vault, Config: applications.Config{
			Scanner: h.Config.Clamd, BaseURL: h.Config.BaseURL, AnswerDays: h.Config.AnswerDays, MessageDays: h.Config.MessageDays,
			Waits: h.Config.Chain.waits(),
		},
	})
	if err != nil {
		return err
	}
	h.buildWebhooks()
	return nil
}

// lookups answer the questions of forms; nil without registries.
func (h *House) lookups() applications.Registries {
	if h.exchange == nil {
		return nil
	}
	return h.exchange.Lookups()
}

// buildExchange connects the registries. A portal without them works: accounts
// stay simplified until an office confirms them.
func (h *House) buildExchange() error {
	if h.Config.Registries.URL == "" {
		return nil
	}
	var err error
	h.exchange, err = exchange.New(exchange.Deps{
		DB: h.stores.db, Queue: h.queue, Bus: h.bus, Clock: h.clock, Log: h.Log, Profile: h.profile, Texts: h.texts,
		Registry: exchange.Config{URL: h.Config.Registries.URL, Client: h.Config.Registries.Client, Secret: h.Config.Registries.Secret},
	})
	if err != nil {
		return fmt.Errorf("config: %w", err)
	}
	return nil
}

// buildHomes builds the rooms that list what others hold.
func (h *House) buildHomes(context.Context) error {
	var err error
	h.support, err = support.New(support.Deps{
		DB: h.stores.db, Sealer: h.stores.sealer, Queue: h.queue, Bus: h.bus, Audit: h.audit, Live: h.live, Clock: h.clock, Log: h.Log,
		Texts: h.texts, Notify: h.notify, Limit: h.identity.Limit, Operator: support.Operator(h.Config.Operator),
		Accounts: h.identity, People: h.profile, Intake: h.applications.Intake(), Restrictions: h.identity,
	})
	if err != nil {
		return err
	}
	h.cabinet = cabinet.New(cabinet.Deps{
		DB: h.stores.db, Clock: h.clock, Cases: h.applications.Cases(), Drafts: h.applications.Drafts(), Notices: h.notify, Profiles: h.profile,
		Catalog: h.catalog, Languages: h.identity, Complaints: h.applications.Complaints(), Documents: h.vault,
		Audit: h.audit, Texts: h.texts,
	})
	h.desk = desk.New(desk.Deps{
		DB: h.stores.db, Limit: h.identity.Limit, Notify: h.notify, Papers: h.papers, Texts: h.texts, Queue: h.queue, Clock: h.clock, Cases: h.applications.Cases(), Agencies: h.agency, Accounts: h.identity, Catalog: h.catalog,
		Jobs: h.queue, Journal: h.audit, Parties: h.parties(), Notices: h.notify, Courier: h.webhooks,
	})
	return nil
}

// mount gives every room its routes, in the order of the house.
func (h *House) mount(context.Context) error {
	proxies, err := h.Config.ProxyPrefixes()
	if err != nil {
		return err
	}
	assets, err := webassets.New()
	if err != nil {
		return err
	}
	h.edge = &web.Edge{
		Log: h.Log, Clock: h.clock, Texts: h.texts, Secure: h.Config.Secure(), Proxies: proxies, Observe: h.metrics.observe,
		Words: func(ctx context.Context) context.Context { return ui.WithTexts(ctx, texts(ctx)) },
	}
	f := &frame{
		assets: assets, cfg: h.Config, bundle: h.texts, texts: wordsOfComponents(h.texts), header: h.headerOf, idle: h.identity.IdleSeconds(),
	}
	h.edge.SetFrame(f.page, f.errorPage)
	h.edge.Hold = h.identity.HoldForm
	h.edge.Before(withKeys)
	h.edge.Before(h.identity.Authenticate)
	h.store = web.NewStore(h.edge, identity.SessionCookie)
	h.edge.SetStore(h.store)
	h.router = web.NewRouter(h.edge)
	h.mountOwn(f, assets)
	webapp{assets}.mount(h.router)
	h.device.Asset = assets.Path
	for _, room := range h.rooms() {
		room.Mount(h.router)
	}
	h.metrics.gauges(h)
	h.profile.SetOwners(h.owners()...)
	return nil
}

// mountOwn adds the few routes that belong to no room.
func (h *House) mountOwn(f *frame, assets *webassets.Assets) {
	h.router.Mount("GET "+webassets.Prefix, web.Public, assets.Handler())
	h.router.Handle("GET "+prefsPath, web.Public, h.preferences)
	h.router.Handle("GET "+livePath, web.Public, h.liveStream)
	h.router.Handle("GET "+bellPath, identity.Citizen(), f.bellCount)
	h.router.Handle("GET /robots.txt", web.Public, robots)
	h.router.Handle("GET /favicon.ico", web.Public, func(w http.ResponseWriter, r *http.Request) error {
		return web.Redirect(w, r, assets.Path("favicon.svg"))
	})
}

// dropPages forgets stored pages when the catalogue changes; at the first
// publishing there is no store yet.
func (h *House) dropPages() {
	if h.cabinet != nil {
		h.cabinet.Forget()
	}
	if h.store != nil {
		h.store.Drop()
	}
}

// servicesFS is the operator's folder of services over those built in.
func (h *House) servicesFS() fs.FS { return catalog.Layered(h.Config.Services, services.FS) }

func (h *House) lintServices() []forms.Fault {
	mode := catalog.Production
	if h.Config.Demo() {
		mode = catalog.Demo
	}
	return catalog.Lint(h.servicesFS(), mode)
}

// Handler is the whole portal as an HTTP handler.
func (h *House) Handler() http.Handler { return h.edge.Handler(h.router) }

// Start begins background work: jobs, sessions, live changes, the catalogue's watch.
func (h *House) Start(ctx context.Context) error {
	ctx, h.stop = context.WithCancel(context.WithoutCancel(ctx))
	h.live.Start(ctx)
	h.identity.Start(ctx)
	go func() { _ = h.catalog.Run(ctx) }()
	go func() { _ = h.profile.Run(ctx) }()
	go func() { _ = h.cabinet.Run(ctx) }()
	if err := h.queue.Start(ctx, h.Config.Workers); err != nil {
		return fmt.Errorf("jobs: %w", err)
	}
	return nil
}

// Stop ends background work; running jobs finish.
func (h *House) Stop(ctx context.Context) error {
	err := h.queue.Stop(ctx)
	if h.stop != nil {
		h.stop()
	}
	return err
}

func (h *House) close() { h.stores.close() }
