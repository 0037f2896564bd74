package forms

// Service is one service as its file describes it, compiled and ready. It is
// never changed after Load and may be used by many goroutines.
type Service struct {
	ID         string      `key:"id,required" format:"id" doc:"The name of the folder: small letters, digits, hyphens. Never changes."`
	Version    int         `key:"version,required" min:"1" doc:"Grows by one with each published change. Drafts and applications keep the version they began with."`
	Title      Text        `key:"title,required" doc:"Name of the service, as people call it."`
	Short      Text        `key:"short,required" doc:"One sentence for lists and search results."`
	Agency     string      `key:"agency,required" format:"code" doc:"Code of the agency that decides."`
	Categories []string    `key:"categories,required" format:"code" doc:"Codes of categories of the catalogue."`
	LifeEvents []string    `key:"life_events" format:"code" doc:"Codes of life events to which the service belongs."`
	Audience   []string    `key:"audience,required" enum:"citizen|business" doc:"Who may apply."`
	Keywords   WordLists   `key:"keywords" doc:"More words by which people look for it."`
	Level      string      `key:"level,required" enum:"simplified|standard|confirmed" doc:"Level of account that is needed."`
	Regions    []string    `key:"regions" format:"region" doc:"Two-digit codes of the regions where it is offered; none means everywhere."`
	Sign       string      `key:"sign" enum:"none|simple|unqualified|qualified" doc:"Signature asked before sending; simple by default."`
	Security   string      `key:"security" enum:"usual|high" doc:"high: before the service is begun and before it is sent the person proves who they are by something that they hold, such as a passkey or an app; the level must be confirmed."`
	Confirm    string      `key:"confirm" enum:"none|device" doc:"device: sending is confirmed by a phone of the person, by QR code or push; none by default, and then the person may ask for it themselves."`
	FourEyes   bool        `key:"four_eyes" doc:"true: a decision, the revocation of an issued document, or the answer to a mistake in it, is prepared by one officer and confirmed by another."`
	Tacit      bool        `key:"tacit_approval" doc:"true: by the law the result is issued by itself when the term ends without a decision. Needs a term and a result."`
	AnswerDays int         `key:"answer_days" min:"1" doc:"Working days which the person has to answer what the agency asks; 10 by default."`
	NoChange   bool        `key:"no_change" doc:"true: the person can't change an application that was sent, only cancel it."`
	Bulk       bool        `key:"bulk" doc:"true: many applications can be sent at once from a table, a row each; a list is asked for one item."`
	ForWhom    []ForWhom   `key:"for_whom" doc:"For whom it can be asked; for the person alone by default."`
	Opens      string      `key:"opens" format:"path" doc:"Page of the portal which gives the service instead of a form, e.g. /cabinet/appointments. Such a service has no form, decide, result, notices."`
	Page       Page        `key:"page,required" doc:"What people read before they begin."`
	Form       Form        `key:"form" doc:"What people are asked."`
	Decide     Decide      `key:"decide" doc:"What is decided by rule: right, fee, deadline."`
	Parts      []Part      `key:"parts" doc:"What other agencies do for the application, in parallel or in order; the agency of the service decides when all is in."`
	Result     Document    `key:"result" doc:"The document that is issued."`
	Delivery   Delivery    `key:"delivery" doc:"How the result may be handed over beside the cabinet, where it always is."`
	Next       []Text      `key:"next" doc:"What the person can do with the result: shown with the approval."`
	Recommend  []Recommend `key:"recommend" doc:"When the cabinet recommends the service, and why; the first rule that fits counts."`
	Ask        []Preset    `key:"ask" doc:"Ready texts with which an officer asks for more data."`
	Notices    Notices     `key:"notices" doc:"What is added to the messages at each turn."`

	// Path is the file's path as given to Load.
	Path string `key:"-"`
	// Unverified lists the places marked as not yet checked against the law.
	Unverified []Pos `key:"-"`

	fields map[string]*Field
	groups map[string]*Group
	steps  map[string]int
}

// Page is the service's page in the catalogue.
type Page struct {
	Who            []Text   `key:"who,required" doc:"Who may get the service."`
	What           []Needed `key:"what,required" doc:"Documents and data that are needed."`
	Duration       Duration `key:"duration,required" doc:"How long it takes; also the legal deadline, unless decide.deadline says more."`
	Cost           []Fee    `key:"cost,required" doc:"What it costs: 0, or variants of which the first that fits counts; also the fee, unless decide.fee says more."`
	Result         Text     `key:"result,required" doc:"What the person gets."`
	Refusal        []Ground `key:"refusal,required" doc:"Grounds for refusal."`
	Rules          []Law    `key:"rules,required" doc:"The law behind the service."`
	StepsExplained []Text   `key:"steps_explained" doc:"What happens, step by step, in plain words."`
}

// Delivery is how the result may be handed over beside the cabinet.
type Delivery struct {
	Ways     []string `key:"ways,required" enum:"email|office|post" doc:"email: a letter with a link to the document; office: on paper, at an office of the agency that the person chooses; post: on paper, to the address of the profile."`
	KeepDays int      `key:"keep_days" min:"1" doc:"Calendar days for which a paper waits at the office; 30 by default."`
	At       Pos      `key:"-"`
}

// keepDays is how long a paper waits at an office where the service does not say.
const keepDays = 30

// Kept is how many calendar days a paper waits at an office.
func (d Delivery) Kept() int {
	if d.KeepDays == 0 {
		return keepDays
	}
	return d.KeepDays
}

// Needed is a document or datum that the service needs.
type Needed struct {
	Text   Text `key:"text,required" doc:"The document or datum."`
	Note   Text `key:"note" doc:"When it is needed, in what form."`
	Itself bool `key:"itself" doc:"true: the portal or the agency gets it by itself, the person brings nothing."`
}

// Duration is a time limit. Exactly one of the counts is given.
type Duration struct {
	WorkingDays  int  `key:"working_days" min:"1" doc:"Working days by the production calendar."`
	CalendarDays int  `key:"calendar_days" min:"1" doc:"Calendar days."`
	Minutes      int  `key:"minutes" min:"1" doc:"Minutes, for results that come by themselves."`
	Text         Text `key:"text" doc:"Anything to add."`
	At           Pos  `key:"-"`
}

// Ground is a ground for refusal.
type Ground struct {
	Code string `key:"code,required" format:"id" doc:"Code by which officers choose the ground; unique within the service."`
	Text Text   `key:"text,required" doc:"The ground."`
	Mend Text   `key:"mend,required" doc:"What the person can do."`
	At   Pos    `key:"-"`
}

// Law is a reference to a rule of law.
type Law struct {
	Text Text   `key:"text,required" doc:"Title and number."`
	URL  string `key:"url" format:"url" doc:"Where to read it (https)."`
}

// Preset is a ready text of an officer.
type Preset struct {
	ID     string   `key:"id,required" format:"id" doc:"Code of the preset; unique within the service."`
	Title  Text     `key:"title,required" doc:"What the officer sees in the list."`
	Text   Text     `key:"text,required" doc:"What the person gets."`
	Fields []string `key:"fields" format:"field" doc:"Fields which are opened for correction."`
	Files  bool     `key:"files" doc:"true: the person may attach files to the answer."`
	At     Pos      `key:"-"`
}

// Notices are additions to the standard messages.
type Notices struct {
	Accepted Template `key:"accepted" doc:"When the application is registered: what happens next."`
	Approved Template `key:"approved" doc:"When it is approved: where and how to get the result."`
	Refused  Template `key:"refused" doc:"When it is refused: what to do next."`
}
