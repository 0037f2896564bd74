package ui

import "context"

// Plural holds the forms of a text by CLDR plural category: "one", "few",
// "many", "other" for Russian, "one" and "other" for English. "%{count}" stands
// for the number.
type Plural map[string]string

// Texts are the words that components say of themselves. The page's owner puts
// them into the context once with [WithTexts]; what is empty falls back to the
// English of govuk-frontend. A field of a component's params wins over both.
type Texts struct {
	Error, Warning               string // hidden words before error and warning texts
	ProblemTitle                 string // "There is a problem"
	Success, Important           string // titles of notification banners
	Back, Breadcrumb, Contents   string
	Menu                         string
	Pagination, Page             string // Page: "Page" before its number
	PreviousPage, NextPage       string
	Day, Month, Year             string
	ShowPassword, HidePassword   string // short, on the button
	ShowPasswordLabel            string // "Show password"
	HidePasswordLabel            string
	PasswordShown                string // "Your password is visible"
	PasswordHidden               string
	CharactersDescription        string // "You can enter up to %{count} characters"
	WordsDescription             string
	CharactersUnder              Plural
	CharactersAt                 string
	CharactersOver               Plural
	WordsUnder                   Plural
	WordsAt                      string
	WordsOver                    Plural
	ChooseFiles, DropInstruction string
	NoFileChosen                 string
	FilesChosen                  Plural
	EnteredDropZone              string
	LeftDropZone                 string
	StepCompleted, StepCurrent   string // hidden words of StepProgress
	StepUpcoming                 string
	StepOf                       string // "Step %{current} of %{total}"
	Copy, Copied                 string // of CopyNumber
}

type textsKey struct{}

// WithTexts gives the components below ctx their words.
func WithTexts(ctx context.Context, texts Texts) context.Context {
	return context.WithValue(ctx, textsKey{}, texts)
}

// textsOf returns the words of ctx; all empty when none were given.
func textsOf(ctx context.Context) Texts {
	texts, _ := ctx.Value(textsKey{}).(Texts)
	return texts
}
