package cases

import (
	"okno/internal/kit/errs"
	"okno/internal/kit/i18n"
)

// mendable reports whether a refused application can still be sent anew.
func (v view) mendable() bool {
	return v.Status == Refused && v.repeatable && !v.staff
}

// followed is the application that was sent in place of this one, "" for none.
func (v view) followed() string {
	if len(v.Followers) == 0 {
		return ""
	}
	return v.Followers[len(v.Followers)-1]
}

// fixedText says why the application can't be changed.
func (v view) fixedText() string {
	if !v.Status.Open() {
		return v.t("applications.change.over")
	}
	e, ok := errs.As(v.fixed)
	if !ok {
		return ""
	}
	return v.t(e.Key)
}

// cancelMeans says what becomes of fee and files, and whether the service can be
// asked for again.
func (v view) cancelMeans() []string {
	var out []string
	if v.Fee > 0 {
		out = append(out, v.t("applications.cancel.fee", "Fee", i18n.Money(v.lang(), v.Fee)))
	}
	if n := v.files(); n > 0 {
		out = append(out, v.t("applications.cancel.files", "Count", n))
	}
	if v.repeatable {
		return append(out, v.t("applications.cancel.again"))
	}
	return append(out, v.t("applications.cancel.not_again"))
}

// files counts what was attached.
func (v view) files() int {
	n := len(v.Files)
	for _, a := range v.Asks {
		n += len(a.Files)
	}
	return n
}
