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
