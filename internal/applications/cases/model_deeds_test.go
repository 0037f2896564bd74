package cases

import (
	"context"
	"errors"
	"fmt"
	"strconv"
)

// apply sends an application, sometimes in place of one that was refused.
func (m *model) apply(rows []Case) {
	s := m.application()
	for _, k := range rows {
		if !k.IsPart() && k.Status == Refused && m.rnd.IntN(3) == 0 {
			s.Earlier = k.ID
		}
	}
	err := m.trySend(s)
	m.note(fmt.Sprintf("apply in place of %q: %v", s.Earlier, err))
	switch {
	case err == nil && s.Earlier != "":
		m.after[s.ID] = s.Earlier
		m.did["instead"]++
	case err != nil && (s.Earlier == "" || !errors.Is(err, ErrStands)):
		m.t.Errorf("an application is not taken: %v", err)
	}
}

func (m *model) application() Submission {
	s := submission()
	s.Days = m.days["tiny"]
	if m.rnd.IntN(2) == 0 {
		s.Answers["nick"] = "Аня"
	} else {
		s.Facts.Known = nil
	}
	return s
}

// answer is what the citizen says: the corrected field where one was opened.
func (m *model) answer(k Case) Reply {
	r := Reply{Text: "Вот"}
	if card, err := m.Mine(m.citizen(), k.Number); err == nil && card.Asked() != nil && len(card.Asked().Fields) > 0 {
		r.Values = map[string][]string{"name": {[]string{"Яна", "Анна"}[m.rnd.IntN(2)]}}
	}
	return r
}

// rare chooses one of the deeds that a status seldom allows, so that all of them
// come off; ok is false for none this time.
func (m *model) rare(k Case) (deed Deed, ok bool) {
	var can []Deed
	switch {
	case k.Stage.Halted():
		can = []Deed{Resume, Resume, Answered}
	case k.IsPart():
	case k.Status == Accepted:
		can = []Deed{Modify, Forward}
	case k.Status.granted():
		can = []Deed{AskTypo, AskTypo, AskTypo, FixTypo, FixTypo, FixTypo, DeclineTypo, Revoke}
	}
	if len(can) == 0 || m.rnd.IntN(3) > 0 {
		return "", false
	}
	return can[m.rnd.IntN(len(can))], true
}

func (m *model) doRare(staff context.Context, k Case, d Deal, deed Deed) error {
	switch deed {
	case Resume:
		return m.Resume(staff, d)
	case Answered:
		return m.Reply(m.citizen(), d, Reply{Text: "Вот"})
	case Modify:
		s := m.application()
		s.Answers["name"] = "Яна"
		return m.Amend(m.citizen(), k.Number, s, nothing)
	case Forward:
		return m.Forward(staff, d, []string{"mvd", "fns"}[m.rnd.IntN(2)], "Не наше")
	case AskTypo:
		return m.AskTypo(m.citizen(), d, m.firstDocument(k.Number), "Ошибка")
	case Revoke:
		return m.Revoke(staff, d, m.firstDocument(k.Number), "Ошибочно")
	case DeclineTypo:
		return m.DeclineTypo(staff, d, m.anyTypo(k.Number), "Верно")
	}
	title := "Справка " + strconv.Itoa(m.rnd.IntN(9))
	return m.FixTypo(staff, d, m.anyTypo(k.Number), Corrected{Title: title, Paragraphs: []string{"Подтверждается"}, Rows: []string{"Яна"}})
}

// anyTypo is a mistake that waits, or one that does not.
func (m *model) anyTypo(number string) string {
	card, err := m.Mine(m.citizen(), number)
	must(m.t, err)
	for _, x := range card.Typos {
		if x.Open() {
			return x.ID
		}
	}
	return m.openTypo(number)
}
