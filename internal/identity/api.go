package identity

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"okno/internal/kit/db"
	"okno/internal/kit/web"
)

// apiFactor tells a program which second factor is asked for.
type apiFactor struct {
	ID     string `json:"id" doc:"What to choose the factor by"`
	Kind   string `json:"kind" doc:"sms, email, totp, oath, webauthn, recovery, push or certificate"`
	Name   string `json:"name,omitempty" doc:"What the owner calls it"`
	Hint   string `json:"hint,omitempty" doc:"Last two digits of the phone, the masked address, or how many codes are left"`
	UsedAt string `json:"used_at,omitempty" doc:"When it was last used, RFC 3339"`
}

type apiSignIn struct {
	Body struct {
		Identifier string `json:"identifier" minLength:"1" maxLength:"254" doc:"Phone, e-mail or login name"`
		Password   string `json:"password" minLength:"1" maxLength:"4096"`
	}
}

type apiPending struct {
	Body struct {
		Pending   string      `json:"pending" doc:"What to send the code to; valid for 15 minutes"`
		Factor    string      `json:"factor" doc:"The factor that is asked for; a code has been sent if it is one that is sent"`
		Factors   []apiFactor `json:"factors"`
		ExpiresIn int         `json:"expires_in" doc:"Seconds"`
	}
}

type apiFactorCode struct {
	Pending string `path:"pending" maxLength:"100"`
	Body    apiProof
}

type apiProof struct {
	Code       string          `json:"code,omitempty" maxLength:"60" doc:"As it was sent or shown; spaces and dashes are ignored"`
	Credential json.RawMessage `json:"credential,omitempty" doc:"A security key's answer: PublicKeyCredential.toJSON()"`
}

func (p apiProof) answer() Answer { return Answer{Code: p.Code, Credential: string(p.Credential)} }

type apiChoose struct {
	Pending string `path:"pending" maxLength:"100"`
	Body    struct {
		Factor string `json:"factor" minLength:"1" maxLength:"100" doc:"An id from the list of factors"`
	}
}

type apiChosen struct {
	Body struct {
		Factor  string          `json:"factor"`
		Options json.RawMessage `json:"options,omitempty" doc:"What a security key is asked with: {publicKey: …}"`
		Resend  int             `json:"resend_in,omitempty" doc:"Seconds before another code can be sent"`
	}
}

type apiToken struct {
	Body struct {
		Token     string    `json:"token" doc:"Send as Authorization: Bearer"`
		Session   string    `json:"session" doc:"The session's id in the list"`
		ExpiresAt time.Time `json:"expires_at" doc:"The latest end; earlier after 20 minutes without requests"`
	}
}

type apiProofBegin struct {
	Body struct {
		Factor string `json:"factor,omitempty" maxLength:"100" doc:"An id from the list of factors; without, the usual one"`
		For    string `json:"for,omitempty" enum:"factors" doc:"factors: the proof is for a change of the factors, which takes only what is held if anything is"`
	}
}

type apiProofBegun struct {
	Body struct {
		Factor  string          `json:"factor"`
		Factors []apiFactor     `json:"factors"`
		Options json.RawMessage `json:"options,omitempty" doc:"What a security key is asked with: {publicKey: …}"`
		Resend  int             `json:"resend_in,omitempty" doc:"Seconds before another code can be sent"`
	}
}

type apiProofAnswer struct {
	Body struct {
		Factor string `json:"factor,omitempty" maxLength:"100"`
		For    string `json:"for,omitempty" enum:"factors"`

		Code       string          `json:"code,omitempty" maxLength:"60" doc:"As it was sent or shown; spaces and dashes are ignored"`
		Credential json.RawMessage `json:"credential,omitempty" doc:"A security key's answer: PublicKeyCredential.toJSON()"`
	}
}

type apiResend struct {
	Pending string `path:"pending" maxLength:"100"`
}

type apiSession struct {
	ID        string    `json:"id"`
	Device    string    `json:"device,omitempty"`
	IP        string    `json:"ip,omitempty"`
	Method    string    `json:"method"`
	Bearer    bool      `json:"bearer"`
	Current   bool      `json:"current"`
	CreatedAt time.Time `json:"created_at"`
	SeenAt    time.Time `json:"last_activity_at"`
	ExpiresAt time.Time `json:"expires_at"`
}

type apiSessions struct {
	Body struct {
		Sessions []apiSession `json:"sessions"`
	}
}

type apiSessionID struct {
	ID string `path:"id" maxLength:"100"`
}

func (i *Identity) mountAPI(api *web.API) {
	op := func(pattern, id, summary string, status int) web.Operation {
		return web.Operation{Pattern: pattern, ID: id, Summary: summary, Tag: "identity", Status: status, MaxBody: 16 << 10}
	}
	web.Register(api, op("POST /api/v1/sessions", "create-session", "Sign in: name and password", http.StatusAccepted),
		web.Public, i.apiSignIn)
	web.Register(api, op("PUT /api/v1/sessions/{pending}/choice", "choose-session-factor", "Sign in: choose another factor", 0),
		web.Public, i.apiChoose)
	web.Register(api, op("POST /api/v1/sessions/{pending}/factor", "prove-session", "Sign in: the second factor", http.StatusCreated),
		web.Public, i.apiFactor)
	web.Register(api, op("POST /api/v1/sessions/{pending}/code", "resend-session-code", "Sign in: send another code", http.StatusNoContent),
		web.Public, i.apiResend)
	web.Register(api, op("GET /api/v1/sessions", "list-sessions", "List own sessions", 0), SignedIn(), i.apiList)
	web.Register(api, op("POST /api/v1/sessions/current/proof", "begin-proof", "Begin to prove that it is still you, for a sensitive act", 0),
		SignedIn(), i.apiProofBegin)
	web.Register(api, op("PUT /api/v1/sessions/current/proof", "give-proof", "Prove that it is still you: the token is replaced", 0),
		SignedIn(), i.apiProofAnswer)
	web.Register(api, op("DELETE /api/v1/sessions/{id}", "end-session", "End one of the own sessions", http.StatusNoContent),
		SignedIn(), i.apiEnd)
}

func (i *Identity) apiSignIn(ctx context.Context, in *apiSignIn) (*apiPending, error) {
	w, err := i.signIn(ctx, in.Body.Identifier, in.Body.Password)
	if err != nil {
		return nil, err
	}
	out := &apiPending{}
	out.Body.Pending, out.Body.Factor, out.Body.Factors = w.token, w.way.Ref, apiFactors(w.ways)
	out.Body.ExpiresIn = int(signInLife.Seconds())
	return out, nil
}

func apiFactors(ways []Way) []apiFactor {
	all := make([]apiFactor, len(ways))
	for n, way := range ways {
		all[n] = apiFactor{ID: way.Ref, Kind: way.Kind, Name: way.Name, Hint: way.Hint, UsedAt: stamp(way.UsedAt)}
	}
	return all
}

func (i *Identity) apiProofBegin(ctx context.Context, in *apiProofBegin) (*apiProofBegun, error) {
	strictly := in.Body.For != ""
	begun, err := i.beginReauth(ctx, in.Body.Factor, strictly)
	if err != nil {
		return nil, err
	}
	_, w, err := i.reauthOf(ctx, in.Body.Factor, strictly)
	if err != nil {
		return nil, err
	}
	out := &apiProofBegun{}
	out.Body.Factor, out.Body.Factors = w.way.Ref, apiFactors(w.ways)
	out.Body.Options, out.Body.Resend = begun.Options, ceilSeconds(w.resend)
	return out, nil
}

func (i *Identity) apiProofAnswer(ctx context.Context, in *apiProofAnswer) (*apiToken, error) {
	o, err := i.reauth(ctx, in.Body.Factor, in.Body.For != "", Answer{Code: in.Body.Code, Credential: string(in.Body.Credential)})
	if err != nil {
		return nil, err
	}
	out := &apiToken{}
	out.Body.Token, out.Body.Session, out.Body.ExpiresAt = o.token, o.row.ID, o.row.ExpiresAt.Time()
	return out, nil
}

func (i *Identity) apiFactor(ctx context.Context, in *apiFactorCode) (*apiToken, error) {
	o, err := i.finish(ctx, in.Pending, in.Body.answer(), true)
	if err != nil {
		return nil, err
	}
	out := &apiToken{}
	out.Body.Token, out.Body.Session = o.token, o.row.ID
	out.Body.ExpiresAt = db.At(i.Clock.Now()).Add(i.Config.Absolute).Time()
	return out, nil
}

func (i *Identity) apiChoose(ctx context.Context, in *apiChoose) (*apiChosen, error) {
	w, err := i.chooseWay(ctx, in.Pending, in.Body.Factor)
	if errors.Is(err, ErrFields) { // the page calls the field otherwise
		return nil, ErrFields.WithField("factor", "identity.error.way_missing")
	}
	if err != nil {
		return nil, err
	}
	out := &apiChosen{}
	out.Body.Factor, out.Body.Options, out.Body.Resend = w.way.Ref, w.options, ceilSeconds(w.resend)
	return out, nil
}

func (i *Identity) apiResend(ctx context.Context, in *apiResend) (*struct{}, error) {
	_, err := i.begin(ctx, in.Pending)
	return nil, err
}

func (i *Identity) apiList(ctx context.Context, _ *struct{}) (*apiSessions, error) {
	all, err := i.list(ctx)
	if err != nil {
		return nil, err
	}
	out := &apiSessions{}
	out.Body.Sessions = make([]apiSession, len(all))
	for n, s := range all {
		out.Body.Sessions[n] = apiSession{
			ID: s.ID, Device: s.Device, IP: s.IP, Method: s.Method, Bearer: s.Bearer, Current: s.Current,
			CreatedAt: s.Created.Time(), SeenAt: s.Seen.Time(), ExpiresAt: s.Expires.Time(),
		}
	}
	return out, nil
}

func (i *Identity) apiEnd(ctx context.Context, in *apiSessionID) (*struct{}, error) {
	return nil, i.endSession(ctx, in.ID)
}
