package cases

import (
	"context"
	"testing"

	"okno/internal/notify"
)

// unread stands for the notices of a cabinet.
type unread struct {
	letters *letters
	from    int // of the letters that were seen
	asked   int
	seen    []string
}

func (u *unread) News(_ context.Context, owner string, refs ...string) (map[string]bool, error) {
	u.asked++
	u.letters.Lock()
	defer u.letters.Unlock()
	out := map[string]bool{}
	for _, l := range u.letters.sent[u.from:] {
		for _, r := range refs {
			out[r] = out[r] || l.Channel == notify.Cabinet && l.Owner == owner && l.Ref == r
		}
	}
	return out, nil
}

func (u *unread) Seen(_ context.Context, owner string, refs ...string) error {
	u.letters.Lock()
	defer u.letters.Unlock()
	u.from, u.seen = len(u.letters.sent), append(u.seen, owner+" "+refs[0])
	return nil
}

// TestNewsOfACase: what the agency does is news until its owner opens the card;
// what the owner has done is none, and a look at another's card clears nothing.
func TestNewsOfACase(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.b
	u := &unread{letters: b.letters}
	b.News = u
	number := b.submit(t)
	other := b.submit(t)
	b.drain(t)
	news := func() map[string]bool {
		t.Helper()
		p, err := b.List(b.citizen(), ListFilter{})
		must(t, err)
		out := map[string]bool{}
		for _, r := range p.Rows {
			out[r.Number] = r.News
		}
		return out
	}
	if got := news(); got[number] || got[other] || u.asked != 1 {
		t.Errorf("one's own deed is news: %v, asked %d times", got, u.asked)
	}
	must(t, b.Take(b.officer(), Deal{Number: number}))
	b.drain(t)
	if got := news(); !got[number] || got[other] {
		t.Errorf("the agency's deed is no news: %v", got)
	}
	for _, who := range []string{"boris", "officer", ""} {
		s.get(who, citizenBase+number)
	}
	s.get("anna", citizenBase+number+"/card") // a part of the page, fetched by itself
	if got := news(); !got[number] {
		t.Error("somebody else's look has cleared it")
	}
	if w := s.get("anna", citizenBase+number); w.Code != 200 {
		t.Fatal(w.Code)
	}
	if got := news(); got[number] || len(u.seen) != 1 || u.seen[0] != "anna "+newsRef(b.state(t, number).ID) {
		t.Errorf("opened, and still news: %v, seen %v", got, u.seen)
	}
	if noticeRef("1", string(Request)) != newsRef("1") || noticeRef("1", string(Submit)) == newsRef("1") {
		t.Error("refs of notices")
	}
}
