package forms

import (
	"encoding/json"
	"reflect"
	"strings"
)

// Schema is the JSON Schema (2020-12) of a service file, made from the same
// types that read it. It serves editors; the linter knows much more.
func Schema() ([]byte, error) { return schemaOf(reflect.TypeFor[Service](), "A service of Okno") }

// CasesSchema is the JSON Schema of a file cases.yaml.
func CasesSchema() ([]byte, error) {
	return schemaOf(reflect.TypeFor[Cases](), "Golden cases of a service of Okno")
}

// DictionarySchema is like CasesSchema for a dictionary.
func DictionarySchema() ([]byte, error) {
	return schemaOf(reflect.TypeFor[Dictionary](), "A dictionary of Okno")
}

func schemaOf(t reflect.Type, title string) ([]byte, error) {
	b := &schemaBuilder{defs: map[string]any{}}
	root := b.object(t)
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = title
	root["$defs"] = b.defs
	out, err := json.MarshalIndent(root, "", "  ")
	return append(out, '\n'), err
}

type schemaBuilder struct{ defs map[string]any }

func (b *schemaBuilder) object(t reflect.Type) map[string]any {
	properties := map[string]any{"unverified": map[string]any{
		"type": "boolean", "description": "true: not yet checked against the law; refused in production.",
	}}
	required := []string{}
	for _, m := range membersOf(t) {
		p := b.of(t.Field(m.index).Type, m.tags)
		if m.doc != "" {
			p["description"] = m.doc
		}
		properties[m.key] = p
		if m.required {
			required = append(required, m.key)
		}
	}
	return map[string]any{
		"type": "object", "properties": properties, "required": required, "additionalProperties": false,
	}
}

func (b *schemaBuilder) of(t reflect.Type, tag tags) map[string]any {
	switch {
	case t == exprType:
		return map[string]any{"type": []string{"string", "integer", "number", "boolean"}}
	case t == templateType:
		return b.of(reflect.TypeFor[Text](), tag)
	case t.Kind() == reflect.Interface:
		return map[string]any{"type": "object"}
	case t.Kind() == reflect.Pointer:
		return b.of(t.Elem(), tag)
	case t.Kind() == reflect.Struct:
		return b.ref(t)
	case t.Kind() == reflect.Slice:
		return b.list(t.Elem(), tag)
	case t.Kind() == reflect.Int:
		return bounded(tag)
	case t.Kind() == reflect.Bool:
		return map[string]any{"type": "boolean"}
	}
	return b.text(tag)
}

func bounded(tag tags) map[string]any {
	out := map[string]any{"type": "integer"}
	if tag.min != nil {
		out["minimum"] = *tag.min
	}
	if tag.max != nil {
		out["maximum"] = *tag.max
	}
	return out
}

func (b *schemaBuilder) text(tag tags) map[string]any {
	out := map[string]any{"type": "string", "minLength": 1}
	if tag.enum != nil {
		out["enum"] = tag.enum
	}
	if tag.kinds {
		out["enum"] = kindNames()
	}
	if shape, ok := formats[tag.format]; ok {
		out["pattern"] = shape
	}
	return out
}

// list allows one value in place of a list of one, as the decoder does.
func (b *schemaBuilder) list(item reflect.Type, tag tags) map[string]any {
	one := b.of(item, tag)
	many := map[string]any{"type": "array", "items": one}
	if tag.required {
		many["minItems"] = 1
	}
	return map[string]any{"anyOf": []any{many, one}}
}

func (b *schemaBuilder) ref(t reflect.Type) map[string]any {
	name := strings.ToLower(t.Name())
	if _, ok := b.defs[name]; !ok {
		b.defs[name] = true // breaks the circle of types that hold each other
		def := b.object(t)
		for _, m := range membersOf(t) {
			if m.short {
				def = map[string]any{"anyOf": []any{def, b.of(t.Field(m.index).Type, m.tags)}}
			}
		}
		b.defs[name] = def
	}
	return map[string]any{"$ref": "#/$defs/" + name}
}
