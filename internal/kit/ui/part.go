package ui

import (
	"context"
	"io"
	"strconv"
	"strings"

	"github.com/a-h/templ"
)

// Attributes are additional HTML attributes of an element: a string value is
// written as it is (escaped), true writes the bare name, false and nil nothing.
type Attributes = templ.Attributes

// Part is a piece of a component: a text or an HTML body with its classes and
// attributes. Labels, hints, legends, error messages, prefixes, keys and values
// are all parts. A part with neither Text nor HTML is absent.
type Part struct {
	// Text is shown escaped; HTML, when set, wins over Text.
	Text string
	HTML templ.Component
	// ID, Classes and Attributes are those of the part's own element.
	ID         string
	Classes    string
	Attributes Attributes
	// For names the field of a label; form components fill it themselves.
	For string
	// IsPageHeading makes a label or a legend the <h1> of its page.
	IsPageHeading bool
	// HeadingLevel is the level of a card's title; 0 is the component's own.
	HeadingLevel int
	// VisuallyHiddenText is the unseen word before an error message, "Error" by
	// default, see [Texts]; NoHiddenText leaves it out.
	VisuallyHiddenText string
	NoHiddenText       bool
}

// Text makes a part of a plain text; an empty text makes an absent part.
func Text(text string) Part { return Part{Text: text} }

// HTML makes a part of a component.
func HTML(body templ.Component) Part { return Part{HTML: body} }

// Heading makes a label or legend that is the <h1> of a one-question page.
// classes is usually [LabelL] or [LegendL].
func Heading(text, classes string) Part {
	return Part{Text: text, Classes: classes, IsPageHeading: true}
}

// Classes that callers give most often.
const (
	ButtonSecondary = "govuk-button--secondary"
	ButtonWarning   = "govuk-button--warning"
	ButtonInverse   = "govuk-button--inverse"
	ButtonQuiet     = "okno-button--quiet"

	LabelS  = "govuk-label--s"
	LabelM  = "govuk-label--m"
	LabelL  = "govuk-label--l"
	LegendS = "govuk-fieldset__legend--s"
	LegendM = "govuk-fieldset__legend--m"
	LegendL = "govuk-fieldset__legend--l"

	Width2  = "govuk-input--width-2"
	Width3  = "govuk-input--width-3"
	Width4  = "govuk-input--width-4"
	Width5  = "govuk-input--width-5"
	Width10 = "govuk-input--width-10"
	Width20 = "govuk-input--width-20"
	Width30 = "govuk-input--width-30"

	VisuallyHidden = "govuk-visually-hidden"
)

// Switch is a choice with three answers: on, off, and not said (the zero value),
// which leaves the component's own default.
type Switch string

// The two said answers of a Switch.
const (
	On  Switch = "true"
	Off Switch = "false"
)

// OnIf is On when it holds and not said otherwise.
func OnIf(holds bool) Switch {
	if holds {
		return On
	}
	return ""
}

func (p Part) present() bool { return p.Text != "" || p.HTML != nil }

func (p Part) body() templ.Component {
	if p.HTML != nil {
		return p.HTML
	}
	return Numbers(p.Text)
}

// body chooses the HTML over the text.
func body(html templ.Component, text string) templ.Component {
	return Part{HTML: html, Text: text}.body()
}

// cx joins the classes that are not empty.
func cx(classes ...string) string {
	kept := classes[:0:0]
	for _, c := range classes {
		if c = strings.TrimSpace(c); c != "" {
			kept = append(kept, c)
		}
	}
	return strings.Join(kept, " ")
}

// when returns the text if the condition holds.
func when(holds bool, text string) string {
	if holds {
		return text
	}
	return ""
}

// first returns the first text that is not empty.
func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// opt makes attributes of name, value pairs and leaves out empty values.
func opt(pairs ...string) templ.OrderedAttributes {
	var out templ.OrderedAttributes
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			out = append(out, templ.KV(pairs[i], any(pairs[i+1])))
		}
	}
	return out
}

// i18n makes the data-i18n attributes by which govuk-frontend's scripts learn
// their texts; pairs are key, text.
func i18n(pairs ...string) templ.OrderedAttributes {
	var out templ.OrderedAttributes
	for i := 0; i+1 < len(pairs); i += 2 {
		out = append(out, opt("data-i18n."+pairs[i], pairs[i+1])...)
	}
	return out
}

// i18nPlural makes data-i18n attributes of a text in its plural forms.
func i18nPlural(key string, forms Plural) templ.OrderedAttributes {
	var out templ.OrderedAttributes
	for _, rule := range []string{"zero", "one", "two", "few", "many", "other"} {
		out = append(out, opt("data-i18n."+key+"."+rule, forms[rule])...)
	}
	return out
}

func orPlural(forms, fallback Plural) Plural {
	if len(forms) > 0 {
		return forms
	}
	return fallback
}

// with adds attributes to those of the caller, which stay as they are.
func with(base Attributes, more ...templ.OrderedAttributes) templ.OrderedAttributes {
	out := templ.OrderedAttributes(base.Items())
	for _, m := range more {
		out = append(out, m...)
	}
	return out
}

// describe joins the ids of what describes a field.
func describe(base, id string, hint, fault Part) string {
	return cx(base, when(hint.present(), id+"-hint"), when(fault.present(), id+"-error"))
}

// element renders a tag that is chosen at run time around its children.
func element(name string, attrs templ.Attributer) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		children := templ.GetChildren(ctx)
		ctx = templ.ClearChildren(ctx)
		if _, err := io.WriteString(w, "<"+name); err != nil {
			return err
		}
		if err := templ.RenderAttributes(ctx, w, attrs); err != nil {
			return err
		}
		if _, err := io.WriteString(w, ">"); err != nil {
			return err
		}
		if err := children.Render(ctx, w); err != nil {
			return err
		}
		_, err := io.WriteString(w, "</"+name+">")
		return err
	})
}

// heading is an <h1>…<h6>; a level outside of them is the fallback.
func heading(level, fallback int, attrs templ.Attributer) templ.Component {
	if level < 1 || level > 6 {
		level = fallback
	}
	return element("h"+strconv.Itoa(level), attrs)
}

// numbered is the id of the n-th item (from 0): the first has no suffix, so
// that an error summary can point at the group by its plain name.
func numbered(own, prefix string, n int) string {
	if own != "" || n == 0 {
		return first(own, prefix)
	}
	return prefix + "-" + strconv.Itoa(n+1)
}

// WidthFor is the class of a box for so many characters, "" for a wide one.
func WidthFor(n int) string {
	for _, w := range []struct {
		most  int
		class string
	}{{2, Width2}, {3, Width3}, {4, Width4}, {5, Width5}, {10, Width10}, {20, Width20}, {30, Width30}} {
		if n <= w.most {
			return w.class
		}
	}
	return ""
}
