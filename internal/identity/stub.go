package identity

import (
	"context"
	"net/http"
	"time"

	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/web"
)

var errLater = errs.NewUnavailable("identity.error.busy")

type (
	store    struct{ db *db.DB }
	hasher   struct{}
	wordlist struct{}
	sessions struct{}
)

func newHasher(HashCost) (*hasher, error)              { return &hasher{}, nil }
func newWordlist() *wordlist                           { return nil }
func newSessions(store, clock.Clock, Config) *sessions { return nil }
func (i *Identity) registerJobs()                      {}

// Mount adds the pages and the operations of the API.
func (i *Identity) Mount(rt *web.Router) {}

// Start keeps the node's sessions in step with the database until ctx ends.
func (i *Identity) Start(ctx context.Context) {}

// Authenticate is the step of web.Edge that puts the Actor into the context.
func (i *Identity) Authenticate(ctx context.Context, r *http.Request) (context.Context, error) {
	return ctx, nil
}

// HashPassword gives the Argon2id hash of a password. It takes tens of milliseconds: never in a transaction.
func (i *Identity) HashPassword(ctx context.Context, password string) (string, error) {
	return "", errLater
}

// CheckPassword applies the policy; own are words of the person.
func (i *Identity) CheckPassword(ctx context.Context, password string, own []string) error {
	return errLater
}

// Draft is an account ready to be created.
type Draft struct{ account Account }

// ID is the account's id to be.
func (d *Draft) ID() string { return d.account.ID }

// Prepare makes id, keys, sealed values and blind indexes: before the transaction.
func (i *Identity) Prepare(ctx context.Context, n NewAccount) (*Draft, error) { return nil, errLater }

// Create adds the account. ErrContactTaken names the field.
func (i *Identity) Create(ctx context.Context, tx *db.Tx, d *Draft) (Account, error) {
	return Account{}, errLater
}

// Account opens an account.
func (i *Identity) Account(ctx context.Context, id string) (Account, error) {
	return Account{}, errLater
}

// FindByPhone gives the account's id, ErrNotFound for none.
func (i *Identity) FindByPhone(ctx context.Context, phone string) (string, error) {
	return "", errLater
}

// FindByEmail gives the account's id, ErrNotFound for none.
func (i *Identity) FindByEmail(ctx context.Context, email string) (string, error) {
	return "", errLater
}

// SetLang changes the account's language.
func (i *Identity) SetLang(ctx context.Context, accountID, lang string) error { return errLater }

// StartSession signs the browser in: a new session and its cookie.
func (i *Identity) StartSession(ctx context.Context, w http.ResponseWriter, r *http.Request, accountID, method string) error {
	return errLater
}

// EndSessions ends all sessions of the account but one ("" for none).
func (i *Identity) EndSessions(ctx context.Context, tx *db.Tx, accountID, exceptSession string) error {
	return errLater
}

// CodeRequest asks for a code.
type CodeRequest struct {
	Purpose, Subject string
	Channel, To      string
	Owner, Lang      string
}

// SendCode sends a code in a transaction of its own.
func (i *Identity) SendCode(ctx context.Context, c CodeRequest) error { return errLater }

// CheckCode checks a typed code in a transaction of its own.
func (i *Identity) CheckCode(ctx context.Context, purpose, subject, channel, typed string) error {
	return errLater
}

// Limit refuses the n+1st call for scope and key within per, across nodes.
func (i *Identity) Limit(ctx context.Context, scope, key string, n int, per time.Duration) error {
	return errLater
}

// SetTOTP gives the account an authenticator with a known secret in base32.
func (i *Identity) SetTOTP(ctx context.Context, accountID, secret string) error { return errLater }

// Export is all that identity knows of the owner.
func (i *Identity) Export(ctx context.Context, owner string) (map[string]any, error) {
	return nil, errLater
}

// Erase empties the account; its keys are destroyed by the profile.
func (i *Identity) Erase(ctx context.Context, tx *db.Tx, owner string) error { return errLater }

// Retain lists what the law keeps: nothing here.
func (i *Identity) Retain(ctx context.Context, owner string) ([]Kept, error) { return nil, nil }
