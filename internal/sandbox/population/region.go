package population

import (
	"fmt"
	"strings"
)

// region is a subject of the РФ where made-up people live. The codes are
// those of the official classifiers; streets are not.
type region struct {
	code    string // of the subject, as on number plates and in unit codes
	okato   string // first two digits, which open a passport's series
	oktmo   string // of the city
	name    string
	city    string
	index   string // first three digits of its postal indexes
	letters string // of certificates of civil status
	police  string // who issues passports since 2017, as written in them
	where   string // «… РОССИИ ПО …» in passports before that
}

func regions() []region {
	return []region{
		{"77", "45", "45000000", "г. Москва", "г. Москва", "125", "МЮ", "ГУ МВД РОССИИ ПО Г. МОСКВЕ", "Г. МОСКВЕ"},
		{"78", "40", "40000000", "г. Санкт-Петербург", "г. Санкт-Петербург", "196", "АК", "ГУ МВД РОССИИ ПО Г. САНКТ-ПЕТЕРБУРГУ И ЛЕНИНГРАДСКОЙ ОБЛАСТИ", "Г. САНКТ-ПЕТЕРБУРГУ"},
		{"16", "92", "92701000", "Республика Татарстан", "г. Казань", "420", "КБ", "МВД ПО РЕСПУБЛИКЕ ТАТАРСТАН", "РЕСПУБЛИКЕ ТАТАРСТАН"},
		{"54", "50", "50701000", "Новосибирская область", "г. Новосибирск", "630", "ЕТ", "ГУ МВД РОССИИ ПО НОВОСИБИРСКОЙ ОБЛАСТИ", "НОВОСИБИРСКОЙ ОБЛАСТИ"},
		{"66", "65", "65701000", "Свердловская область", "г. Екатеринбург", "620", "АИ", "ГУ МВД РОССИИ ПО СВЕРДЛОВСКОЙ ОБЛАСТИ", "СВЕРДЛОВСКОЙ ОБЛАСТИ"},
		{"39", "27", "27701000", "Калининградская область", "г. Калининград", "236", "РЕ", "УМВД РОССИИ ПО КАЛИНИНГРАДСКОЙ ОБЛАСТИ", "КАЛИНИНГРАДСКОЙ ОБЛАСТИ"},
	}
}

// issuer is who issued a passport in that year, with the unit's code.
func (r region) issuer(year, unit int) (by, code string) {
	switch {
	case year < 2007:
		return fmt.Sprintf("ОВД № %d ПО %s", unit, r.where), fmt.Sprintf("%s2-%03d", r.code, unit)
	case year < 2017:
		return fmt.Sprintf("ОТДЕЛЕНИЕМ № %d УФМС РОССИИ ПО %s", unit, r.where), fmt.Sprintf("%s0-%03d", r.code, unit)
	default:
		return r.police, fmt.Sprintf("%s0-%03d", r.code, 100+unit)
	}
}

// registryOffice names a ЗАГС of the region.
func (r region) registryOffice(n int) string {
	return fmt.Sprintf("Отдел ЗАГС № %d, %s", n, r.city)
}

// text writes an address in one line.
func (a Address) text() string {
	parts := []string{a.Index, a.Region}
	if a.City != a.Region {
		parts = append(parts, a.City)
	}
	parts = append(parts, a.Street, "д. "+a.House, "кв. "+a.Flat)
	return strings.Join(parts, ", ")
}
