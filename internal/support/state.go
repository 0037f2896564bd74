package support

// State is where a ticket stands.
type State string

// The states.
const (
	Waiting  State = "new"
	Taken    State = "taken"
	Answered State = "answered"
	Closed   State = "closed"
)

// Open reports whether somebody still waits for an answer.
func (s State) Open() bool { return s == Waiting || s == Taken }

// Deed is what support does with a ticket.
type Deed string

// The deeds.
const (
	Take   Deed = "take"
	Return Deed = "return"
	Answer Deed = "answer"
	Close  Deed = "close"
)

// next is the table: from, deed, to. What is not in it can't be done.
func next(from State, deed Deed) (State, bool) {
	type step struct {
		from State
		deed Deed
	}
	to, ok := map[step]State{
		{Waiting, Take}: Taken,
		{Taken, Take}:   Taken, // from a colleague; the journal knows
		{Taken, Return}: Waiting,
		{Taken, Answer}: Answered,
		{Taken, Close}:  Closed,
	}[step{from, deed}]
	return to, ok
}
