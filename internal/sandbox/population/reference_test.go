package population_test

import (
	"testing"

	"okno/internal/reference"
	"okno/internal/sandbox/population"
)

// TestPortalTakesEveryIdentifier: what the registries confirm, the portal's
// own rules must let through.
func TestPortalTakesEveryIdentifier(t *testing.T) {
	t.Parallel()
	for _, p := range population.New(11, 1200).All() {
		check := func(what, value string, parse func(string) (string, error)) {
			if _, err := parse(value); err != nil {
				t.Errorf("%d: %s %q: %v", p.Number, what, value, err)
			}
		}
		for _, name := range []string{p.LastName, p.FirstName, p.MiddleName} {
			check("name", name, reference.ParseName)
		}
		check("snils", p.SNILS, reference.ParseSNILS)
		check("inn", p.INN, reference.ParseINNPerson)
		check("postcode", p.Address.Index, reference.ParsePostcode)
		check("oktmo", p.Address.OKTMO, reference.ParseOKTMO)
		check("certificate", p.BirthCertificate.Series+" № "+p.BirthCertificate.Number, reference.ParseBirthCertificate)
		if pass := p.Passport; pass != nil {
			check("unit code", pass.UnitCode, reference.ParseUnitCode)
			check("passport", pass.Number, func(n string) (string, error) {
				_, out, err := reference.ParsePassportRF(pass.Series, n)
				return out, err
			})
		}
		if l := p.DriverLicence; l != nil {
			check("licence", l.Series+l.Number, reference.ParseDriverLicence)
		}
		for _, v := range p.Vehicles {
			check("plate", v.Plate, reference.ParsePlate)
			check("vin", v.VIN, reference.ParseVIN)
			check("sts", v.STS, reference.ParseVehicleDocument)
			check("pts", v.PTS, reference.ParseVehicleDocument)
		}
		for _, i := range p.Incomes {
			check("employer", i.EmployerINN, reference.ParseINNOrg)
		}
	}
}

func TestPortalTakesWhatRegistersTell(t *testing.T) {
	t.Parallel()
	p := population.New(11, 1200)
	for _, o := range p.Organisations() {
		parse, parseNumber := reference.ParseINNOrg, reference.ParseOGRN
		if o.KPP == "" {
			parse, parseNumber = reference.ParseINNPerson, reference.ParseOGRNIP
		} else if _, err := reference.ParseKPP(o.KPP); err != nil {
			t.Errorf("%+v: %v", o, err)
		}
		_, err := parse(o.INN)
		_, errNumber := parseNumber(o.OGRN)
		if err != nil || errNumber != nil {
			t.Errorf("%+v: %v, %v", o, err, errNumber)
		}
		if same, ok := p.Organisation(o.OGRN); !ok || same != o {
			t.Errorf("%s is not found by ОГРН", o.Name)
		}
	}
	for _, b := range p.Banks() {
		if _, err := reference.ParseBIC(b.BIC); err != nil {
			t.Errorf("%+v: %v", b, err)
		}
	}
	for _, one := range p.All() {
		for _, i := range one.Incomes {
			if o, ok := p.Organisation(i.EmployerINN); !ok || o.Name != i.Employer {
				t.Errorf("employer %s is %q", i.Employer, o.Name)
			}
		}
		for _, v := range one.Vehicles {
			if _, ok := p.Vehicle(v.Plate); !ok {
				t.Errorf("no vehicle %s", v.Plate)
			}
		}
		if c, ok := p.BirthCertificate(one.BirthCertificate.Series + " " + one.BirthCertificate.Number); !ok || c != one.BirthCertificate {
			t.Errorf("no certificate of %d", one.Number)
		}
	}
	a, _ := p.At(0)
	found := p.Places(a.Address.City+" "+a.Address.Street+" "+a.Address.House, 5)
	if len(found) == 0 || found[len(found)-1].House != a.Address.House || found[0].GAR == "" {
		t.Errorf("%s: %+v", a.Address.Text, found)
	}
	if p.Places("", 5) != nil || len(p.Places("ул", 3)) > 3 || p.Places("нетакойулицы", 3) != nil {
		t.Error("suggestions without bounds")
	}
}
