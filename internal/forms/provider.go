package forms

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
)

// errNoValue is what an expression meets where nothing has been answered.
var errNoValue = errors.New("no value")

// provider tells CEL the types of answers, items and facts, so that unknown
// names and wrong types are found when a service is loaded.
type provider struct {
	types.Provider
	objects map[string]*object
}

// object is a type with named members, kept at run time as map[string]any.
type object struct {
	typ     *types.Type
	members map[string]*types.FieldType
}

func newProvider(below types.Provider) *provider {
	return &provider{Provider: below, objects: map[string]*object{}}
}

// define adds an object type and gives it back for use in others.
func (p *provider) define(name string, members map[string]*cel.Type) *cel.Type {
	// With a slash no path of an expression can be taken for the type itself.
	name = "/" + name
	o := &object{typ: types.NewObjectType(name), members: map[string]*types.FieldType{}}
	for member, t := range members {
		o.members[member] = &types.FieldType{Type: t, IsSet: isSet(member), GetFrom: getFrom(member, t)}
	}
	p.objects[name] = o
	return o.typ
}

func isSet(member string) func(any) bool {
	return func(target any) bool {
		m, ok := target.(map[string]any)
		return ok && m[member] != nil
	}
}

func getFrom(member string, t *cel.Type) func(any) (any, error) {
	return func(target any) (any, error) {
		m, _ := target.(map[string]any)
		v := m[member]
		if v == nil && t.Kind() == types.ListKind {
			return []any{}, nil
		}
		if v == nil {
			return nil, errNoValue
		}
		return coerce(v, t)
	}
}

// coerce gives numbers the type that the form says: JSON knows only one.
func coerce(v any, t *cel.Type) (any, error) {
	switch t.Kind() {
	case types.IntKind:
		if n, ok := whole(v); ok {
			return n, nil
		}
		return nil, errNoValue
	case types.DoubleKind:
		if x, ok := float(v); ok {
			return x, nil
		}
		return nil, errNoValue
	}
	return v, nil
}

// whole reads a whole number from any number that JSON or Go may hold.
func whole(v any) (int64, bool) {
	switch n := v.(type) {
	case int:
		return int64(n), true
	case int64:
		return n, true
	case float64:
		i := int64(n)
		return i, float64(i) == n && n < 1e15 && n > -1e15
	case json.Number:
		i, err := n.Int64()
		return i, err == nil
	}
	return 0, false
}

func float(v any) (float64, bool) {
	switch n := v.(type) {
	case float64:
		return n, n == n && n < 1e15 && n > -1e15
	case json.Number:
		x, err := n.Float64()
		return x, err == nil && x < 1e15 && x > -1e15
	}
	n, ok := whole(v)
	return float64(n), ok
}

// FindStructType implements types.Provider.
func (p *provider) FindStructType(name string) (*types.Type, bool) {
	if o, ok := p.objects[name]; ok {
		return types.NewTypeTypeWithParam(o.typ), true
	}
	return p.Provider.FindStructType(name)
}

// FindStructFieldNames implements types.Provider.
func (p *provider) FindStructFieldNames(name string) ([]string, bool) {
	if o, ok := p.objects[name]; ok {
		return slices.Sorted(maps.Keys(o.members)), true
	}
	return p.Provider.FindStructFieldNames(name)
}

// FindStructFieldType implements types.Provider.
func (p *provider) FindStructFieldType(name, member string) (*types.FieldType, bool) {
	o, ok := p.objects[name]
	if !ok {
		return p.Provider.FindStructFieldType(name, member)
	}
	t, ok := o.members[member]
	return t, ok
}
