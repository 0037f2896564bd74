package draft

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"okno/internal/applications/cases"
	"okno/internal/forms"
	"okno/internal/kit/audit"
	"okno/internal/kit/id"
	"okno/internal/profile"
)

// family is what profiles say of children, by parent.
type family map[string][]profile.Holding

func (f family) Holdings(_ context.Context, owner string) (profile.Holdings, error) {
	return profile.Holdings{Owner: owner, List: f[owner], Consented: true}, nil
}

func kid(first, born string, state profile.CheckState) profile.Holding {
	return profile.Holding{
		ID: "kid-" + first, Kind: profile.HoldingChild, State: state,
		Values: profile.Values{"last_name": "Петров", "first_name": first, "birth_date": born, "sex": "male"},
	}
}

// withFamily lets the example be asked for a child under fourteen, and gives the
// person four children: one who fits, one too old, two who are not confirmed.
func (b *bundle) withFamily() family {
	s := *b.services.all["child-benefit"]
	s.ForWhom = []forms.ForWhom{{Who: forms.WhoSelf}, {Who: forms.WhoChild, Under: 14}}
	b.services.all["child-benefit"] = &s
	f := family{b.anna: {
		kid("Иван", "2018-03-12", profile.CheckConfirmed), kid("Олег", "2010-01-01", profile.CheckConfirmed),
		kid("Пётр", "2019-01-01", profile.CheckWaiting), kid("Фома", "2020-01-01", profile.CheckUnknown),
	}, b.boris: {kid("Иван", "2018-03-12", profile.CheckWaiting)}}
	b.Children = f
	return f
}

func TestBegunForAChild(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.withFamily()
		start := b.get(b.anna, "/cabinet/drafts/new?service=child-benefit").body
		for _, want := range []string{"Для кого услуга", "Для меня", "Петров Иван", "добавьте его в профиль"} {
			if !strings.Contains(start, want) {
				t.Errorf("the start does not say %q", want)
			}
		}
		for _, other := range []string{"Олег", "Пётр", "Фома"} {
			if strings.Contains(start, other) {
				t.Errorf("%s is offered", other)
			}
		}
		if body := b.get(b.boris, "/cabinet/drafts/new?service=child-benefit").body; strings.Contains(body, "Иван") {
			t.Error("a parent to whom the registry has not linked the child sees it")
		}
		ctx := b.as(b.anna)
		for child, want := range map[string]error{"kid-Олег": ErrChildAge, "kid-Пётр": ErrNotFound, "kid-Фома": ErrNotFound, "nobody": ErrNotFound} {
			if _, err := b.StartForChild(ctx, "child-benefit", child, ""); !errors.Is(err, want) {
				t.Errorf("for %s: %v", child, err)
			}
		}
		if _, err := b.StartForChild(b.as(b.boris), "child-benefit", "kid-Иван", ""); !errors.Is(err, ErrNotFound) {
			t.Errorf("for another's child: %v", err)
		}
		form := url.Values{"service": {"child-benefit"}, "child": {"kid-Иван"}, "_once": {id.New()}}
		to := b.post(b.anna, "/cabinet/drafts", form).location()
		if again := b.post(b.anna, "/cabinet/drafts", form).location(); again != to {
			t.Error("a second press began another draft")
		}
		form.Del("child")
		if p := b.post(b.anna, "/cabinet/drafts", form); p.status != http.StatusConflict {
			t.Errorf("the same key for somebody else: %d", p.status)
		}
		page := b.get(b.anna, b.get(b.anna, to).location()).body
		if !strings.Contains(page, "за ребёнка: Петров Иван") {
			t.Error("the form does not say for whom it is")
		}
		if p := b.get(b.boris, to); p.status != http.StatusNotFound {
			t.Errorf("another person: %d", p.status)
		}
		w, err := b.load(ctx, strings.TrimPrefix(to, base("")))
		must(t, err)
		if !w.facts.ForChild() || w.Child.Name() != "Петров Иван" {
			t.Errorf("%+v", w.Child)
		}
	})
}

func TestSentForAChild(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		f := b.withFamily()
		ctx, draftID := b.as(b.anna), b.ready(b.anna)
		w, err := b.load(ctx, draftID)
		must(t, err)
		w.Child = &cases.Child{ID: "kid-Иван", LastName: "Петров", FirstName: "Иван", BirthDate: "2018-03-12"}
		must(t, b.save(ctx, w, nil))
		held := f[b.anna]
		f[b.anna] = nil
		if _, err := b.Send(ctx, draftID, 0, fromPage); !errors.Is(err, ErrChild) {
			t.Errorf("for a child that is not theirs any more: %v", err)
		}
		f[b.anna] = held
		w.Child.BirthDate = "2010-01-01"
		must(t, b.save(ctx, w, nil))
		if _, err := b.Send(ctx, draftID, 0, fromPage); !errors.Is(err, ErrChildAge) {
			t.Errorf("for a child that has grown: %v", err)
		}
		w.Child.BirthDate = "2018-03-12"
		must(t, b.save(ctx, w, nil))
		if _, err := b.Send(ctx, draftID, 0, fromPage); err != nil {
			t.Fatal(err)
		}
		s := b.cases.sent[draftID]
		if s.Child == nil || s.Child.ID != "kid-Иван" || s.Owner != b.anna {
			t.Errorf("sent for %+v", s.Child)
		}
		if body := b.get(b.anna, base(draftID)+"/sent").body; !strings.Contains(body, "подано за ребёнка") {
			t.Error("the receipt does not say that it is for a child")
		}
		// Another one like it is for the same child, as long as it is theirs.
		again := seedOf(&cases.Copy{CaseID: draftID, Number: "1", Service: b.services.all["child-benefit"], Answers: s.Answers, Child: s.Child})
		next, err := b.Sow(ctx, again, "")
		must(t, err)
		if w, err = b.load(ctx, next); err != nil || w.Child == nil || w.Child.ID != "kid-Иван" {
			t.Errorf("begun again for %+v, %v", w.Child, err)
		}
		lines, err := b.Audit.Find(context.Background(), audit.Filter{Owner: b.anna, Act: "applications.draft_started", Limit: 1})
		if err != nil || len(lines) != 1 || lines[0].Details["child"] != "kid-Иван" || lines[0].Details["from"] != FromCase {
			t.Errorf("the journal says of it %+v, %v", lines, err)
		}
		f[b.anna] = nil
		if _, err := b.Sow(ctx, again, ""); !errors.Is(err, ErrChild) {
			t.Errorf("begun again for another's child: %v", err)
		}
	})
}

func TestForWhomAServiceIs(t *testing.T) {
	t.Parallel()
	self, child := forms.ForWhom{Who: forms.WhoSelf, From: 14}, forms.ForWhom{Who: forms.WhoChild}
	grown := forms.Facts{Today: "2026-11-16", Known: map[string]forms.Known{"profile.birth_date": {Value: "1990-05-14"}}}
	young := forms.Facts{Today: "2026-11-16", Known: map[string]forms.Known{"profile.birth_date": {Value: "2013-05-14"}}}
	of := func(born string) forms.Facts { return childFacts(grown, &cases.Child{ID: "x", BirthDate: born}) }
	for name, c := range map[string]struct {
		whom  []forms.ForWhom
		facts forms.Facts
		want  error
	}{
		"nobody named":        {nil, grown, nil},
		"nobody named, child": {nil, of("2018-01-01"), ErrNotForChild},
		"old enough":          {[]forms.ForWhom{self}, grown, nil},
		"too young":           {[]forms.ForWhom{self}, young, ErrAge},
		"children only":       {[]forms.ForWhom{child}, grown, ErrForChild},
		"a child":             {[]forms.ForWhom{child}, of("2008-11-17"), nil},
		"eighteen today":      {[]forms.ForWhom{child}, of("2008-11-16"), ErrChildAge},
	} {
		err := ageFits(&forms.Service{ForWhom: c.whom}, c.facts)
		if c.want == nil && err != nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if !sameChild(nil, nil) || sameChild(nil, &cases.Child{}) || !sameChild(&cases.Child{ID: "x"}, &cases.Child{ID: "x", FirstName: "а"}) {
		t.Error("who is the same child")
	}
}

func TestAppliedAtOnceForAChild(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.withFamily()
		ctx := b.as(b.anna)
		for child, want := range map[string]error{"kid-Олег": ErrChildAge, "kid-Пётр": ErrNotFound, "nobody": ErrNotFound} {
			if _, err := b.ApplyForChild(ctx, "child-benefit", child, whole(t), "k-"+child); !errors.Is(err, want) {
				t.Errorf("for %s: %v", child, err)
			}
		}
		if _, err := b.ApplyForChild(b.as(b.boris), "child-benefit", "kid-Иван", whole(t), "k"); !errors.Is(err, ErrNotFound) {
			t.Errorf("for another's child: %v", err)
		}
		number, err := b.ApplyForChild(ctx, "child-benefit", "kid-Иван", whole(t), "k")
		must(t, err)
		if again, err := b.ApplyForChild(ctx, "child-benefit", "kid-Иван", whole(t), "k"); err != nil || again != number {
			t.Errorf("the same key gives %s and %s, %v", number, again, err)
		}
		if _, err := b.Apply(ctx, "child-benefit", whole(t), "k"); !errors.Is(err, ErrKeyUsed) {
			t.Errorf("the same key for oneself: %v", err)
		}
		found := false
		for _, s := range b.cases.sent {
			found = found || s.Child != nil && s.Child.ID == "kid-Иван" && s.Owner == b.anna && s.Facts.ForChild()
		}
		if !found {
			t.Errorf("nothing was sent for the child: %+v", b.cases.sent)
		}
	})
}
