// Package i18n gives texts in the languages of the portal. Rooms bring flat
// files locale/ru.yaml and locale/en.yaml of dotted keys that start with the
// room's name; a text may hold {{.Placeholders}} and plural forms by Count.
// Dates, numbers and money are written here as people of a language write them.
package i18n

import (
	"context"
	"fmt"
	"io/fs"
	"sort"
	"strings"

	"github.com/goccy/go-yaml"
	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
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
	plain     map[string]map[string]string // lang → key → text without placeholders
	keys      map[string]map[string]bool
	bundle    *goi18n.Bundle
	localizer map[string]*goi18n.Localizer
}

// New loads the locale folders of the rooms; each holds ru.yaml and en.yaml.
func New(folders ...fs.FS) (*Bundle, error) {
	b := &Bundle{
		plain: map[string]map[string]string{}, keys: map[string]map[string]bool{},
		bundle: goi18n.NewBundle(language.Russian), localizer: map[string]*goi18n.Localizer{},
	}
	for _, lang := range Langs() {
		b.plain[lang], b.keys[lang] = map[string]string{}, map[string]bool{}
		for _, f := range folders {
			if err := b.load(f, lang); err != nil {
				return nil, err
			}
		}
		b.localizer[lang] = goi18n.NewLocalizer(b.bundle, lang)
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
	tag := language.MustParse(lang)
	for key, v := range texts {
		if b.keys[lang][key] {
			return fmt.Errorf("texts in %s: %s stands twice", lang, key)
		}
		b.keys[lang][key] = true
		m, err := message(key, v)
		if err != nil {
			return fmt.Errorf("texts in %s: %w", lang, err)
		}
		if s, ok := v.(string); ok && !strings.Contains(s, "{{") {
			b.plain[lang][key] = s
		}
		if err := b.bundle.AddMessages(tag, m); err != nil {
			return fmt.Errorf("texts in %s: %s: %w", lang, key, err)
		}
	}
	return nil
}

func message(key string, v any) (*goi18n.Message, error) {
	switch v := v.(type) {
	case string:
		return &goi18n.Message{ID: key, One: v, Few: v, Many: v, Other: v}, nil
	case map[string]any:
		m := &goi18n.Message{ID: key}
		for form, text := range v {
			s, ok := text.(string)
			dst := map[string]*string{"one": &m.One, "few": &m.Few, "many": &m.Many, "other": &m.Other}[form]
			if !ok || dst == nil {
				return nil, fmt.Errorf("%s: %s is no plural form", key, form)
			}
			*dst = s
		}
		return m, nil
	}
	return nil, fmt.Errorf("%s is neither a text nor plural forms", key)
}

// Keys are the known keys of a language, sorted.
func (b *Bundle) Keys(lang string) []string {
	keys := make([]string, 0, len(b.keys[lang]))
	for k := range b.keys[lang] {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// Has reports whether the language knows the key.
func (b *Bundle) Has(lang, key string) bool { return b.keys[lang][key] }

// T is the text of key in lang. args are placeholders as name, value pairs; a
// pair "Count", n also chooses the plural form. An unknown key comes back in
// brackets, so that it is seen.
func (b *Bundle) T(lang, key string, args ...any) string {
	if len(args) == 0 {
		if s, ok := b.plain[lang][key]; ok {
			return s
		}
	}
	l := b.localizer[lang]
	if l == nil {
		lang = RU
		l = b.localizer[RU]
	}
	data := make(map[string]any, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		if name, ok := args[i].(string); ok {
			data[name] = args[i+1]
		}
	}
	s, err := l.Localize(&goi18n.LocalizeConfig{MessageID: key, TemplateData: data, PluralCount: data["Count"]})
	if err != nil || !b.keys[lang][key] {
		return "[" + key + "]"
	}
	return s
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
