package upload

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"log/slog"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"okno/internal/kit/blob"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/secret"
	"okno/internal/kit/testkit"
)

// samples are small whole files of each type.
func samples(t testing.TB) map[Type][]byte {
	t.Helper()
	var j, p bytes.Buffer
	img := image.NewGray(image.Rect(0, 0, 64, 64))
	if err := errors.Join(jpeg.Encode(&j, img, nil), png.Encode(&p, img)); err != nil {
		t.Fatal(err)
	}
	tiff := append([]byte("II*\x00\x08\x00\x00\x00"), make([]byte, 6)...)
	heic := append([]byte("\x00\x00\x00\x10ftypheic\x00\x00\x00\x00"), 0, 0, 0, 8, 'm', 'd', 'a', 't')
	return map[Type][]byte{
		PDF: []byte("%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n%%EOF\n"), JPG: j.Bytes(), PNG: p.Bytes(), TIFF: tiff, HEIC: heic,
		DOC:  append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 2040)...),
		XLS:  append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 2040)...),
		DOCX: zipped(t, "[Content_Types].xml", "word/document.xml"), XLSX: zipped(t, "[Content_Types].xml", "xl/workbook.xml"),
		ZIP: zipped(t, "a.txt"), ODT: opendocument(t, "text"), ODS: opendocument(t, "spreadsheet"),
		XML: []byte("\ufeff<?xml version=\"1.0\"?>\n<a>да</a>\n"), TXT: []byte("Просто текст\n"), CSV: []byte("a;b\n1;2\n"),
		SIG: append([]byte{0x30, 0x82, 0x00, 0x08}, make([]byte, 8)...),
	}
}

func zipped(t testing.TB, names ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, n := range names {
		if _, err := z.Create(n); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func opendocument(t testing.TB, kind string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.CreateRaw(&zip.FileHeader{Name: "mimetype", Method: zip.Store})
	if err == nil {
		_, err = io.WriteString(w, "application/vnd.oasis.opendocument."+kind)
	}
	if err = errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func all() Rules {
	r := Rules{Max: 1 << 20}
	for _, t := range extensions() {
		if !slices.Contains(r.Allowed, string(t)) {
			r.Allowed = append(r.Allowed, string(t))
		}
	}
	return r
}

func TestEachTypeIsKnownByItsBytes(t *testing.T) {
	t.Parallel()
	for want, data := range samples(t) {
		got, err := Inspect(bytes.NewReader(data), "файл."+strings.ToUpper(string(want)), int64(len(data)), all())
		if err != nil || got != want {
			t.Errorf("%s: %q, %v", want, got, err)
		}
	}
}

func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	s := samples(t)
	docs := Rules{Allowed: []string{"pdf", "jpg", "png"}, Max: 1 << 20}
	cases := map[string]struct {
		name  string
		data  []byte
		rules Rules
		want  error
	}{
		"empty":                 {"a.pdf", nil, docs, ErrEmpty},
		"too large":             {"a.pdf", s[PDF], Rules{Allowed: docs.Allowed, Max: 10}, ErrTooLarge},
		"wrong type":            {"a.docx", s[DOCX], docs, ErrType},
		"no type at all":        {"a.exe", []byte("MZ\x00\x01\x02"), docs, ErrType},
		"program named pdf":     {"a.pdf", []byte("MZ\x00\x01\x02"), docs, ErrRenamed},
		"picture named pdf":     {"a.pdf", s[PNG], docs, ErrRenamed},
		"jpg named png":         {"a.png", s[JPG], docs, ErrRenamed},
		"archive named docx":    {"a.docx", s[ZIP], Rules{Allowed: []string{"docx"}, Max: 1 << 20}, ErrRenamed},
		"page named as text":    {"a.pdf", []byte("<html></html>"), docs, ErrRenamed},
		"cut pdf":               {"a.pdf", s[PDF][:20], docs, ErrCut},
		"cut jpg":               {"a.jpg", s[JPG][:len(s[JPG])-2], docs, ErrCut},
		"cut png":               {"a.png", s[PNG][:len(s[PNG])-8], docs, ErrCut},
		"cut docx":              {"a.docx", s[DOCX][:60], all(), ErrCut},
		"cut heic":              {"a.heic", s[HEIC][:20], all(), ErrCut},
		"directory of too many": {"a.zip", manyEntries(s[ZIP]), all(), ErrCut},
	}
	for name, c := range cases {
		_, err := Inspect(bytes.NewReader(c.data), c.name, int64(len(c.data)), c.rules)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if got, err := Inspect(bytes.NewReader(s[PDF]), "без имени", int64(len(s[PDF])), docs); err != nil || got != PDF {
		t.Errorf("a name without an ending: %q, %v", got, err)
	}
	if _, err := Inspect(iotestReaderAt{}, "a.pdf", 100, docs); err == nil {
		t.Error("a broken reader is believed")
	}
}

type iotestReaderAt struct{}

func (iotestReaderAt) ReadAt([]byte, int64) (int, error) { return 0, errors.New("broken") }

func manyEntries(archive []byte) []byte {
	b := bytes.Clone(archive)
	i := bytes.LastIndex(b, []byte("PK\x05\x06"))
	binary.LittleEndian.PutUint16(b[i+10:], 0xffff)
	return b
}

func TestNamesAreCleaned(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`C:\Документы\паспорт.pdf`: "паспорт.pdf", "../../etc/passwd": "passwd", "": "file", "...": "file",
		"a\x00b\u202e.pdf": "ab.pdf", `a"b<c>.pdf`: "abc.pdf", strings.Repeat("я", 200) + ".pdf": strings.Repeat("я", 116) + ".pdf",
	} {
		if got := CleanName(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// fakeClamd speaks clamd's protocol: INSTREAM with lengths, PING.
func fakeClamd(t *testing.T, limit int) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go serveClamd(conn, limit)
		}
	}()
	return "tcp:" + l.Addr().String()
}

func serveClamd(conn net.Conn, limit int) {
	defer func() { _ = conn.Close() }()
	command := make([]byte, 10)
	n, _ := io.ReadAtLeast(conn, command, 6)
	if string(command[:n]) == "zPING\x00" {
		_, _ = io.WriteString(conn, "PONG\x00")
		return
	}
	_, _ = io.ReadFull(conn, command[n:])
	var got bytes.Buffer
	for {
		var length uint32
		if binary.Read(conn, binary.BigEndian, &length) != nil {
			return
		}
		if length == 0 {
			break
		}
		if got.Len()+int(length) > limit {
			_, _ = io.WriteString(conn, "INSTREAM size limit exceeded. ERROR\x00")
			return
		}
		_, _ = io.CopyN(&got, conn, int64(length))
	}
	if bytes.Contains(got.Bytes(), []byte("EICAR")) {
		_, _ = io.WriteString(conn, "stream: Eicar-Test-Signature FOUND\x00")
		return
	}
	_, _ = io.WriteString(conn, "stream: OK\x00")
}

func TestClamd(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s, err := NewScanner(fakeClamd(t, 1<<20), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	large := bytes.Repeat([]byte("a"), 300<<10)
	for name, c := range map[string]struct {
		body io.Reader
		want Scan
		fail bool
	}{
		"clean":      {bytes.NewReader(large), Clean, false},
		"infected":   {io.MultiReader(bytes.NewReader(large), strings.NewReader("EICAR")), Infected, false},
		"too large":  {bytes.NewReader(bytes.Repeat(large, 4)), Checking, true},
		"unreadable": {iotest.ErrReader(errors.New("broken")), Checking, true},
	} {
		got, err := s.Scan(ctx, c.body)
		if got != c.want || (err != nil) != c.fail {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
	if clamd, ok := s.(*Clamd); !ok || clamd.Ping(ctx) != nil {
		t.Error("no answer to PING")
	}
	down, _ := NewScanner("tcp:127.0.0.1:1", time.Minute)
	if got, err := down.Scan(ctx, strings.NewReader("x")); got != Checking || err == nil {
		t.Errorf("scanner down: %s, %v", got, err)
	}
	for _, bad := range []string{"clamd", "udp:1.2.3.4:5", "unix:"} {
		if _, err := NewScanner(bad, 0); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

func TestIntakeHoldsWhatCantBeScanned(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	key := dataKey(t)
	store, err := blob.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	sealed := blob.NewSealed(store)
	place := secret.At("t", "c", "r")
	pdf := samples(t)[PDF]
	take := func(s Scanner, data []byte) (Taken, error) {
		in := NewIntake(s, sealed, slog.New(slog.DiscardHandler))
		return in.Take(ctx, File{Name: "a.pdf", Size: int64(len(data)), Body: bytes.NewReader(data)}, all(), "t/1", key, place)
	}
	down, _ := NewScanner("tcp:127.0.0.1:1", time.Minute)
	held, err := take(down, pdf)
	if err != nil || held.Scan != Checking || held.Scan.Passes() {
		t.Fatalf("scanner down: %+v, %v", held, err)
	}
	up, _ := NewScanner(fakeClamd(t, 1<<20), time.Minute)
	if scan, err := NewIntake(up, sealed, slog.New(slog.DiscardHandler)).Again(ctx, held.Ref, key, place); scan != Clean || err != nil {
		t.Fatalf("asked again: %s, %v", scan, err)
	}
	if _, err := take(up, []byte("%PDF-1 EICAR %%EOF")); !errors.Is(err, ErrInfected) {
		t.Fatalf("infected: %v", err)
	}
	if off, err := take(Off{}, pdf); err != nil || off.Scan != Unscanned || !off.Scan.Passes() {
		t.Fatalf("no scanner: %+v, %v", off, err)
	}
}

func TestNameTellsTheTruth(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"a.PDF": "a.PDF", "a.exe": "a.exe.pdf", "скан 5.2026": "скан 5.2026.pdf", "": "file.pdf"} {
		if got := nameFor(name, PDF); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func dataKey(t *testing.T) *secret.DataKey {
	t.Helper()
	ctx := context.Background()
	file := t.TempDir() + "/keys"
	if err := secret.CreateKeyset(file, testkit.Start); err != nil {
		t.Fatal(err)
	}
	keyset, err := secret.OpenKeyset(ctx, secret.File(file))
	if err != nil {
		t.Fatal(err)
	}
	keys := testkit.Open(t, db.SQLite, testkit.Of(secret.Migrations()), clock.NewFake(testkit.Start))
	key, err := secret.NewSealer(keyset, keys).Key(ctx, "p1", secret.Person)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func FuzzInspect(f *testing.F) {
	for t, data := range samples(f) {
		f.Add("a."+string(t), data)
	}
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		got, err := Inspect(bytes.NewReader(data), name, int64(len(data)), all())
		if err == nil && !slices.Contains(all().Allowed, string(got)) {
			t.Fatalf("%q is no type", got)
		}
		if clean := CleanName(name); clean == "" || CleanName(clean) != clean || strings.ContainsAny(clean, "/\\\x00") {
			t.Fatalf("name %q", clean)
		}
	})
}
