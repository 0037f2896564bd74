package population

import (
	_ "embed" // the word lists stand beside the code
	"strings"
)

//go:embed data/male.txt
var maleText string

//go:embed data/female.txt
var femaleText string

//go:embed data/surnames.txt
var surnameText string

//go:embed data/streets.txt
var streetText string

//go:embed data/employers.txt
var employerText string

//go:embed data/cars.txt
var carText string

//go:embed data/banks.txt
var bankText string

// words are the lists that people are put together from.
type words struct {
	male       []string
	patronymic map[string][2]string // father's first name → of a son, of a daughter
	female     []string
	surnames   []string
	streets    []string
	employers  []string
	cars       []string
	banks      []string
}

func readWords() words {
	w := words{patronymic: map[string][2]string{}}
	for _, line := range lines(maleText) {
		f := strings.Fields(line)
		w.male = append(w.male, f[0])
		w.patronymic[f[0]] = [2]string{f[1], f[2]}
	}
	for _, line := range lines(surnameText) {
		w.surnames = append(w.surnames, strings.Fields(line)...)
	}
	w.female, w.streets = lines(femaleText), lines(streetText)
	w.employers, w.cars, w.banks = lines(employerText), lines(carText), lines(bankText)
	return w
}

// lines are the lines of a list without empty ones and remarks.
func lines(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, line)
		}
	}
	return out
}

// middleName is the patronymic that a father's first name gives to a child of that sex.
func (w words) middleName(father, sex string) string {
	if sex == Male {
		return w.patronymic[father][0]
	}
	return w.patronymic[father][1]
}

// surname is the form of a (masculine) surname for that sex.
func surname(masculine, sex string) string {
	if sex == Male {
		return masculine
	}
	for _, end := range []string{"ий", "ой", "ый"} {
		if stem, ok := strings.CutSuffix(masculine, end); ok {
			return stem + "ая"
		}
	}
	for _, end := range []string{"ов", "ев", "ёв", "ин", "ын"} {
		if strings.HasSuffix(masculine, end) {
			return masculine + "а"
		}
	}
	return masculine
}
