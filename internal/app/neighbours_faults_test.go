package app

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"okno/internal/kit/db"
	"okno/internal/kit/testkit"
	"okno/internal/sandbox/party"
)

// fault is a neighbour that fails and comes back. deaf: nothing can be asked of
// the portal meanwhile.
type fault struct {
	name         string
	strike, mend func(s *stage)
	deaf         bool
}

// partyFails is a neighbour that the sandbox plays.
func partyFails(who, how string, state party.State) fault {
	return fault{
		name:   who + " " + how,
		strike: func(s *stage) { must(s.t, s.p.box.Switch(who, state)) },
		mend:   func(s *stage) { must(s.t, s.p.box.Switch(who, party.State{})) },
	}
}

// receiverFails has the agency's system answer 500.
func receiverFails() fault {
	do := func(what string) func(s *stage) {
		return func(s *stage) {
			if r := newClient(s.t, s.p.box.URL()).post("/agency", url.Values{"do": {what}}); r.status != http.StatusSeeOther {
				s.t.Fatalf("the agency's system: %d", r.status)
			}
		}
	}
	return fault{name: "the agency's system", strike: do("break"), mend: do("mend")}
}

// blobsFail takes the disk with the files away.
func blobsFail() fault {
	return fault{
		name: "the store of files",
		strike: func(s *stage) {
			must(s.t, os.Rename(s.blobs, s.blobs+".away"))
			must(s.t, os.WriteFile(s.blobs, nil, 0o600))
		},
		mend: func(s *stage) {
			must(s.t, os.Remove(s.blobs))
			must(s.t, os.Rename(s.blobs+".away", s.blobs))
		},
	}
}

func scannerFails(how string) fault {
	return fault{
		name:   "the scanner " + how,
		strike: func(s *stage) { s.scanner.way.Store(&how) },
		mend:   func(s *stage) { s.scanner.way.Store(new(string)) },
	}
}

// databaseRefuses cuts all connections of PostgreSQL and lets none in; SQLite's
// file can't be written.
func databaseRefuses() fault {
	return fault{name: "the database refuses", deaf: true, strike: func(s *stage) {
		if s.p.engine == db.SQLite {
			s.exec("PRAGMA query_only = 1")
			return
		}
		name, admin := s.postgres()
		statement(s.t, admin, "ALTER DATABASE "+name+" ALLOW_CONNECTIONS false")
		statement(s.t, admin, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '"+name+"'")
	}, mend: func(s *stage) {
		if s.p.engine == db.SQLite {
			s.exec("PRAGMA query_only = 0")
			return
		}
		name, admin := s.postgres()
		statement(s.t, admin, "ALTER DATABASE "+name+" ALLOW_CONNECTIONS true")
	}}
}

// unordered are the tables in which changes meet others.
var unordered = []string{"applications_drafts", "applications_cases", "applications_events", "vault_documents", "notify_letters", "exchange_deliveries"}

// databaseUnordered lets PostgreSQL find no order for the next twenty changes; of
// SQLite another process holds the lock for a moment.
func databaseUnordered() fault {
	return fault{name: "changes that meet others", strike: func(s *stage) {
		if s.p.engine == db.SQLite {
			s.holdLock()
			return
		}
		s.exec("CREATE SEQUENCE IF NOT EXISTS unordered")
		s.exec("SELECT setval('unordered', 1)")
		s.exec(`CREATE OR REPLACE FUNCTION meet() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			IF nextval('unordered') <= 20 THEN RAISE EXCEPTION 'another was faster' USING ERRCODE = '40001'; END IF;
			RETURN NEW; END $$`)
		for _, table := range unordered {
			s.exec("CREATE TRIGGER meet BEFORE INSERT OR UPDATE ON " + table + " FOR EACH ROW EXECUTE FUNCTION meet()")
		}
	}, mend: func(s *stage) {
		if s.p.engine == db.Postgres {
			for _, table := range unordered {
				s.exec("DROP TRIGGER meet ON " + table)
			}
		}
	}}
}

// holdLock is another process that writes for a moment.
func (s *stage) holdLock() {
	s.t.Helper()
	other, err := db.Open(context.Background(), s.p.house.Config.Database.Reveal(), db.Options{})
	must(s.t, err)
	held, release := make(chan struct{}), time.After(300*time.Millisecond)
	go func() {
		defer func() { _ = other.Close() }()
		_ = other.Write(context.Background(), func(context.Context, *db.Tx) error {
			close(held)
			<-release
			return nil
		})
	}()
	<-held
}

func (s *stage) exec(query string) {
	s.t.Helper()
	statement(s.t, s.p.house.stores.db.SQL(), query)
}

func statement(t testing.TB, d *sql.DB, query string) {
	t.Helper()
	if _, err := d.ExecContext(context.Background(), query); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

// postgres is the name of the portal's database, and a door to the server beside it.
func (s *stage) postgres() (name string, admin *sql.DB) {
	s.t.Helper()
	u, err := url.Parse(s.p.house.Config.Database.Reveal())
	must(s.t, err)
	admin, err = sql.Open("pgx", testkit.Postgres(s.t).URL("postgres"))
	must(s.t, err)
	s.t.Cleanup(func() { _ = admin.Close() })
	return strings.TrimPrefix(u.Path, "/"), admin
}

// neighbours are those that fail in every run of the tests.
func neighbours() []fault {
	down := party.State{Down: true}
	return []fault{
		partyFails(party.Mail, "is down", down), partyFails(party.SMS, "is down", down), partyFails(party.Registries, "is down", down),
		receiverFails(), blobsFail(), scannerFails("is down"), databaseUnordered(), databaseRefuses(),
	}
}

// moods are the other ways in which they fail.
func moods() []fault {
	garbage, slow, late := party.State{Garbage: true}, party.State{Slow: true}, party.State{Delay: party.Delay(500 * time.Millisecond)}
	all := []fault{scannerFails("talks garbage"), scannerFails("refuses"), partyFails(party.Registries, "refuses", party.State{Refusal: true})}
	for _, who := range []string{party.Mail, party.SMS, party.Registries} {
		all = append(all, partyFails(who, "talks garbage", garbage), partyFails(who, "is slow", slow), partyFails(who, "is late", late))
	}
	return all
}

// both is two neighbours that fail at once.
func both(a, b fault) fault {
	return fault{
		name: a.name + " and " + b.name, deaf: a.deaf || b.deaf,
		strike: func(s *stage) { a.strike(s); b.strike(s) }, mend: func(s *stage) { b.mend(s); a.mend(s) },
	}
}

// scanner speaks the protocol of clamd, well or as it is told.
type scanner struct {
	address string
	way     atomic.Pointer[string]
}

func newScanner(t *testing.T) *scanner {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = l.Close() })
	s := &scanner{address: l.Addr().String()}
	s.way.Store(new(string))
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(c)
		}
	}()
	return s
}

func (s *scanner) serve(c net.Conn) {
	defer func() { _ = c.Close() }()
	way := *s.way.Load()
	if way == "is down" {
		party.Cut(c)
		return
	}
	answer := map[string]string{"": "stream: OK\x00", "talks garbage": string(party.Garbage(12)) + "\x00", "refuses": "INSTREAM size limit exceeded. ERROR\x00"}[way]
	in := bufio.NewReader(c)
	if command, err := in.ReadString(0); err != nil || command != "zINSTREAM\x00" {
		return
	}
	for length := uint32(1); length > 0; {
		if binary.Read(in, binary.BigEndian, &length) != nil {
			return
		}
		if _, err := io.CopyN(io.Discard, in, int64(length)); err != nil {
			return
		}
	}
	_, _ = io.WriteString(c, answer)
}
