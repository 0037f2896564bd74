package factor

import (
	"context"
	"html"
	"slices"
	"strconv"
	"strings"

	"rsc.io/qr"

	"okno/internal/identity"
	"okno/internal/kit/i18n"
	"okno/internal/kit/ui"
)

// listPath is the page «Ways to sign in».
const listPath = "/cabinet/security/factors"

// deskProof asks for the proof by which the desk opens.
const deskProof = "/reauth?to=%2Fdesk"

// newFactorPath is that of a factor which is being added.
const newFactorPath = "/cabinet/security/new-factor"

type listView struct {
	Ways []identity.Way
	// Lacks is what keeps a member of staff from the desk, as identity.Lacks says it.
	Lacks string
	Said  string
}

type addView struct {
	Kinds  []string
	Chosen string
	Faults map[string]string
}

type changeView struct {
	Way    identity.Way
	Name   string
	Faults map[string]string
}

func newPath(v AddView) string { return newFactorPath + "/" + v.ID }

func sentHint(w identity.Way) string {
	if w.Kind == KindEmail {
		return "identity.factor.hint_email"
	}
	return "identity.factor.hint_sms"
}

func typedMode(w identity.Way) string {
	if w.Kind == KindRecovery {
		return ""
	}
	return "numeric"
}

func typedCapitals(w identity.Way) string {
	if w.Kind == KindRecovery {
		return "characters"
	}
	return ""
}

func typedWidth(w identity.Way) string {
	if w.Kind == KindTOTP {
		return ui.Width5
	}
	return ui.Width20
}

// choiceMethod: a sign-in sends the choice, a page of a signed-in person only
// asks for another page.
func choiceMethod(v identity.ChoiceView) string {
	if strings.HasPrefix(v.Action, "/reauth") {
		return "get"
	}
	return "post"
}

// wayTitle is the kind, with the name that the owner gave or where a code goes.
func wayTitle(ctx context.Context, w identity.Way) string {
	label := i18n.T(ctx, "identity.factor.kind_"+w.Kind)
	switch {
	case w.Name != "":
		return label + ": " + w.Name
	case w.Kind == KindSMS:
		return label + ": " + ui.Whole("…"+w.Hint)
	case w.Kind == KindEmail:
		return label + ": " + ui.Whole(w.Hint)
	}
	return label
}

// wayFacts are pairs of what is known of a way.
func wayFacts(ctx context.Context, w identity.Way) []string {
	facts := []string{i18n.T(ctx, "identity.factor.used"), when(ctx, w.UsedAt)}
	if w.Kind == KindRecovery {
		facts = append(facts, i18n.T(ctx, "identity.factor.left"), w.Hint)
	}
	return facts
}

func choiceItems(ctx context.Context, ways []identity.Way) []ui.ChoiceItem {
	var all []ui.ChoiceItem
	for _, w := range ways {
		all = append(all, ui.ChoiceItem{Value: w.Ref, Text: wayTitle(ctx, w), Hint: ui.Text(choiceHint(ctx, w))})
	}
	return all
}

// choiceHint helps to choose the way: what is left of it, or when it was used.
func choiceHint(ctx context.Context, w identity.Way) string {
	switch {
	case w.Kind == KindRecovery:
		n, _ := strconv.Atoi(w.Hint) // the kind writes a number
		return i18n.T(ctx, "identity.factor.codes_left", "Count", n)
	case w.UsedAt.IsZero():
		return i18n.T(ctx, "identity.factor.never")
	}
	return i18n.T(ctx, "identity.factor.used_at", "When", when(ctx, w.UsedAt))
}

func addItems(ctx context.Context, kinds []string) []ui.ChoiceItem {
	var all []ui.ChoiceItem
	for _, k := range kinds {
		all = append(all, ui.ChoiceItem{
			Value: k, Text: i18n.T(ctx, "identity.factor.kind_"+k), Hint: ui.Text(i18n.T(ctx, "identity.factor.about_"+k)),
		})
	}
	return all
}

// removeText: a contact is switched off, not removed.
func removeText(w identity.Way) string {
	if w.Kind == KindSMS || w.Kind == KindEmail {
		return "identity.factor.switch_off"
	}
	return "identity.factor.remove"
}

func removeTitle(w identity.Way) string {
	if w.Kind == KindSMS || w.Kind == KindEmail {
		return "identity.factor.switch_off_title"
	}
	return "identity.factor.remove_title"
}

// changed reports whether a factor was added or removed just now: the other
// sessions may be ended then (ASVS 7.4.3).
func (v listView) changed() bool {
	return v.Said == "identity.factor.said_added" || v.Said == "identity.factor.said_removed"
}

// said are the messages that a redirect may ask for.
func said(key string) string {
	if slices.Contains([]string{"added", "renamed", "removed"}, key) {
		return "identity.factor.said_" + key
	}
	return ""
}

// groups sets a secret in fours, as people type it.
func groups(s string) string {
	var all []string
	for part := range slices.Chunk([]byte(s), 4) {
		all = append(all, string(part))
	}
	return strings.Join(all, " ")
}

// qrPicture is an SVG of the text, black on white whatever the scheme is, with
// the quiet zone of four modules that readers want.
func qrPicture(text, label string) string {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return "" // longer than any QR: the key can be typed by hand
	}
	var path strings.Builder
	for y := range code.Size {
		for x := range code.Size {
			if code.Black(x, y) {
				path.WriteString("M" + strconv.Itoa(x+4) + " " + strconv.Itoa(y+4) + "h1v1h-1z")
			}
		}
	}
	side := strconv.Itoa(code.Size + 8)
	return `<svg class="okno-qr__picture" role="img" aria-label="` + html.EscapeString(label) + `" viewBox="0 0 ` + side + ` ` + side +
		`" width="240" height="240" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h` + side + `v` + side + `H0z"/><path fill="#000" d="` + path.String() + `"/></svg>`
}
