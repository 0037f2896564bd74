// Package i18n gives texts in the languages of the portal. Rooms bring flat
// files locale/ru.yaml and locale/en.yaml of dotted keys that start with the
// room's name; a text may hold {{.Placeholders}} and plural forms by Count.
// Dates, numbers and money are written here as people of a language write them.
package i18n

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"github.com/goccy/go-yaml"
)

// The languages of the portal; the first is the default.
const (
	RU = "ru"
	EN = "en"
)

// Langs are all languages, the default first.
func Langs() []string { return []string{RU, EN} }

// Bundle holds the texts of all rooms. It is safe for use by many goroutines
// once it is loaded.
type Bundle struct {
	texts map[string]map[string]message // lang → key
}

// New loads the locale folders of the rooms; each holds ru.yaml and en.yaml.
func New(folders ...fs.FS) (*Bundle, error) {
	b := &Bundle{texts: map[string]map[string]message{}}
	for _, lang := range Langs() {
		b.texts[lang] = map[string]message{}
		for _, f := range folders {
			if err := b.load(f, lang); err != nil {
				return nil, err
			}
		}
	}
	return b, nil
}

func (b *Bundle) load(f fs.FS, lang string) error {
	raw, err := fs.ReadFile(f, lang+".yaml")
	if err != nil {
		return fmt.Errorf("texts: %w", err)
	}
	var texts map[string]any
	if err := yaml.Unmarshal(raw, &texts); err != nil {
		return fmt.Errorf("texts in %s: %w", lang, err)
	}
	for key, v := range texts {
		if b.Has(lang, key) {
			return fmt.Errorf("texts in %s: %s stands twice", lang, key)
		}
		m, err := compile(v)
		if err != nil {
			return fmt.Errorf("texts in %s: %s: %w", lang, key, err)
		}
		b.texts[lang][key] = m
	}
	return nil
}

// Keys are the known keys of a language, sorted.
func (b *Bundle) Keys(lang string) []string {
	return slices.Sorted(maps.Keys(b.texts[lang]))
}

// Has reports whether the language knows the key.
func (b *Bundle) Has(lang, key string) bool {
	_, ok := b.texts[lang][key]
	return ok
}

// T is the text of key in lang. args are placeholders as name, value pairs; a
// pair "Count", n also chooses the plural form. An unknown key comes back in
// brackets, so that it is seen.
func (b *Bundle) T(lang, key string, args ...any) string {
	if !Known(lang) {
		lang = RU
	}
	m, ok := b.texts[lang][key]
	if !ok {
		return "[" + key + "]"
	}
	return m.fill(lang, args)
}

type ctxKey struct{}

type chosen struct {
	bundle *Bundle
	lang   string
}

// With puts the bundle and the language of the request into the context.
func With(ctx context.Context, b *Bundle, lang string) context.Context {
	return context.WithValue(ctx, ctxKey{}, chosen{b, lang})
}

// T is the text of key in the context's language; see [Bundle.T].
func T(ctx context.Context, key string, args ...any) string {
	c, ok := ctx.Value(ctxKey{}).(chosen)
	if !ok {
		return "[" + key + "]"
	}
	return c.bundle.T(c.lang, key, args...)
}

// Lang is the context's language, Russian where none was set.
func Lang(ctx context.Context) string {
	if c, ok := ctx.Value(ctxKey{}).(chosen); ok {
		return c.lang
	}
	return RU
}

// Known reports whether lang is one of the portal's languages.
func Known(lang string) bool { return lang == RU || lang == EN }
