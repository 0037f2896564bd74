package factor

import (
	"context"
	"net/url"
	"time"

	"github.com/a-h/templ"

	"okno/internal/identity"
	"okno/internal/kit/db"
)

// The kinds that this package brings; others are registered by their rooms.
const (
	KindSMS      = "sms"
	KindEmail    = "email"
	KindTOTP     = "totp"
	KindOATH     = "oath"
	KindWebAuthn = "webauthn"
	KindRecovery = "recovery"
)

// Row is a stored factor, opened.
type Row struct {
	Owner, ID, Kind, Name string
	// Secret is what the kind keeps. Counter is the last step or count that was
	// used, so that nothing is taken twice.
	Secret            []byte
	Counter           int64
	CreatedAt, UsedAt db.Time
	// Disabled: its owner has switched it off.
	Disabled bool
}

// Proof is an attempt, with the stored factors that it may be by.
type Proof struct {
	identity.Attempt
	// All are the account's factors of the kind.
	All []Row
}

// Kind is one kind of factor. Its methods may be called at once from many sides.
type Kind interface {
	// Name is in tables, addresses and texts: "sms".
	Name() string
	// Held: the person holds a thing, and is not sent something.
	Held() bool
	// Ways lists the account's ways of the kind. rows are its stored factors of the
	// kind, those switched off left out.
	Ways(ctx context.Context, a identity.Account, rows []Row) ([]identity.Way, error)
	// Begin begins a proof: sends, challenges. Again, it does so again. Errors:
	// identity.ErrCodePause, ErrLimit.
	Begin(ctx context.Context, p Proof) (identity.Asked, error)
	// Wait is how long to wait before Begin can be called again.
	Wait(ctx context.Context, p Proof) (time.Duration, error)
	// Check looks at an answer, once, and gives the ref of the way that it was by;
	// take uses a right one up, as of identity.SecondFactors. Errors that the person
	// can mend are of kind Invalid and name "code".
	Check(ctx context.Context, p Proof, answer identity.Answer) (ref string, take identity.Step, err error)
	// Form is what the page of the proof shows, with its own heading.
	Form(v identity.FormView) templ.Component
}

// unprompted is a kind whose answer is there without being asked for: a code that
// a thing in the person's hand shows. Its Begin needs nothing, so nothing is read
// for it.
type unprompted interface{ unprompted() }

// Elsewhere is a kind that keeps its factors in tables of its own: its Ways needs no
// rows.
type Elsewhere interface{ Elsewhere() }

// limited is a kind whose answers are not looked at while too many were wrong.
type limited interface{ limited() }

// Adder is a kind that people add on the page «Ways to sign in».
type Adder interface {
	Kind
	// Start makes what the page of adding needs, such as a new secret; it is kept
	// sealed until Finish.
	Start(ctx context.Context, a identity.Account) (state []byte, err error)
	// Finish makes a factor of what was sent. Errors of kind Invalid name fields.
	Finish(ctx context.Context, e Enrolment, form url.Values) (Row, error)
	// AddForm is the inner part of the page's form.
	AddForm(v AddView) templ.Component
}

// Optioner is an Adder whose page asks an authenticator by script.
type Optioner interface {
	// Options gives what the script asks with, and the new state.
	Options(ctx context.Context, e Enrolment) (options, state []byte, err error)
}

// Enrolment is a factor that is being added.
type Enrolment struct {
	ID      string
	Kind    string
	Account identity.Account
	State   []byte
	All     []Row
}

// AddView is what the page of adding is shown with.
type AddView struct {
	// ID is of the enrolment, Kind of what is added.
	ID, Kind string
	State    []byte
	Account  identity.Account
	Values   url.Values
	Faults   map[string]string
}
