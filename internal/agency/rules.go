package agency

import (
	"slices"

	"okno/internal/kit/db"
)

// Method is how new cases are shared out among officers.
type Method string

// The methods.
const (
	ByHand Method = ""      // officers take them
	Turns  Method = "turns" // who got none for the longest time
	Least  Method = "least" // who has the fewest open ones for their capacity
)

// Known reports whether m is a method.
func (m Method) Known() bool { return m == ByHand || m == Turns || m == Least }

// Worker is what an officer takes part in when cases are shared out.
type Worker struct {
	Account string
	// Capacity is how many open cases the officer has at most; 0 takes no part.
	Capacity int
	// Services are ids; none means all of the agency.
	Services []string
	// GivenAt is when the last case was given by rule.
	GivenAt db.Time
}

// Leave is an absence, with both days counted in.
type Leave struct {
	ID, Account string
	Substitute  string // "" for nobody
	From, To    db.Date
}

// Holds reports whether the day lies in the leave.
func (l Leave) Holds(day db.Date) bool { return l.From <= day && day <= l.To }

// Interest is a person on whose cases an officer must not work. Who it is, is
// known by a blind index only.
type Interest struct {
	ID, Account string
	Relation    string // relative, other
	DeclaredAt  db.Time
	index       []byte
}

// InterestOf is an interest of an account in whom the index of PersonIndex means.
func InterestOf(account string, index []byte) Interest {
	return Interest{Account: account, index: index}
}

// Rules are the ways of work that an agency has chosen.
type Rules struct {
	Agency string
	Method Method
	// Superior is who gets overdue cases, "" for nobody.
	Superior  string
	Workers   []Worker
	Leaves    []Leave // that are not over
	Interests []Interest
	Templates []Template
}

// Away reports whether an account is on leave on the day.
func (r Rules) Away(account string, day db.Date) bool {
	return slices.ContainsFunc(r.Leaves, func(l Leave) bool { return l.Account == account && l.Holds(day) })
}

// Acting is who acts for an account on the day: itself, or its substitute while
// it is away; "" for nobody.
func (r Rules) Acting(account string, day db.Date) string {
	for _, l := range r.Leaves {
		if l.Account == account && l.Holds(day) {
			return l.Substitute
		}
	}
	return account
}

// StandsFor are those whose cases the account works on that day, beside its own.
func (r Rules) StandsFor(account string, day db.Date) []string {
	var all []string
	for _, l := range r.Leaves {
		if l.Substitute == account && l.Holds(day) && !slices.Contains(all, l.Account) {
			all = append(all, l.Account)
		}
	}
	return all
}

// Indexes are the blind indexes of people on whose cases the account must not work.
func (r Rules) Indexes(account string) [][]byte {
	var all [][]byte
	for _, i := range r.Interests {
		if i.Account == account {
			all = append(all, i.index)
		}
	}
	return all
}

// Worker is what is set for an account; the zero Worker takes no part.
func (r Rules) Worker(account string) Worker {
	for _, w := range r.Workers {
		if w.Account == account {
			return w
		}
	}
	return Worker{Account: account}
}

// Pick lists who may get a case of the service, best first. load tells how many
// open cases each has.
func (r Rules) Pick(service string, load map[string]int, day db.Date) []string {
	var fit []Worker
	for _, w := range r.Workers {
		serves := len(w.Services) == 0 || slices.Contains(w.Services, service)
		if serves && load[w.Account] < w.Capacity && !r.Away(w.Account, day) {
			fit = append(fit, w)
		}
	}
	slices.SortStableFunc(fit, func(a, b Worker) int {
		if r.Method == Least {
			// Loads by capacity, without fractions: a/ca against b/cb.
			if d := load[a.Account]*b.Capacity - load[b.Account]*a.Capacity; d != 0 {
				return d
			}
		}
		switch {
		case a.GivenAt < b.GivenAt:
			return -1
		case a.GivenAt > b.GivenAt:
			return 1
		}
		return 0
	})
	out := make([]string, len(fit))
	for i, w := range fit {
		out[i] = w.Account
	}
	return out
}

// Given is the rules after the account got a case at the instant, so that the
// next of a round goes to another.
func (r Rules) Given(account string, at db.Time) Rules {
	r.Workers = slices.Clone(r.Workers)
	for i := range r.Workers {
		if r.Workers[i].Account == account {
			r.Workers[i].GivenAt = at
		}
	}
	return r
}
