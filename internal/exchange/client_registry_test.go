package exchange

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"okno/internal/kit/clock"
	"okno/internal/kit/secret"
	"okno/internal/kit/testkit"
	"okno/internal/profile"
)

// against makes a client of a server that answers as told.
func against(t *testing.T, h http.HandlerFunc) *Registry {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	g, err := NewRegistry(Config{URL: server.URL, Client: "okno", Secret: secret.NewString("s3cret")}, clock.NewFake(testkit.Start))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status    int
		body      string
		signature string // "" signs rightly
		want      profile.CheckState
	}{
		"confirmed":      {200, `{"request_id":"r","result":"confirmed","later":"news"}`, "", profile.CheckConfirmed},
		"refused":        {200, `{"request_id":"r","result":"refused","differs":["snils"]}`, "", profile.CheckRefused},
		"unknown":        {200, `{"request_id":"r","result":"unknown"}`, "", profile.CheckUnknown},
		"other request":  {200, `{"request_id":"q","result":"confirmed"}`, "", ""},
		"other result":   {200, `{"request_id":"r","result":"taken"}`, "", ""},
		"no field":       {200, `{"request_id":"r","result":"refused"}`, "", ""},
		"not JSON":       {200, `<html>`, "", ""},
		"not UTF-8":      {200, "{\"request_id\":\"r\",\"result\":\"confirmed\",\"x\":\"\xff\"}", "", ""},
		"long":           {200, `{"request_id":"r","result":"confirmed"}` + strings.Repeat(" ", maxAnswer), "", ""},
		"not signed":     {200, `{"request_id":"r","result":"confirmed"}`, "none", ""},
		"signed wrongly": {200, `{"request_id":"r","result":"confirmed"}`, "v1=00", ""},
		"error":          {500, `{"request_id":"r","result":"confirmed"}`, "", ""},
		"moved":          {302, `{"request_id":"r","result":"confirmed"}`, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var g *Registry
			g = against(t, func(w http.ResponseWriter, r *http.Request) {
				signature := c.signature
				if signature == "" {
					signature = g.sign("r", hashOf([]byte(c.body)))
				}
				w.Header().Set(headerSignature, signature)
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
			})
			got, _, err := g.Check(context.Background(), profile.RegistrySNILS, "r", profile.Person{})
			if got != c.want || (err == nil) != (c.want != "") {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}

// A registry is told only what it compares.
func TestLittleIsTold(t *testing.T) {
	t.Parallel()
	p := profile.Person{
		LastName: "Петрова", SNILS: "SNILS", INN: "TAXNO", Passport: profile.Passport{Number: "PASSP"}, Address: profile.Address{City: "CITY"},
	}
	for registry, own := range map[profile.Registry]string{
		profile.RegistryPassport: "PASSP", profile.RegistrySNILS: "SNILS", profile.RegistryINN: "TAXNO",
	} {
		var told string
		g := against(t, func(_ http.ResponseWriter, r *http.Request) {
			raw, _ := io.ReadAll(r.Body)
			told = string(raw)
		})
		_, _, _ = g.Check(context.Background(), registry, "r", p)
		for _, v := range []string{"PASSP", "SNILS", "TAXNO", "CITY"} {
			if strings.Contains(told, v) != (v == own) {
				t.Errorf("%s was told %s", registry, told)
			}
		}
	}
}

func FuzzParseAnswer(f *testing.F) {
	for _, seed := range []string{
		`{"request_id":"r","result":"confirmed"}`, `{"request_id":"r","result":"refused","differs":["snils"]}`,
		`{"request_id":"r","result":"unknown"}`, `[]`, `null`, "{\"request_id\":\"r\xff\"}", `{"request_id":"r","result":"refused","differs":[null]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		state, differs, err := parseAnswer("r", raw)
		switch {
		case err != nil && state != "":
			t.Fatal("a state with an error")
		case err == nil && state != profile.CheckConfirmed && state != profile.CheckRefused && state != profile.CheckUnknown:
			t.Fatalf("state %q", state)
		case err == nil && (len(differs) > 0) != (state == profile.CheckRefused):
			t.Fatalf("%s with %v", state, differs)
		}
	})
}

func FuzzParseHoldings(f *testing.F) {
	for _, seed := range []string{
		`{"request_id":"r","result":"confirmed","family":{"spouse":{"last_name":"П"},"children":[{"birth_certificate":{"series":"I-МЮ","number":"1"}}]}}`,
		`{"request_id":"r","result":"confirmed","vehicles":{"vehicles":[{"vin":"X"}]}}`, `{"request_id":"r","result":"confirmed","property":{"objects":null}}`,
		`{"request_id":"r","result":"confirmed"}`, `{"request_id":"r","result":"unknown"}`, `[]`, `{"request_id":"r","result":"confirmed","family":7}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, r := range profile.HoldingRegistries() {
			state, list, err := parseHoldings(r, "r", raw)
			switch {
			case err != nil && (state != "" || list != nil):
				t.Fatal("an answer with an error")
			case len(list) > 0 && state != profile.CheckConfirmed, len(list) > maxHoldings:
				t.Fatalf("%s with %d lines", state, len(list))
			}
			for _, one := range list {
				if one.Kind.Registry() != r {
					t.Fatalf("%s from %s", one.Kind, r)
				}
			}
		}
	})
}

func FuzzParseFound(f *testing.F) {
	for _, seed := range []string{
		`{"request_id":"r","result":"found","found":{"name":"ООО","kpp":"","year":2020}}`, `{"request_id":"r","result":"unknown"}`,
		`{"request_id":"r","result":"found"}`, `{"request_id":"r","result":"found","found":null}`, `{"request_id":"q","result":"found","found":{}}`,
		`{"request_id":"r","result":"found","found":[{"text":"a","region":"b","city":"c","gar":"0c5b2444-70a0-4932-980c-b4dc0d3f02b5"}]}`, `[]`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		found, err := parseFound("r", raw)
		if err != nil || found == nil {
			return
		}
		if thing, err := parseThing(found); err == nil {
			for name, v := range thing {
				if s, ok := v.(string); ok && (s == "" || len(s) > maxWords) {
					t.Fatalf("%s is %q", name, s)
				}
			}
		}
		if list, err := parseAddresses(found); err == nil {
			for _, a := range list {
				if !a.Valid() {
					t.Fatalf("%+v", a)
				}
			}
		}
	})
}
