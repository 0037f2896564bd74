package cabinet

import (
	"context"
	"sync"

	"okno/internal/applications/cases"
	"okno/internal/applications/complaint"
	"okno/internal/applications/draft"
	"okno/internal/kit/db"
	"okno/internal/kit/mark"
	"okno/internal/notify"
	"okno/internal/profile"
)

// person is what pages show of somebody again and again, read from the rooms
// below as it is needed. It is as of its mark or newer, and is shown only while
// the database still says this mark: a dozen questions and their unsealings are
// one question of fifteen microseconds.
type person struct {
	basis   mark.Part[profile.Basis]
	cases   mark.Part[[]cases.Row]
	drafts  mark.Part[[]draft.Row]
	notices mark.Part[[]notify.Notice]

	complaints mark.Part[[]complaint.Complaint]
	offers     daily[Offers]
}

// head is what the header says of somebody. It has a mark of its own, which drafts
// and applications do not move: each page of a form has the header, and each but
// the first comes after a change of the draft.
type head struct {
	name   mark.Part[string]
	unread mark.Part[int]
}

// known is both.
type known struct {
	*person
	*head
}

// daily is a part that is another one tomorrow: it speaks of ages and of how long
// ago something was.
type daily[T any] struct {
	mu    sync.Mutex
	day   db.Date // "" while nothing was read
	value T
}

func (d *daily[T]) on(day db.Date, read func() (T, error)) (T, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.day == day {
		return d.value, nil
	}
	v, err := read()
	if err == nil {
		d.day, d.value = day, v
	}
	return v, err
}

// Forget drops all that is kept: names of services may have changed.
func (r *Room) Forget() {
	r.kept.Forget()
	r.heads.Forget()
	r.molds.popular.Clear()
}

// Run forgets people also while nobody comes, until ctx ends.
func (r *Room) Run(ctx context.Context) error {
	for {
		if err := r.Clock.Sleep(ctx, mark.TurnLong); err != nil {
			return err
		}
		r.kept.Sweep(r.Clock.Now())
		r.heads.Sweep(r.Clock.Now())
	}
}

type visitKey struct{}

// visit is one request whose page has asked how its person stands; the header
// around it need not ask again.
type visit struct {
	owner string
	known known
}

// WithVisit lets a page and its header ask together.
func WithVisit(ctx context.Context) context.Context {
	return context.WithValue(ctx, visitKey{}, &visit{})
}

// person is what is known of the owner now.
func (r *Room) person(ctx context.Context, owner string) (known, error) {
	if v, ok := ctx.Value(visitKey{}).(*visit); ok && v.owner == owner {
		return v.known, nil
	}
	if r.DB == nil {
		return known{&person{}, &head{}}, nil // nothing is kept
	}
	marks, err := r.marks.Both(ctx, owner)
	if err != nil {
		return known{}, err
	}
	now := r.Clock.Now()
	return known{r.kept.Of(owner, marks[0], now), r.heads.Of(owner, marks[1], now)}, nil
}

// visited is person for a page that changes nothing before its header is made.
func (r *Room) visited(ctx context.Context, owner string) (known, error) {
	p, err := r.person(ctx, owner)
	if v, ok := ctx.Value(visitKey{}).(*visit); ok && err == nil {
		v.owner, v.known = owner, p
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
	if unread, err = p.unread.Get(func() (int, error) { return r.Notices.Unread(ctx, owner) }); err != nil {
		return "", 0, err
	}
	name, err = r.name(ctx, p, owner)
	return name, unread, err
}

func (r *Room) name(ctx context.Context, p known, owner string) (string, error) {
	return p.name.Get(func() (string, error) { return r.Profiles.Name(ctx, owner) })
}
