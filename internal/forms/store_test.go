package forms

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func shipped(t testing.TB) []*Service {
	t.Helper()
	list, faults := LoadAll(os.DirFS("../../services"), Options{})
	for _, f := range faults {
		t.Error(f)
	}
	return list
}

func stored(t testing.TB, services ...*Service) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := WriteStore(&b, services); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestStoredServicesAreTheSame fills each shipped service, and the example, from
// the file and from the store.
func TestStoredServicesAreTheSame(t *testing.T) {
	t.Parallel()
	before := append(shipped(t), mustLoad(t, example(t)))
	after, err := ReadStore(stored(t, before...))
	if err != nil || len(after) != len(before) {
		t.Fatalf("%d services, %v", len(after), err)
	}
	for i, s := range before {
		for _, a := range []Answers{nil, filledExample()} {
			x, y := Fill(s, a, today), Fill(after[i], a, today)
			if !cmp.Equal(x.Submission(), y.Submission()) || !cmp.Equal(x.Missing, y.Missing) || !cmp.Equal(x.Wrong, y.Wrong) {
				t.Errorf("%s: filled otherwise\n%s", s.ID, cmp.Diff(x.Missing, y.Missing))
			}
			if x.Decided.Fee != y.Decided.Fee || x.Decided.Days != y.Decided.Days || x.Decided.Eligible != y.Decided.Eligible {
				t.Errorf("%s: decided otherwise: %+v %+v", s.ID, x.Decided, y.Decided)
			}
			for _, lang := range []Lang{RU, EN} {
				p := printer(t, lang)
				if diff := cmp.Diff(Issue(s, x, p), Issue(after[i], y, p)); diff != "" {
					t.Errorf("%s: issued otherwise\n%s", s.ID, diff)
				}
			}
		}
		if len(s.Unverified) != len(after[i].Unverified) || s.Path != after[i].Path {
			t.Errorf("%s: marks or path lost", s.ID)
		}
	}
}

func TestBrokenStore(t *testing.T) {
	t.Parallel()
	good := stored(t, mustLoad(t, example(t)))
	for name, data := range map[string][]byte{
		"nothing": nil, "cut": good[:len(good)-1], "another version": append([]byte("x"), good...),
		"length": append(bytes.Clone(good), 0xff, 0xff, 0xff, 0xff), "more": append(bytes.Clone(good), 0, 0, 0, 2, '{', '}'),
	} {
		if _, err := ReadStore(data); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

func FuzzReadStore(f *testing.F) {
	good := stored(f, mustLoad(f, example(f)))
	f.Add(good)
	f.Add(bytes.Replace(good, []byte(`"Guarded"`), []byte(`"guard"`), 3))
	head, err := storeHead()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		services, err := ReadStore(append(bytes.Clone(head), bytes.TrimPrefix(data, head)...))
		if err != nil {
			return
		}
		for _, s := range services {
			Fill(s, filledExample(), today) // must not panic
		}
	})
}

// thousand is the shipped catalogue, repeated under other names.
func thousand(t testing.TB) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	dirs, err := os.ReadDir("../../services")
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; len(out) < 1000; n++ {
		for _, d := range dirs {
			data, err := os.ReadFile("../../services/" + d.Name() + "/service.yaml")
			if err != nil || len(out) == 1000 {
				continue
			}
			id := fmt.Sprintf("%s-%d", d.Name(), n)
			text := strings.Replace(string(data), "id: "+d.Name()+"\n", "id: "+id+"\n", 1)
			text = strings.ReplaceAll(text, "service: ", "service: x")
			out[id+"/service.yaml"] = &fstest.MapFile{Data: []byte(text)}
		}
	}
	return out
}

// BenchmarkLint1000 is the full check of a thousand services.
func BenchmarkLint1000(b *testing.B) {
	files := thousand(b)
	for b.Loop() {
		if list, _ := LoadAll(files, Options{}); len(list) != 1000 {
			b.Fatalf("%d services", len(list))
		}
	}
}

// BenchmarkReadStore1000 makes a thousand services ready from the store.
func BenchmarkReadStore1000(b *testing.B) {
	list, _ := LoadAll(thousand(b), Options{})
	data := stored(b, list...)
	b.ReportMetric(float64(len(data))/1e6, "MB")
	b.ReportAllocs()
	for b.Loop() {
		if list, err := ReadStore(data); err != nil || len(list) != 1000 {
			b.Fatal(err)
		}
	}
}
