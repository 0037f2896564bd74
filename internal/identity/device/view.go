package device

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"okno/internal/identity"
	"okno/internal/kit/i18n"
	"okno/internal/kit/ui"
)

// askView is the page of the browser that asks.
type askView struct {
	Kind    Kind
	State   State
	Over    bool
	Waits   bool
	To      string
	Link    string
	Number  string
	Picture picture
	Text    string
}

func (r *Room) askView(_ context.Context, a Ask, kind Kind, over bool, to string) (askView, error) {
	v := askView{Kind: kind, State: a.State, Over: over, To: to, Waits: !over && a.open(r.now()), Text: a.Text}
	if !v.Waits {
		return v, nil
	}
	if a.Way == byPush {
		v.Number = strconv.Itoa(a.Number)
		return v, nil
	}
	if a.State == Read {
		return v, nil
	}
	c, err := r.Code(a)
	if err != nil {
		return v, err
	}
	v.Link = r.BaseURL + codePath + c
	v.Picture, err = draw(v.Link)
	return v, err
}

func (v askView) title(ctx context.Context) string {
	switch v.Kind {
	case Fresh:
		return i18n.T(ctx, "identity.device.ask.title_fresh")
	case Act:
		return i18n.T(ctx, "identity.device.ask.title_act")
	case SignIn, Factor:
	}
	return i18n.T(ctx, "identity.device.ask.title")
}

func (v askView) back() string {
	switch v.Kind {
	case Fresh:
		return withTo("/reauth", v.To)
	case Act:
		return v.To
	case SignIn, Factor:
	}
	return withTo("/login", v.To)
}

func (v askView) path() string { return pathOf(v.Kind) }

// over says why there is nothing to wait for.
func (v askView) over(ctx context.Context) string {
	switch {
	case v.State == Refused && v.Kind == SignIn:
		return i18n.T(ctx, "identity.device.ask.refused")
	case v.State == Refused:
		return i18n.T(ctx, "identity.device.ask.refused_act")
	}
	return i18n.T(ctx, "identity.device.ask.over")
}

// approveView is the page of the device that answers.
type approveView struct {
	Ask     Ask
	Over    bool
	On      bool
	Passkey bool
	Place   string
	Faults  map[string]string
}

// place is the address and, if it is known, where that is.
func (v approveView) place(ctx context.Context) string {
	ip := v.Ask.From.IP
	switch {
	case ip == "":
		return i18n.T(ctx, "identity.device.approve.unknown")
	case v.Place == "":
		return ip
	}
	return v.Place + " (" + ip + ")"
}

func (v approveView) items() []ui.ChoiceItem {
	all := make([]ui.ChoiceItem, len(v.Ask.Choices))
	for n, c := range v.Ask.Choices {
		all[n] = ui.ChoiceItem{Value: c, Text: c}
	}
	return all
}

func (v approveView) title(ctx context.Context) string {
	switch {
	case v.Ask.State == Confirmed || v.Ask.State == Used:
		return i18n.T(ctx, "identity.device.approve.confirmed")
	case v.Ask.State == Refused:
		return i18n.T(ctx, "identity.device.approve.refused")
	case v.Over:
		return i18n.T(ctx, "identity.device.approve.over")
	case !v.On:
		return i18n.T(ctx, "identity.device.approve.off")
	case v.act():
		return i18n.T(ctx, "identity.device.approve.title_act")
	}
	return i18n.T(ctx, "identity.device.approve.title")
}

func (v approveView) text(ctx context.Context) string {
	switch {
	case v.Ask.State == Confirmed || v.Ask.State == Used:
		return i18n.T(ctx, "identity.device.approve.confirmed_text")
	case v.Ask.State == Refused && v.act():
		return i18n.T(ctx, "identity.device.approve.refused_text_act")
	case v.Ask.State == Refused:
		return i18n.T(ctx, "identity.device.approve.refused_text")
	case v.Over:
		return i18n.T(ctx, "identity.device.approve.over_text")
	}
	return i18n.T(ctx, "identity.device.approve.off_text")
}

func (v approveView) yes(ctx context.Context) string {
	if v.act() {
		return i18n.T(ctx, "identity.device.approve.yes_act")
	}
	return i18n.T(ctx, "identity.device.approve.yes")
}

// act reports that a deed is asked about, and not a sign-in.
func (v approveView) act() bool { return v.Ask.Kind == Fresh || v.Ask.Kind == Act }

func (v approveView) warning(ctx context.Context) string {
	if v.act() {
		return i18n.T(ctx, "identity.device.approve.warning_act")
	}
	return i18n.T(ctx, "identity.device.approve.warning")
}

func (v approveView) done() bool {
	return v.Over || !v.On
}

func (v approveView) path(deed string) string { return approvePath(v.Ask.ID) + "/" + deed }

func (v approveView) browser(ctx context.Context) string {
	if name := identity.DeviceName(v.Ask.From.Agent); name != "" {
		return name
	}
	return i18n.T(ctx, "identity.security.unknown_device")
}

func (v approveView) when(ctx context.Context) string { return identity.MoscowTime(ctx, v.Ask.Created) }

type scanView struct {
	Faults map[string]string
	// Script is the address of the camera's script, Reader of what it loads where
	// the browser can't read codes.
	Script, Reader string
}

type devicesView struct {
	QR, Acts, Fresh bool
	// Certificates: the portal takes them, too.
	Certificates bool
	Said         string
	Devices      []Device
	// Key is the portal's public key for push services, "" for none.
	Key    string
	Faults map[string]string
}

// this reports whether the browser of the request is one of the devices.
func (v devicesView) this() bool {
	return slices.ContainsFunc(v.Devices, func(d Device) bool { return d.This })
}

func (v devicesView) name(ctx context.Context, d Device) string {
	if d.Name == "" {
		return i18n.T(ctx, "identity.security.unknown_device")
	}
	return d.Name
}

type appView struct {
	Asks  []Ask
	Staff bool
}

// ask says in one line who asks.
func (v appView) ask(ctx context.Context, a Ask) string {
	return approveView{Ask: a, On: true}.browser(ctx) + ", " + a.From.IP
}

// spaced writes a number digit by digit, so that it is read out so.
func spaced(s string) string { return strings.Join(strings.Split(s, ""), " ") }
