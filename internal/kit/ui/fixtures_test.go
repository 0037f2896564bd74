package ui

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// fixture is one example that govuk-frontend ships: options and what they make.
type fixture struct {
	Name    string          `json:"name"`
	Options json.RawMessage `json:"options"`
	HTML    string          `json:"html"`
}

// ignored are options that fixtures give and govuk's own templates don't read.
func ignored() map[string][]string {
	return map[string][]string{"file-upload": {"value"}}
}

func render[P any](component func(P) templ.Component) func(*testing.T, any, []string) string {
	return func(t *testing.T, options any, ignored []string) string {
		t.Helper()
		var params P
		fill(t, reflect.ValueOf(&params).Elem(), options, ignored, "")
		var out strings.Builder
		if err := component(params).Render(context.Background(), &out); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
}

func components() map[string]func(*testing.T, any, []string) string {
	return map[string]func(*testing.T, any, []string) string{
		"back-link":           render(BackLink),
		"breadcrumbs":         render(Breadcrumbs),
		"button":              render(Button),
		"character-count":     render(CharacterCount),
		"checkboxes":          render(Checkboxes),
		"date-input":          render(DateInput),
		"details":             render(Details),
		"error-message":       render(ErrorMessage),
		"error-summary":       render(ErrorSummary),
		"fieldset":            render(Fieldset),
		"file-upload":         render(FileUpload),
		"hint":                render(Hint),
		"input":               render(Input),
		"inset-text":          render(InsetText),
		"label":               render(Label),
		"notification-banner": render(NotificationBanner),
		"pagination":          render(Pagination),
		"panel":               render(Panel),
		"password-input":      render(PasswordInput),
		"phase-banner":        render(PhaseBanner),
		"radios":              render(Radios),
		"select":              render(Select),
		"service-navigation":  render(ServiceNavigation),
		"skip-link":           render(SkipLink),
		"summary-list":        render(SummaryList),
		"table":               render(Table),
		"tabs":                render(Tabs),
		"tag":                 render(Tag),
		"task-list":           render(TaskList),
		"textarea":            render(Textarea),
		"warning-text":        render(WarningText),
	}
}

// TestFixtures holds every component against what govuk-frontend makes of the
// same options; attribute order and white space don't count.
func TestFixtures(t *testing.T) {
	t.Parallel()
	for name, make := range components() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, f := range fixtures(t, name) {
				t.Run(f.Name, func(t *testing.T) {
					t.Parallel()
					var options any
					if err := json.Unmarshal(f.Options, &options); err != nil {
						t.Fatal(err)
					}
					got := make(t, options, ignored()[name])
					if diff := cmp.Diff(dom(t, f.HTML), dom(t, got)); diff != "" {
						t.Errorf("differs from govuk-frontend (-want +got):\n%s", diff)
					}
				})
			}
		})
	}
}

func fixtures(t *testing.T, component string) []fixture {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "fixtures", component+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Fixtures []fixture `json:"fixtures"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	return file.Fixtures
}

// fill sets v from the options of a fixture, names compared without case.
func fill(t *testing.T, v reflect.Value, option any, ignored []string, path string) {
	t.Helper()
	if special(v, option) {
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		fillStruct(t, v, option, ignored, path)
	case reflect.Slice:
		fillSlice(t, v, option, path)
	case reflect.Map:
		for key, value := range option.(map[string]any) {
			if v.IsNil() {
				v.Set(reflect.MakeMap(v.Type()))
			}
			v.SetMapIndex(reflect.ValueOf(key), reflect.ValueOf(text(value)).Convert(v.Type().Elem()))
		}
	case reflect.String:
		v.SetString(text(option))
	case reflect.Bool:
		v.SetBool(option == true)
	case reflect.Int:
		v.SetInt(int64(option.(float64)))
	default:
		t.Fatalf("%s: no way to set %s", path, v.Type())
	}
}

// special sets what isn't set by its kind: HTML, falsy items, and options that
// are spelled differently here.
func special(v reflect.Value, option any) bool {
	if v.Type() == reflect.TypeFor[templ.Component]() {
		if s, ok := option.(string); ok && s != "" {
			v.Set(reflect.ValueOf(templ.Raw(s)))
		}
		return true
	}
	s, isText := option.(string)
	switch x := v.Addr().Interface().(type) {
	case *DateItem:
		x.Absent = option == false
	case *ServiceNavigationSlots:
		fillSlots(x, option.(map[string]any))
		return true
	case *Part:
		if isText {
			x.Text = s
			return true
		}
	}
	return option == nil || (option == false && v.Kind() != reflect.String) || (v.Kind() == reflect.Struct && isText)
}

func fillSlots(slots *ServiceNavigationSlots, option map[string]any) {
	raw := func(name string) templ.Component {
		switch o := option[name].(type) {
		case string:
			return templ.Raw(o)
		case map[string]any:
			slots.EndInline = o["align"] == "inline"
			return templ.Raw(o["html"].(string))
		}
		return nil
	}
	slots.Start, slots.End = raw("start"), raw("end")
	slots.NavigationStart, slots.NavigationEnd = raw("navigationStart"), raw("navigationEnd")
}

func fillStruct(t *testing.T, v reflect.Value, option any, ignored []string, path string) {
	t.Helper()
	options, ok := option.(map[string]any)
	if !ok {
		t.Fatalf("%s: %v is no mapping", path, option)
	}
	for name, value := range options {
		if slices.Contains(ignored, name) {
			continue
		}
		field := v.FieldByNameFunc(func(n string) bool { return strings.EqualFold(n, name) })
		if !field.IsValid() {
			t.Fatalf("%s: %s has no option %s", path, v.Type(), name)
		}
		fillField(t, field, name, value, path)
	}
	hide(v, options)
}

func fillField(t *testing.T, field reflect.Value, name string, value any, path string) {
	t.Helper()
	if s, ok := field.Addr().Interface().(*Switch); ok {
		*s = Switch(text(value))
		return
	}
	fill(t, field, value, nil, path+"."+name)
}

// hide turns an empty visuallyHiddenText and value into what says so here.
func hide(v reflect.Value, options map[string]any) {
	if p, ok := v.Addr().Interface().(*Part); ok && options["visuallyHiddenText"] == "" {
		p.NoHiddenText = true
	}
	if i, ok := v.Addr().Interface().(*SelectItem); ok && options["value"] == "" {
		i.NoValue = true
	}
}

func fillSlice(t *testing.T, v reflect.Value, option any, path string) {
	t.Helper()
	items := option.([]any)
	v.Set(reflect.MakeSlice(v.Type(), len(items), len(items)))
	for n, item := range items {
		fill(t, v.Index(n), item, nil, fmt.Sprintf("%s[%d]", path, n))
	}
}

func text(value any) string {
	switch x := value.(type) {
	case string:
		return x
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(x)
	}
	return ""
}

// dom writes HTML one node a line, attributes sorted, white space collapsed.
func dom(t *testing.T, source string) []string {
	t.Helper()
	nodes, err := html.ParseFragment(strings.NewReader(source), &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, n := range nodes {
		out = appendNode(out, n, 0)
	}
	return out
}

func appendNode(out []string, n *html.Node, depth int) []string {
	indent := strings.Repeat("  ", depth)
	switch n.Type {
	case html.TextNode:
		if s := strings.Join(strings.Fields(n.Data), " "); s != "" {
			out = append(out, indent+s)
		}
	case html.ElementNode:
		out = append(out, indent+"<"+n.Data+attributes(n)+">")
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		out = appendNode(out, c, depth+1)
	}
	return out
}

// attributes leaves out aria-invalid, which we add to what govuk-frontend makes.
func attributes(n *html.Node) string {
	var list []string
	for _, a := range n.Attr {
		if a.Key != "aria-invalid" {
			list = append(list, " "+a.Key+"="+strconv.Quote(strings.Join(strings.Fields(a.Val), " ")))
		}
	}
	slices.Sort(list)
	return strings.Join(list, "")
}
