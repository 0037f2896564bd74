package cases

import (
	"errors"

	"okno/internal/kit/ui"
)

func kindOfPart(s PartState) ui.Kind {
	switch s {
	case PartAsks, PartHalted, PartReturned:
		return ui.Attention
	case PartPositive:
		return ui.Done
	case PartNegative:
		return ui.Refused
	case PartPlanned, PartWithdrawn, PartClosed:
		return ui.Neutral
	}
	return ui.Progress
}

// partState names a state: who is waited for depends on the reader.
func (v view) partState(p Part) string {
	if v.staff && p.State == PartAsks {
		return v.t("applications.part.staff_asks")
	}
	return v.t(p.State.Text())
}

// partWho names the agency of a part, and until when it is expected.
func (v view) partWho(p Part) string {
	if term := v.partTerm(p); term != "" {
		return v.agencies(p.Agency) + ". " + term
	}
	return v.agencies(p.Agency)
}

// partTerm says until when a part is expected, "" where nothing is.
func (v view) partTerm(p Part) string {
	switch {
	case !p.State.running() || p.Case.Due.At.IsZero():
		return ""
	case p.State == PartAsks:
		return v.t("applications.part.paused")
	case p.State == PartHalted:
		return v.t("applications.part.halted")
	case p.Case.Left.Overdue:
		return v.t("applications.part.late", "Date", v.date(p.Case.Due.Date))
	}
	return v.t("applications.part.until", "Date", v.date(p.Case.Due.Date))
}

// partLate reports whether the lead has to look after a part.
func (v view) partLate(p Part) bool { return p.State.running() && p.Case.Left.Overdue }

// partsDone says how many parts are in.
func (v view) partsDone() string {
	n := 0
	for _, p := range v.Parts {
		if p.State.Over() {
			n++
		}
	}
	return v.t("applications.part.done", "Done", n, "Count", len(v.Parts))
}

// partsHold says why a decision has to wait for the parts, "" when it has not.
func (v view) partsHold() string {
	err := settledBy(v.Parts, Approve, "")
	switch {
	case errors.Is(err, ErrPartGround):
		return v.t("applications.part.binds")
	case err != nil:
		return v.t("applications.part.hold")
	}
	return ""
}

// partEvent names a line of a part's own chronology.
func (v view) partEvent(e Event) string {
	switch e.Deed {
	case Submit, Approve, Refuse:
		return v.t("applications.part.event." + string(e.Deed))
	}
	if e.note() {
		return v.t("applications.event.inner")
	}
	return v.t("applications.event." + string(e.Deed))
}

// refuseWords are the words around a refusal, or around a negative opinion.
func (v view) refuseWords(what string) string {
	if v.IsPart() {
		return v.t("applications.part.negative_" + what)
	}
	return v.t(map[string]string{
		"title": "applications.desk.refuse", "text": "applications.desk.refuse_text", "hint": "applications.desk.refuse_hint",
		"button": "applications.desk.refuse_button",
	}[what])
}
