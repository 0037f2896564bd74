package population

import "fmt"

// snils writes nine digits with their check number: «112-233-445 95».
// The rule: Σ d[i]·(9−i) mod 101, where 100 counts as 0.
func snils(nine int) string {
	s := fmt.Sprintf("%09d", nine)
	sum := 0
	for i, r := range s {
		sum += int(r-'0') * (9 - i)
	}
	return fmt.Sprintf("%s-%s-%s %02d", s[:3], s[3:6], s[6:], sum%101%100)
}

// inn12 ends the ten digits of a person's ИНН with its two check digits.
func inn12(ten string) string {
	eleven := ten + innDigit(ten, []int{7, 2, 4, 10, 3, 5, 9, 4, 6, 8})
	return eleven + innDigit(eleven, []int{3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8})
}

// inn10 ends the nine digits of an organisation's ИНН with its check digit.
func inn10(nine string) string {
	return nine + innDigit(nine, []int{2, 4, 10, 3, 5, 9, 4, 6, 8})
}

func innDigit(digits string, weights []int) string {
	sum := 0
	for i, w := range weights {
		sum += int(digits[i]-'0') * w
	}
	return fmt.Sprint(sum % 11 % 10)
}

// uin ends nineteen digits with the check digit of ГИС ГМП: weights 1…10 over
// and over; when the remainder by 11 is ten, once more with weights from 3.
func uin(nineteen string) string {
	for _, from := range []int{0, 2} {
		if r := uinRemainder(nineteen, from); r < 10 {
			return nineteen + fmt.Sprint(r)
		}
	}
	return nineteen + "0"
}

func uinRemainder(digits string, from int) int {
	sum := 0
	for i, r := range digits {
		sum += int(r-'0') * ((i+from)%10 + 1)
	}
	return sum % 11
}
