package certificate_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"math/big"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"okno/internal/identity"
	"okno/internal/identity/certificate"
	"okno/internal/identity/factor"
	"okno/internal/identity/identitytest"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/testkit"
)

// authority issues certificates of all sorts.
type authority struct {
	t    testing.TB
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t testing.TB, name string) *authority {
	t.Helper()
	a := &authority{t: t}
	a.key = must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: testkit.Start.AddDate(-1, 0, 0), NotAfter: testkit.Start.AddDate(9, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	a.cert = must(x509.ParseCertificate(must(x509.CreateCertificate(rand.Reader, template, template, a.key.Public(), a.key))(t)))(t)
	return a
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (a *authority) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
}

func (a *authority) issue(serial int64, change ...func(*x509.Certificate)) *x509.Certificate {
	a.t.Helper()
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(a.t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "Анна"}, NotBefore: testkit.Start.AddDate(0, -1, 0), NotAfter: testkit.Start.AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	for _, f := range change {
		f(template)
	}
	return must(x509.ParseCertificate(must(x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key))(a.t)))(a.t)
}

func (a *authority) crl(next time.Time, serials ...int64) []byte {
	a.t.Helper()
	list := &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: testkit.Start.AddDate(0, 0, -1), NextUpdate: next}
	for _, s := range serials {
		list.RevokedCertificateEntries = append(list.RevokedCertificateEntries, x509.RevocationListEntry{SerialNumber: big.NewInt(s), RevocationTime: testkit.Start})
	}
	return must(x509.CreateRevocationList(rand.Reader, list, a.cert, a.key))(a.t)
}

func TestWhatCounts(t *testing.T) {
	t.Parallel()
	ours, theirs := newAuthority(t, "ours"), newAuthority(t, "theirs")
	tomorrow := testkit.Start.AddDate(0, 0, 1)
	a := must(certificate.NewAuthority(ours.pem(), ours.crl(tomorrow, 66)))(t)
	for name, c := range map[string]struct {
		cert *x509.Certificate
		at   time.Time
		want error
	}{
		"good":           {ours.issue(2), testkit.Start, nil},
		"of another":     {theirs.issue(2), testkit.Start, certificate.ErrIssuer},
		"expired":        {ours.issue(3), testkit.Start.AddDate(1, 0, 1), certificate.ErrExpired},
		"of tomorrow":    {ours.issue(4, func(c *x509.Certificate) { c.NotBefore = tomorrow }), testkit.Start, certificate.ErrExpired},
		"for servers":    {ours.issue(5, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} }), testkit.Start, certificate.ErrUsage},
		"for encryption": {ours.issue(6, func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment }), testkit.Start, certificate.ErrUsage},
		"an authority":   {ours.cert, testkit.Start, certificate.ErrUsage},
		"revoked":        {ours.issue(66), testkit.Start, certificate.ErrRevoked},
		"list too old":   {ours.issue(7), tomorrow.Add(time.Hour), certificate.ErrListOld},
	} {
		if err := a.Check(c.cert, nil, c.at); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if _, err := certificate.NewAuthority(ours.pem(), theirs.crl(tomorrow)); err == nil {
		t.Error("a list that another has signed is taken")
	}
	if _, err := certificate.NewAuthority(nil, nil); err == nil {
		t.Error("no authority is one")
	}
}

var schema = testkit.Of(append(identitytest.Migrations(), certificate.Migrations())...)

type ticking struct{ *clock.Fake }

func (c ticking) Sleep(ctx context.Context, _ time.Duration) error { return ctx.Err() }

func TestBindAndProve(t *testing.T) {
	t.Parallel()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			clk := ticking{clock.NewFake(testkit.Start)}
			deps := identitytest.Deps(t, testkit.Open(t, e, schema, clk), identitytest.Sealer(t, clk), clk)
			deps.Texts = identitytest.Texts(t, certificate.Locale())
			i := identitytest.With(t, deps)
			ca := newAuthority(t, "ours")
			r := certificate.New(certificate.Deps{
				DB: deps.DB, Sealer: deps.Sealer, Audit: deps.Audit, Clock: clk, Log: deps.Log, Texts: deps.Texts, Notify: deps.Notify, Identity: i,
				Config: certificate.Config{Authority: must(certificate.NewAuthority(ca.pem(), nil))(t), URL: "https://id.example.org", BaseURL: "https://portal.example.org"},
			})
			walk(t, clk, i, r, ca)
		})
	}
}

func walk(t *testing.T, clk ticking, i *identity.Identity, r *certificate.Room, ca *authority) {
	t.Helper()
	anna, boris := identitytest.Account(t, i, "+79131234567"), identitytest.Account(t, i, "+79131234568")
	ctx, foreign := identitytest.Context(t, i, anna), identitytest.Context(t, i, boris)
	session := identity.ActorOf(ctx).Session
	mine, another := ca.issue(2), ca.issue(3)
	show := func(owner, purpose, ref string, c *x509.Certificate) string {
		t.Helper()
		visit := visitOf(must(r.Visit(ctx, owner, purpose, ref, "/x"))(t))
		code, _, err := r.Show(ctx, visit, []*x509.Certificate{c})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := r.Show(ctx, visit, []*x509.Certificate{c}); !errors.Is(err, certificate.ErrVisit) {
			t.Errorf("a visit is made twice: %v", err)
		}
		return code
	}
	code := show(anna, certificate.Bind, session, mine)
	if err := r.Bound(foreign, code); !errors.Is(err, certificate.ErrVisit) {
		t.Errorf("a stranger uses the code: %v", err)
	}
	fail(t, r.Bound(ctx, code), nil)
	fail(t, r.Bound(ctx, code), certificate.ErrVisit)
	fail(t, r.Bound(ctx, show(anna, certificate.Bind, session, mine)), certificate.ErrBound)
	prove := func(c *x509.Certificate, ref string) error {
		_, err := r.Proved(ctx, anna, certificate.Factor, ref, show(anna, certificate.Factor, "sign-in", c))
		return err
	}
	fail(t, prove(mine, "sign-in"), nil)
	fail(t, prove(mine, "another sign-in"), certificate.ErrVisit)
	fail(t, prove(another, "sign-in"), certificate.ErrForeign)
	late := show(anna, certificate.Factor, "sign-in", mine)
	clk.Advance(6 * time.Minute)
	_, err := r.Proved(ctx, anna, certificate.Factor, "sign-in", late)
	fail(t, err, certificate.ErrVisit)
	_, _, err = r.Show(ctx, visitOf(must(r.Visit(ctx, anna, certificate.Factor, "x", ""))(t)), nil)
	fail(t, err, certificate.ErrNone)
	all := must(r.Of(ctx, anna))(t)
	if len(all) != 1 || !strings.Contains(all[0].Subject, "Анна") || all[0].Used.IsZero() {
		t.Errorf("certificates %+v", all)
	}
	fail(t, r.Unbind(foreign, all[0].ID), certificate.ErrNotFound)
	r.Last = func(_ context.Context, kind string) error {
		if kind != certificate.KindCertificate {
			t.Errorf("kind %q", kind)
		}
		return factor.ErrLast
	}
	fail(t, r.Unbind(ctx, all[0].ID), factor.ErrLast) // nothing else would sign in
	fail(t, r.Bound(ctx, show(anna, certificate.Bind, session, another)), nil)
	fail(t, r.Unbind(ctx, all[0].ID), nil)
	taken := func(since time.Time) int {
		t.Helper()
		fail(t, i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			return taker(t, r.Kind()).TakeSince(ctx, tx, anna, db.At(since))
		}), nil)
		return len(must(r.Of(ctx, anna))(t))
	}
	if taken(clk.Now().Add(time.Second)) != 1 || taken(clk.Now()) != 0 {
		t.Error("what was bound since goes, and no more")
	}
	if err := i.SetTOTP(ctx, anna, identitytest.TOTPSecret); err != nil {
		t.Fatal(err)
	}
	fail(t, r.Bound(ctx, show(anna, certificate.Bind, session, another)), identity.ErrHeld) // by a code that was sent
	fail(t, r.Sweep(ctx), nil)
}

func taker(t *testing.T, k factor.Kind) interface {
	TakeSince(ctx context.Context, tx *db.Tx, owner string, since db.Time) error
} {
	t.Helper()
	w, ok := k.(interface {
		TakeSince(ctx context.Context, tx *db.Tx, owner string, since db.Time) error
	})
	if !ok {
		t.Fatal("what was bound can't be taken away")
	}
	return w
}

func visitOf(address string) string { return address[strings.LastIndexByte(address, '/')+1:] }

func fail(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("err = %v, want %v", err, want)
	}
}

// FuzzParseHeader: whatever a proxy passes on, it is a certificate or nothing.
func FuzzParseHeader(f *testing.F) {
	c := newAuthority(f, "ours").issue(2)
	text := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
	for _, s := range []string{"", ":", "::", ":" + base64.StdEncoding.EncodeToString(c.Raw) + ":", url.PathEscape(text), text, url.PathEscape(text + text), "%zz", ":AAAA:"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := certificate.ParseHeader(s)
		if (got == nil) == (err == nil) {
			t.Errorf("%v %v", got, err)
		}
	})
}

func TestParseHeader(t *testing.T) {
	t.Parallel()
	c := newAuthority(t, "ours").issue(2)
	text := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
	for _, s := range []string{":" + base64.StdEncoding.EncodeToString(c.Raw) + ":", url.PathEscape(text)} {
		if got, err := certificate.ParseHeader(s); err != nil || !got.Equal(c) {
			t.Errorf("%.20s: %v", s, err)
		}
	}
}

// FuzzCheck: whatever certificate a client shows, the way to it is judged, and
// one that no authority of ours has signed never counts.
func FuzzCheck(f *testing.F) {
	ours, theirs := newAuthority(f, "ours"), newAuthority(f, "theirs")
	a, err := certificate.NewAuthority(ours.pem(), nil)
	if err != nil {
		f.Fatal(err)
	}
	for _, c := range []*x509.Certificate{theirs.issue(2), theirs.cert, ours.cert} {
		f.Add(c.Raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, err := x509.ParseCertificate(raw)
		if err != nil {
			return
		}
		if facts := certificate.FactsOf(c); len([]rune(facts.Subject)) > 201 || !utf8.ValidString(facts.Subject) {
			t.Errorf("%q is shown of %x", facts.Subject, raw)
		}
		if a.Check(c, []*x509.Certificate{c, theirs.cert}, testkit.Start) == nil {
			t.Errorf("%x is ours", raw)
		}
	})
}

// TestNamesOfPeople: a certificate is shown by what its holder is called, not by the
// notation of its format.
func TestNamesOfPeople(t *testing.T) {
	t.Parallel()
	attribute := func(kind asn1.ObjectIdentifier, value string) pkix.AttributeTypeAndValue {
		return pkix.AttributeTypeAndValue{Type: kind, Value: value}
	}
	surname, given := asn1.ObjectIdentifier{2, 5, 4, 4}, asn1.ObjectIdentifier{2, 5, 4, 42}
	for want, n := range map[string]pkix.Name{
		"Иванова Анна Петровна": {CommonName: "Иванова А. П.", ExtraNames: []pkix.AttributeTypeAndValue{attribute(surname, "Иванова"), attribute(given, "Анна Петровна")}},
		"Иванова, ООО Ромашка":  {Organization: []string{"ООО Ромашка"}, ExtraNames: []pkix.AttributeTypeAndValue{attribute(surname, "Иванова")}},
		"Анна":                  {CommonName: "Анна", Country: []string{"RU"}},
		"ООО Ромашка":           {CommonName: "ООО Ромашка", Organization: []string{"ООО Ромашка"}},
		"УЦ, Казначейство":      {CommonName: "УЦ", Organization: []string{"Казначейство"}},
		"ФНС":                   {Organization: []string{"ФНС"}},
		"C=RU":                  {Country: []string{"RU"}},
	} {
		key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
		template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: n, NotBefore: testkit.Start, NotAfter: testkit.Start.AddDate(1, 0, 0)}
		c := must(x509.ParseCertificate(must(x509.CreateCertificate(rand.Reader, template, template, key.Public(), key))(t)))(t)
		if got := certificate.FactsOf(c).Subject; got != want {
			t.Errorf("%q is shown as %q", want, got)
		}
	}
}

// FuzzAuthority: whatever the operator's files hold, they are an authority or a fault.
func FuzzAuthority(f *testing.F) {
	ours := newAuthority(f, "ours")
	f.Add(ours.pem(), ours.crl(testkit.Start.AddDate(0, 0, 1), 66))
	f.Add(ours.pem(), []byte("not a list"))
	f.Add([]byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), []byte{})
	f.Add([]byte{}, []byte{})
	f.Fuzz(func(t *testing.T, ca, crl []byte) {
		a, err := certificate.NewAuthority(ca, crl)
		if (a == nil) == (err == nil) {
			t.Errorf("%v %v", a, err)
		}
	})
}
