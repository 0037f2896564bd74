package exchange

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"okno/internal/kit/clock"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
	"okno/internal/profile"
)

// Headers of a signed request and of its answer.
const (
	headerClient    = "Okno-Client"
	headerDate      = "Okno-Date"
	headerSignature = "Okno-Signature"
)

// Bounds of an exchange.
const (
	defaultTimeout = 15 * time.Second
	maxAnswer      = 64 << 10 // bytes
	maxDiffers     = 30
)

// Config says where the registries are and who we are to them.
type Config struct {
	// URL is what the registries' paths are put behind, such as
	// https://registries.example/v1.
	URL    string
	Client string
	Secret secret.String
	// Timeout of one request: 15 seconds when 0.
	Timeout time.Duration
}

// Registry is the client of the registries.
type Registry struct {
	base    *url.URL
	client  string
	secret  []byte
	clock   clock.Clock
	http    *http.Client
	timeout time.Duration
}

// NewRegistry checks the settings; the error names the wrong one.
func NewRegistry(c Config, clk clock.Clock) (*Registry, error) {
	base, err := url.Parse(strings.TrimSuffix(c.URL, "/"))
	if err != nil || (base.Scheme != "http" && base.Scheme != "https") || base.Host == "" || base.RawQuery != "" {
		return nil, fmt.Errorf("registries: url must be an http or https address without a query")
	}
	if c.Client == "" || c.Secret.IsZero() {
		return nil, fmt.Errorf("registries: client and secret must be given")
	}
	if c.Timeout == 0 {
		c.Timeout = defaultTimeout
	}
	return &Registry{
		base: base, client: c.Client, secret: []byte(c.Secret.Reveal()), clock: clk, timeout: c.Timeout,
		http: &http.Client{
			// A redirect would carry a signed request to where nobody signed it for.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			Transport:     &http.Transport{MaxIdleConnsPerHost: 8, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: 16 << 10},
		},
	}, nil
}

// question is the body of a request.
type question struct {
	RequestID string `json:"request_id"`
	Person    asked  `json:"person"`
}

// asked are the data that a registry is told: no more than it compares.
type asked struct {
	LastName   string            `json:"last_name"`
	FirstName  string            `json:"first_name"`
	MiddleName string            `json:"middle_name"`
	BirthDate  string            `json:"birth_date"`
	Sex        string            `json:"sex,omitempty"`
	SNILS      string            `json:"snils,omitempty"`
	INN        string            `json:"inn,omitempty"`
	Passport   *profile.Passport `json:"passport,omitempty"`
}

func askedOf(r profile.Registry, p profile.Person) asked {
	a := asked{LastName: p.LastName, FirstName: p.FirstName, MiddleName: p.MiddleName, BirthDate: p.BirthDate, Sex: p.Sex}
	switch r {
	case profile.RegistryPassport:
		a.Passport = &p.Passport
	case profile.RegistrySNILS, profile.RegistryFamily, profile.RegistryVehicles, profile.RegistryProperty:
		a.SNILS = p.SNILS
	case profile.RegistryINN:
		a.INN = p.INN
	}
	return a
}

// answer is what a registry says.
type answer struct {
	RequestID string   `json:"request_id"`
	Result    string   `json:"result"`
	Differs   []string `json:"differs"`
}

// Errors of an exchange. All are worth another try later: what is wrong may be
// mended on either side.
var (
	errSignature = errors.New("the answer is not signed by the registry")
	errGarbage   = errors.New("the answer is not understood")
)

// Check asks a registry about a person. requestID is the same at each try. The
// error is for the log: it holds nothing of the person.
func (g *Registry) Check(ctx context.Context, r profile.Registry, requestID string, p profile.Person) (profile.CheckState, []string, error) {
	raw, err := g.ask(ctx, "/"+string(r)+"/check", requestID, question{RequestID: requestID, Person: askedOf(r, p)})
	if err != nil {
		return "", nil, fmt.Errorf("registry %s: %w", r, err)
	}
	return parseAnswer(requestID, raw)
}

// ask sends a signed question and gives an answer that is signed as well.
func (g *Registry) ask(ctx context.Context, path, requestID string, question any) ([]byte, error) {
	body, err := json.Marshal(question)
	if err != nil {
		return nil, err
	}
	status, signature, raw, err := g.post(ctx, path, requestID, body)
	if err != nil {
		return nil, err
	}
	if !g.signed(signature, requestID, raw) {
		return nil, fmt.Errorf("status %d: %w", status, errSignature)
	}
	if status != http.StatusOK {
		return nil, fmt.Errorf("it refuses the request: status %d", status)
	}
	return raw, nil
}

// Ping asks a question without a person: whoever refuses it with our signature
// on the answer is there, knows us, and has the same secret. For the doctor.
func (g *Registry) Ping(ctx context.Context) error {
	requestID := "ping-" + id.New()
	body, err := json.Marshal(question{RequestID: requestID})
	if err != nil {
		return err
	}
	status, signature, raw, err := g.post(ctx, "/snils/check", requestID, body)
	if err == nil && !g.signed(signature, requestID, raw) {
		err = fmt.Errorf("status %d: %w", status, errSignature)
	}
	return err
}

func (g *Registry) post(ctx context.Context, path, requestID string, body []byte) (status int, signature string, raw []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, g.timeout)
	defer cancel()
	to := g.base.JoinPath(path)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), bytes.NewReader(body))
	if err != nil {
		return 0, "", nil, err
	}
	date := g.clock.Now().UTC().Format(time.RFC3339)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(headerClient, g.client)
	req.Header.Set(headerDate, date)
	req.Header.Set(headerSignature, g.sign(http.MethodPost, to.Path, date, requestID, hashOf(body)))
	resp, err := g.http.Do(req)
	if err != nil {
		return 0, "", nil, fmt.Errorf("registry is not reached: %w", withoutURL(err))
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return 0, "", nil, fmt.Errorf("registry's answer was cut off: %w", err)
	}
	if len(raw) > maxAnswer {
		return 0, "", nil, fmt.Errorf("longer than %d bytes: %w", maxAnswer, errGarbage)
	}
	return resp.StatusCode, resp.Header.Get(headerSignature), raw, nil
}

// withoutURL leaves only the cause: addresses are the operator's business.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// sign is the HMAC over lines.
func (g *Registry) sign(lines ...string) string {
	mac := hmac.New(sha256.New, g.secret)
	mac.Write([]byte(strings.Join(lines, "\n")))
	return "v1=" + hex.EncodeToString(mac.Sum(nil))
}

func (g *Registry) signed(signature, requestID string, body []byte) bool {
	return hmac.Equal([]byte(signature), []byte(g.sign(requestID, hashOf(body))))
}

func hashOf(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// parseAnswer reads an answer to the request; whatever does not make sense is
// errGarbage.
func parseAnswer(requestID string, raw []byte) (profile.CheckState, []string, error) {
	var a answer
	if !utf8.Valid(raw) || json.Unmarshal(raw, &a) != nil || a.RequestID != requestID {
		return "", nil, errGarbage
	}
	switch state := profile.CheckState(a.Result); state {
	case profile.CheckConfirmed, profile.CheckUnknown:
		return state, nil, nil
	case profile.CheckRefused:
		if len(a.Differs) == 0 || len(a.Differs) > maxDiffers {
			return "", nil, errGarbage
		}
		return state, a.Differs, nil
	}
	return "", nil, errGarbage
}
