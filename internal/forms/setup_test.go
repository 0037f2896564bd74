package forms

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"okno/internal/kit/i18n"
)

// example is the full service of docs, as text.
func example(t testing.TB) string {
	t.Helper()
	data, err := os.ReadFile("../../docs/services/child-benefit/service.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// loadText loads a service from its text.
func loadText(text string) (*Service, []Fault) {
	id := "child-benefit"
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, "id: "); ok {
			id = strings.TrimSpace(rest)
			break
		}
	}
	file := "services/" + id + "/service.yaml"
	return Load(fstest.MapFS{file: {Data: []byte(text)}}, file)
}

func mustLoad(t testing.TB, text string) *Service {
	t.Helper()
	s, faults := loadText(text)
	for _, f := range faults {
		t.Error(f)
	}
	if s == nil {
		t.FailNow()
	}
	return s
}

// withForm is a small valid service around the steps given in YAML, indented
// by two; rules is anything at the top level.
func withForm(steps, rules string) string {
	return `id: tiny
version: 1
title: {ru: Проба, en: Trial}
short: {ru: Проба, en: Trial}
agency: x
categories: [x]
audience: [citizen]
level: simplified
page:
  who: {ru: Все, en: All}
  what: {text: {ru: Ничего, en: Nothing}}
  duration: {working_days: 3}
  cost: 0
  result: {ru: Ответ, en: Answer}
  refusal: {code: x, text: {ru: Нет, en: No}, mend: {ru: Да, en: Yes}}
  rules: {text: {ru: Закон, en: Law}}
result: {title: {ru: Ответ, en: Answer}, paragraphs: {ru: Текст, en: Text}}
notices: {accepted: {ru: а, en: a}, approved: {ru: б, en: b}, refused: {ru: в, en: c}}
` + rules + `
form:
  steps:
` + steps
}

func field(line string) string {
	id, _, _ := strings.Cut(strings.TrimPrefix(line, "id: "), ",")
	return "        - {label: {ru: Поле " + id + ", en: Field " + id + "}, " + line + "}\n"
}

func step(id string, fields ...string) string {
	return "    - id: " + id + "\n      title: {ru: Шаг, en: Step}\n      fields:\n" + strings.Join(fields, "")
}

func printer(t testing.TB, lang Lang) Printer {
	t.Helper()
	b, err := i18n.New(Locale(), os.DirFS("../reference/locale"))
	if err != nil {
		t.Fatal(err)
	}
	return Printer{Lang: lang, Words: func(key string, args ...any) string { return b.T(string(lang), key, args...) }}
}

var today = Facts{Today: "2026-11-21", Level: "confirmed"}
