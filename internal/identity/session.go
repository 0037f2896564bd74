package identity

import (
	"strings"
	"sync/atomic"
	"time"

	"okno/internal/identity/identitydb"
	"okno/internal/identity/place"
	"okno/internal/kit/db"
)

// seenStep is how far the stored last activity may lag behind.
const seenStep = time.Minute

// entry is a session in memory. Only its atomics change.
type entry struct {
	hash, id, owner, method string
	bearer                  bool
	created, fresh, expires db.Time
	held                    db.Time // until when what is held counts as fresh
	frozen                  db.Time
	restricted              bool
	address, browser        string
	within                  atomic.Pointer[string] // the last address and browser that were its own
	seen, written, loaded   atomic.Int64
	roles                   atomic.Pointer[knownRoles]
}

// knownRoles are roles as of an instant.
type knownRoles struct {
	roles []Role
	at    db.Time
}

func newEntry(r identitydb.SessionOfRow, now db.Time) *entry {
	e := &entry{
		hash: string(r.SessionHash), id: r.ID, owner: r.OwnerID, method: r.Method, bearer: r.Bearer,
		created: r.CreatedAt, fresh: r.FreshAt, expires: r.ExpiresAt, frozen: r.FrozenAt, held: r.HeldAt, restricted: r.Restricted,
		address: string(r.AddressIndex), browser: string(r.BrowserIndex),
	}
	e.seen.Store(int64(r.SeenAt))
	e.written.Store(int64(r.SeenAt))
	e.loaded.Store(int64(now))
	return e
}

// idle reports whether nobody has used the session for too long.
func (e *entry) idle(now db.Time, limit time.Duration) bool {
	return now.Sub(db.Time(e.seen.Load())) > limit
}

// raise sets v to at least n.
func raise(v *atomic.Int64, n db.Time) {
	for {
		old := v.Load()
		if old >= int64(n) || v.CompareAndSwap(old, int64(n)) {
			return
		}
	}
}

// Session is a line of the list of sessions.
type Session struct {
	ID      string
	Device  string // "Firefox, Windows"
	IP      string
	Place   place.Place
	Method  string
	Bearer  bool
	Current bool
	Created db.Time
	Seen    db.Time
	Expires db.Time
}

// origin is where a session began; it is sealed.
type origin struct {
	IP    string      `json:"ip,omitempty"`
	Agent string      `json:"agent,omitempty"`
	Place place.Place `json:"place,omitzero"`
}

// deviceName makes of a browser's long name for itself what a person knows it
// by. It is a help for the eye, not a proof of anything.
func deviceName(agent string) string {
	browser := firstIn(agent, []string{
		"YaBrowser", "Яндекс Браузер", // data: a name
		"Edg/", "Edge", "OPR/", "Opera", "SamsungBrowser", "Samsung Internet",
		"Firefox/", "Firefox", "Chrome/", "Chrome", "Safari/", "Safari", "curl/", "curl", "Go-http-client", "Go",
	})
	system := firstIn(agent, []string{
		"Android", "Android", "iPhone", "iPhone", "iPad", "iPad", "Windows", "Windows",
		"Macintosh", "macOS", "CrOS", "ChromeOS", "Linux", "Linux",
	})
	return strings.Trim(browser+", "+system, ", ")
}

// firstIn takes pairs of a mark and its name.
func firstIn(s string, pairs []string) string {
	for i := 0; i+1 < len(pairs); i += 2 {
		if strings.Contains(s, pairs[i]) {
			return pairs[i+1]
		}
	}
	return ""
}
