package factor

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"okno/internal/identity"
	"okno/internal/kit/web"
)

// apiFactor is a way to sign in, as a program of its owner sees it.
type apiFactor struct {
	ID     string     `json:"id"`
	Kind   string     `json:"kind" doc:"sms, email, totp, oath, webauthn, recovery, push or certificate"`
	Name   string     `json:"name,omitempty" doc:"What the owner calls it"`
	Hint   string     `json:"hint,omitempty" doc:"Last two digits of the phone, the masked address, or how many codes are left"`
	Held   bool       `json:"held" doc:"The person holds it, and is not sent something"`
	Spare  bool       `json:"spare" doc:"It does not count as a way of its own, such as codes on paper"`
	Synced bool       `json:"synced" doc:"A key that may be copied to other devices: it does not open the desk where the portal asks for high security"`
	UsedAt *time.Time `json:"used_at,omitempty"`
}

type apiList struct {
	Body struct {
		Factors []apiFactor `json:"factors"`
	}
}

type apiAdd struct {
	Body struct {
		Kind string `json:"kind" enum:"totp,oath,recovery,sms,email,passkey,key" doc:"An app, a token with codes, ten codes on paper; a contact whose codes were switched off; a passkey, which is found without a name, or a security key"`
	}
}

type apiAdded struct {
	Body struct {
		Enrolment string   `json:"enrolment,omitempty" doc:"What to confirm the app, token, passkey or key by, within 15 minutes"`
		Secret    string   `json:"secret,omitempty" doc:"The app's key in base32"`
		Address   string   `json:"address,omitempty" doc:"The same as otpauth://, for a QR code"`
		Codes     []string `json:"codes,omitempty" doc:"Recovery codes, shown this once; older ones are void"`
		// Options are as the page's script gets them.
		Options json.RawMessage `json:"options,omitempty" doc:"What a passkey or key is made with: {publicKey: …}, for PublicKeyCredential.parseCreationOptionsFromJSON()"`
	}
}

type apiConfirm struct {
	Enrolment string `path:"enrolment" maxLength:"100"`
	Body      struct {
		Code   string `json:"code,omitempty" maxLength:"60" doc:"What the app or token shows now; two codes in a row of a token that was used before"`
		Name   string `json:"name,omitempty" maxLength:"400" doc:"What the owner calls it, up to 60 characters"`
		Secret string `json:"secret,omitempty" maxLength:"400" doc:"A token's key, hex or base32"`
		Mode   string `json:"mode,omitempty" enum:"totp,hotp" doc:"Of a token: by time or by count"`
		Digits int    `json:"digits,omitempty" enum:"6,8" doc:"Of a token's code; 6 if not said"`
		Period int    `json:"period,omitempty" enum:"30,60" doc:"Seconds that a token's code lives; 30 if not said"`
		// Credential is in place of a code.
		Credential json.RawMessage `json:"credential,omitempty" doc:"The new passkey or key: PublicKeyCredential.toJSON()"`
	}
}

type apiRename struct {
	ID   string `path:"id" maxLength:"100"`
	Body struct {
		Name string `json:"name" maxLength:"400" doc:"Up to 60 characters; empty takes the name away"`
	}
}

type apiRef struct {
	ID string `path:"id" maxLength:"100"`
}

// mountAPI offers what the page «Ways to sign in» does. Each change but that of a
// name uses up a proof that was given for it.
func (r *Room) mountAPI(api *web.API) {
	op := func(pattern, id, summary string, status int) web.Operation {
		return web.Operation{Pattern: pattern, ID: id, Summary: summary, Tag: "identity", Status: status, MaxBody: longestCredential + 16<<10}
	}
	in := identity.SignedIn()
	web.Register(api, op("GET /api/v1/factors", "list-factors", "List the own ways to sign in", 0), in, r.apiList)
	web.Register(api, op("POST /api/v1/factors", "add-factor", "Add a way to sign in; needs a proof for factors", http.StatusCreated), in, r.apiAdd)
	web.Register(api, op("POST /api/v1/factors/{enrolment}/confirm", "confirm-factor", "Confirm an app or a token by its code, a passkey or a key by its answer", http.StatusNoContent), in, r.apiConfirm)
	web.Register(api, op("PATCH /api/v1/factors/{id}", "rename-factor", "Rename a way to sign in; needs a fresh factor", http.StatusNoContent), in, r.apiRename)
	web.Register(api, op("DELETE /api/v1/factors/{id}", "remove-factor", "Remove a way to sign in, or switch codes to a contact off; needs a proof for factors", http.StatusNoContent), in, r.apiRemove)
}

func (r *Room) apiList(ctx context.Context, _ *struct{}) (*apiList, error) {
	ways, err := r.own(ctx)
	if err != nil {
		return nil, err
	}
	out := &apiList{}
	out.Body.Factors = make([]apiFactor, len(ways))
	for n, w := range ways {
		f := apiFactor{ID: w.Ref, Kind: w.Kind, Name: w.Name, Hint: w.Hint, Held: w.Held, Spare: w.Spare, Synced: w.Synced}
		if !w.UsedAt.IsZero() {
			at := w.UsedAt.Time()
			f.UsedAt = &at
		}
		out.Body.Factors[n] = f
	}
	return out, nil
}

func (r *Room) apiAdd(ctx context.Context, in *apiAdd) (*apiAdded, error) {
	out := &apiAdded{}
	if in.Body.Kind == KindRecovery {
		codes, err := r.makeRecovery(ctx)
		for _, c := range codes {
			out.Body.Codes = append(out.Body.Codes, shown(c))
		}
		return out, err
	}
	enrolment, err := r.startAdd(ctx, in.Body.Kind)
	if err != nil || enrolment == "" {
		return out, err
	}
	out.Body.Enrolment = enrolment
	if baseKind(in.Body.Kind) == KindWebAuthn {
		out.Body.Options, err = r.optionsOf(ctx, enrolment)
		return out, err
	}
	if in.Body.Kind != KindTOTP {
		return out, nil
	}
	_, _, e, err := r.enrolment(ctx, enrolment)
	if err != nil {
		return nil, err
	}
	out.Body.Secret, out.Body.Address = string(e.State), appAddress(AddView{State: e.State, Account: e.Account}, r.issuer())
	return out, nil
}

func (r *Room) apiConfirm(ctx context.Context, in *apiConfirm) (*struct{}, error) {
	b := in.Body
	return nil, r.finishAdd(ctx, in.Enrolment, url.Values{
		"code": {b.Code}, "name": {b.Name}, "secret": {b.Secret}, "mode": {b.Mode}, "digits": {strconv.Itoa(b.Digits)}, "period": {strconv.Itoa(b.Period)},
		"credential": {string(b.Credential)},
	})
}

func (r *Room) apiRename(ctx context.Context, in *apiRename) (*struct{}, error) {
	return nil, r.rename(ctx, in.ID, in.Body.Name)
}

func (r *Room) apiRemove(ctx context.Context, in *apiRef) (*struct{}, error) {
	return nil, r.remove(ctx, in.ID)
}
