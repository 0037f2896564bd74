package i18n

import (
	"context"
	"testing"
	"testing/fstest"
	"time"
)

func bundle(t *testing.T) *Bundle {
	t.Helper()
	b, err := New(fstest.MapFS{
		"ru.yaml": {Data: []byte("a.days:\n  one: \"{{.Count}} рабочий день\"\n  few: \"{{.Count}} рабочих дня\"\n  many: \"{{.Count}} рабочих дней\"\n  other: \"{{.Count}} рабочего дня\"\na.hello: \"Здравствуйте, {{.Name}}\"\na.plain: Готово\n")},
		"en.yaml": {Data: []byte("a.days:\n  one: \"{{.Count}} working day\"\n  other: \"{{.Count}} working days\"\na.hello: \"Hello, {{.Name}}\"\na.plain: Done\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestTexts(t *testing.T) {
	t.Parallel()
	b := bundle(t)
	for _, c := range []struct {
		lang, key, want string
		args            []any
	}{
		{RU, "a.plain", "Готово", nil},
		{EN, "a.plain", "Done", nil},
		{RU, "a.days", "1 рабочий день", []any{"Count", 1}},
		{RU, "a.days", "3 рабочих дня", []any{"Count", 3}},
		{RU, "a.days", "11 рабочих дней", []any{"Count", 11}},
		{RU, "a.days", "21 рабочий день", []any{"Count", int64(21)}},
		{RU, "a.days", "0 рабочих дней", []any{"Count", 0}},
		{EN, "a.days", "2 working days", []any{"Count", 2}},
		{RU, "a.hello", "Здравствуйте, Анна <b>", []any{"Name", "Анна <b>"}},
		{RU, "a.none", "[a.none]", nil},
		{"de", "a.plain", "Готово", nil},
	} {
		if got := b.T(c.lang, c.key, c.args...); got != c.want {
			t.Errorf("%s %s = %q, want %q", c.lang, c.key, got, c.want)
		}
	}
	ctx := With(context.Background(), b, EN)
	if T(ctx, "a.plain") != "Done" || Lang(ctx) != EN || Lang(context.Background()) != RU {
		t.Error("the context's language is not used")
	}
}

func TestBadFilesAreRefused(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"a.x: [1]", "a.x:\n  two: y", "a.x:\n  one: y", "a: b: c", "a.x: \"{{Name}}\"", "a.x: \"{{.Name\""} {
		fsys := fstest.MapFS{"ru.yaml": {Data: []byte(bad)}, "en.yaml": {Data: []byte("a.x: y")}}
		if _, err := New(fsys); err == nil {
			t.Errorf("%q loads", bad)
		}
	}
}

func TestFormats(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 21, 9, 5, 0, 0, time.UTC)
	for got, want := range map[string]string{
		DateTime(RU, at):          "21\u00a0ноября 2026\u00a0г., 09:05",
		DateISO(EN, "2026-11-21"): "21\u00a0November 2026",
		DateISO(RU, "скоро"):      "скоро",
		Money(RU, 125050):         "1250,50\u00a0₽",
		Money(EN, 1234567800):     "12\u00a0345\u00a0678\u00a0₽",
		Money(RU, -5):             "−0,05\u00a0₽",
		Size(RU, 1572864):         "1,5\u00a0МБ",
		Size(EN, 100):             "100\u00a0B",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func BenchmarkT(b *testing.B) {
	bundle, err := New(fstest.MapFS{
		"ru.yaml": {Data: []byte("a.days:\n  one: \"{{.Count}} день\"\n  few: \"{{.Count}} дня\"\n  many: \"{{.Count}} дней\"\n  other: \"{{.Count}} дня\"")},
		"en.yaml": {Data: []byte("a.days: \"{{.Count}} days\"")},
	})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		_ = bundle.T(RU, "a.days", "Count", 5)
	}
}

func TestOneDotEndsASentence(t *testing.T) {
	t.Parallel()
	b, err := New(fstest.MapFS{
		"ru.yaml": {Data: []byte("a: \"до {{.Date}}. Потом{{.More}}\"\n")}, "en.yaml": {Data: []byte("a: \"until {{.Date}}. Then{{.More}}\"\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	day := time.Date(2026, 12, 11, 0, 0, 0, 0, time.UTC)
	if got := b.T(RU, "a", "Date", Date(RU, day), "More", "..."); got != "до 11\u00a0декабря 2026\u00a0г. Потом..." {
		t.Errorf("%q", got)
	}
	if got := b.T(EN, "a", "Date", Date(EN, day), "More", ""); got != "until 11\u00a0December 2026. Then" {
		t.Errorf("%q", got)
	}
}
