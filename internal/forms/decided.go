package forms

// Whether somebody has the right to a service.
const (
	EligibleUnknown = "unknown"
	EligibleYes     = "yes"
	EligibleNo      = "no"
)

// Decided is what the rules of a service say about the answers so far.
type Decided struct {
	// Version of the rules, to be kept with the decision.
	Version int
	// Fee in kopecks; FeeKnown is false while answers are missing for it.
	Fee      int64
	FeeKnown bool
	FeeWhy   Template
	// Days is the time limit, in working days of the agency's calendar or in
	// calendar days; 0 while it is not known, or when it is counted in Minutes.
	Days        int
	Working     bool
	Minutes     int
	DeadlineWhy Template
	// Eligible is EligibleYes, EligibleNo or EligibleUnknown; Reasons are the
	// conditions that are not met.
	Eligible string
	Reasons  []*Right
	// Grounds are the codes of the grounds for refusal that are met.
	Grounds []string
}

// decide applies the rules. complete says that nothing more will be answered:
// then a condition without a value is one that is not met.
func decide(s *Service, sc *scope, complete bool) Decided {
	d := Decided{Version: s.Decide.Version}
	if d.Version == 0 {
		d.Version = s.Version
	}
	d.fee(s, sc, complete)
	d.deadline(s, sc, complete)
	d.right(s, sc)
	return d
}

// fee takes the first variant that fits. A variant which can't be decided yet
// leaves the fee open.
func (d *Decided) fee(s *Service, sc *scope, complete bool) {
	variants := s.Decide.Fee
	if len(variants) == 0 {
		variants = s.Page.Cost
	}
	for i := range variants {
		fits, known := variants[i].When.decided(sc)
		if !known && !complete {
			return
		}
		if fits {
			d.Fee, d.FeeKnown = variants[i].Amount.integer(sc)
			d.FeeKnown = d.FeeKnown && d.Fee >= 0
			d.FeeWhy = variants[i].Why
			return
		}
	}
}

func (d *Decided) deadline(s *Service, sc *scope, complete bool) {
	for i := range s.Decide.Deadline {
		x := &s.Decide.Deadline[i]
		fits, known := x.When.decided(sc)
		if !known && !complete {
			return
		}
		if fits {
			d.days(x, sc)
			return
		}
	}
	if len(s.Decide.Deadline) == 0 {
		p := s.Page.Duration
		d.Days, d.Working, d.Minutes = p.WorkingDays+p.CalendarDays, p.WorkingDays > 0, p.Minutes
	}
}

func (d *Decided) days(x *Deadline, sc *scope) {
	e := x.CalendarDays
	if !x.WorkingDays.IsZero() {
		e, d.Working = x.WorkingDays, true
	}
	if n, ok := e.integer(sc); ok && n > 0 && n < 10_000 {
		d.Days, d.DeadlineWhy = int(n), x.Why
	}
}

func (d *Decided) right(s *Service, sc *scope) {
	d.Eligible = EligibleYes
	for i := range s.Decide.Eligibility {
		right := &s.Decide.Eligibility[i]
		holds, known := right.Rule.decided(sc)
		if known && !holds {
			d.Eligible = EligibleNo
			d.Reasons = append(d.Reasons, right)
			if right.Ground != "" {
				d.Grounds = append(d.Grounds, right.Ground)
			}
		}
		if !known && d.Eligible == EligibleYes {
			d.Eligible = EligibleUnknown
		}
	}
}

// decided is the outcome of a condition and whether it has one; an absent
// condition holds.
func (e Expr) decided(sc *scope) (holds, known bool) {
	if e.IsZero() {
		return true, true
	}
	holds, known = e.value(sc).(bool)
	return holds, known
}
