package cases

import (
	"slices"
	"strconv"
	"strings"
)

// typoRow is the box of a document's line.
func typoRow(i int) string { return "row." + strconv.Itoa(i) }

// typosOf are the mistakes of a document, and those by which it came to be.
func (v view) typosOf(documentID string) []Typo {
	return slices.DeleteFunc(slices.Clone(v.Typos), func(t Typo) bool { return t.Document != documentID })
}

// typoText says how it stands with a mistake.
func (v view) typoText(t Typo) string {
	switch {
	case t.Open():
		return v.t("applications.typo.waits", "When", v.when(t.AskedAt), "Date", v.date(t.Due.Date))
	case t.ReplacedBy != "":
		return v.t("applications.typo.fixed", "When", v.when(t.ClosedAt))
	}
	return v.t("applications.typo.declined", "When", v.when(t.ClosedAt))
}

// mayName reports whether the owner may name a mistake in a document.
func (v view) mayName(documentID string) bool {
	if v.staff || !v.can(AskTypo) {
		return false
	}
	for _, d := range v.Documents {
		if d.ID == documentID {
			return d.RevokedAt.IsZero() && !slices.ContainsFunc(v.Typos, func(t Typo) bool { return t.Open() && t.Document == documentID })
		}
	}
	return false
}

func (v view) documentTitle(documentID string) string {
	for _, d := range v.Documents {
		if d.ID == documentID {
			return v.in(d.Title)
		}
	}
	return ""
}

// typoPrepared says whose a prepared answer is, and what to do with it; "" for none.
func (v view) typoPrepared(t Typo) string {
	switch {
	case t.Prepared != nil && t.Mine:
		return v.t("applications.typo.mine")
	case t.Prepared != nil:
		return v.t("applications.typo.theirs")
	case t.PreparedNo != "" && t.Mine:
		return v.t("applications.typo.mine_no")
	case t.PreparedNo != "":
		return v.t("applications.typo.theirs_no")
	}
	return ""
}

// typoButton says what the form of a correction does.
func (v view) typoButton(t Typo) string {
	switch {
	case t.Prepared != nil && !t.Mine:
		return v.t("applications.typo.confirm_button")
	case v.Service.FourEyes:
		return v.t("applications.typo.prepare_button")
	}
	return v.t("applications.typo.fix_button")
}

// typoNoButton says what the form of a refusal to correct does.
func (v view) typoNoButton(t Typo) string {
	switch {
	case t.PreparedNo != "" && !t.Mine:
		return v.t("applications.typo.confirm_no_button")
	case v.Service.FourEyes:
		return v.t("applications.typo.prepare_button")
	}
	return v.t("applications.typo.decline_button")
}

// typoReason is what the box of an explanation holds.
func (v view) typoReason(t Typo) string {
	if v.deed == "keep" {
		return v.old("typo_reason")
	}
	return t.PreparedNo
}

// typoValue is what a box of the corrected text holds.
func (v view) typoValue(box, now string) string {
	if v.deed == "fix" {
		return v.old(box)
	}
	return now
}

// paperText is the text of the document with the mistake.
func (v view) paperText() string { return strings.Join(v.paper.Paragraphs, "\n") }

// typoFields are the boxes of a correction.
func (v view) typoFields() []string {
	names := []string{"title", "paragraphs", "typo_reason"}
	for i := range v.paper.Rows {
		names = append(names, typoRow(i))
	}
	return names
}
