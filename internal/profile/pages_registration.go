package profile

import (
	"errors"
	"net/http"

	"okno/internal/identity"
	"okno/internal/kit/errs"
	"okno/internal/kit/i18n"
	"okno/internal/kit/web"
)

// registrationCookie holds the token of the browser's registration.
const registrationCookie = "okno_registration"

func (p *Profile) mountRegistration(rt *web.Router) {
	rt.Handle("GET /register", web.Public, p.pageRegister)
	rt.Handle("POST /register", web.Public, p.postRegister)
	rt.Handle("POST /register/check", web.Public, p.checkRegister)
	rt.Handle("GET /register/codes", web.Public, p.pageCodes)
	rt.Handle("POST /register/codes", web.Public, p.postCodes)
	rt.Handle("GET /register/password", web.Public, p.pagePassword)
	rt.Handle("POST /register/password", web.Public, p.postPassword)
}

// pageRegister asks for names and contacts; who comes back finds them filled in.
func (p *Profile) pageRegister(w http.ResponseWriter, r *http.Request) error {
	if identity.ActorOf(r.Context()).SignedIn() {
		return web.Redirect(w, r, "/cabinet")
	}
	reg, err := p.Registration(r.Context(), web.Cookie(r, registrationCookie))
	if err != nil && !errors.Is(err, ErrNoRegistration) {
		return err
	}
	f := form{}
	if err == nil && reg.Account == "" {
		f.Values = reg.values()
	}
	return p.showRegister(w, r, f)
}

func (r Registration) values() Values {
	return Values{"last_name": r.LastName, "first_name": r.FirstName, "middle_name": r.MiddleName, "phone": r.Phone, "email": r.Email}
}

func (p *Profile) showRegister(w http.ResponseWriter, r *http.Request, f form) error {
	ctx := r.Context()
	return web.Render(w, r, web.Page{
		Title: i18n.T(ctx, "profile.register.title"), Status: statusOf(f.Faults), Error: len(f.Faults) > 0,
		Body: registerPage(f), Description: i18n.T(ctx, "profile.register.lead"),
	})
}

func (p *Profile) postRegister(w http.ResponseWriter, r *http.Request) error {
	in, err := web.Form(w, r)
	if err != nil {
		return err
	}
	if identity.ActorOf(r.Context()).SignedIn() {
		return web.Redirect(w, r, "/cabinet")
	}
	values := read(in, applicantFields())
	token, err := p.BeginRegistration(r.Context(), web.Cookie(r, registrationCookie), values)
	if token != "" {
		web.SetCookie(w, r, registrationCookie, token, registrationLife)
	}
	if err == nil {
		return web.Redirect(w, r, "/register/codes")
	}
	faults, ok := faultsOf(r.Context(), err)
	if !ok {
		return err
	}
	return p.showRegister(w, r, form{Values: values, Faults: faults})
}

func (p *Profile) checkRegister(w http.ResponseWriter, r *http.Request) error {
	in, err := web.Form(w, r)
	if err != nil {
		return err
	}
	_, err = parseApplicant(read(in, applicantFields()))
	return answerCheck(w, r, checkedField(in), err)
}

// step finds the browser's registration; without one it leads to the beginning,
// and after the last step into the cabinet.
func (p *Profile) step(w http.ResponseWriter, r *http.Request) (reg Registration, ok bool, err error) {
	reg, err = p.Registration(r.Context(), web.Cookie(r, registrationCookie))
	switch {
	case identity.ActorOf(r.Context()).SignedIn():
		return reg, false, web.Redirect(w, r, "/cabinet")
	case errors.Is(err, ErrNoRegistration):
		return reg, false, web.Redirect(w, r, "/register")
	case err == nil && reg.Account != "":
		return reg, false, web.Redirect(w, r, "/login")
	}
	return reg, err == nil, err
}

func (p *Profile) pageCodes(w http.ResponseWriter, r *http.Request) error {
	reg, ok, err := p.step(w, r)
	if !ok {
		return err
	}
	if reg.Confirmed() {
		return web.Redirect(w, r, "/register/password")
	}
	return p.showCodes(w, r, reg, form{}, knownChannel(web.Query(r, "sent")))
}

func (p *Profile) showCodes(w http.ResponseWriter, r *http.Request, reg Registration, f form, sent string) error {
	return web.Render(w, r, web.Page{
		Title: i18n.T(r.Context(), "profile.codes.title"), Status: statusOf(f.Faults), Error: len(f.Faults) > 0,
		Back: "/register", Body: codesPage(reg, f, sent),
	})
}

func (p *Profile) postCodes(w http.ResponseWriter, r *http.Request) error {
	in, err := web.Form(w, r)
	if err != nil {
		return err
	}
	reg, ok, err := p.step(w, r)
	if !ok {
		return err
	}
	token := web.Cookie(r, registrationCookie)
	if channel := in.Get("resend"); channel != "" {
		if err = p.ResendCode(r.Context(), token, channel); err == nil {
			return web.Redirect(w, r, "/register/codes?sent="+knownChannel(channel))
		}
	} else if reg, err = p.CheckCodes(r.Context(), token, Codes{SMS: in.Get("sms_code"), Email: in.Get("email_code")}); err == nil {
		return web.Redirect(w, r, "/register/password")
	}
	if errors.Is(err, ErrNoRegistration) {
		return web.Redirect(w, r, "/register")
	}
	faults, ok := faultsOf(r.Context(), err)
	if !ok {
		return err
	}
	values := Values{"sms_code": in.Get("sms_code"), "email_code": in.Get("email_code")}
	return p.showCodes(w, r, reg, form{Values: values, Faults: faults}, "")
}

func knownChannel(c string) string {
	if c == SMS || c == Email {
		return c
	}
	return ""
}

func (p *Profile) pagePassword(w http.ResponseWriter, r *http.Request) error {
	reg, ok, err := p.step(w, r)
	if !ok {
		return err
	}
	if !reg.Confirmed() {
		return web.Redirect(w, r, "/register/codes")
	}
	return p.showPassword(w, r, form{})
}

func (p *Profile) showPassword(w http.ResponseWriter, r *http.Request, f form) error {
	return web.Render(w, r, web.Page{
		Title: i18n.T(r.Context(), "profile.password.title"), Status: statusOf(f.Faults), Error: len(f.Faults) > 0,
		Back: "/register", Body: passwordPage(f),
	})
}

// postPassword finishes. A second click finds the account that the first made.
func (p *Profile) postPassword(w http.ResponseWriter, r *http.Request) error {
	in, err := web.Form(w, r)
	if err != nil {
		return err
	}
	if identity.ActorOf(r.Context()).SignedIn() {
		return web.Redirect(w, r, "/cabinet")
	}
	account, err := p.FinishRegistration(r.Context(), web.Cookie(r, registrationCookie), Finish{
		Password: in.Get("password"), Terms: in.Get("terms") == "yes", PersonalData: in.Get("personal_data") == "yes",
	})
	switch {
	case errors.Is(err, ErrNoRegistration):
		return web.Redirect(w, r, "/register")
	case errors.Is(err, ErrCodesFirst):
		return web.Redirect(w, r, "/register/codes")
	case err != nil:
		return p.passwordFailed(w, r, Values{"terms": in.Get("terms"), "personal_data": in.Get("personal_data")}, err)
	}
	if err := p.Identity.StartSession(r.Context(), w, r, account, "registration"); err != nil {
		return err
	}
	web.SetCookie(w, r, registrationCookie, "", -1)
	return web.Redirect(w, r, "/cabinet")
}

func (p *Profile) passwordFailed(w http.ResponseWriter, r *http.Request, v Values, err error) error {
	if errors.Is(err, identity.ErrContactTaken) {
		return errs.NewConflict("profile.error.contact_taken")
	}
	faults, ok := faultsOf(r.Context(), err)
	if !ok {
		return err
	}
	return p.showPassword(w, r, form{Values: v, Faults: faults})
}
