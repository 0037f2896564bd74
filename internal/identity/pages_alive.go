package identity

import (
	"net/http"

	"okno/internal/kit/db"
	"okno/internal/kit/id"
)

// Alive reports whether the session of a request that was let in still stands,
// without counting as activity. A live stream asks it now and then.
func (i *Identity) Alive(r *http.Request) bool {
	token, _ := credential(r)
	hash, now := id.Hash(token), db.At(i.Clock.Now())
	e := i.sessions.get(string(hash))
	if e == nil || !i.sessions.believed(e, now) {
		var err error
		if e, err = i.sessions.load(r.Context(), hash, now); err != nil || e == nil {
			return false
		}
	}
	return now < e.expires && !e.idle(now, i.sessions.idle)
}

// IdleSeconds is how long a session lives without activity.
func (i *Identity) IdleSeconds() int { return int(i.Config.Idle.Seconds()) }
