package identity

import "net/http"

// Alive reports whether the session of a request that was let in still stands,
// without counting as activity. A live stream asks it now and then.
func (i *Identity) Alive(r *http.Request) bool {
	c := credentialOf(r)
	if c.token == "" {
		return false
	}
	e, err := i.sessions.find(r.Context(), c.token, true)
	return err == nil && e != nil && e.bearer == c.bearer
}

// IdleSeconds is how long a session lives without activity.
func (i *Identity) IdleSeconds() int { return int(i.Config.Idle.Seconds()) }
