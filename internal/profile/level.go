package profile

// Level says how far a citizen is proven.
type Level string

// The levels, lowest first.
const (
	Simplified Level = "simplified" // phone and e-mail are confirmed
	Standard   Level = "standard"   // the registries agree with the data
	Confirmed  Level = "confirmed"  // and somebody has seen the passport
)

// Levels are all levels, lowest first.
func Levels() []Level { return []Level{Simplified, Standard, Confirmed} }

// AtLeast reports whether l is o or higher. An unknown level is below all.
func (l Level) AtLeast(o Level) bool { return l.rank() >= o.rank() && l.rank() > 0 }

func (l Level) rank() int {
	for i, known := range Levels() {
		if l == known {
			return i + 1
		}
	}
	return 0
}

// levelOf is the level that follows from the checks and from the office: all
// registries that were asked have to agree. There are checks of passport and
// СНИЛС only where the person is complete.
func levelOf(checks []Check, seenAtOffice bool) Level {
	for _, c := range checks {
		if c.State != CheckConfirmed {
			return Simplified
		}
	}
	if checkOf(checks, RegistryPassport).ID == "" || checkOf(checks, RegistrySNILS).ID == "" {
		return Simplified
	}
	if seenAtOffice {
		return Confirmed
	}
	return Standard
}
