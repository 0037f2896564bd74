package profile

import (
	"context"

	"okno/internal/identity"
	"okno/internal/kit/web"
)

const tag = "profile"

// ApplicantIn begins a registration.
type ApplicantIn struct {
	Body struct {
		Registration string `json:"registration,omitempty" doc:"To change contacts of a registration that was begun" maxLength:"100"`
		LastName     string `json:"last_name" maxLength:"300"`
		FirstName    string `json:"first_name" maxLength:"300"`
		MiddleName   string `json:"middle_name,omitempty" maxLength:"300"`
		Phone        string `json:"phone" maxLength:"50" doc:"Mobile; a code is sent"`
		Email        string `json:"email" maxLength:"300" doc:"A code is sent"`
	}
}

// RegistrationOut is where a registration stands.
type RegistrationOut struct {
	Body struct {
		Registration   string `json:"registration,omitempty" doc:"Secret token of this registration, for the next steps; good for 24 hours"`
		PhoneConfirmed bool   `json:"phone_confirmed"`
		EmailConfirmed bool   `json:"email_confirmed"`
	}
}

// CodesIn are the codes as they came.
type CodesIn struct {
	Body struct {
		Registration string `json:"registration" maxLength:"100"`
		SMSCode      string `json:"sms_code,omitempty" maxLength:"50"`
		EmailCode    string `json:"email_code,omitempty" maxLength:"50"`
	}
}

// ResendIn asks for a code once more.
type ResendIn struct {
	Body struct {
		Registration string `json:"registration" maxLength:"100"`
		Channel      string `json:"channel" enum:"sms,email"`
	}
}

// FinishIn makes the account.
type FinishIn struct {
	Body struct {
		Registration string `json:"registration" maxLength:"100"`
		Password     string `json:"password" maxLength:"1000"`
		Login        string `json:"login,omitempty" maxLength:"100"`
		Terms        bool   `json:"terms" doc:"Agreement to the terms of use, see /terms"`
		PersonalData bool   `json:"personal_data" doc:"Consent to the processing of personal data, see /consent"`
	}
}

// AccountOut is a made account; sign in with POST /api/v1/sessions.
type AccountOut struct {
	Body struct {
		Account string `json:"account"`
	}
}

// CheckOut is what a registry says.
type CheckOut struct {
	Registry string   `json:"registry" enum:"passport,snils,inn"`
	State    string   `json:"state" enum:"waiting,confirmed,refused,unknown,taken"`
	Differs  []string `json:"differs,omitempty" doc:"Fields that differ from the registry's"`
}

// ProfileOut is a profile.
type ProfileOut struct {
	Body struct {
		Version int64      `json:"version" doc:"Send it back with a change"`
		Level   string     `json:"level" enum:"simplified,standard,confirmed"`
		Person  Person     `json:"person"`
		Checks  []CheckOut `json:"checks"`
	}
}

// ProfileIn changes sections of a profile; sections that are left out stay.
type ProfileIn struct {
	Body struct {
		Version  int64       `json:"version"`
		Person   *PersonIn   `json:"person,omitempty"`
		Passport *PassportIn `json:"passport,omitempty"`
		SNILS    *string     `json:"snils,omitempty" maxLength:"50"`
		INN      *string     `json:"inn,omitempty" maxLength:"50" doc:"An empty text takes it away"`
		Address  *AddressIn  `json:"address,omitempty"`
	}
}

// PersonIn is the section of names.
type PersonIn struct {
	LastName   string `json:"last_name" maxLength:"300"`
	FirstName  string `json:"first_name" maxLength:"300"`
	MiddleName string `json:"middle_name,omitempty" maxLength:"300"`
	BirthDate  string `json:"birth_date" doc:"YYYY-MM-DD or DD.MM.YYYY" maxLength:"50"`
	Sex        string `json:"sex" enum:"male,female"`
}

// PassportIn is the section of the identity document.
type PassportIn struct {
	Series   string `json:"series" maxLength:"50"`
	Number   string `json:"number" maxLength:"50"`
	IssuedOn string `json:"issued_on" maxLength:"50"`
	IssuedBy string `json:"issued_by" maxLength:"500"`
	UnitCode string `json:"unit_code" maxLength:"50"`
}

// AddressIn is the section of the registered address.
type AddressIn struct {
	Index  string `json:"index,omitempty" maxLength:"50"`
	Region string `json:"region" maxLength:"300"`
	City   string `json:"city" maxLength:"300"`
	Street string `json:"street,omitempty" maxLength:"300"`
	House  string `json:"house" maxLength:"100"`
	Flat   string `json:"flat,omitempty" maxLength:"100"`
}

func (p *Profile) mountAPI(rt *web.Router) {
	web.Register(rt.API, web.Operation{
		Pattern: "POST /api/v1/registrations", ID: "begin-registration", Tag: tag, Status: 201,
		Summary: "Begin a registration: codes go to the phone and to the e-mail",
	}, web.Public, p.apiBegin)
	web.Register(rt.API, web.Operation{
		Pattern: "POST /api/v1/registrations/codes", ID: "confirm-registration", Tag: tag, Summary: "Confirm the contacts, each by itself",
	}, web.Public, p.apiCodes)
	web.Register(rt.API, web.Operation{
		Pattern: "POST /api/v1/registrations/resend", ID: "resend-registration-code", Tag: tag, Summary: "Send a code once more",
	}, web.Public, p.apiResend)
	web.Register(rt.API, web.Operation{
		Pattern: "POST /api/v1/registrations/finish", ID: "finish-registration", Tag: tag, Status: 201, Summary: "Make the account",
	}, web.Public, p.apiFinish)
	web.Register(rt.API, web.Operation{
		Pattern: "GET /api/v1/profile", ID: "get-profile", Tag: tag, Summary: "The own profile",
	}, identity.Citizen(), p.apiProfile)
	web.Register(rt.API, web.Operation{
		Pattern: "PUT /api/v1/profile", ID: "change-profile", Tag: tag, Summary: "Change sections of the own profile; the registries are asked",
	}, identity.Citizen(), p.apiChange)
	p.mountAccountAPI(rt)
	p.mountHoldingsAPI(rt)
}

func (p *Profile) apiBegin(ctx context.Context, in *ApplicantIn) (*RegistrationOut, error) {
	b := in.Body
	token, err := p.BeginRegistration(ctx, b.Registration, Values{
		"last_name": b.LastName, "first_name": b.FirstName, "middle_name": b.MiddleName, "phone": b.Phone, "email": b.Email,
	})
	if err != nil {
		return nil, err
	}
	return p.apiState(ctx, token)
}

func (p *Profile) apiState(ctx context.Context, token string) (*RegistrationOut, error) {
	r, err := p.Registration(ctx, token)
	if err != nil {
		return nil, err
	}
	out := &RegistrationOut{}
	out.Body.Registration, out.Body.PhoneConfirmed, out.Body.EmailConfirmed = token, r.PhoneConfirmed, r.EmailConfirmed
	return out, nil
}

func (p *Profile) apiCodes(ctx context.Context, in *CodesIn) (*RegistrationOut, error) {
	b := in.Body
	if _, err := p.CheckCodes(ctx, b.Registration, Codes{SMS: b.SMSCode, Email: b.EmailCode}); err != nil {
		return nil, err
	}
	return p.apiState(ctx, b.Registration)
}

func (p *Profile) apiResend(ctx context.Context, in *ResendIn) (*RegistrationOut, error) {
	if err := p.ResendCode(ctx, in.Body.Registration, in.Body.Channel); err != nil {
		return nil, err
	}
	return p.apiState(ctx, in.Body.Registration)
}

func (p *Profile) apiFinish(ctx context.Context, in *FinishIn) (*AccountOut, error) {
	b := in.Body
	account, err := p.FinishRegistration(ctx, b.Registration, Finish{
		Password: b.Password, Login: b.Login, Terms: b.Terms, PersonalData: b.PersonalData,
	})
	if err != nil {
		return nil, err
	}
	out := &AccountOut{}
	out.Body.Account = account
	return out, nil
}

func (p *Profile) apiProfile(ctx context.Context, _ *struct{}) (*ProfileOut, error) {
	c, err := p.Card(ctx, me(ctx))
	if err != nil {
		return nil, err
	}
	out := &ProfileOut{}
	out.Body.Version, out.Body.Level, out.Body.Person = c.Version, string(c.Level), c.Person
	out.Body.Checks = make([]CheckOut, len(c.Checks))
	for i, one := range c.Checks {
		out.Body.Checks[i] = CheckOut{Registry: string(one.Registry), State: string(one.State), Differs: one.Differs}
	}
	return out, nil
}

func (p *Profile) apiChange(ctx context.Context, in *ProfileIn) (*ProfileOut, error) {
	if err := p.Save(ctx, me(ctx), in.changes()...); err != nil {
		return nil, err
	}
	return p.apiProfile(ctx, nil)
}

// changes are the sections that were sent.
func (in *ProfileIn) changes() []Change {
	var out []Change
	add := func(s Section, v Values) { out = append(out, Change{Section: s, Version: in.Body.Version, Values: v}) }
	if b := in.Body.Person; b != nil {
		add(SectionPerson, Values{"last_name": b.LastName, "first_name": b.FirstName, "middle_name": b.MiddleName, "birth_date": b.BirthDate, "sex": b.Sex})
	}
	if b := in.Body.Passport; b != nil {
		add(SectionPassport, Values{"series": b.Series, "number": b.Number, "issued_on": b.IssuedOn, "issued_by": b.IssuedBy, "unit_code": b.UnitCode})
	}
	if in.Body.SNILS != nil {
		add(SectionSNILS, Values{"snils": *in.Body.SNILS})
	}
	if in.Body.INN != nil {
		add(SectionINN, Values{"inn": *in.Body.INN})
	}
	if b := in.Body.Address; b != nil {
		add(SectionAddress, Values{"index": b.Index, "region": b.Region, "city": b.City, "street": b.Street, "house": b.House, "flat": b.Flat})
	}
	return out
}
