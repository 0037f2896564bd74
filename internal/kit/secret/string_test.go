package secret_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/secret"
	"okno/internal/kit/testkit"
)

func TestStringHides(t *testing.T) {
	t.Parallel()
	const password = "hunter2"
	s := secret.NewString(password)
	config := struct {
		Password secret.String
		hidden   secret.String
	}{s, s}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("start", "password", s, "config", config)
	slog.New(slog.NewTextHandler(&log, nil)).Info("start", "password", s, "config", config)
	text, err := json.Marshal(config)
	must(t, err)
	printed := fmt.Sprintf("%v %+v %#v %s %q %x %d %v %+v %#v", s, s, s, s, s, s, s, config, config, &config)
	for _, out := range []string{log.String(), string(text), printed} {
		if strings.Contains(out, password) || strings.Contains(out, "68756e74657232") || !strings.Contains(out, "[hidden]") {
			t.Errorf("not hidden: %s", out)
		}
	}
	var read secret.String
	must(t, json.Unmarshal([]byte(`"hunter2"`), &read))
	if read.Reveal() != password || !read.Equal(s) || read.IsZero() || !(secret.String{}).IsZero() {
		t.Error("what was read is not what was written")
	}
}

func TestDataKeyHides(t *testing.T) {
	t.Parallel()
	d := testkit.Open(t, db.SQLite, schema, clock.NewFake(testkit.Start))
	k := key(t, secret.NewSealer(openKeyset(t, createKeyset(t)), d), "owner-1", secret.Person)
	if got := fmt.Sprintf("%v %+v %#v %x", k, k, k, k); got != strings.Repeat("[hidden] ", 3)+"[hidden]" {
		t.Error(got)
	}
}
