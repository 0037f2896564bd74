package identity

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/trustelem/zxcvbn"
)

// Lengths of passwords, in characters. The upper bounds keep the work small,
// not the password: what is beyond guessMost is hashed but not judged.
const (
	minPassword      = 8
	minStaffPassword = 12
	maxPassword      = 1024
	guessMost        = 32
	ownShortest      = 4
	// walkMost is the longest row of neighbouring keys that is let pass.
	walkMost = 4
)

// CheckPassword applies the policy of the configuration. own are words of the
// person (name, phone, e-mail) which must not be in it. The error names the
// field "password" and says how to mend it.
func (i *Identity) CheckPassword(_ context.Context, password string, own []string) error {
	key, args := i.judge(password, own, minPassword)
	return passwordFault(key, args...)
}

// CheckStaffPassword is CheckPassword with the length asked of staff.
func (i *Identity) CheckStaffPassword(_ context.Context, password string, own []string) error {
	key, args := i.judge(password, own, minStaffPassword)
	return passwordFault(key, args...)
}

func passwordFault(key string, args ...any) error {
	if key == "" {
		return nil
	}
	return ErrPassword.WithField("password", key, args...)
}

// judge names the first thing that is wrong, "" for a good password.
func (i *Identity) judge(password string, own []string, shortest int) (key string, args []any) {
	password = normalPassword(password)
	n := utf8.RuneCountInString(password)
	switch {
	case n == 0:
		return "identity.error.password_missing", nil
	case n < shortest:
		return "identity.error.password_short", []any{"Count", shortest}
	case n > maxPassword:
		return "identity.error.password_long", []any{"Count", maxPassword}
	}
	if i.Config.Policy == PolicySource {
		if key := lacking(password); key != "" {
			return key, nil
		}
	}
	if key := i.guessable(password, own); key != "" {
		return key, nil
	}
	if has, err := i.leaked.has(password); err != nil || has {
		if err != nil && i.Log != nil {
			i.Log.Error("the list of leaked passwords can't be read", "err", err)
		}
		if has {
			return "identity.error.password_leaked", nil
		}
	}
	return "", nil
}

// lacking names the kind of character that policy source misses.
func lacking(password string) string {
	switch {
	case !strings.ContainsFunc(password, unicode.IsUpper):
		return "identity.error.password_upper"
	case !strings.ContainsFunc(password, unicode.IsLower):
		return "identity.error.password_lower"
	case !strings.ContainsFunc(password, unicode.IsDigit):
		return "identity.error.password_digit"
	case !strings.ContainsFunc(password, special):
		return "identity.error.password_special"
	}
	return ""
}

func special(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// guessable names why somebody would guess it early.
func (i *Identity) guessable(password string, own []string) string {
	head := cutRunes(password, guessMost)
	if holdsOwn(head, own) {
		return "identity.error.password_own"
	}
	if i.words.covers(head) {
		return "identity.error.password_word"
	}
	n := utf8.RuneCountInString(password)
	if longest := walk(head); longest > walkMost && (i.Config.Policy == PolicySource || 2*longest > n) {
		return "identity.error.password_walk"
	}
	if i.score(head, own) < 2 {
		return "identity.error.password_weak"
	}
	return ""
}

// holdsOwn looks for the person's words, also in Latin letters: the parts of an
// e-mail address, the digits of a phone.
func holdsOwn(password string, own []string) bool {
	folded := strings.ToLower(password)
	for _, word := range ownWords(own) {
		if strings.Contains(folded, word) || strings.Contains(folded, latin(word)) {
			return true
		}
	}
	return false
}

func ownWords(own []string) []string {
	var all []string
	for _, o := range own {
		o = strings.ToLower(o)
		if strings.HasPrefix(o, "+") {
			all = append(all, lastDigits(o, 7), lastDigits(o, 10))
			continue
		}
		name, _, _ := strings.Cut(o, "@")
		all = append(all, strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })...)
	}
	var long []string
	for _, w := range all {
		if utf8.RuneCountInString(w) >= ownShortest {
			long = append(long, w)
		}
	}
	return long
}

func lastDigits(s string, n int) string { return s[max(0, len(s)-n):] }

// score is zxcvbn's 0…4, the lower of both keyboard layouts.
func (i *Identity) score(password string, own []string) int {
	words := append(ownWords(own), i.words.all...)
	score := zxcvbn.PasswordStrength(calm(password), words).Score
	if other := otherLayout(strings.ToLower(password)); other != strings.ToLower(password) {
		score = min(score, zxcvbn.PasswordStrength(calm(other), words).Score)
	}
	return score
}

// calm takes the rarer signs that stand for letters out of zxcvbn's sight: it
// tries all combinations of them, and forty chosen ones took it two seconds.
func calm(password string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("({[<|+%", r) {
			return '-'
		}
		return r
	}, password)
}

func cutRunes(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

// Strength is what is said of a password while it is typed.
type Strength struct {
	Score int    `json:"score"`
	Text  string `json:"text"`
}

// strength judges a password for the eye: 0 for one that would be refused.
func (i *Identity) strength(password string, own []string) (score int, key string, args []any) {
	if key, args := i.judge(password, own, minPassword); key != "" {
		return min(1, i.score(cutRunes(normalPassword(password), guessMost), own)), key, args
	}
	score = i.score(cutRunes(normalPassword(password), guessMost), own)
	switch score {
	case 0, 1, 2:
		return 2, "identity.strength.fair", nil
	case 3:
		return 3, "identity.strength.good", nil
	}
	return 4, "identity.strength.strong", nil
}
