package reference

import (
	"regexp"
	"strings"

	"okno/internal/kit/errs"
)

// ParsePlate gives a car's registration plate (type 1) as "А123ВС77" in Cyrillic;
// Latin look-alikes are taken. Error: reference.error.plate_format.
func ParsePlate(s string) (string, error) {
	s = cyrillicPlate(compact(s))
	parts := regexp.MustCompile(`^[` + plateLetters + `](\d{3})[` + plateLetters + `]{2}(\d{2,3})$`).FindStringSubmatch(s)
	if parts == nil || parts[1] == "000" || strings.Trim(parts[2], "0") == "" {
		return "", errs.NewInvalid("reference.error.plate_format")
	}
	return s, nil
}

// ParseVIN gives the 17 characters of a vehicle's number in upper case. Place 9 is
// not checked: cars made for Europe and Russia carry no check digit there (ISO 3779).
// Error: reference.error.vin_format.
func ParseVIN(s string) (string, error) {
	s = strings.ToUpper(compact(s))
	if !regexp.MustCompile(`^[A-HJ-NPR-Z0-9]{17}$`).MatchString(s) {
		return "", errs.NewInvalid("reference.error.vin_format")
	}
	return s, nil
}

// ParseVehicleDocument gives the 10 characters of a registration certificate (СТС)
// or a paper passport (ПТС) of a vehicle. Error: reference.error.vehicle_document_format.
func ParseVehicleDocument(s string) (string, error) {
	s = cyrillicPlate(compact(s))
	if !seriesAndNumber(s) {
		return "", errs.NewInvalid("reference.error.vehicle_document_format")
	}
	return s, nil
}
