package factor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"time"

	"github.com/a-h/templ"
	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"okno/internal/identity"
	"okno/internal/identity/factor/factordb"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
)

// The two ways to add a credential: a passkey is found without a name and its
// device verifies the person; a security key may be a plain FIDO2 or U2F one.
const (
	addPasskey = "passkey"
	addKey     = "key"
)

// longestCredential bounds what is parsed of a browser's answer.
const longestCredential = 64 << 10

// passkeysFrom limits sign-ins by passkey from one network in passkeysPer.
const passkeysPer = 10 * time.Minute

func baseKind(kind string) string {
	if kind == addPasskey || kind == addKey {
		return KindWebAuthn
	}
	return kind
}

// key is a security key or a passkey (WebAuthn Level 3).
type key struct{ *Room }

// holder is an account as the library sees it. The user handle is the account's
// id: it is random, and shown to nobody.
type holder struct {
	account identity.Account
	keys    []webauthn.Credential
}

func (h holder) WebAuthnID() []byte                         { return []byte(h.account.ID) }
func (h holder) WebAuthnName() string                       { return accountName(h.account) }
func (h holder) WebAuthnDisplayName() string                { return accountName(h.account) }
func (h holder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

func holderOf(a identity.Account, rows []Row) (holder, error) {
	h := holder{account: a}
	for _, row := range rows {
		var c webauthn.Credential
		if err := json.Unmarshal(row.Secret, &c); err != nil {
			return h, err
		}
		h.keys = append(h.keys, c)
	}
	return h, nil
}

// Name is the kind's.
func (*key) Name() string { return KindWebAuthn }

// Held is true.
func (*key) Held() bool { return true }

// Ways are the credentials; any of them answers for all.
func (*key) Ways(_ context.Context, _ identity.Account, rows []Row) ([]identity.Way, error) {
	h, err := holderOf(identity.Account{}, rows)
	if err != nil {
		return nil, err
	}
	all := waysOfRows(rows)
	for n := range all {
		all[n].Script, all[n].Synced = true, h.keys[n].Flags.BackupEligible
	}
	return all, nil
}

// Begin makes a challenge for the account's credentials.
func (k *key) Begin(ctx context.Context, p Proof) (identity.Asked, error) {
	h, err := holderOf(p.Account, p.All)
	if err != nil {
		return identity.Asked{}, err
	}
	ask, session, err := k.keys.BeginLogin(h, webauthn.WithUserVerification(protocol.VerificationPreferred))
	if err != nil {
		return identity.Asked{}, err
	}
	state, err := json.Marshal(session)
	if err != nil {
		return identity.Asked{}, err
	}
	options, err := json.Marshal(ask)
	if err != nil {
		return identity.Asked{}, err
	}
	return identity.Asked{Options: options}, k.Keep(ctx, p.Attempt, state)
}

// Wait is none.
func (*key) Wait(context.Context, Proof) (time.Duration, error) { return 0, nil }

// Check takes an assertion for the challenge, once. ErrKey says that it is not
// right, ErrCloned that the counter has not grown.
func (k *key) Check(ctx context.Context, p Proof, answer identity.Answer) (string, identity.Step, error) {
	parsed, err := parseAssertion(answer.Credential)
	if err != nil {
		return "", nil, err
	}
	state, err := k.Take(ctx, p.Attempt)
	if err != nil {
		return "", nil, err
	}
	var session webauthn.SessionData
	if err := json.Unmarshal(state, &session); err != nil {
		return "", nil, err
	}
	h, err := holderOf(p.Account, p.All)
	if err != nil {
		return "", nil, err
	}
	got, err := k.keys.ValidateLogin(h, session, parsed)
	if err != nil {
		return "", nil, fault(ErrKey.Wrap(hush(err)))
	}
	ref, err := k.accept(ctx, p.Account, p.All, got)
	return ref, nil, err
}

// hush keeps of the library's error its kind: its details hold what was sent.
func hush(err error) error {
	var e *protocol.Error
	if errors.As(err, &e) {
		return errors.New("webauthn: " + e.Type)
	}
	return errors.New("webauthn: refused")
}

func parseAssertion(credential string) (*protocol.ParsedCredentialAssertionData, error) {
	if credential == "" || len(credential) > longestCredential {
		return nil, fault(ErrKey)
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(credential))
	if err != nil {
		return nil, fault(ErrKey.Wrap(hush(err)))
	}
	return parsed, nil
}

// accept keeps the counter and the flags of a credential that has proved itself,
// or refuses a clone and tells the owner.
func (k *key) accept(ctx context.Context, a identity.Account, rows []Row, got *webauthn.Credential) (string, error) {
	n := slices.IndexFunc(rows, func(row Row) bool {
		var c webauthn.Credential
		return json.Unmarshal(row.Secret, &c) == nil && bytes.Equal(c.ID, got.ID)
	})
	if n < 0 {
		return "", fault(ErrKey)
	}
	row := rows[n]
	if got.Authenticator.CloneWarning {
		return "", k.cloned(ctx, a, row)
	}
	raw, err := json.Marshal(got)
	if err != nil {
		return "", err
	}
	dataKey, err := k.Sealer.Key(ctx, a.ID, secret.Person)
	if err != nil {
		return "", err
	}
	sealed := dataKey.Seal(secretPlace(row.ID), raw)
	var used int64
	err = k.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		used, err = in(tx).UseKey(ctx, factordb.UseKeyParams{
			OwnerID: a.ID, ID: row.ID, Counter: int64(got.Authenticator.SignCount), UsedAt: tx.Now(), SecretSealed: sealed, Counter_2: row.Counter,
		})
		return err
	})
	if err == nil && used == 0 {
		return "", fault(ErrKey) // another answer came in between
	}
	return row.ID, err
}

// cloned tells the owner that there may be two of the key, and refuses.
func (k *key) cloned(ctx context.Context, a identity.Account, row Row) error {
	batch, err := k.FactorNotice(ctx, a, "identity.factor.notice_cloned_subject", "identity.factor.notice_cloned", "Name", k.called(a, row.Kind, row.Name))
	if err != nil {
		return err
	}
	err = k.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := k.Audit.Write(ctx, tx, identity.ActorOf(ctx).Entry("identity.factor_cloned", a.ID, "factor:"+row.ID)); err != nil {
			return err
		}
		return k.Notify.Send(ctx, tx, batch)
	})
	return orFault(err, ErrCloned)
}

// Form asks the browser for an assertion.
func (*key) Form(v identity.FormView) templ.Component { return keyForm(v) }

// Start needs nothing yet.
func (*key) Start(context.Context, identity.Account) ([]byte, error) { return []byte("{}"), nil }

// Options are what the browser makes a credential with.
func (k *key) Options(_ context.Context, e Enrolment) (options, state []byte, err error) {
	h, err := holderOf(e.Account, e.All)
	if err != nil {
		return nil, nil, err
	}
	selection := protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired}
	if e.Kind == addKey {
		selection = protocol.AuthenticatorSelection{
			AuthenticatorAttachment: protocol.CrossPlatform, ResidentKey: protocol.ResidentKeyRequirementDiscouraged, UserVerification: protocol.VerificationPreferred,
		}
	}
	ask, session, err := k.keys.BeginRegistration(h, webauthn.WithAuthenticatorSelection(selection),
		webauthn.WithConveyancePreference(protocol.PreferNoAttestation), webauthn.WithExclusions(webauthn.Credentials(h.keys).CredentialDescriptors()))
	if err != nil {
		return nil, nil, err
	}
	if state, err = json.Marshal(session); err != nil {
		return nil, nil, err
	}
	options, err = json.Marshal(ask)
	return options, state, err
}

func parseAttestation(credential string) (*protocol.ParsedCredentialCreationData, error) {
	if credential == "" || len(credential) > longestCredential {
		return nil, fault(ErrKey)
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes([]byte(credential))
	if err != nil {
		return nil, fault(ErrKey.Wrap(hush(err)))
	}
	return parsed, nil
}

// Finish takes the new credential.
func (k *key) Finish(_ context.Context, e Enrolment, form url.Values) (Row, error) {
	parsed, err := parseAttestation(form.Get("credential"))
	if err != nil {
		return Row{}, err
	}
	var session webauthn.SessionData
	if err := json.Unmarshal(e.State, &session); err != nil || session.Challenge == "" {
		return Row{}, fault(ErrStale)
	}
	h, err := holderOf(e.Account, e.All)
	if err != nil {
		return Row{}, err
	}
	made, err := k.keys.CreateCredential(h, session, parsed)
	if err != nil {
		return Row{}, fault(ErrKey.Wrap(hush(err)))
	}
	kept, err := json.Marshal(made)
	return Row{Secret: kept, Counter: int64(made.Authenticator.SignCount)}, err
}

// AddForm asks the browser to make one.
func (*key) AddForm(v AddView) templ.Component { return newKeyForm(v) }

// Passkeys reports whether the portal can ask for passkeys.
func (r *Room) Passkeys() bool { return r.keys != nil }

// BeginPasskey makes a challenge for a passkey of nobody known. Error: ErrLimit.
func (r *Room) BeginPasskey(ctx context.Context) (token string, options []byte, err error) {
	if r.keys == nil {
		return "", nil, identity.ErrNotFound
	}
	if ip := identity.ActorOf(ctx).IP; ip != "" {
		if err := r.Limit(ctx, "passkey.from", identity.Network(ip), r.Identity.Config.SignInsByAddress, passkeysPer); err != nil {
			return "", nil, err
		}
	}
	ask, session, err := r.keys.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return "", nil, err
	}
	if options, err = json.Marshal(ask); err != nil {
		return "", nil, err
	}
	token = id.Token()
	return token, options, r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return in(tx).PutAttempt(ctx, factordb.PutAttemptParams{
			AttemptHash: id.Hash(token), Kind: KindWebAuthn, Challenge: session.Challenge, StateSealed: []byte{}, ExpiresAt: tx.Now().Add(attemptLife),
		})
	})
}

// CheckPasskey takes the answer for the challenge, once, and tells whose it was.
// A passkey that nobody has and one that is not right are refused alike.
func (r *Room) CheckPasskey(ctx context.Context, token, credential string) (identity.Attempt, error) {
	if r.keys == nil {
		return identity.Attempt{}, identity.ErrNotFound
	}
	parsed, err := parseAssertion(credential)
	if err != nil {
		return identity.Attempt{}, err
	}
	row, found, err := one(r.read().AttemptOf(ctx, id.Hash(token)))
	if err != nil {
		return identity.Attempt{}, err
	}
	if !found || row.OwnerID != "" || row.Kind != KindWebAuthn || row.ExpiresAt <= db.At(r.Clock.Now()) {
		return identity.Attempt{}, fault(ErrStale)
	}
	if err := r.drop(ctx, token); err != nil {
		return identity.Attempt{}, err
	}
	session := webauthn.SessionData{Challenge: row.Challenge, RelyingPartyID: r.keys.Config.RPID, UserVerification: protocol.VerificationRequired}
	return r.passkeyOf(ctx, session, parsed)
}

func (r *Room) passkeyOf(ctx context.Context, session webauthn.SessionData, parsed *protocol.ParsedCredentialAssertionData) (identity.Attempt, error) {
	var a identity.Account
	var rows []Row
	find := func(_, handle []byte) (webauthn.User, error) {
		var err error
		if !id.Valid(string(handle)) {
			return nil, identity.ErrNotFound
		}
		if a, err = r.Account(ctx, string(handle)); err != nil {
			return nil, err
		}
		if rows, err = r.rows(ctx, a.ID); err != nil {
			return nil, err
		}
		rows = of(rows, KindWebAuthn, false)
		return holderOf(a, rows)
	}
	_, got, err := r.keys.ValidatePasskeyLogin(find, session, parsed)
	if err != nil {
		return identity.Attempt{}, orInternal(err)
	}
	k := &key{r}
	ref, err := k.accept(ctx, a, rows, got)
	if err != nil {
		return identity.Attempt{}, err
	}
	ways, err := k.Ways(ctx, a, rows)
	n := slices.IndexFunc(ways, func(w identity.Way) bool { return w.Ref == ref })
	if err != nil || n < 0 {
		return identity.Attempt{}, orFault(err, ErrKey)
	}
	return identity.Attempt{Purpose: identity.ForSignIn, Account: a, Way: ways[n]}, nil
}

// orInternal tells a database that is down from an answer that is wrong.
func orInternal(err error) error {
	if e, ok := errs.As(err); ok && e.Kind == errs.Unavailable {
		return e
	}
	return fault(ErrKey.Wrap(hush(err)))
}
