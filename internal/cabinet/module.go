package cabinet

import (
	"context"
	"embed"
	"io/fs"
	"time"

	"okno/internal/applications/cases"
	"okno/internal/applications/complaint"
	"okno/internal/applications/draft"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/audit"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/mark"
	"okno/internal/kit/web"
	"okno/internal/notify"
	"okno/internal/profile"
	"okno/internal/vault"
)

//go:embed locale/*.yaml
var locale embed.FS

//go:embed migrations/*.sql
var migrations embed.FS

// Cases list the actor's own applications.
type Cases interface {
	List(ctx context.Context, f cases.ListFilter) (cases.Page[cases.Row], error)
	// Left is what is left of a row's deadline now.
	Left(row cases.Row) cases.Left
}

// Drafts list a person's unfinished applications.
type Drafts interface {
	Drafts(ctx context.Context, owner string) ([]draft.Row, error)
}

// Notices are the messages to a person's cabinet.
type Notices interface {
	Notices(ctx context.Context, owner string, limit int) ([]notify.Notice, error)
	Unread(ctx context.Context, owner string) (int, error)
	MarkRead(ctx context.Context, owner string, ids ...string) error
}

// Profiles tell what is known of a person.
type Profiles interface {
	Name(ctx context.Context, owner string) (string, error)
	Basis(ctx context.Context, owner string) (profile.Basis, error)
	// FactsOf are what rules of recommendations look at.
	FactsOf(b profile.Basis) forms.Facts
}

// Complaints list the actor's own complaints.
type Complaints interface {
	List(ctx context.Context) ([]complaint.Complaint, error)
}

// Documents list the actor's own documents, newest first.
type Documents interface {
	Documents(ctx context.Context, before string, limit int) ([]vault.Document, error)
}

// Catalog tells what services there are.
type Catalog interface {
	Popular() []*forms.Service
	Services() []*forms.Service
	AgencyTitle(code, lang string) string
	// Since is since when a service is offered without a break.
	Since(id string) db.Time
}

// Languages keep the language of an account.
type Languages interface {
	SetLang(ctx context.Context, accountID, lang string) error
}

// Deps are what the room stands on: the rooms below.
type Deps struct {
	// DB keeps the marks by which the room knows that what it has read of a
	// person still stands; with nil nothing is kept.
	DB       *db.DB
	Clock    clock.Clock
	Cases    Cases
	Drafts   Drafts
	Notices  Notices
	Profiles Profiles
	Catalog  Catalog
	// Languages is identity.
	Languages  Languages
	Complaints Complaints
	Documents  Documents
	// Audit has what people choose about recommendations.
	Audit *audit.Log
	// Texts are the words with which reasons of recommendations are printed.
	Texts *i18n.Bundle
	// Zone is that of times on the pages; nil is Moscow.
	Zone *time.Location
}

// Room is the door of the room.
type Room struct {
	Deps
	marks   *mark.Marks
	kept    *mark.Kept[person]
	heads   *mark.Kept[head]
	molds   molds
	choices choices
}

// New opens the room.
func New(d Deps) *Room {
	if d.Zone == nil {
		d.Zone = time.FixedZone("MSK", 3*60*60)
	}
	return &Room{
		Deps: d, choices: choices{d.DB}, marks: mark.New(d.DB, "cabinet_marks", "head"),
		kept: mark.NewKept[person](d.Clock.Now()), heads: mark.NewKept[head](d.Clock.Now()),
	}
}

// Migrations are the room's tables. They come after those of the rooms below,
// whose changes move the marks.
func Migrations() db.Migrations {
	sub, _ := fs.Sub(migrations, "migrations") // the folder is embedded
	return db.Migrations{Room: "cabinet", FS: sub}
}

// Locale holds the room's texts.
func Locale() fs.FS {
	sub, _ := fs.Sub(locale, "locale") // the folder is embedded
	return sub
}

// Mount adds the room's pages and operations of the API, all of them for citizens.
func (r *Room) Mount(rt *web.Router) {
	citizen := identity.Citizen()
	rt.Handle("GET /cabinet", citizen, r.homePage)
	rt.Handle("GET /cabinet/home/fragment", citizen, r.homeFragment)
	rt.Handle("GET /cabinet/applications", citizen, r.applicationsPage)
	rt.Handle("GET /cabinet/notices", citizen, r.noticesPage)
	rt.Handle("GET /cabinet/notices/fragment", citizen, r.noticesFragment)
	rt.Handle("GET /cabinet/notices/{id}", citizen, r.noticePage)
	rt.Handle("POST /cabinet/notices/read", citizen, r.readNotices)
	rt.Handle("GET /cabinet/settings", citizen, r.settingsPage)
	rt.Handle("POST /cabinet/settings", citizen, r.saveSettings)
	rt.Handle("POST /cabinet/recommendations/hide", citizen, r.hideOffer)
	r.mountAPI(rt)
}
