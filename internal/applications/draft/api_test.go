package draft

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"okno/internal/applications/upload"
	"okno/internal/kit/db"
	"okno/internal/kit/id"
)

// call sends JSON and reads the answer.
func (b *bundle) call(account, method, path string, in any, headers ...string) (int, map[string]any) {
	b.t.Helper()
	raw, err := json.Marshal(in)
	must(b.t, err)
	req := httptest.NewRequest(method, path, strings.NewReader(string(raw)))
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	p := b.do(account, req)
	var out map[string]any
	if p.body != "" {
		must(b.t, json.Unmarshal([]byte(p.body), &out))
	}
	return p.status, out
}

func TestAPIWholeJourney(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	status, out := b.call(b.anna, "POST", "/api/v1/drafts", map[string]any{"service": "child-benefit"}, "Idempotency-Key", "one")
	_, again := b.call(b.anna, "POST", "/api/v1/drafts", map[string]any{"service": "child-benefit"}, "Idempotency-Key", "one")
	if status != http.StatusCreated || out["id"] == nil || again["id"] != out["id"] {
		t.Fatalf("start: %d %v, again %v", status, out, again)
	}
	path := "/api/v1/drafts/" + out["id"].(string)
	if status, out := b.call(b.anna, "GET", path, nil); status != http.StatusOK || out["ready"] != false || len(out["faults"].([]any)) == 0 || len(out["steps"].([]any)) != 4 {
		t.Errorf("get: %d %v", status, out)
	}
	a := whole(t)
	for _, step := range []struct {
		name   string
		fields []string
	}{
		{"applicant", []string{"relation"}},
		{"children", []string{"children"}},
		{"income", []string{"family_size", "income", "has_spouse"}},
		{"payment", []string{"address", "way", "truth"}},
	} {
		answers := map[string]any{}
		for _, f := range step.fields {
			answers[f] = a[f]
		}
		status, out = b.call(b.anna, "PATCH", path, map[string]any{"step": step.name, "answers": answers})
		if status != http.StatusOK {
			t.Fatalf("%s: %d %v", step.name, status, out)
		}
	}
	if out["ready"] != true {
		t.Fatalf("not ready: %v", out["faults"])
	}
	if status, out := b.call(b.anna, "GET", "/api/v1/drafts", nil); status != http.StatusOK || len(out["drafts"].([]any)) != 1 {
		t.Errorf("list: %d %v", status, out)
	}
	status, sent := b.call(b.anna, "POST", path+"/submit", nil)
	_, twice := b.call(b.anna, "POST", path+"/submit", nil)
	if status != http.StatusOK || sent["number"] == "" || twice["number"] != sent["number"] {
		t.Errorf("sent: %d %v, again %v", status, sent, twice)
	}
	if status, out := b.call(b.anna, "PATCH", path, map[string]any{"step": "payment", "answers": map[string]any{}}); status != http.StatusConflict {
		t.Errorf("a sent draft is changed: %d %v", status, out)
	}
}

func TestAPIFaultsNameTheirFields(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	_, out := b.call(b.anna, "POST", "/api/v1/drafts", map[string]any{"service": "child-benefit"})
	path := "/api/v1/drafts/" + out["id"].(string)
	for name, answers := range map[string]map[string]any{
		"snils": {"snils": "1"}, "admin": {"admin": true}, "relation": {"relation": "king"},
	} {
		status, out := b.call(b.anna, "PATCH", path, map[string]any{"step": "applicant", "answers": answers})
		fields, _ := out["fields"].([]any)
		if status != http.StatusUnprocessableEntity || len(fields) != 1 || fields[0].(map[string]any)["name"] != name {
			t.Errorf("%s: %d %v", name, status, out)
		}
	}
	if status, _ := b.call(b.anna, "PATCH", path, map[string]any{"step": "applicant", "version": 99, "answers": map[string]any{}}); status != http.StatusConflict {
		t.Errorf("a stale version: %d", status)
	}
	if status, _ := b.call(b.anna, "PATCH", path, map[string]any{"step": "nowhere", "answers": map[string]any{}}); status != http.StatusUnprocessableEntity {
		t.Errorf("an unknown step: %d", status)
	}
	status, out := b.call(b.anna, "POST", path+"/submit", nil)
	if status != http.StatusUnprocessableEntity || len(out["fields"].([]any)) < 5 {
		t.Errorf("submit: %d %v", status, out)
	}
}

func TestAPIApply(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	body := map[string]any{"service": "child-benefit", "answers": whole(t)}
	status, out := b.call(b.anna, "POST", "/api/v1/applications", body, "Idempotency-Key", "k")
	_, again := b.call(b.anna, "POST", "/api/v1/applications", body, "Idempotency-Key", "k")
	if status != http.StatusCreated || out["number"] == "" || again["number"] != out["number"] {
		t.Errorf("%d %v, again %v", status, out, again)
	}
	if status, _ := b.call(b.anna, "POST", "/api/v1/applications", body); status != http.StatusUnprocessableEntity {
		t.Errorf("without a key: %d", status)
	}
	if status, _ := b.call(b.anna, "POST", "/api/v1/applications", map[string]any{"service": "child-benefit"}, "Idempotency-Key", "n"); status != http.StatusUnprocessableEntity {
		t.Errorf("without answers: %d", status)
	}
}

func TestAPIFiles(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	_, out := b.call(b.anna, "POST", "/api/v1/drafts", map[string]any{"service": "child-benefit"})
	path := "/api/v1/drafts/" + out["id"].(string)
	b.call(b.anna, "PATCH", path, map[string]any{"step": "applicant", "answers": map[string]any{"relation": "guardian"}})
	req := httptest.NewRequest("POST", path+"/files?field=guardianship&name=a.pdf", strings.NewReader(pdfFile))
	req.Header.Set("Content-Type", "application/pdf")
	p := b.do(b.anna, req)
	var raw map[string]any
	must(t, json.Unmarshal([]byte(p.body), &raw))
	if p.status != http.StatusCreated || raw["state"] != string(upload.Clean) || raw["type"] != "pdf" {
		t.Fatalf("raw: %d %s", p.status, p.body)
	}
	p = b.postFiles(b.anna, path+"/files?field=guardianship", nil, sentFile{"file", "b.pdf", pdfFile})
	if p.status != http.StatusCreated {
		t.Errorf("multipart: %d %s", p.status, p.body)
	}
	if status, out := b.call(b.anna, "PATCH", path, map[string]any{"step": "applicant", "answers": map[string]any{"guardianship": []any{raw["id"]}}}); status != http.StatusOK {
		t.Errorf("attached: %d %v", status, out)
	}
	for name, c := range map[string]struct {
		account, query, body string
		status               int
	}{
		"no such field":    {b.anna, "field=snils&name=a.pdf", pdfFile, http.StatusUnprocessableEntity},
		"wrong type":       {b.anna, "field=guardianship&name=a.exe", "MZ\x90", http.StatusUnprocessableEntity},
		"another's draft":  {b.boris, "field=guardianship&name=a.pdf", pdfFile, http.StatusNotFound},
		"nobody":           {"", "field=guardianship&name=a.pdf", pdfFile, http.StatusUnauthorized},
		"an empty file":    {b.anna, "field=guardianship&name=a.pdf", "", http.StatusUnprocessableEntity},
		"more than 10 MB":  {b.anna, "field=guardianship&name=a.pdf", pdfFile + strings.Repeat("x", 11<<20), http.StatusUnprocessableEntity},
		"no name of field": {b.anna, "name=a.pdf", pdfFile, http.StatusUnprocessableEntity},
	} {
		req := httptest.NewRequest("POST", path+"/files?"+c.query, strings.NewReader(c.body))
		req.Header.Set("Content-Type", "application/pdf")
		if p := b.do(c.account, req); p.status != c.status {
			t.Errorf("%s: %d %s", name, p.status, p.body)
		}
	}
}

func TestAPIIsClosedToOthers(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	path := "/api/v1/drafts/" + b.ready(b.anna)
	patch := map[string]any{"step": "applicant", "answers": map[string]any{}}
	for _, c := range []struct {
		method, path string
		body         any
	}{{"GET", path, nil}, {"PATCH", path, patch}, {"POST", path + "/submit", nil}, {"DELETE", path, nil}, {"GET", "/api/v1/drafts/" + id.New(), nil}} {
		if status, _ := b.call(b.boris, c.method, c.path, c.body); status != http.StatusNotFound {
			t.Errorf("%s %s for another: %d", c.method, c.path, status)
		}
		if status, _ := b.call("", c.method, c.path, c.body); status != http.StatusUnauthorized {
			t.Errorf("%s %s for nobody: %d", c.method, c.path, status)
		}
		if status, _ := b.call(b.anna, c.method, c.path, c.body, roleHeader, "administrator"); status != http.StatusForbidden {
			t.Errorf("%s %s for staff: %d", c.method, c.path, status)
		}
	}
	if status, _ := b.call(b.anna, "DELETE", path, nil); status != http.StatusNoContent {
		t.Errorf("the owner can't delete: %d", status)
	}
}
