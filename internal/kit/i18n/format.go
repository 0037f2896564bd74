package i18n

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

var monthsRU = [...]string{
	"января", "февраля", "марта", "апреля", "мая", "июня",
	"июля", "августа", "сентября", "октября", "ноября", "декабря",
}

// nbsp keeps the parts of a date or a sum on one line.
const nbsp = "\u00a0"

// Date writes the day of t in words: 21 ноября 2026 г. or 21 November 2026.
func Date(lang string, t time.Time) string {
	if lang == EN {
		return t.Format("2" + nbsp + "January 2006")
	}
	return fmt.Sprintf("%d%s%s %d%sг.", t.Day(), nbsp, monthsRU[t.Month()-1], t.Year(), nbsp)
}

// DateISO writes a day given as YYYY-MM-DD in words; what is no day comes back
// as it is.
func DateISO(lang, day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return Date(lang, t)
}

// DateTime writes day and time of t, in t's own zone.
func DateTime(lang string, t time.Time) string {
	return Date(lang, t) + ", " + t.Format("15:04")
}

// Money writes kopecks as roubles: 1 250 ₽ or 1 250,50 ₽.
func Money(lang string, kopecks int64) string {
	sign := ""
	if kopecks < 0 {
		sign, kopecks = "−", -kopecks
	}
	s := sign + Number(kopecks/100)
	if k := kopecks % 100; k != 0 {
		sep := ","
		if lang == EN {
			sep = "."
		}
		s += fmt.Sprintf("%s%02d", sep, k)
	}
	return s + nbsp + "₽"
}

// Number writes n with its thousands apart: 12 345.
func Number(n int64) string {
	s := fmt.Sprint(n)
	neg := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(s, "-")
	if len(s) > 4 {
		for i := len(s) - 3; i > 0; i -= 3 {
			s = s[:i] + nbsp + s[i:]
		}
	}
	if neg {
		return "−" + s
	}
	return s
}

// Decimal writes a number with one digit after the sign: 3,5 or 3.5.
func Decimal(lang string, v float64) string {
	s := strconv.FormatFloat(v, 'f', 1, 64)
	if lang == EN {
		return s
	}
	return strings.Replace(s, ".", ",", 1)
}

// Size writes a number of bytes: 1,5 МБ or 1.5 MB.
func Size(lang string, bytes int64) string {
	units := []string{"Б", "КБ", "МБ", "ГБ"}
	sep := ","
	if lang == EN {
		units, sep = []string{"B", "KB", "MB", "GB"}, "."
	}
	v, u := float64(bytes), 0
	for v >= 1024 && u < len(units)-1 {
		v, u = v/1024, u+1
	}
	s := strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0")
	return strings.Replace(s, ".", sep, 1) + nbsp + units[u]
}
