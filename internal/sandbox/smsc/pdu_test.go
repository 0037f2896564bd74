package smsc

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	gosmpp "github.com/linxGnu/gosmpp/pdu"
)

// body strips the header from what the other library writes.
func body(t testing.TB, p gosmpp.PDU) []byte {
	t.Helper()
	b := gosmpp.NewBuffer(nil)
	p.Marshal(b)
	return b.Bytes()[headerSize:]
}

func TestText(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		coding byte
		raw    string
		want   string
	}{
		"gsm7":             {0, "Code: 123\x00\x1b\x65\x1b\x3c1\x1b\x3e", "Code: 123@€[1]"},
		"gsm7 cut escape":  {0, "a\x1b", "a"},
		"gsm7 eight bits":  {0, "a\xff", "a�"},
		"ascii":            {1, "a\x00b", "ab"},
		"latin-1":          {3, "\xe9", "é"},
		"iso-8859-5":       {6, "\xba\xde\xd4", "Код"},
		"ucs-2":            {8, "\x04\x1a\x04\x3e\x04\x34", "Код"},
		"surrogates":       {8, "\xd8\x3d\xde\x00", "😀"},
		"ucs-2, half left": {8, "\x04\x1a\x04", "К�"},
		"binary":           {4, "\x01\x02", "0102"},
	} {
		if got := text(c.coding, []byte(c.raw)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestAlphabetHasEverySeptet(t *testing.T) {
	t.Parallel()
	if n := utf8.RuneCountInString(gsm7); n != 128 {
		t.Errorf("%d characters", n)
	}
}

func TestReadPDU(t *testing.T) {
	t.Parallel()
	want := pdu{command: enquireLink, sequence: 7, body: []byte{}}
	got, err := readPDU(bytes.NewReader(want.bytes()))
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(pdu{})); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
	var lost lengthError
	for _, raw := range []string{"\x00\x00\x00\x0fxxxxxxxxxxxx", "\xff\xff\xff\xffxxxxxxxxxxxx"} {
		if _, err := readPDU(bytes.NewReader([]byte(raw))); !errors.As(err, &lost) {
			t.Errorf("%q: %v", raw, err)
		}
	}
	if _, err := readPDU(bytes.NewReader([]byte("\x00\x00\x00\x20xxxxxxxxxxxx"))); !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("cut off: %v", err)
	}
}

func TestHeaderPart(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]part{
		"\x00\x03\x2a\x02\x01":                         {reference: 0x2a, total: 2, number: 1},
		"\x08\x04\x01\x2a\x03\x03":                     {reference: 0x12a, total: 3, number: 3},
		"\x05\x04\x00\x01\x00\x02\x00\x03\x07\x02\x02": {reference: 7, total: 2, number: 2},
		"\x00\x03\x2a\x02\x03":                         {}, // piece 3 of 2
		"\x00\x03\x2a\x01\x01":                         {}, // one of one is whole
		"\x00\x09\x2a":                                 {},
		"":                                             {},
	} {
		if got, ok := headerPart([]byte(raw)); ok != (want.total != 0) || (ok && got != want) {
			t.Errorf("%x: %+v %v", raw, got, ok)
		}
	}
}

func TestJoinerForgetsTheOldest(t *testing.T) {
	t.Parallel()
	j := newJoiner()
	for i := range 3 * maxPending {
		j.add("okno", submit{dest: "7", part: part{reference: uint16(i), total: 2, number: 1}})
	}
	if len(j.pending) > maxPending || len(j.order) > maxPending {
		t.Errorf("%d pending, %d in order", len(j.pending), len(j.order))
	}
	last := uint16(3*maxPending - 1)
	if whole, ok := j.add("okno", submit{dest: "7", message: []byte("x"), part: part{reference: last, total: 2, number: 2}}); !ok || string(whole) != "x" {
		t.Errorf("%q %v", whole, ok)
	}
	if len(j.order) != maxPending-1 {
		t.Errorf("%d in order after one was joined", len(j.order))
	}
}

func FuzzReadPDU(f *testing.F) {
	sm, _ := gosmpp.NewSubmitSM().(*gosmpp.SubmitSM)
	if err := sm.DestAddr.SetAddress("79131234567"); err != nil {
		f.Fatal(err)
	}
	f.Add(pdu{command: submitSM, sequence: 1, body: body(f, sm)}.bytes())
	f.Add(pdu{command: bindTransceiver, sequence: 1, body: body(f, gosmpp.NewBindTransceiver())}.bytes())
	f.Add(pdu{command: submitSM, body: []byte("\x00\x00\x00\x00\x01\x017913\x00\x40\x00\x00\x00\x00\x01\x00\x08\x00\x07\x05\x00\x03\x01\x02\x01\x04\x02\x0c\x00\x02\x00\x01")}.bytes())
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := readPDU(bytes.NewReader(raw))
		if err != nil {
			return
		}
		_, _ = parseBind(p.body)
		m, err := parseSubmit(p.body)
		if err != nil {
			return
		}
		j := newJoiner()
		j.add("", m)
		if !utf8.ValidString(text(m.coding, m.message)) {
			t.Errorf("text of %x is not UTF-8", m.message)
		}
	})
}
