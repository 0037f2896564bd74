package registry

import "sync"

// maxRemembered is how many answered requests are remembered.
const maxRemembered = 20_000

// sent is an answer that was given to a request.
type sent struct {
	requestID string
	status    int
	body      []byte
}

// memory remembers answered requests, so that a request sent again gets the
// same answer, and one that took another's number is found out.
type memory struct {
	mu       sync.Mutex
	requests map[string]remembered
	order    []string
	last     map[string]sent // by party: for the switch duplicate
}

type remembered struct {
	hash string
	sent sent
}

func newMemory() *memory { return &memory{requests: map[string]remembered{}, last: map[string]sent{}} }

// recall finds the answer to a request; other is true when its number was
// used for another request.
func (m *memory) recall(key, hash string) (answer sent, found, other bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.requests[key]
	if !ok {
		return sent{}, false, false
	}
	return r.sent, r.hash == hash, r.hash != hash
}

// remember keeps an answer; the first one given to a number stays.
func (m *memory) remember(key, hash string, s sent) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.requests[key]; ok {
		return
	}
	m.requests[key] = remembered{hash: hash, sent: s}
	m.order = append(m.order, key)
	if len(m.order) > maxRemembered {
		delete(m.requests, m.order[0])
		m.order = m.order[1:]
	}
}

// previous gives the party's last answer and puts this one in its place.
func (m *memory) previous(name string, now sent) (sent, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	before, ok := m.last[name]
	m.last[name] = now
	return before, ok
}

func (m *memory) reset() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.requests)
	clear(m.last)
	m.order = nil
}
