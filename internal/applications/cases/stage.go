package cases

import "slices"

// Stage is a finer place of a case inside its status. "" in the database is the
// status's usual one, which is called as the status is.
type Stage string

// The stages that are not called as a status.
const (
	Dispatched  Stage = "sent"        // Отправлено в ведомство: on its way to the agency's own system
	Undelivered Stage = "undelivered" // Не доставлено: that system does not take it, it is tried on
	Received    Stage = "received"    // Получено ведомством: that system has it
	Correction  Stage = "correction"  // Требует корректировки: given back to be mended
	Payment     Stage = "payment"     // Ожидает оплаты
	Suspended   Stage = "suspended"   // Приостановлено
)

// StagePlace is a line of the table of stages.
type StagePlace struct {
	Stage  Stage
	Status Status
	// EPGU is the code in ЕПГУ's API ("Спецификация API ЕПГУ" 1.13).
	EPGU int
}

// Stages is the whole table. The first line of a status is its usual stage.
func Stages() []StagePlace {
	return []StagePlace{
		{Stage(Accepted), Accepted, 1}, // принято, зарегистрировано
		{Dispatched, Accepted, 21},     // отправлено в ведомство
		{Received, Accepted, 2},        // получено ведомством
		{Undelivered, Accepted, 24},    // ошибка обработки, отправки
		{Stage(InWork), InWork, 6},     // принято ведомством к рассмотрению
		{Stage(Waiting), Waiting, 14},  // ожидание дополнительной информации
		{Correction, Waiting, 15},      // требует корректировки
		{Payment, Waiting, 14},         // ожидание дополнительной информации
		{Suspended, Waiting, 7},        // промежуточные результаты
		{Stage(Approved), Approved, 3}, // услуга оказана
		{Stage(Refused), Refused, 4},   // отказано
		{Stage(Completed), Completed, 3},
		{Stage(Cancelled), Cancelled, 10}, // отменено
	}
}

// unknownEPGU is what ЕПГУ calls a status that it does not know.
const unknownEPGU = 8

// stageIn is the place of a stage inside a status. One of another status was
// left behind by a release that knows no stages: then the usual one counts.
func stageIn(s Status, stage Stage) StagePlace {
	all := Stages()
	i := slices.IndexFunc(all, func(p StagePlace) bool { return p.Status == s && p.Stage == stage })
	if i < 0 {
		i = slices.IndexFunc(all, func(p StagePlace) bool { return p.Status == s })
	}
	if i < 0 {
		return StagePlace{Stage(s), s, unknownEPGU}
	}
	return all[i]
}

// EPGU is the code of the status's usual stage in ЕПГУ's API.
func (s Status) EPGU() int { return stageIn(s, "").EPGU }

// Text is the key of the stage's name in the locale files.
func (s Stage) Text() string {
	if Status(s).Known() {
		return Status(s).Text()
	}
	return "applications.stage." + string(s)
}

// TagText is the key of what the tag of a case says: its status, as that is what
// people know; a case that stands still says so.
func TagText(s Status, stage Stage) string {
	if stage.Halted() {
		return stage.Text()
	}
	return s.Text()
}

// Halted reports whether the agency itself has suspended the case: nothing is
// asked, and the agency lets it go on.
func (s Stage) Halted() bool { return s == Suspended || s == Payment }

// States of a leg.
const (
	LegDone    = "done"
	LegCurrent = "current"
	LegNext    = "next"
)

// Leg is a part of the line of progress.
type Leg struct {
	// Stage is where the case stands or stood, or the usual one of a status to come.
	Stage Stage
	State string
}

// Progress is the line from sending to the result, as a case stands on it.
func Progress(status Status, stage Stage) []Leg {
	line := []Status{Accepted, InWork, Approved, Completed}
	switch status {
	case Refused:
		line = []Status{Accepted, InWork, Refused}
	case Cancelled:
		line = []Status{Accepted, Cancelled}
	}
	at := slices.Index(line, status)
	if status == Waiting {
		at = slices.Index(line, InWork)
	}
	steps := make([]Leg, len(line))
	for i, s := range line {
		steps[i] = Leg{Stage: Stage(s), State: LegNext}
		switch {
		case i < at:
			steps[i].State = LegDone
		case i == at:
			steps[i] = Leg{Stage: stageIn(status, stage).Stage, State: LegCurrent}
		}
	}
	return steps
}

// allowed leaves out of what a side can do in the status what the stage does
// not have: only what is suspended can go on, and nobody waits for an answer then.
func allowed(can []Deed, stage Stage) []Deed {
	return slices.DeleteFunc(can, func(d Deed) bool {
		return d == Resume && !stage.Halted() || (d == Answered || d == Proceed) && stage.Halted()
	})
}
