package forms

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"reflect"
	"regexp"
	"runtime"
	"sync"

	"cel.dev/cel-go/cel"
)

// ErrStore says that a compiled store can't be used: it is broken, or another
// version of the language has written it. Read the service files instead.
var ErrStore = errors.New("forms: the compiled store does not fit")

// storeVersion grows when the meaning of what is stored changes.
const storeVersion = "okno-services-1\n"

// maxPacked bounds one service in a store.
const maxPacked = 64 << 20

// WriteStore writes services in compiled form. Reading them back needs neither
// parsing nor checking, so that a catalogue of a thousand is ready at once. The
// store is trusted: keep it where nobody else writes.
func WriteStore(w io.Writer, services []*Service) error {
	head, err := storeHead()
	if err != nil {
		return err
	}
	if _, err := w.Write(head); err != nil {
		return err
	}
	for _, s := range services {
		body, err := Pack(s)
		if err != nil {
			return err
		}
		if _, err := w.Write(body); err != nil {
			return err
		}
	}
	return nil
}

// Pack is a service as it stands in a store, behind the store's head.
func Pack(s *Service) ([]byte, error) {
	p := packer{out: make([]byte, 4, 16<<10)}
	p.value(reflect.ValueOf(s).Elem())
	p.text(s.Path)
	binary.BigEndian.PutUint32(p.out, uint32(len(p.out)-4))
	return p.out, p.err
}

// storeHead names the version of the language: the schema stands for its types.
func storeHead() ([]byte, error) {
	schema, err := Schema()
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(schema)
	return append([]byte(storeVersion), sum[:]...), nil
}

// ReadStore gives the services of a store, on all processors at once. The data
// must not be changed afterwards. The error is ErrStore.
func ReadStore(data []byte) ([]*Service, error) {
	head, err := storeHead()
	if err != nil || !bytes.HasPrefix(data, head) {
		return nil, errors.Join(ErrStore, err)
	}
	pieces, err := cut(data[len(head):])
	if err != nil {
		return nil, err
	}
	lang, err := newLanguage()
	if err != nil {
		return nil, err
	}
	out := make([]*Service, len(pieces))
	ok := together(len(pieces), func(i int) bool {
		out[i] = unpack(lang, pieces[i])
		return out[i] != nil
	})
	if !ok {
		return nil, ErrStore
	}
	return out, nil
}

func cut(data []byte) ([][]byte, error) {
	var out [][]byte
	for len(data) > 0 {
		if len(data) < 4 {
			return nil, ErrStore
		}
		size := binary.BigEndian.Uint32(data)
		if size > maxPacked || int(size) > len(data)-4 {
			return nil, ErrStore
		}
		out, data = append(out, data[4:4+size]), data[4+size:]
	}
	return out, nil
}

// together does n pieces of work on all processors and reports whether all went
// well.
func together(n int, do func(i int) bool) bool {
	var all sync.WaitGroup
	var mu sync.Mutex
	next, ok := 0, true
	take := func(good bool) (int, bool) {
		mu.Lock()
		defer mu.Unlock()
		ok = ok && good
		next++
		return next - 1, next <= n
	}
	for range min(n, runtime.GOMAXPROCS(0)) {
		all.Go(func() {
			for i, more := take(true); more; i, more = take(do(i)) {
			}
		})
	}
	all.Wait()
	return ok
}

// unpack makes a service ready, nil if the data are broken.
func unpack(lang *language, data []byte) *Service {
	s, fs := &Service{}, &faults{}
	u := &unpacker{data: data, all: string(data), env: lazyEnv(lang.env, s), known: map[reflect.Type][]bool{}}
	u.value(reflect.ValueOf(s).Elem())
	s.Path = u.text()
	if u.bad || len(u.data) > 0 || s.ID == "" {
		return nil
	}
	index(s, lang.kinds, fs)
	for _, n := range u.named {
		n.part.field = s.namedField(n.part.expr.Source, s.groups[n.group])
	}
	if len(fs.list) > 0 || !s.whole() {
		return nil
	}
	return s
}

// whole reports whether everything that the engine relies on is there.
func (s *Service) whole() bool {
	for i := range s.Form.Steps {
		for _, j := range s.Form.Steps[i].Jump {
			if target, ok := s.steps[j.To]; j.To != jumpEnd && (!ok || target <= i) {
				return false
			}
		}
	}
	for _, f := range s.fields {
		if f.Kind == "photo" && f.Norm == nil {
			return false
		}
	}
	return true
}

// lazyEnv gives the environments of a service, made when the first expression of
// the service is needed.
func lazyEnv(base *cel.Env, s *Service) func(group string) func() (*cel.Env, error) {
	make := sync.OnceValues(func() (*compiler, error) { return newCompiler(base, s) })
	form := func() (*cel.Env, error) {
		c, err := make()
		if err != nil {
			return nil, err
		}
		return c.form, nil
	}
	return func(group string) func() (*cel.Env, error) {
		if group == "" {
			return form
		}
		return func() (*cel.Env, error) {
			c, err := make()
			if err != nil || c.groups[group] == nil {
				return nil, errors.Join(ErrStore, err)
			}
			return c.groups[group], nil
		}
	}
}

// patternOf compiles the pattern of a field, nil for none or a wrong one.
func patternOf(pattern string) *regexp.Regexp {
	if pattern == "" {
		return nil
	}
	compiled, err := regexp.Compile(`^(?:` + pattern + `)$`)
	if err != nil {
		return nil // the decoder has told it
	}
	return compiled
}
