// Package live tells open pages that something changed, on whatever node they
// hang. A change names a topic (whose) and a ref (what); the page fetches the
// part anew, with its own rights. Nothing of the change itself travels, and a
// lost message costs no more than a late page: pages look again by themselves.
package live

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/kit/clock"
	"okno/internal/kit/db"
)

// Change says that ref of topic is not what it was.
type Change struct {
	Topic string `json:"topic"`
	Ref   string `json:"ref"`
}

// channel is PostgreSQL's notification channel.
const channel = "okno_live"

// beat is how often a silent stream sends a comment, so that proxies keep it.
const beat = 25 * time.Second

// Hub knows the open streams of this node.
type Hub struct {
	db      *db.DB
	log     *slog.Logger
	node    string
	mu      sync.RWMutex
	streams map[string]map[chan Change]struct{} // topic → waiting streams
	out     chan Change
	hooks   map[string][]func(ref string)
	open    atomic.Int64
}

// New is a hub of a node; node is any name that no other node has.
func New(d *db.DB, log *slog.Logger, node string) *Hub {
	return &Hub{
		db: d, log: log, node: node, streams: map[string]map[chan Change]struct{}{},
		out: make(chan Change, 4096), hooks: map[string][]func(string){},
	}
}

// Touch tells the streams of topic, here and on other nodes, after the commit.
func (h *Hub) Touch(tx *db.Tx, topic, ref string) {
	tx.AfterCommit(func() { h.Now(Change{topic, ref}) })
}

// Now tells without waiting for a commit.
func (h *Hub) Now(c Change) {
	h.publish(c)
	if h.db.Engine() != db.Postgres {
		return
	}
	select {
	case h.out <- c:
	default: // other nodes' pages look again by themselves
	}
}

// On calls f on every node for each change of the topic. Add hooks before Start.
func (h *Hub) On(topic string, f func(ref string)) { h.hooks[topic] = append(h.hooks[topic], f) }

func (h *Hub) publish(c Change) {
	for _, f := range h.hooks[c.Topic] {
		f(c.Ref)
	}
	h.mu.RLock()
	defer h.mu.RUnlock()
	for ch := range h.streams[c.Topic] {
		select {
		case ch <- c:
		default: // a stream that can't follow is not waited for
		}
	}
}

// Start connects the node with the others until ctx ends; on SQLite there are
// none and it returns at once.
func (h *Hub) Start(ctx context.Context) {
	if h.db.Engine() != db.Postgres {
		return
	}
	go h.send(ctx)
	go h.listen(ctx)
}

type envelope struct {
	Node string `json:"n"`
	Change
}

func (h *Hub) send(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case c := <-h.out:
			if _, err := h.db.SQL().ExecContext(ctx, "SELECT pg_notify($1, note) FROM unnest($2::text[]) AS note", channel, h.gather(c)); err != nil && ctx.Err() == nil {
				h.log.WarnContext(ctx, "live change not sent to other nodes", "err", err)
			}
			_ = clock.System().Sleep(ctx, together)
		}
	}
}

// together is how long changes are gathered for one message to the other
// nodes: each message is a transaction, and under load one for every change
// would be a good part of what the database does.
const together = 10 * time.Millisecond

// gather takes what waits, each change once.
func (h *Hub) gather(c Change) (notes []string) {
	seen := map[Change]bool{}
	for {
		if !seen[c] {
			seen[c] = true
			if raw, err := json.Marshal(envelope{h.node, c}); err == nil {
				notes = append(notes, string(raw))
			}
		}
		if len(seen) == 256 {
			return notes
		}
		select {
		case c = <-h.out:
		default:
			return notes
		}
	}
}

func (h *Hub) listen(ctx context.Context) {
	for ctx.Err() == nil {
		if err := h.listenOnce(ctx); err != nil && ctx.Err() == nil {
			h.log.WarnContext(ctx, "live changes of other nodes are not heard; trying again", "err", err)
			_ = h.db.Clock().Sleep(ctx, time.Second)
		}
	}
}

func (h *Hub) listenOnce(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, h.db.URL())
	if err != nil {
		return fmt.Errorf("connect")
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
		return err
	}
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		var e envelope
		if json.Unmarshal([]byte(n.Payload), &e) == nil && e.Node != h.node {
			h.publish(e.Change)
		}
	}
}

// Streams counts the open streams of this node.
func (h *Hub) Streams() int { return int(h.open.Load()) }

func (h *Hub) join(topics []string) chan Change {
	ch := make(chan Change, 8)
	h.open.Add(1)
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, t := range topics {
		if h.streams[t] == nil {
			h.streams[t] = map[chan Change]struct{}{}
		}
		h.streams[t][ch] = struct{}{}
	}
	return ch
}

func (h *Hub) leave(topics []string, ch chan Change) {
	h.open.Add(-1)
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, t := range topics {
		delete(h.streams[t], ch)
		if len(h.streams[t]) == 0 {
			delete(h.streams, t)
		}
	}
}

// Serve streams the changes of the topics as server-sent events (event
// "change", data {topic, ref}) until the browser goes, alive says no, or the
// server drains. alive is asked at each beat.
func (h *Hub) Serve(w http.ResponseWriter, r *http.Request, alive func() bool, topics ...string) error {
	rc := http.NewResponseController(w)
	_ = rc.SetWriteDeadline(time.Time{})
	ch := h.join(topics)
	defer h.leave(topics, ch)
	head := w.Header()
	head.Set("Content-Type", "text/event-stream")
	head.Set("Cache-Control", "no-store")
	head.Set("X-Accel-Buffering", "no")
	if !send(w, rc, "retry: 3000\n\n") {
		return nil
	}
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for {
		text := ": \n\n"
		select {
		case <-r.Context().Done():
			return nil
		case c := <-ch:
			raw, err := json.Marshal(c)
			if err != nil {
				return nil
			}
			text = "event: change\ndata: " + string(raw) + "\n\n"
		case <-tick.C:
			if !alive() {
				return nil
			}
		}
		if !send(w, rc, text) {
			return nil
		}
	}
}

func send(w http.ResponseWriter, rc *http.ResponseController, text string) bool {
	_, err := io.WriteString(w, text)
	return err == nil && rc.Flush() == nil
}
