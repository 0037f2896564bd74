package forms

// Decide is what is decided by rule. All of it is optional: without fee the
// page's cost counts, without deadline the page's duration.
type Decide struct {
	Version     int        `key:"version" min:"1" doc:"Version of the rules, kept with each decision; the service's version by default."`
	Fee         []Fee      `key:"fee" doc:"The state duty: the first variant that fits."`
	Deadline    []Deadline `key:"deadline" doc:"The time limit: the first variant that fits."`
	Eligibility []Right    `key:"eligibility" doc:"Conditions of the right to the service; all must hold."`
}

// Fee is one variant of the cost.
type Fee struct {
	When   Expr     `key:"when" type:"bool" doc:"The variant fits if this holds; always by default."`
	Amount Expr     `key:"amount,required" type:"int" short:"yes" doc:"Kopecks: a whole number or an expression."`
	Why    Template `key:"why" doc:"For whom, or why so much."`
	At     Pos      `key:"-"`
}

// Deadline is one variant of the time limit; exactly one of the counts is given.
type Deadline struct {
	When         Expr     `key:"when" type:"bool" doc:"The variant fits if this holds; always by default."`
	WorkingDays  Expr     `key:"working_days" type:"int" doc:"Working days: a whole number or an expression."`
	CalendarDays Expr     `key:"calendar_days" type:"int" doc:"Calendar days: a whole number or an expression."`
	Why          Template `key:"why" doc:"Why so long."`
	At           Pos      `key:"-"`
}

// Right is one condition of the right to a service.
type Right struct {
	Rule   Expr     `key:"rule,required" type:"bool" doc:"What must hold."`
	Why    Template `key:"why,required" doc:"What is not met, when it does not hold."`
	Mend   Text     `key:"mend" doc:"What the person can do."`
	Ground string   `key:"ground" format:"id" doc:"Code of the ground for refusal (page.refusal) that this is."`
	At     Pos      `key:"-"`
}

// Document is the result that is issued as PDF.
type Document struct {
	Title      Template    `key:"title,required" doc:"Heading of the document."`
	Paragraphs []Paragraph `key:"paragraphs,required" doc:"Its text; ${…} holds an expression."`
	Fields     []string    `key:"fields" format:"field" doc:"Answers that are printed below as a table."`
	ValidDays  int         `key:"valid_days" min:"1" doc:"For how many calendar days it is valid; without end by default."`
	At         Pos         `key:"-"`
}

// Paragraph is a piece of the text of a document.
type Paragraph struct {
	RU   string `key:"ru,required" doc:"The text in Russian."`
	EN   string `key:"en,required" doc:"The text in English."`
	When Expr   `key:"when" type:"bool" doc:"The paragraph is printed only if this holds."`
	Each string `key:"each" format:"field" doc:"Id of a group: the paragraph is printed once for each of its items, which is item in the expressions."`
	At   Pos    `key:"-"`

	text Template
}
