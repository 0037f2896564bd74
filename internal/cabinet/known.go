package cabinet

import (
	"context"
	"sync"
	"time"

	"okno/internal/applications/cases"
	"okno/internal/applications/draft"
	"okno/internal/notify"
	"okno/internal/profile"
)

// person is what pages show of somebody again and again, read from the rooms
// below as it is needed. It is as of its mark or newer, and is shown only while
// the database still says this mark: seven questions and three unsealings, a
// quarter of a millisecond, are one question of fifteen microseconds.
type person struct {
	mark    int64
	name    part[string]
	level   part[profile.Level]
	cases   part[[]cases.Row]
	drafts  part[[]draft.Row]
	notices part[[]notify.Notice]
	unread  part[int]
}

// part is read once. Its value is shared by requests: nobody may change it.
type part[T any] struct {
	mu    sync.Mutex
	known bool
	value T
}

func (p *part[T]) get(read func() (T, error)) (T, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known {
		return p.value, nil
	}
	v, err := read()
	if err == nil {
		p.known, p.value = true, v
	}
	return v, err
}

// How many people are kept: those of the last one or two turns. A turn ends
// after so many people or so much time. One takes about 3 KB.
const (
	turnMost = 12000
	turnLong = time.Minute
)

// kept holds people by their account's id. Who was not seen for two turns is
// forgotten.
type kept struct {
	mu         sync.Mutex
	young, old map[string]*person
	turned     time.Time
}

// of is the person as of the mark; one of another mark is forgotten. Nothing is
// kept of who has no mark: PostgreSQL empties the marks after a crash, and
// nobody could tell what was read before it from what was read after.
func (k *kept) of(owner string, mark int64, now time.Time) *person {
	if mark == 0 {
		return &person{}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.young) >= turnMost || now.Sub(k.turned) >= turnLong {
		k.turn(now)
	}
	p := k.young[owner]
	if p == nil {
		p = k.old[owner]
	}
	if p == nil || p.mark != mark {
		p = &person{mark: mark}
	}
	k.young[owner] = p
	return p
}

func (k *kept) turn(now time.Time) {
	k.old, k.young, k.turned = k.young, map[string]*person{}, now
}

// Forget drops all that is kept: names of services may have changed.
func (r *Room) Forget() {
	r.kept.mu.Lock()
	defer r.kept.mu.Unlock()
	r.kept.old, r.kept.young = nil, map[string]*person{}
	r.molds.popular.Clear()
}

// Run forgets people also while nobody comes, until ctx ends.
func (r *Room) Run(ctx context.Context) error {
	for {
		if err := r.Clock.Sleep(ctx, turnLong); err != nil {
			return err
		}
		r.kept.mu.Lock()
		if now := r.Clock.Now(); now.Sub(r.kept.turned) >= turnLong {
			r.kept.turn(now)
		}
		r.kept.mu.Unlock()
	}
}

type visitKey struct{}

// visit is one request whose page has asked how its person stands; the header
// around it need not ask again.
type visit struct {
	owner  string
	person *person
}

// WithVisit lets a page and its header ask together.
func WithVisit(ctx context.Context) context.Context {
	return context.WithValue(ctx, visitKey{}, &visit{})
}

// person is what is known of the owner now.
func (r *Room) person(ctx context.Context, owner string) (*person, error) {
	if v, ok := ctx.Value(visitKey{}).(*visit); ok && v.owner == owner {
		return v.person, nil
	}
	if r.DB == nil {
		return &person{}, nil // nothing is kept
	}
	mark, err := r.marks.of(ctx, owner)
	if err != nil {
		return nil, err
	}
	return r.kept.of(owner, mark, r.Clock.Now()), nil
}

// visited is person for a page that changes nothing before its header is made.
func (r *Room) visited(ctx context.Context, owner string) (*person, error) {
	p, err := r.person(ctx, owner)
	if v, ok := ctx.Value(visitKey{}).(*visit); ok && err == nil {
		v.owner, v.person = owner, p
	}
	return p, err
}

// Header is what the frame says of the owner: the name and how many notices
// were not read.
func (r *Room) Header(ctx context.Context, owner string) (name string, unread int, err error) {
	p, err := r.person(ctx, owner)
	if err != nil {
		return "", 0, err
	}
	if unread, err = p.unread.get(func() (int, error) { return r.Notices.Unread(ctx, owner) }); err != nil {
		return "", 0, err
	}
	name, err = r.name(ctx, p, owner)
	return name, unread, err
}

func (r *Room) name(ctx context.Context, p *person, owner string) (string, error) {
	return p.name.get(func() (string, error) { return r.Profiles.Name(ctx, owner) })
}
