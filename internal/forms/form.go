package forms

import "regexp"

// Form is what people are asked, page by page.
type Form struct {
	Steps []Step `key:"steps,required" doc:"The pages of the form, in order."`
	Stop  []Stop `key:"stop" doc:"Reasons to end early, looked at after the last step."`
	At    Pos    `key:"-"`
}

// Step is one page of questions: fields, then groups.
type Step struct {
	ID     string   `key:"id,required" format:"id" doc:"Unique among steps."`
	Title  Text     `key:"title,required" doc:"The question or topic; the page's heading."`
	Hint   Text     `key:"hint" doc:"A sentence below the heading."`
	When   Expr     `key:"when" type:"bool" doc:"The step is shown only if this holds."`
	Fields []Field  `key:"fields" doc:"The questions."`
	Groups []Group  `key:"groups" doc:"Repeated questions, after the fields."`
	Stop   []Stop   `key:"stop" doc:"Reasons to end early after this step."`
	Jump   []Jump   `key:"jump" doc:"Where to go on instead of the next step: the first that fits."`
	Was    []string `key:"was" format:"id" doc:"Former ids of the step."`
	At     Pos      `key:"-"`

	start, end int // places of its first field and past its last one
}

// Field is one question. Which of the keys below "kind" may be used depends on
// the kind.
type Field struct {
	ID           string   `key:"id,required" format:"field" doc:"Unique within the form (inside a group: within the group). Small letters, digits, underscores."`
	Kind         string   `key:"kind,required" kinds:"yes" doc:"What sort of answer it takes."`
	Label        Text     `key:"label,required" doc:"The question or name of the field. Messages name the field by it."`
	Hint         Text     `key:"hint" doc:"How to answer, where to find it."`
	Required     *bool    `key:"required" doc:"false: may be left empty. True by default."`
	When         Expr     `key:"when" type:"bool" doc:"The field is asked only if this holds."`
	Fill         []string `key:"fill" format:"fact" doc:"Where the value is taken from, best first, e.g. profile.last_name."`
	Checks       []Rule   `key:"checks" doc:"Rules for the answer beyond its kind."`
	Autocomplete string   `key:"autocomplete" format:"autocomplete" doc:"HTML autocomplete token, where the kind's own does not fit (off, section-child …)."`
	Width        int      `key:"width" min:"1" max:"60" doc:"Expected length of the answer in characters; sets the width of the box."`

	Options    []Option `key:"options" doc:"choice, choices: what can be chosen."`
	Min        Expr     `key:"min" doc:"number, money (kopecks), date (text YYYY-MM-DD or expression): the least; choices: the least count."`
	Max        Expr     `key:"max" doc:"The most, as min."`
	MinLength  int      `key:"min_length" min:"1" doc:"text, longtext: least characters."`
	MaxLength  int      `key:"max_length" min:"1" max:"20000" doc:"text, longtext: most characters; 200 and 4000 by default."`
	Pattern    string   `key:"pattern" format:"regexp" doc:"text: regular expression (RE2) for the whole answer; say in hint what is expected."`
	Decimals   int      `key:"decimals" min:"0" max:"6" doc:"number: digits after the point; 0 by default."`
	Unit       Text     `key:"unit" doc:"number: unit shown after the box."`
	Of         string   `key:"of" enum:"person|organisation|any" doc:"inn: whose number; person by default."`
	Accept     []string `key:"accept" enum:"pdf|jpg|png|heic|tiff|doc|docx|xls|xlsx|odt|ods|xml|zip|sig|txt|csv" doc:"file: allowed types; pdf, jpg, png by default."`
	MaxSize    int      `key:"max_size" min:"1" max:"50" doc:"file: megabytes for one file; 10 by default."`
	Count      int      `key:"count" min:"1" max:"20" doc:"file: how many at most; 1 by default."`
	Text       Text     `key:"text" doc:"note, consent: what is to be read."`
	Document   string   `key:"document" format:"code" doc:"file: kind of document of «Мои документы» which is offered; consent: code of the consent."`
	FromVault  []string `key:"from_vault" format:"code" doc:"file, photo: kinds of document of «Мои документы», best first; the right one attaches itself and can be replaced."`
	Norm       *Norm    `key:"norm" doc:"photo: what the photo must be like."`
	Dictionary string   `key:"dictionary" format:"code" doc:"dictionary: the list from which one entry is chosen; big ones are searched while typing."`
	Places     []Place  `key:"places" doc:"place: points with names, an equal way beside the map."`
	Open       bool     `key:"open" doc:"period: true lets the end stay empty, for what still goes on."`
	Choose     string   `key:"choose" format:"fact" doc:"Known values offered to be taken as a whole, e.g. profile.children; child, spouse, vehicle, property have their own."`
	Registry   string   `key:"registry" format:"code" doc:"Code of the registry that is asked about the answer; what it says is facts.found.<field>."`
	NotFound   Text     `key:"not_found" doc:"With registry: what is wrong when the registry does not know the answer."`
	Was        []string `key:"was" format:"field" doc:"Former ids of the field, so that drafts keep its answer."`
	Value      Expr     `key:"value" doc:"calculated: the expression."`
	As         string   `key:"as" enum:"text|number|money|date|yesno" doc:"calculated: what the value is."`

	At Pos `key:"-"`

	step  int    // index of the step
	order int    // place in the whole form
	group *Group // nil outside groups
	kind  Kind

	pattern *regexp.Regexp
}

// IsRequired reports whether an answer is needed while the field is shown.
func (f *Field) IsRequired() bool { return f.Required == nil || *f.Required }

// Group is a set of questions that is asked once for each of several things.
type Group struct {
	ID     string   `key:"id,required" format:"field" doc:"Unique within the form, also among fields: the list's name in expressions."`
	Title  Text     `key:"title,required" doc:"Heading of the list."`
	Hint   Text     `key:"hint" doc:"How to fill the list."`
	When   Expr     `key:"when" type:"bool" doc:"The group is asked only if this holds."`
	Repeat Repeat   `key:"repeat,required" doc:"How many."`
	Fill   []string `key:"fill" format:"fact" doc:"Where the list is taken from, best first, e.g. registry.children."`
	Fields []Field  `key:"fields,required" doc:"The questions about one thing."`
	Checks []Rule   `key:"checks" doc:"Rules for the whole list."`
	Layout string   `key:"layout" enum:"cards|table" doc:"table: a row each, for long lists, can be pasted from a spreadsheet; cards by default."`
	Was    []string `key:"was" format:"field" doc:"Former ids of the group, so that drafts keep its answers."`
	At     Pos      `key:"-"`

	step  int
	order int
}

// Repeat bounds a group.
type Repeat struct {
	Min  int  `key:"min" min:"0" max:"1000" doc:"The least number; 0 by default."`
	Max  int  `key:"max,required" min:"1" max:"1000" doc:"The largest number."`
	Item Text `key:"item,required" doc:"One of them, in the nominative: «Ребёнок», \"Child\". A number is added."`
	At   Pos  `key:"-"`
}

// Jump goes on with a later step, past those between.
type Jump struct {
	When Expr   `key:"when" type:"bool" doc:"The jump is taken if this holds; always by default."`
	To   string `key:"to,required" format:"id" doc:"Id of a later step, or end for the check of the answers."`
	At   Pos    `key:"-"`
}

// jumpEnd is where a jump past all steps leads.
const jumpEnd = "end"

// Option is one possible answer.
type Option struct {
	Value string   `key:"value,required" format:"code" doc:"What is stored; never changes."`
	Label Text     `key:"label,required" doc:"What people see."`
	Hint  Text     `key:"hint" doc:"A few words more."`
	When  Expr     `key:"when" type:"bool" doc:"Offered only if this holds."`
	Was   []string `key:"was" format:"code" doc:"Former values of the option."`
	At    Pos      `key:"-"`
}

// Rule is a check of answers: the message is shown where the rule is broken.
type Rule struct {
	Rule    Expr `key:"rule,required" type:"bool" doc:"What must hold."`
	Message Text `key:"message,required" doc:"What is wrong and how to mend it."`
}

// Stop ends the form early with a page: the service is not for this person.
type Stop struct {
	When    Expr     `key:"when,required" type:"bool" doc:"Ends the form if this holds."`
	Title   Text     `key:"title,required" doc:"Heading of the page."`
	Text    Template `key:"text,required" doc:"Why, in plain words."`
	Instead []Way    `key:"instead" doc:"What the person can do instead."`
	At      Pos      `key:"-"`
}

// Way is something to do instead: a text, with another service or an address.
type Way struct {
	Text    Text   `key:"text,required" doc:"What can be done."`
	Service string `key:"service" format:"id" doc:"Id of another service."`
	URL     string `key:"url" format:"url" doc:"Address outside (https)."`
}

// Inputs are the boxes of the field on the page, in order; none for notes and
// calculated values.
func (f *Field) Inputs() []Input { return f.kind.Inputs(f) }

// Print shows an answer as people read it.
func (f *Field) Print(v any, p Printer) string { return f.kind.Print(f, v, p) }

// Boxes are the contents of the boxes for an answer, by part; a tick is "yes",
// several values are several ticks or files.
func (f *Field) Boxes(v any) map[string][]string {
	if v == nil {
		return nil
	}
	return f.kind.boxes(f, v)
}

// Step finds a step by its id, nil if there is none.
func (s *Service) Step(id string) *Step {
	i, ok := s.steps[id]
	if !ok {
		return nil
	}
	return &s.Form.Steps[i]
}

// Field finds a field outside groups by its id, nil if there is none.
func (s *Service) Field(id string) *Field { return s.fields[id] }

// Group finds a group by its id, nil if there is none.
func (s *Service) Group(id string) *Group { return s.groups[id] }
