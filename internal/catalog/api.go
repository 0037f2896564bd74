package catalog

import (
	"context"

	"okno/internal/forms"
	"okno/internal/kit/i18n"
	"okno/internal/kit/web"
)

func (c *Catalog) mountAPI(a *web.API) {
	web.Register(a, web.Operation{Pattern: "GET /api/v1/services", ID: "list-services", Summary: "Find services; without q all that fit", Tag: "catalog"}, web.Public, c.apiList)
	web.Register(a, web.Operation{Pattern: "GET /api/v1/services/{id}", ID: "get-service", Summary: "A service with what it asks", Tag: "catalog"}, web.Public, c.apiService)
	web.Register(a, web.Operation{Pattern: "GET /api/v1/categories", ID: "list-categories", Summary: "Codes of categories, life events and audiences", Tag: "catalog"}, web.Public, c.apiCategories)
}

// ServiceQuery are the parameters of a search.
type ServiceQuery struct {
	Q         string `query:"q" maxLength:"200" doc:"Words in Russian or English; misspellings are forgiven"`
	Category  string `query:"category" maxLength:"60"`
	LifeEvent string `query:"life_event" maxLength:"60"`
	Agency    string `query:"agency" maxLength:"60"`
	Audience  string `query:"audience" maxLength:"60" doc:"citizen or business"`
	Page      int    `query:"page" minimum:"1" default:"1"`
	PerPage   int    `query:"per_page" minimum:"1" maximum:"100" default:"24"`
}

// ServiceList is one page of found services.
type ServiceList struct {
	Body struct {
		Items []ServiceItem `json:"items" nullable:"false"`
		Total int           `json:"total"`
		Read  string        `json:"read,omitempty" doc:"How the query was understood, if not as written"`
	}
}

// ServiceItem is a service in a list.
type ServiceItem struct {
	ID          string   `json:"id"`
	Version     int      `json:"version"`
	Title       string   `json:"title" doc:"In the language asked for"`
	Short       string   `json:"short"`
	Agency      string   `json:"agency"`
	AgencyTitle string   `json:"agency_title"`
	Categories  []string `json:"categories" nullable:"false"`
	LifeEvents  []string `json:"life_events" nullable:"false"`
	Audience    []string `json:"audience" nullable:"false"`
	Level       string   `json:"level" enum:"simplified,standard,confirmed"`
	Regions     []string `json:"regions" nullable:"false" doc:"Where it is offered; none: everywhere"`
	Term        Term     `json:"term"`
	Sample      bool     `json:"sample" doc:"true: some of its facts are not checked against the law"`
}

// Term is a time limit; one of its numbers is set.
type Term struct {
	WorkingDays  int `json:"working_days,omitempty"`
	CalendarDays int `json:"calendar_days,omitempty"`
	Minutes      int `json:"minutes,omitempty"`
}

// ServiceID names a service.
type ServiceID struct {
	ID string `path:"id" maxLength:"100"`
}

// ServiceOut is a service with its page and its questions.
type ServiceOut struct{ Body ServiceDetail }

// ServiceDetail is all that is read before applying, and the form.
type ServiceDetail struct {
	ServiceItem
	Sign    string     `json:"sign" doc:"Signature asked before sending"`
	Who     []Fact     `json:"who" nullable:"false"`
	What    []FactNeed `json:"what" nullable:"false"`
	Cost    []FactCost `json:"cost" nullable:"false"`
	Result  Fact       `json:"result"`
	Refusal []FactMend `json:"refusal" nullable:"false"`
	Rules   []FactLaw  `json:"rules" nullable:"false"`
	Steps   []FormStep `json:"steps" nullable:"false"`
}

// Fact is a text; Sample marks one that is not checked.
type Fact struct {
	Text   string `json:"text"`
	Sample bool   `json:"sample,omitempty"`
}

// FactNeed is a document or datum that is needed.
type FactNeed struct {
	Fact
	Note   string `json:"note,omitempty"`
	Itself bool   `json:"itself" doc:"true: the portal gets it itself"`
}

// FactCost is a variant of the cost.
type FactCost struct {
	Fact
	Amount string `json:"amount" doc:"Kopecks, or an expression over the answers"`
}

// FactMend is a ground for refusal and what to do.
type FactMend struct {
	Fact
	Code string `json:"code"`
	Mend string `json:"mend"`
}

// FactLaw is a rule of law.
type FactLaw struct {
	Fact
	URL string `json:"url,omitempty"`
}

// FormStep is a page of questions.
type FormStep struct {
	ID     string      `json:"id"`
	Title  string      `json:"title"`
	When   string      `json:"when,omitempty" doc:"Shown only if this expression holds"`
	Fields []FormField `json:"fields" nullable:"false"`
	Groups []FormGroup `json:"groups" nullable:"false"`
}

// FormField is a question.
type FormField struct {
	ID       string       `json:"id"`
	Kind     string       `json:"kind"`
	Label    string       `json:"label"`
	Required bool         `json:"required"`
	When     string       `json:"when,omitempty"`
	Options  []FormOption `json:"options,omitempty"`
}

// FormOption is a possible answer.
type FormOption struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

// FormGroup are questions that are asked about several things.
type FormGroup struct {
	ID     string      `json:"id"`
	Title  string      `json:"title"`
	When   string      `json:"when,omitempty"`
	Min    int         `json:"min"`
	Max    int         `json:"max"`
	Fields []FormField `json:"fields" nullable:"false"`
}

// CategoryList are the codes of the catalogue.
type CategoryList struct {
	Body struct {
		Categories []CategoryItem `json:"categories" nullable:"false"`
		LifeEvents []CategoryItem `json:"life_events" nullable:"false"`
		Audiences  []CategoryItem `json:"audiences" nullable:"false"`
	}
}

// CategoryItem is a code with its name.
type CategoryItem struct {
	Code  string `json:"code"`
	Title string `json:"title"`
	Count int    `json:"count" doc:"How many services it has"`
}

func (c *Catalog) apiList(ctx context.Context, in *ServiceQuery) (*ServiceList, error) {
	found := c.Find(in.Q, Filter{in.Category, in.LifeEvent, in.Agency, in.Audience})
	out := &ServiceList{}
	out.Body.Total, out.Body.Read, out.Body.Items = len(found.Hits), found.Read, []ServiceItem{}
	pages := (len(found.Hits) + in.PerPage - 1) / in.PerPage
	if in.Page > pages {
		return out, nil
	}
	from := (in.Page - 1) * in.PerPage
	for _, h := range found.Hits[from:min(from+in.PerPage, len(found.Hits))] {
		out.Body.Items = append(out.Body.Items, c.item(ctx, h.Service))
	}
	return out, nil
}

func (c *Catalog) item(ctx context.Context, s *forms.Service) ServiceItem {
	d := s.Page.Duration
	return ServiceItem{
		ID: s.ID, Version: s.Version, Title: textOf(ctx, s.Title), Short: textOf(ctx, s.Short),
		Agency: s.Agency, AgencyTitle: c.AgencyTitle(s.Agency, i18n.Lang(ctx)),
		Categories: orEmpty(s.Categories), LifeEvents: orEmpty(s.LifeEvents), Audience: orEmpty(s.Audience), Regions: orEmpty(s.Regions),
		Level: s.Level, Sample: len(s.Unverified) > 0, Term: Term{d.WorkingDays, d.CalendarDays, d.Minutes},
	}
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

func (c *Catalog) apiCategories(ctx context.Context, _ *struct{}) (*CategoryList, error) {
	s := c.shelf.Load()
	out := &CategoryList{}
	out.Body.Categories = items(ctx, s.guide.Categories, func(code string) int { return s.count(Filter{Category: code}) })
	out.Body.LifeEvents = items(ctx, s.guide.LifeEvents, func(code string) int { return s.count(Filter{LifeEvent: code}) })
	out.Body.Audiences = items(ctx, s.guide.Audiences, func(code string) int { return s.count(Filter{Audience: code}) })
	return out, nil
}

func items(ctx context.Context, entries []Entry, count func(string) int) []CategoryItem {
	out := []CategoryItem{}
	for _, e := range entries {
		out = append(out, CategoryItem{e.Code, e.Title.In(i18n.Lang(ctx)), count(e.Code)})
	}
	return out
}
