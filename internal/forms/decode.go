package forms

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// decoder fills the types of the language from YAML, by their tags, and notes
// every fault with its place. The same tags make the JSON schema.
type decoder struct {
	*faults
	lines      []string
	unverified []Pos
	known      map[reflect.Type][]member
	shapes     map[string]*regexp.Regexp
}

func newDecoder(fs *faults, lines []string) *decoder {
	return &decoder{faults: fs, lines: lines, known: map[reflect.Type][]member{}, shapes: map[string]*regexp.Regexp{}}
}

// members are the keys of a type, looked up once for each file.
func (d *decoder) members(t reflect.Type) []member {
	if _, ok := d.known[t]; !ok {
		d.known[t] = membersOf(t)
	}
	return d.known[t]
}

// tags are what a field of a Go type says about its key.
type tags struct {
	key      string
	required bool
	enum     []string
	format   string
	min, max *int
	short    bool
	kinds    bool
	doc      string
	typ      string
}

func tagsOf(f reflect.StructField) tags {
	name, flags, _ := strings.Cut(f.Tag.Get("key"), ",")
	t := tags{key: name, required: flags == "required", format: f.Tag.Get("format"), doc: f.Tag.Get("doc"), typ: f.Tag.Get("type")}
	t.short = f.Tag.Get("short") != ""
	t.kinds = f.Tag.Get("kinds") != ""
	if e := f.Tag.Get("enum"); e != "" {
		t.enum = strings.Split(e, "|")
	}
	t.min, t.max = intTag(f, "min"), intTag(f, "max")
	return t
}

func intTag(f reflect.StructField, name string) *int {
	n, err := strconv.Atoi(f.Tag.Get(name))
	if err != nil {
		return nil
	}
	return &n
}

// member is a key of a Go type with its place in it.
type member struct {
	tags
	index int
}

// membersOf lists the keys of a type.
func membersOf(t reflect.Type) []member {
	var out []member
	for i := range t.NumField() {
		if tag := t.Field(i).Tag.Get("key"); tag != "" && tag != "-" {
			out = append(out, member{tagsOf(t.Field(i)), i})
		}
	}
	return out
}

var (
	exprType      = reflect.TypeFor[Expr]()
	templateType  = reflect.TypeFor[Template]()
	paragraphType = reflect.TypeFor[Paragraph]()
	posType       = reflect.TypeFor[Pos]()
)

func (d *decoder) value(n ast.Node, v reflect.Value, t tags) {
	switch {
	case d.refused(n, t):
	case v.Type() == exprType:
		d.expr(n, v.Addr().Interface().(*Expr), t)
	case v.Type() == templateType:
		d.value(n, v.Field(0), t)
		v.Addr().Interface().(*Template).where = d.places(n)
	case v.Type() == paragraphType:
		d.object(n, v, t)
		v.Addr().Interface().(*Paragraph).text.where = d.places(n)
	case v.Kind() == reflect.Interface:
		if x := d.anything(n); x != nil {
			v.Set(reflect.ValueOf(x))
		}
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.value(n, v.Elem(), t)
	case v.Kind() == reflect.Struct:
		d.object(n, v, t)
	case v.Kind() == reflect.Slice:
		d.list(n, v, t)
	default:
		d.plain(n, v, t)
	}
}

// places are where the texts of each language begin, for templates.
func (d *decoder) places(n ast.Node) map[Lang]place {
	out := map[Lang]place{}
	entries, _ := pairs(n)
	for _, e := range entries {
		key, _, _ := scalar(e.Key, d.lines)
		if _, where, ok := scalar(e.Value, d.lines); ok {
			out[Lang(key)] = where
		}
	}
	return out
}

// refused turns away what YAML allows and the language does not.
func (d *decoder) refused(n ast.Node, t tags) bool {
	at := position(n)
	switch n.(type) {
	case *ast.TagNode:
		d.add(at, "yaml", "put the value in single quotes: '!a.married'", "%s begins with !, which YAML takes for a tag", t.key)
	case *ast.AnchorNode, *ast.AliasNode, *ast.MergeKeyNode:
		d.add(at, "yaml", "write the text out", "anchors, aliases and merges are not part of the language")
	case *ast.NullNode:
		d.add(at, "type", "leave the key out or give it a value", "%s is empty", t.key)
	default:
		return false
	}
	return true
}

// pairs are the keys and values of a mapping, of one entry too.
func pairs(n ast.Node) ([]*ast.MappingValueNode, bool) {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	}
	return nil, false
}

func (d *decoder) object(n ast.Node, v reflect.Value, t tags) {
	entries, ok := pairs(n)
	if !ok {
		d.short(n, v, t)
		return
	}
	d.place(n, v)
	seen := map[string]bool{}
	for _, e := range entries {
		d.entry(e, v, t, seen)
	}
	for _, m := range d.members(v.Type()) {
		if m.required && !seen[m.key] {
			d.add(position(n), d.missingCode(m), m.doc, "%s: %q is missing", orRoot(t.key), m.key)
		}
	}
}

func (d *decoder) missingCode(m member) string {
	if m.key == "ru" || m.key == "en" {
		return "text"
	}
	return "missing"
}

func orRoot(key string) string {
	if key == "" {
		return "service"
	}
	return key
}

// place keeps the position in types that want it.
func (d *decoder) place(n ast.Node, v reflect.Value) {
	if at := v.FieldByName("At"); at.IsValid() && at.Type() == posType {
		at.Set(reflect.ValueOf(position(n)))
	}
}

// short takes a single value for an object whose tag allows it: cost: 0.
func (d *decoder) short(n ast.Node, v reflect.Value, t tags) {
	for _, m := range d.members(v.Type()) {
		if m.short {
			d.place(n, v)
			d.value(n, v.Field(m.index), m.tags)
			return
		}
	}
	hint := "write key: value pairs"
	if v.Type() == reflect.TypeFor[Text]() {
		hint = "write {ru: …, en: …}"
	}
	d.add(position(n), "type", hint, "%s must be a mapping", orRoot(t.key))
}

func (d *decoder) entry(e *ast.MappingValueNode, v reflect.Value, t tags, seen map[string]bool) {
	key, _, ok := scalar(e.Key, d.lines)
	if !ok {
		d.add(position(e.Key), "yaml", "", "a key must be a plain word")
		return
	}
	seen[key] = true
	if key == "unverified" {
		d.unverifiedMark(e, v)
		return
	}
	members := d.members(v.Type())
	for _, m := range members {
		if m.key == key {
			d.value(e.Value, v.Field(m.index), m.tags)
			return
		}
	}
	names := []string{"unverified"}
	for _, m := range members {
		names = append(names, m.key)
	}
	hint := nearest(key, names)
	if hint == "" {
		hint = "known here: " + strings.Join(names[1:], ", ")
	}
	if strings.ContainsAny(key, " ,") {
		hint = "inside { } a text with a comma or a colon goes in quotes"
	}
	d.add(position(e.Key), "key", hint, "%s: unknown key %q", orRoot(t.key), key)
}

func (d *decoder) unverifiedMark(e *ast.MappingValueNode, v reflect.Value) {
	b, ok := e.Value.(*ast.BoolNode)
	if !ok {
		d.add(position(e.Value), "type", "write true or leave it out", "unverified must be true or false")
		return
	}
	if b.Value {
		d.unverified = append(d.unverified, position(e.Key))
	}
	if mark := v.FieldByName("Unverified"); mark.IsValid() && mark.Kind() == reflect.Bool {
		mark.SetBool(b.Value)
	}
}

// list takes a sequence; one value may stand for a list of one.
func (d *decoder) list(n ast.Node, v reflect.Value, t tags) {
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		item := reflect.New(v.Type().Elem()).Elem()
		d.value(n, item, t)
		v.Set(reflect.Append(v, item))
		return
	}
	if t.required && len(seq.Values) == 0 {
		d.add(position(n), "missing", t.doc, "%s is an empty list", t.key)
	}
	out := reflect.MakeSlice(v.Type(), len(seq.Values), len(seq.Values))
	seen := map[string]bool{}
	for i, item := range seq.Values {
		d.value(item, out.Index(i), t)
		if s := out.Index(i); s.Kind() == reflect.String && s.String() != "" {
			if seen[s.String()] {
				d.add(position(item), "id", "", "%s: %q stands twice", t.key, s.String())
			}
			seen[s.String()] = true
		}
	}
	v.Set(out)
}

func (d *decoder) expr(n ast.Node, e *Expr, t tags) {
	s, where, ok := scalar(n, d.lines)
	if !ok {
		d.add(position(n), "type", "put the expression in quotes", "%s must be an expression", t.key)
		return
	}
	if strings.TrimSpace(s) == "" {
		d.add(position(n), "type", "leave the key out or write an expression", "%s is empty", t.key)
		return
	}
	*e = Expr{Source: s, At: where.at(1, 0), where: where}
}

func (d *decoder) plain(n ast.Node, v reflect.Value, t tags) {
	switch v.Kind() {
	case reflect.String:
		d.str(n, v, t)
	case reflect.Int:
		d.integer(n, v, t)
	case reflect.Bool:
		b, ok := n.(*ast.BoolNode)
		if !ok {
			d.add(position(n), "type", "write true or false", "%s must be true or false", t.key)
			return
		}
		v.SetBool(b.Value)
	}
}

func (d *decoder) str(n ast.Node, v reflect.Value, t tags) {
	s, _, ok := scalar(n, d.lines)
	_, isString := n.(*ast.StringNode)
	_, isBlock := n.(*ast.LiteralNode)
	if !ok || !isString && !isBlock {
		d.add(position(n), "type", "put it in quotes", "%s must be a text", t.key)
		return
	}
	s = strings.TrimSpace(s)
	if s == "" {
		d.add(position(n), "text", "write it, or leave the key out", "%s is empty", t.key)
		return
	}
	v.SetString(s)
	d.format(position(n), s, t)
}

func (d *decoder) integer(n ast.Node, v reflect.Value, t tags) {
	i, err := strconv.Atoi(n.GetToken().Value)
	if _, ok := n.(*ast.IntegerNode); !ok || err != nil {
		d.add(position(n), "type", "write a whole number without quotes", "%s must be a whole number", t.key)
		return
	}
	if t.min != nil && i < *t.min || t.max != nil && i > *t.max {
		d.add(position(n), "limit", t.doc, "%s: %d is out of range %s", t.key, i, rangeText(t))
		return
	}
	v.SetInt(int64(i))
}

func rangeText(t tags) string {
	low, high := "", ""
	if t.min != nil {
		low = strconv.Itoa(*t.min)
	}
	if t.max != nil {
		high = strconv.Itoa(*t.max)
	}
	return low + "…" + high
}

// formats are the shapes of short values. They stand in the schema too.
var formats = map[string]string{
	"id":         `^[a-z][a-z0-9]*(-[a-z0-9]+)*$`,
	"code":       `^[a-z0-9][a-z0-9_-]*$`,
	"field":      `^[a-z][a-z0-9_]{0,59}$`,
	"region":     `^[0-9]{2,3}$`,
	"path":       `^/[a-z0-9/_-]*$`,
	"url":        `^https://[^\s]+$`,
	"fact":       `^[a-z_]+\.[a-z][a-z0-9_]*$`,
	"entry":      `^[A-Za-z0-9][A-Za-z0-9._-]*$`,
	"ratio":      `^[1-9][0-9]{0,3}:[1-9][0-9]{0,3}$`,
	"coordinate": `^-?[0-9]{1,3}(\.[0-9]{1,7})?$`,
	"date":       `^[0-9]{4}-[0-9]{2}-[0-9]{2}$`,
}

// shape is the pattern of a format, nil for those that have none.
func (d *decoder) shape(format string) *regexp.Regexp {
	if _, ok := d.shapes[format]; !ok && formats[format] != "" {
		d.shapes[format] = regexp.MustCompile(formats[format])
	}
	return d.shapes[format]
}

func (d *decoder) format(at Pos, s string, t tags) {
	if t.enum != nil && !slices.Contains(t.enum, s) {
		d.add(at, "value", cmpHint(nearest(s, t.enum), "one of: "+strings.Join(t.enum, ", ")), "%s: %q is not known", t.key, s)
	}
	if t.format == "regexp" {
		if _, err := regexp.Compile(s); err != nil {
			d.add(at, "value", "RE2 syntax, without look-ahead", "%s: %v", t.key, err)
		}
		return
	}
	if shape := d.shape(t.format); shape != nil && !shape.MatchString(s) {
		d.add(at, "value", fmt.Sprintf("it must match %s", shape), "%s: %q has a wrong form", t.key, s)
	}
	if len(s) > 8000 {
		d.add(at, "limit", "at most 8000 bytes", "%s is too long", t.key)
	}
}

func cmpHint(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
