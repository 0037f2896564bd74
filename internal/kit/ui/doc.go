// Package ui holds the components of Okno's pages: those of GOV.UK Frontend as
// templ functions, Okno's own, and the document around them ([Frame]).
//
// It knows neither the domain nor a language. Every component takes a params
// struct that mirrors the options of the nunjucks macro of the same name, and
// makes the same HTML: fixtures_test.go holds each one against the fixtures
// that govuk-frontend 6.6.0 ships. The only addition is aria-invalid on faulty
// fields. How it looks is in web/src.
//
// # Parts
//
// Whatever has a text or HTML with classes and attributes is a [Part]: labels,
// hints, legends, error messages, keys, values. [Text], [HTML] and [Heading]
// make them, and an empty text makes none, so a fault can be handed over as it
// comes:
//
//	@ui.Input(ui.InputParams{
//		Name:         "phone",
//		Label:        ui.Heading(title, ui.LabelL),
//		Hint:         ui.Text(hint),
//		ErrorMessage: ui.Text(faults["phone"]),
//		Value:        form.Phone,
//		Inputmode:    "tel", Autocomplete: "tel", Classes: ui.Width20,
//	})
//
// # Words
//
// What components say of themselves ("Error:", "Back", "Show password") is
// given once a request: ctx = ui.WithTexts(ctx, ui.Texts{…}). Without it they
// speak the English of govuk-frontend.
//
// # Faults
//
// [ErrorList] makes the items of an error summary from a map of faults by field
// name, in the order of the page.
//
// # What scripts add
//
// All of it works without JavaScript. Attributes that okno.js knows:
//
//	form[data-check=URL]       a field that is left is posted with _field=<name>; JSON {field: message or ""}
//	form[data-once]            can't be sent twice
//	input[data-strength=URL]   password's strength: POST, JSON {score 0…4, text}
//	input[data-suggest=URL]    suggestions: GET ?q=, JSON [{text, href, note}]
//	input[data-code]           keeps only the digits of a typed or pasted code
//	[data-copy=TEXT]           gets a button that copies
//	[data-live-ref=REF][data-live-src=URL][data-live-said=TEXT]
//	                           is fetched anew (X-Fragment: 1) when the stream of <body data-live=URL>
//	                           has an event "change" with JSON {topic, ref}; also data-live-topic
//	select[data-autosubmit]    sends its form when changed
//	form[data-upload=TEXT]     shows how far its files have been sent; an answer that is no
//	                           redirect replaces <main>
//	form[data-passkey=create|get][data-options=URL][data-passkey-failed=TEXT][hidden]
//	                           shown where the browser has passkeys: posts to URL for WebAuthn
//	                           options (JSON {publicKey}), then sends itself with the answer as
//	                           JSON in its field "credential"
//
// # Layout
//
//	okno-columns   main and a right column (Frame does it with Aside)
//	okno-grid      a <ul> of cards;  okno-stack: vertical rhythm
//	okno-hero      the pale block with the large search
//	okno-table--stacked, okno-table--sticky: see [Stacked]
//	govuk-grid-row, govuk-grid-column-two-thirds, -one-third: as in GOV.UK
//	govuk-heading-xl/l/m/s, govuk-body, govuk-link, govuk-list: as in GOV.UK
package ui
