package support

import (
	"bytes"
	_ "embed" // kinds.yaml
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"okno/internal/kit/db"
)

// Kind is what a ticket is about.
type Kind string

// The kinds, the most urgent first.
const (
	Security Kind = "security"
	SignIn   Kind = "sign_in"
	Upload   Kind = "upload"
	Form     Kind = "form"
	Other    Kind = "other"
	// Objection to a restriction is no kind of a message: it has a form of its own.
	Objection Kind = "objection"
)

// Kinds are the kinds of messages, the most urgent first.
func Kinds() []Kind { return []Kind{Security, SignIn, Upload, Form, Other} }

// Subject is what a message is about where the page that led to the form knows it;
// "" where nobody does.
type Subject string

// SubjectAccess is that access to the account was recovered, and its owner says by
// somebody else.
const SubjectAccess Subject = "access"

// subjectOf is the subject of a name, "" for none.
func subjectOf(name string) Subject {
	if Subject(name) == SubjectAccess {
		return SubjectAccess
	}
	return ""
}

// or is the kind of a message about the subject, k where there is none.
func (s Subject) or(k Kind) Kind {
	if s == SubjectAccess {
		return Security
	}
	return k
}

// key is of the subject in words, "" for none.
func (s Subject) key() string {
	if s == SubjectAccess {
		return "support.subject.access"
	}
	return ""
}

// Within is the time in which a ticket of the kind is answered.
func (k Kind) Within() time.Duration {
	switch k {
	case Security:
		return 15 * time.Minute
	case SignIn:
		return 4 * time.Hour
	case Upload, Form, Objection:
		return 24 * time.Hour
	default:
		return 48 * time.Hour
	}
}

// rank orders the queue: security before all others, then by the limit.
func (k Kind) rank() int {
	if k == Security {
		return 0
	}
	return 1
}

// queueKey sorts tickets as text: rank, deadline, arrival.
func queueKey(k Kind, due db.Time, id string) string {
	return fmt.Sprintf("%d.%016d.%s", k.rank(), due, id)
}

// Ticket is a person's message with what became of it. Text, Email and From
// are empty in lists, which show no personal data.
type Ticket struct {
	ID, Number string
	Kind       Kind
	State      State
	Lang       string
	// Author is the account, "" for somebody who was not signed in.
	Author    string
	CreatedAt db.Time
	DueAt     db.Time
	TakenBy   string
	TakenAt   db.Time
	ClosedAt  db.Time
	Version   int64

	Text, Email, From string
	// About is the number of the request for access that the ticket reminds of, ""
	// for none.
	About   string
	Subject Subject
	// Against is the restriction that the ticket objects to, nil for none.
	Against *against
	Replies []Reply

	key string
}

// Overdue reports whether an open ticket has waited beyond its limit.
func (t Ticket) Overdue(now time.Time) bool { return t.State.Open() && t.DueAt < db.At(now) }

// Reply is an answer of support.
type Reply struct {
	By   string
	At   db.Time
	Text string
}

//go:embed kinds.yaml
var kindsFile []byte

// sorter finds the kind of a message by beginnings of words.
type sorter map[Kind][]string

func newSorter() (sorter, error) {
	s := sorter{}
	if err := yaml.NewDecoder(bytes.NewReader(kindsFile), yaml.Strict()).Decode(&s); err != nil {
		return nil, fmt.Errorf("support: kinds.yaml: %w", err)
	}
	return s, nil
}

// kindOf sorts a message that was written on the page from. One word of
// security is enough; else the kind with most of its words wins, and the page
// counts as two.
func (s sorter) kindOf(text, from string) Kind {
	words := wordsOf(text)
	best, most := Other, 0
	for _, k := range Kinds() {
		n := s.count(k, words)
		if k == Security && n > 0 {
			return Security
		}
		if k == kindOfPage(from) {
			n += 2
		}
		if n > most {
			best, most = k, n
		}
	}
	return best
}

func (s sorter) count(k Kind, words []string) int {
	n := 0
	for _, stem := range s[k] {
		if slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, stem) }) {
			n++
		}
	}
	return n
}

func kindOfPage(from string) Kind {
	switch {
	case strings.HasPrefix(from, "/login"), strings.HasPrefix(from, "/register"), strings.HasPrefix(from, "/recover"),
		strings.HasPrefix(from, "/cabinet/security"):
		return SignIn
	case strings.Contains(from, "/files"):
		return Upload
	case strings.HasPrefix(from, "/cabinet/drafts"):
		return Form
	}
	return ""
}

// wordsOf cuts a text into lower-case words, ё read as е.
func wordsOf(text string) []string {
	text = strings.ReplaceAll(strings.ToLower(text), "ё", "е")
	return strings.FieldsFunc(text, func(r rune) bool {
		return !(r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'а' && r <= 'я')
	})
}
