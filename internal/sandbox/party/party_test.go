package party

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSetAndGet(t *testing.T) {
	t.Parallel()
	s := New()
	if err := s.Set("bank", State{}); !errors.Is(err, ErrUnknown) {
		t.Errorf("an unknown party: %v", err)
	}
	want := State{Delay: Delay(2 * time.Second), Down: true}
	if err := s.Set(Registries, want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, s.Get(Debts)); diff != "" {
		t.Error(diff)
	}
	if s.Get(Mail) != (State{}) {
		t.Error("mail changed with the registries")
	}
	s.Reset()
	if got := s.All(); len(got) != len(Names()) || got[Debts] != (State{}) {
		t.Errorf("after a reset: %v", got)
	}
}

func TestDelayInJSON(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]error{
		`{"delay":"1.5s"}`: nil, `{"delay":""}`: nil, `{}`: nil,
		`{"delay":"-1s"}`: ErrDelay, `{"delay":"1h"}`: ErrDelay, `{"delay":5}`: ErrDelay, `{"delay":"soon"}`: ErrDelay,
	} {
		var s State
		if err := json.Unmarshal([]byte(text), &s); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", text, err, want)
		}
	}
	out, err := json.Marshal(State{Delay: Delay(1500 * time.Millisecond)})
	if want := `{"delay":"1.5s","refusal":false,"garbage":false,"down":false,"slow":false,"duplicate":false}`; err != nil || string(out) != want {
		t.Errorf("%s, %v", out, err)
	}
}

// echo serves a party that sends back what it reads.
func echo(t *testing.T, s *Switches) string {
	t.Helper()
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := Listen(inner, Mail, s)
	t.Cleanup(func() { _ = l.Close(); l.CutAll() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { defer c.Close(); _, _ = io.Copy(struct{ io.Writer }{c}, c) }()
		}
	}()
	return inner.Addr().String()
}

func ask(t *testing.T, addr, text string) (string, error) {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return "", err
	}
	defer c.Close()
	if _, err := c.Write([]byte(text)); err != nil {
		return "", err
	}
	out := make([]byte, len(text))
	_, err = io.ReadFull(c, out)
	return string(out), err
}

func TestListenerBreaksBytes(t *testing.T) {
	t.Parallel()
	s := New()
	addr := echo(t, s)
	for name, c := range map[string]struct {
		state State
		want  string
		fails bool
	}{
		"healthy": {want: "hello, world"},
		"slow":    {state: State{Slow: true}, want: "hello, world"},
		"garbage": {state: State{Garbage: true}, want: string(Garbage(12))},
		"down":    {state: State{Down: true}, fails: true},
	} {
		if err := s.Set(Mail, c.state); err != nil {
			t.Fatal(err)
		}
		got, err := ask(t, addr, "hello, world")
		if (err != nil) != c.fails || (!c.fails && got != c.want) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestDownCutsOpenConnections(t *testing.T) {
	t.Parallel()
	s := New()
	c, err := net.Dial("tcp", echo(t, s))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, "x"); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(c, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	if err := s.Set(Mail, State{Down: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Error("an open connection lived on")
	}
}
