package factor

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"net"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/job"
	"okno/internal/kit/web"
)

// Config says where the portal stands, as authenticators know it.
type Config struct {
	// Origins are the addresses of the portal: https://portal.example.org. None:
	// http://localhost. Name is what authenticators call it, NameRU what people do
	// in Russian.
	Origins      []string
	Name, NameRU string
}

// Deps are what the package stands on: most is the identity's.
type Deps struct {
	Identity *identity.Identity
	Config   Config
}

// Room keeps the factors.
type Room struct {
	*identity.Identity
	name string
	// names are the portal's by language, address where it stands: for paper.
	names   map[string]string
	address string
	keys    *webauthn.WebAuthn // nil where the portal has an address and no name
	kinds   []Kind
}

// New makes the package and hands it to the identity.
func New(d Deps) (*Room, error) {
	c := d.Config
	if len(c.Origins) == 0 {
		c.Origins = []string{"http://" + d.Identity.Config.Host}
	}
	if c.Name == "" {
		c.Name = "Okno"
	}
	if c.NameRU == "" {
		c.NameRU = c.Name
	}
	r := &Room{Identity: d.Identity, name: c.Name, names: map[string]string{i18n.RU: c.NameRU, i18n.EN: c.Name}, address: c.Origins[0]}
	r.kinds = []Kind{&app{r}, &token{r}, &code{r, KindSMS}, &code{r, KindEmail}, &recovery{r}}
	if host := d.Identity.Config.Host; net.ParseIP(host) == nil { // WebAuthn wants a name
		var err error
		if r.keys, err = webauthn.New(&webauthn.Config{RPID: host, RPDisplayName: c.Name, RPOrigins: c.Origins}); err != nil {
			return nil, fmt.Errorf("factor: %w", err)
		}
		r.Register(&key{r})
	}
	r.Identity.SetFactors(r)
	r.jobs()
	return r, nil
}

// Register adds kinds of other packages, which are asked for before codes that
// are sent. Call it before requests come.
func (r *Room) Register(kinds ...Kind) { r.kinds = append(kinds, r.kinds...) }

// Mount adds the pages and the operations of the API.
func (r *Room) Mount(rt *web.Router) {
	rt.Handle("GET "+listPath, identity.SignedIn(), r.showList)
	rt.Handle("GET "+listPath+"/add", identity.SignedIn(), r.showAdd)
	rt.Handle("POST "+listPath+"/add", identity.SignedIn(), r.postAdd)
	rt.Handle("GET "+newFactorPath+"/{id}", identity.SignedIn(), r.showNew)
	rt.Handle("POST "+newFactorPath+"/{id}", identity.SignedIn(), r.postNew)
	rt.Handle("POST "+newFactorPath+"/{id}/options", identity.SignedIn(), r.postOptions)
	rt.Handle("GET "+listPath+"/{id}/rename", identity.Fresh(identity.SignedIn()), r.showRename)
	rt.Handle("POST "+listPath+"/{id}/rename", identity.Fresh(identity.SignedIn()), r.postRename)
	rt.Handle("GET "+listPath+"/{id}/remove", identity.SignedIn(), r.showRemove)
	rt.Handle("POST "+listPath+"/{id}/remove", identity.SignedIn(), r.postRemove)
	r.mountAPI(rt.API)
}

// sweep is the job that deletes what is over.
type sweep struct{}

// Kind is the name of the job.
func (sweep) Kind() string { return "identity.factor_sweep" }

func (r *Room) jobs() {
	if r.Queue == nil {
		return
	}
	job.Handle(r.Queue, func(ctx context.Context, _ sweep) error { return r.Sweep(ctx) })
	r.Queue.Every(10*time.Minute, sweep{})
}

// Sweep deletes challenges, enrolments and proofs that are long over.
func (r *Room) Sweep(ctx context.Context) error {
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := in(tx).SweepAttempts(ctx, tx.Now()); err != nil {
			return err
		}
		return in(tx).SweepProofs(ctx, tx.Now().Add(-time.Hour))
	})
}

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the tables of factors; they go after the identity's.
func Migrations() db.Migrations {
	sub, _ := fs.Sub(migrations, "migrations") // the folder is embedded
	return db.Migrations{Room: "identity_factor", FS: sub}
}

//go:embed locale/*.yaml
var localeFiles embed.FS

// Locale holds the texts.
func Locale() fs.FS {
	sub, _ := fs.Sub(localeFiles, "locale") // the folder is embedded
	return sub
}
