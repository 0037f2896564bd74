package postbox

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func message(to, text string) Message {
	return Message{Channel: SMS, To: to, Text: text, SentAt: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)}
}

func texts(messages []Message) []string {
	out := []string{}
	for _, m := range messages {
		out = append(out, m.Text)
	}
	return out
}

func TestPhone(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"+79131234567": "+79131234567", "8 (913) 123-45-67": "+79131234567", "9131234567": "+79131234567",
		" 79131234567": "+79131234567", "7(913)1234567": "+79131234567", "+44 20 7946 0000": "+442079460000", "abc": "", "0123": "+0123",
	} {
		if got := Phone(in); got != want {
			t.Errorf("Phone(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestListFindsByAddressNewestFirst(t *testing.T) {
	t.Parallel()
	b := New(10)
	for _, m := range []Message{
		message("+79131234567", "one"), message("anna@example.com", "two"), message("+79131234567", "three"),
	} {
		if err := b.Add(m); err != nil {
			t.Fatal(err)
		}
	}
	for to, want := range map[string][]string{
		"": {"three", "two", "one"}, "8 913 123 45 67": {"three", "one"}, "ANNA@Example.com ": {"two"},
		"nobody@example.com": {}, "letters": {}, "+7 999": {},
	} {
		if diff := cmp.Diff(want, texts(b.List(to, 0))); diff != "" {
			t.Errorf("List(%q): %s", to, diff)
		}
	}
	if got := texts(b.List("", 1)); !cmp.Equal(got, []string{"three"}) {
		t.Errorf("limit 1 gave %v", got)
	}
}

func TestBoxIsBounded(t *testing.T) {
	t.Parallel()
	b := New(20)
	for i := range 100 {
		if err := b.Add(message("+79", fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
	}
	got := b.List("", 0)
	if len(got) > 20 || len(got) < 15 || got[0].Text != "99" {
		t.Errorf("%d kept, newest %q", len(got), got[0].Text)
	}
}

func TestBoxIsBoundedInBytes(t *testing.T) {
	t.Parallel()
	b := New(1000)
	big := strings.Repeat("x", maxBytes/10)
	for range 25 {
		if err := b.Add(message("+79", big)); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(b.List("", 0)); n != 10 || b.bytes != 10*len(big) {
		t.Errorf("%d kept, %d bytes", n, b.bytes)
	}
	if err := b.Add(message("+79", strings.Repeat("x", maxBytes+1))); err != nil || len(b.List("", 0)) != 0 || b.bytes != 0 {
		t.Errorf("a message larger than the box: %v, %d bytes", err, b.bytes)
	}
}

func TestMessagesSurviveRestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := open(t, dir)
	for i := range 70 {
		if err := b.Add(message("+79", fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
	}
	want := b.List("", 20)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	cut(t, dir)
	b = open(t, dir)
	if diff := cmp.Diff(want, b.List("", 20)); diff != "" {
		t.Error(diff)
	}
	if err := b.Reset(); err != nil {
		t.Fatal(err)
	}
	if err := b.Add(message("+79", "after")); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if got := texts(open(t, dir).List("", 0)); !cmp.Equal(got, []string{"after"}) {
		t.Errorf("after a reset: %v", got)
	}
}

func open(t *testing.T, dir string) *Box {
	t.Helper()
	b, err := Open(dir, 25)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

// cut leaves half a line at the end of the file, as a crash does.
func cut(t *testing.T, dir string) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(dir, fileName), os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(`{"channel":"sms","te`); err != nil {
		t.Fatal(err)
	}
}
