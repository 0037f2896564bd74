package forms

import (
	"encoding/binary"
	"reflect"

	"cel.dev/cel-go/cel"
)

// The form of a service in a store: for each struct the fields that are not
// zero, as their place plus one, ended by 0. Numbers are varints, texts and lists
// begin with their length. An expression carries what the check has found.

var groupType = reflect.TypeFor[Group]()

// packer writes a service.
type packer struct {
	out []byte
	err error
}

func (p *packer) uint(n uint64) { p.out = binary.AppendUvarint(p.out, n) }

func (p *packer) text(s string) {
	p.uint(uint64(len(s)))
	p.out = append(p.out, s...)
}

func (p *packer) texts(list []string) {
	p.uint(uint64(len(list)))
	for _, s := range list {
		p.text(s)
	}
}

func (p *packer) value(v reflect.Value) {
	switch {
	case v.Type() == exprType:
		p.expr(v.Addr().Interface().(*Expr))
	case v.Type() == templateType:
		p.template(v.Addr().Interface().(*Template))
	case v.Type() == paragraphType:
		p.object(v)
		p.template(&v.Addr().Interface().(*Paragraph).text)
	case v.Kind() == reflect.Struct:
		p.object(v)
	case v.Kind() == reflect.Slice:
		p.uint(uint64(v.Len()))
		for i := range v.Len() {
			p.value(v.Index(i))
		}
	case v.Kind() == reflect.Pointer:
		p.value(v.Elem()) // nil is zero and not written
	case v.Kind() == reflect.String:
		p.text(v.String())
	case v.Kind() == reflect.Bool:
		p.uint(1)
	case v.Kind() == reflect.Int:
		p.out = binary.AppendVarint(p.out, v.Int())
	default:
		p.err = ErrStore
	}
}

func (p *packer) object(v reflect.Value) {
	for i := range v.NumField() {
		// An empty pointer is not there; one to a zero value is (required: false).
		if f := v.Field(i); v.Type().Field(i).IsExported() && !f.IsZero() {
			p.uint(uint64(i) + 1)
			if f.Kind() == reflect.Pointer && f.Elem().Kind() == reflect.Bool {
				p.uint(map[bool]uint64{true: 1}[f.Elem().Bool()])
				continue
			}
			p.value(f)
		}
	}
	p.uint(0)
}

func (p *packer) expr(e *Expr) {
	if e.code == nil {
		p.err = ErrStore
		return
	}
	data, err := e.code.write()
	if err != nil {
		p.err = err
	}
	p.text(e.Source)
	p.uint(uint64(e.At.Line))
	p.uint(uint64(e.At.Col))
	p.texts(e.refs)
	p.texts(e.items)
	p.uint(map[bool]uint64{true: 1}[e.guarded])
	p.text(string(data))
}

func (p *packer) template(t *Template) {
	p.text(t.RU)
	p.text(t.EN)
	p.uint(map[bool]uint64{true: 1}[t.Unverified])
	for _, lang := range []Lang{RU, EN} {
		p.uint(uint64(len(t.parts[lang])))
		for i := range t.parts[lang] {
			x := &t.parts[lang][i]
			if p.text(x.text); x.expr.IsZero() {
				p.uint(0)
				continue
			}
			p.uint(1)
			p.expr(&x.expr)
		}
	}
}

// unpacker reads a service. Its texts share one piece of memory.
type unpacker struct {
	data  []byte // what is left
	all   string // all of it
	bad   bool
	env   func(group string) func() (*cel.Env, error)
	group string
	// named are parts of templates that may be no more than a field.
	named []namedPart
	known map[reflect.Type][]bool
}

type namedPart struct {
	part  *part
	group string
}

func (u *unpacker) uint() uint64 {
	n, size := binary.Uvarint(u.data)
	if size <= 0 {
		u.bad, u.data = true, nil
		return 0
	}
	u.data = u.data[size:]
	return n
}

// count is the length of a list, each of whose members takes a byte at least.
func (u *unpacker) count() int {
	n := u.uint()
	if n > uint64(len(u.data)) {
		u.bad = true
		return 0
	}
	return int(n)
}

func (u *unpacker) bytes() []byte {
	n := u.count()
	out := u.data[:n:n]
	u.data = u.data[n:]
	return out
}

func (u *unpacker) text() string {
	n := u.count()
	from := len(u.all) - len(u.data)
	u.data = u.data[n:]
	return u.all[from : from+n]
}

func (u *unpacker) texts() []string {
	n := u.count()
	if n == 0 {
		return nil
	}
	out := make([]string, n)
	for i := range out {
		out[i] = u.text()
	}
	return out
}

func (u *unpacker) value(v reflect.Value) {
	t := v.Type()
	switch {
	case u.bad:
	case t == exprType:
		u.expr(v.Addr().Interface().(*Expr))
	case t == templateType:
		u.template(v.Addr().Interface().(*Template))
	case t == paragraphType:
		u.object(v)
		p := v.Addr().Interface().(*Paragraph)
		u.group = p.Each
		u.template(&p.text)
		u.group = ""
	case t.Kind() == reflect.Struct:
		u.object(v)
	case t.Kind() == reflect.Slice:
		n := u.count()
		v.Set(reflect.MakeSlice(t, n, n))
		for i := range n {
			u.value(v.Index(i))
		}
	case t.Kind() == reflect.Pointer:
		v.Set(reflect.New(t.Elem()))
		u.value(v.Elem())
	case t.Kind() == reflect.String:
		v.SetString(u.text())
	case t.Kind() == reflect.Bool:
		v.SetBool(u.uint() == 1)
	case t.Kind() == reflect.Int:
		n, size := binary.Varint(u.data)
		if size <= 0 {
			u.bad = true
			return
		}
		u.data = u.data[size:]
		v.SetInt(n)
	default:
		u.bad = true
	}
}

// open are the fields of a type that a store may hold.
func (u *unpacker) open(t reflect.Type) []bool {
	if list, ok := u.known[t]; ok {
		return list
	}
	list := make([]bool, t.NumField())
	for i := range list {
		list[i] = t.Field(i).IsExported()
	}
	u.known[t] = list
	return list
}

func (u *unpacker) object(v reflect.Value) {
	open := u.open(v.Type())
	for {
		n := u.uint()
		if n == 0 || u.bad {
			return
		}
		if n > uint64(len(open)) || !open[n-1] {
			u.bad = true
			return
		}
		outer := u.group
		if v.Type() == groupType {
			u.group = v.Addr().Interface().(*Group).ID
		}
		u.value(v.Field(int(n - 1)))
		u.group = outer
	}
}

func (u *unpacker) expr(e *Expr) {
	e.Source = u.text()
	e.At = Pos{Line: int(u.uint()), Col: int(u.uint())}
	e.refs, e.items = u.texts(), u.texts()
	e.guarded = u.uint() == 1
	e.code = &code{env: u.env(u.group), data: u.bytes()}
}

func (u *unpacker) template(t *Template) {
	t.RU, t.EN = u.text(), u.text()
	t.Unverified = u.uint() == 1
	t.parts = map[Lang][]part{}
	for _, lang := range []Lang{RU, EN} {
		parts := make([]part, u.count())
		for i := range parts {
			if parts[i].text = u.text(); u.uint() == 1 && !u.bad {
				u.expr(&parts[i].expr)
				u.named = append(u.named, namedPart{&parts[i], u.group})
			}
		}
		if t.parts[lang] = parts; u.bad {
			return
		}
	}
}
