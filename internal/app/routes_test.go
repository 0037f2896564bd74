package app

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"okno/internal/applications/complaint"
	"okno/internal/applications/upload"
	"okno/internal/identity"
	"okno/internal/identity/device"
	"okno/internal/kit/db"
	"okno/internal/kit/id"
	"okno/internal/kit/testkit"
	"okno/internal/kit/web"
	"okno/internal/profile"
)

// things are what paths name: of the person whose journey it was, or of nobody.
type things map[string]string

// line says how a route with parameters is walked: what stands in its path, and
// what a program sends. open means that the address itself is the key, or that
// it names nothing of a person.
type line struct {
	path string // parameters as {thing}; "" is the route's own path
	body string
	open bool
	// agency: the body names the agency of the walk, closed to those of others.
	agency bool
}

// walk has a line for every route with parameters: a new one must say whose
// things it shows.
var walk = map[string]line{
	"GET /services/{id}":                                         {path: "/services/{service}", open: true},
	"GET /api/v1/services/{id}":                                  {path: "/api/v1/services/{service}", open: true},
	"GET /help/{slug}":                                           {path: "/help/nothing", open: true},
	"GET /v/{number}":                                            {path: "/v/{document number}", open: true},
	"GET /api/v1/verify/{number}":                                {path: "/api/v1/verify/{document number}", open: true},
	"GET /feedback/{ticket}":                                     {path: "/feedback/{ticket}", open: true},
	"GET /api/v1/tickets/{id}":                                   {path: "/api/v1/tickets/{ticket}", open: true},
	"POST /api/v1/sessions/{pending}/factor":                     {path: "/api/v1/sessions/nothing/factor", body: `{"code":"123456"}`, open: true},
	"PUT /api/v1/sessions/{pending}/choice":                      {path: "/api/v1/sessions/nothing/choice", body: `{"factor":"sms"}`, open: true},
	"GET /cabinet/security/new-factor/{id}":                      {path: "/cabinet/security/new-factor/nothing", open: true},
	"POST /cabinet/security/new-factor/{id}":                     {path: "/cabinet/security/new-factor/nothing", open: true},
	"POST /cabinet/security/new-factor/{id}/options":             {path: "/cabinet/security/new-factor/nothing/options", open: true},
	"GET /cabinet/security/factors/{id}/rename":                  {path: "/cabinet/security/factors/sms/rename", open: true},
	"POST /cabinet/security/factors/{id}/rename":                 {path: "/cabinet/security/factors/sms/rename", open: true},
	"GET /cabinet/security/factors/{id}/remove":                  {path: "/cabinet/security/factors/sms/remove", open: true},
	"POST /cabinet/security/factors/{id}/remove":                 {path: "/cabinet/security/factors/sms/remove", open: true},
	"POST /api/v1/factors/{enrolment}/confirm":                   {path: "/api/v1/factors/nothing/confirm", body: `{"code":"123456"}`, open: true},
	"PATCH /api/v1/factors/{id}":                                 {path: "/api/v1/factors/sms", body: `{"name":"x"}`, open: true},
	"DELETE /api/v1/factors/{id}":                                {path: "/api/v1/factors/nothing", open: true},
	"POST /api/v1/sessions/{pending}/code":                       {path: "/api/v1/sessions/nothing/code", open: true},
	"DELETE /api/v1/sessions/{id}":                               {path: "/api/v1/sessions/{session}"},
	"POST /cabinet/security/sessions/{id}/end":                   {path: "/cabinet/security/sessions/{session}/end"},
	"GET /cabinet/security/history/{line}/not-me":                {path: "/cabinet/security/history/1-nothing/not-me", open: true},
	"POST /cabinet/security/history/{line}/not-me":               {path: "/cabinet/security/history/1-nothing/not-me", open: true},
	"POST /cabinet/security/browsers/{id}/forget":                {path: "/cabinet/security/browsers/{device}/forget"},
	"GET /cabinet/security/contacts/{kind}":                      {path: "/cabinet/security/contacts/phone", open: true},
	"POST /cabinet/security/contacts/{kind}":                     {path: "/cabinet/security/contacts/phone", open: true},
	"GET /cabinet/security/contacts/{kind}/{change}":             {path: "/cabinet/security/contacts/phone/nothing", open: true},
	"POST /cabinet/security/contacts/{kind}/{change}":            {path: "/cabinet/security/contacts/phone/nothing", open: true},
	"GET /session/form/{id}":                                     {path: "/session/form/nothing", open: true},
	"GET /stop/{token}":                                          {path: "/stop/nothing", open: true},
	"POST /stop/{token}":                                         {path: "/stop/nothing", open: true},
	"GET /access/{token}":                                        {path: "/access/nothing", open: true},
	"POST /access/{token}":                                       {path: "/access/nothing", open: true},
	"POST /desk/mfc/people/{id}/access":                          {path: "/desk/mfc/people/{account}/access", open: true, body: "passport=yes&phone=x"},
	"POST /desk/mfc/people/{id}/unlock":                          {path: "/desk/mfc/people/{account}/unlock"},
	"GET /desk/recoveries/{number}":                              {path: "/desk/recoveries/1234-5678-9012", open: true},
	"GET /desk/recoveries/{number}/scan":                         {path: "/desk/recoveries/1234-5678-9012/scan", open: true},
	"POST /desk/recoveries/{number}/{answer}":                    {path: "/desk/recoveries/1234-5678-9012/yes", open: true},
	"GET /desk/accounts/{id}":                                    {path: "/desk/accounts/nothing", open: true},
	"POST /desk/accounts/{id}":                                   {path: "/desk/accounts/nothing", open: true},
	"POST /desk/accounts/{id}/unlock":                            {path: "/desk/accounts/nothing/unlock", open: true},
	"GET /objection/{token}":                                     {path: "/objection/nothing", open: true},
	"POST /objection/{token}":                                    {path: "/objection/nothing", open: true},
	"GET /not-me/{token}":                                        {path: "/not-me/nothing", open: true},
	"POST /not-me/{token}":                                       {path: "/not-me/nothing", open: true},
	"GET /cabinet/profile/edit/{section}":                        {path: "/cabinet/profile/edit/snils", open: true},
	"POST /cabinet/profile/edit/{section}":                       {path: "/cabinet/profile/edit/snils", open: true},
	"POST /cabinet/profile/edit/{section}/check":                 {path: "/cabinet/profile/edit/snils/check", open: true},
	"GET /cabinet/profile/add/{kind}":                            {path: "/cabinet/profile/add/child", open: true},
	"POST /cabinet/profile/add/{kind}":                           {path: "/cabinet/profile/add/child", open: true},
	"POST /cabinet/profile/add/{kind}/check":                     {path: "/cabinet/profile/add/child/check", open: true},
	"GET /cabinet/profile/holdings/{id}":                         {path: "/cabinet/profile/holdings/{holding}"},
	"POST /cabinet/profile/holdings/{id}":                        {path: "/cabinet/profile/holdings/{holding}"},
	"POST /cabinet/profile/holdings/{id}/check":                  {path: "/cabinet/profile/holdings/{holding}/check"},
	"GET /cabinet/profile/holdings/{id}/remove":                  {path: "/cabinet/profile/holdings/{holding}/remove"},
	"POST /cabinet/profile/holdings/{id}/remove":                 {path: "/cabinet/profile/holdings/{holding}/remove"},
	"PUT /api/v1/profile/holdings/{id}":                          {path: "/api/v1/profile/holdings/{holding}", body: `{"version":1,"values":{}}`},
	"DELETE /api/v1/profile/holdings/{id}":                       {path: "/api/v1/profile/holdings/{holding}"},
	"POST /api/v1/profile/holdings/find/{registry}":              {path: "/api/v1/profile/holdings/find/family", open: true},
	"PUT /api/v1/profile/consents/{kind}":                        {path: "/api/v1/profile/consents/terms", open: true},
	"DELETE /api/v1/profile/consents/{kind}":                     {path: "/api/v1/profile/consents/nothing", open: true},
	"GET /desk/mfc/people/{id}":                                  {path: "/desk/mfc/people/{account}"},
	"POST /desk/mfc/people/{id}":                                 {path: "/desk/mfc/people/{account}"},
	"GET /cabinet/documents/{id}/file":                           {path: "/cabinet/documents/{document}/file"},
	"GET /api/v1/documents/{id}/file":                            {path: "/api/v1/documents/{document}/file"},
	"GET /cabinet/drafts/{id}":                                   {path: "/cabinet/drafts/{draft}"},
	"GET /cabinet/drafts/{id}/check":                             {path: "/cabinet/drafts/{draft}/check"},
	"POST /cabinet/drafts/{id}/send":                             {path: "/cabinet/drafts/{draft}/send", body: "_version=1"},
	"GET /cabinet/drafts/{id}/sent":                              {path: "/cabinet/drafts/{sent draft}/sent"},
	"GET /cabinet/drafts/{id}/stop":                              {path: "/cabinet/drafts/{draft}/stop"},
	"GET /cabinet/drafts/{id}/changes":                           {path: "/cabinet/drafts/{draft}/changes"},
	"POST /cabinet/drafts/{id}/changes":                          {path: "/cabinet/drafts/{draft}/changes"},
	"GET /cabinet/drafts/{id}/begun":                             {path: "/cabinet/drafts/{draft}/begun"},
	"POST /cabinet/drafts/{id}/begun":                            {path: "/cabinet/drafts/{draft}/begun"},
	"GET /cabinet/dictionaries/{dictionary}":                     {path: "/cabinet/dictionaries/nothing", open: true},
	"GET /cabinet/drafts/{id}/delete":                            {path: "/cabinet/drafts/{draft}/delete"},
	"POST /cabinet/drafts/{id}/delete":                           {path: "/cabinet/drafts/{draft}/delete"},
	"GET /cabinet/drafts/{id}/files/{file}":                      {path: "/cabinet/drafts/{draft}/files/{draft file}"},
	"GET /cabinet/drafts/{id}/{step}":                            {path: "/cabinet/drafts/{draft}/who"},
	"POST /cabinet/drafts/{id}/{step}":                           {path: "/cabinet/drafts/{draft}/who"},
	"POST /cabinet/drafts/{id}/{step}/check":                     {path: "/cabinet/drafts/{draft}/who/check"},
	"GET /api/v1/drafts/{id}":                                    {path: "/api/v1/drafts/{draft}"},
	"PATCH /api/v1/drafts/{id}":                                  {path: "/api/v1/drafts/{draft}", body: `{"step":"who","answers":{}}`},
	"DELETE /api/v1/drafts/{id}":                                 {path: "/api/v1/drafts/{draft}"},
	"POST /api/v1/drafts/{id}/files":                             {path: "/api/v1/drafts/{draft}/files?field=guardianship&name=a.pdf", body: pdfFile},
	"POST /api/v1/drafts/{id}/submit":                            {path: "/api/v1/drafts/{draft}/submit"},
	"GET /cabinet/applications/{number}":                         {path: "/cabinet/applications/{number}"},
	"GET /cabinet/applications/{number}/card":                    {path: "/cabinet/applications/{number}/card"},
	"GET /cabinet/applications/{number}/history":                 {path: "/cabinet/applications/{number}/history"},
	"GET /cabinet/applications/{number}/ask":                     {path: "/cabinet/applications/{number}/ask"},
	"POST /cabinet/applications/{number}/answer":                 {path: "/cabinet/applications/{number}/answer"},
	"GET /cabinet/applications/{number}/cancel":                  {path: "/cabinet/applications/{number}/cancel"},
	"POST /cabinet/applications/{number}/cancel":                 {path: "/cabinet/applications/{number}/cancel"},
	"GET /api/v1/applications/{number}":                          {path: "/api/v1/applications/{number}"},
	"POST /api/v1/applications/{number}/answer":                  {path: "/api/v1/applications/{number}/answer", body: `{"text":"x"}`},
	"POST /api/v1/applications/{number}/cancel":                  {path: "/api/v1/applications/{number}/cancel", body: `{}`},
	"GET /desk/applications/{number}":                            {path: "/desk/applications/{number}"},
	"POST /desk/applications/{number}/return":                    {path: "/desk/applications/{number}/return"},
	"POST /desk/applications/{number}/assign":                    {path: "/desk/applications/{number}/assign"},
	"POST /desk/applications/{number}/ask":                       {path: "/desk/applications/{number}/ask"},
	"POST /desk/applications/{number}/approve":                   {path: "/desk/applications/{number}/approve"},
	"POST /desk/applications/{number}/refuse":                    {path: "/desk/applications/{number}/refuse"},
	"POST /desk/applications/{number}/note":                      {path: "/desk/applications/{number}/note"},
	"POST /desk/applications/{number}/take":                      {path: "/desk/applications/{number}/take"},
	"GET /api/v1/desk/applications/{number}":                     {path: "/api/v1/desk/applications/{number}"},
	"POST /api/v1/desk/applications/{number}/take":               {path: "/api/v1/desk/applications/{number}/take", body: `{}`},
	"POST /api/v1/desk/applications/{number}/return":             {path: "/api/v1/desk/applications/{number}/return", body: `{}`},
	"POST /api/v1/desk/applications/{number}/assign":             {path: "/api/v1/desk/applications/{number}/assign", body: `{"to":"x"}`},
	"POST /api/v1/desk/applications/{number}/ask":                {path: "/api/v1/desk/applications/{number}/ask", body: `{"text":"x"}`},
	"POST /api/v1/desk/applications/{number}/approve":            {path: "/api/v1/desk/applications/{number}/approve", body: `{}`},
	"POST /api/v1/desk/applications/{number}/refuse":             {path: "/api/v1/desk/applications/{number}/refuse", body: `{"ground":"data","comment":"x"}`},
	"POST /api/v1/desk/applications/{number}/note":               {path: "/api/v1/desk/applications/{number}/note", body: `{"text":"x"}`},
	"POST /desk/applications/{number}/confirm":                   {path: "/desk/applications/{number}/confirm"},
	"POST /desk/applications/{number}/decline":                   {path: "/desk/applications/{number}/decline", body: "words=x"},
	"POST /desk/applications/{number}/suspend":                   {path: "/desk/applications/{number}/suspend", body: "pause_ground=court&pause_words=x"},
	"POST /desk/applications/{number}/resume":                    {path: "/desk/applications/{number}/resume"},
	"POST /desk/applications/{number}/forward":                   {path: "/desk/applications/{number}/forward", body: "agency=mvd&forward_words=x"},
	"POST /api/v1/desk/applications/{number}/suspend":            {path: "/api/v1/desk/applications/{number}/suspend", body: `{"ground":"court","text":"x"}`},
	"POST /api/v1/desk/applications/{number}/resume":             {path: "/api/v1/desk/applications/{number}/resume", body: `{}`},
	"POST /api/v1/desk/applications/{number}/forward":            {path: "/api/v1/desk/applications/{number}/forward", body: `{"agency":"fns","text":"x"}`},
	"POST /desk/applications/{number}/hand-back":                 {path: "/desk/applications/{number}/hand-back", body: "back=x"},
	"POST /desk/applications/{number}/part-again":                {path: "/desk/applications/{number}/part-again", body: "part=x"},
	"POST /desk/applications/{number}/part-drop":                 {path: "/desk/applications/{number}/part-drop", body: "part=x"},
	"POST /api/v1/desk/applications/{number}/hand-back":          {path: "/api/v1/desk/applications/{number}/hand-back", body: `{"words":"x"}`},
	"POST /api/v1/desk/applications/{number}/parts/{part}/again": {path: "/api/v1/desk/applications/{number}/parts/nothing/again", body: `{}`},
	"POST /api/v1/desk/applications/{number}/parts/{part}/drop":  {path: "/api/v1/desk/applications/{number}/parts/nothing/drop", body: `{}`},
	"POST /desk/webhooks":                                        {body: "agency=mvd"},
	"POST /desk/agency/rules":                                    {body: "agency=mvd", agency: true},
	"POST /desk/agency/worker":                                   {body: "agency=mvd", agency: true},
	"POST /desk/agency/leaves":                                   {body: "agency=mvd", agency: true},
	"POST /desk/agency/interests":                                {body: "agency=mvd", agency: true},
	"POST /desk/agency/templates":                                {body: "agency=mvd", agency: true},
	"POST /desk/interests":                                       {body: "agency=mvd", agency: true},
	"POST /desk/agency/leaves/{id}/end":                          {path: "/desk/agency/leaves/nothing/end", body: "agency=mvd"},
	"POST /desk/agency/interests/{id}/end":                       {path: "/desk/agency/interests/nothing/end", body: "agency=mvd"},
	"POST /desk/agency/templates/{id}/delete":                    {path: "/desk/agency/templates/nothing/delete", body: "agency=mvd"},
	"POST /desk/reports/schedules/{id}/delete":                   {path: "/desk/reports/schedules/nothing/delete", body: "agency=mvd"},
	"GET /desk/webhooks/{id}":                                    {path: "/desk/webhooks/nothing?agency=mvd"},
	"POST /desk/webhooks/{id}/{deed}":                            {path: "/desk/webhooks/nothing/pause", body: "agency=mvd"},
	"POST /api/v1/desk/applications/{number}/confirm":            {path: "/api/v1/desk/applications/{number}/confirm", body: `{}`},
	"POST /api/v1/desk/applications/{number}/decline":            {path: "/api/v1/desk/applications/{number}/decline", body: `{"words":"x"}`},
	"GET /api/v1/desk/applications/{number}/files/{file}":        {path: "/api/v1/desk/applications/{number}/files/{file}"},
	"POST /desk/applications/{number}/revoke":                    {path: "/desk/applications/{number}/revoke", body: "document=x&reason=x"},
	"POST /api/v1/desk/applications/{number}/revoke":             {path: "/api/v1/desk/applications/{number}/revoke", body: `{"document":"x","reason":"x"}`},
	"GET /cabinet/applications/{number}/files/{file}":            {path: "/cabinet/applications/{number}/files/{file}"},
	"GET /desk/applications/{number}/files/{file}":               {path: "/desk/applications/{number}/files/{file}"},
	"GET /desk/applications/{number}/documents/{document}":       {path: "/desk/applications/{number}/documents/{document}"},
	"GET /desk/tickets/{number}":                                 {path: "/desk/tickets/{ticket number}"},
	"POST /desk/tickets/{number}/{deed}":                         {path: "/desk/tickets/{ticket number}/take"},
	"GET /cabinet/notices/{id}":                                  {path: "/cabinet/notices/{notice}"},
	"POST /cabinet/security/certificates/{id}/remove":            {path: "/cabinet/security/certificates/nothing/remove"},
	"GET /q/{code}":                                              {path: "/q/nothing", open: true},
	"GET /app/approve/{id}":                                      {path: "/app/approve/nothing", open: true}, // whose it is, is tried in identity/device
	"POST /app/approve/{id}/options":                             {path: "/app/approve/nothing/options", open: true},
	"POST /app/approve/{id}/confirm":                             {path: "/app/approve/nothing/confirm", open: true},
	"POST /app/approve/{id}/refuse":                              {path: "/app/approve/nothing/refuse", open: true},
	"POST /desk/filters/{id}/delete":                             {path: "/desk/filters/nothing/delete"},
	"POST /cabinet/security/phone/{id}/remove":                   {path: "/cabinet/security/phone/nothing/remove"},
	"GET /cabinet/applications/{number}/complain":                {path: "/cabinet/applications/{number}/complain"},
	"POST /cabinet/applications/{number}/complain":               {path: "/cabinet/applications/{number}/complain"},
	"GET /cabinet/complaint-drafts/{id}":                         {path: "/cabinet/complaint-drafts/{complaint draft}"},
	"POST /cabinet/complaint-drafts/{id}":                        {path: "/cabinet/complaint-drafts/{complaint draft}"},
	"GET /cabinet/complaint-drafts/{id}/check":                   {path: "/cabinet/complaint-drafts/{complaint draft}/check"},
	"POST /cabinet/complaint-drafts/{id}/send":                   {path: "/cabinet/complaint-drafts/{complaint draft}/send"},
	"POST /cabinet/complaint-drafts/{id}/delete":                 {path: "/cabinet/complaint-drafts/{complaint draft}/delete"},
	"GET /cabinet/complaint-drafts/{id}/files/{file}":            {path: "/cabinet/complaint-drafts/{complaint draft}/files/{complaint file}"},
	"GET /cabinet/complaints/{number}":                           {path: "/cabinet/complaints/{complaint}"},
	"GET /cabinet/complaints/{number}/card":                      {path: "/cabinet/complaints/{complaint}/card"},
	"GET /cabinet/complaints/{number}/withdraw":                  {path: "/cabinet/complaints/{complaint}/withdraw"},
	"POST /cabinet/complaints/{number}/withdraw":                 {path: "/cabinet/complaints/{complaint}/withdraw"},
	"POST /cabinet/complaints/{number}/appeal":                   {path: "/cabinet/complaints/{complaint}/appeal"},
	"GET /cabinet/complaints/{number}/files/{file}":              {path: "/cabinet/complaints/{complaint}/files/{sent complaint file}"},
	"GET /desk/complaints/{number}":                              {path: "/desk/complaints/{complaint}"},
	"GET /desk/complaints/{number}/files/{file}":                 {path: "/desk/complaints/{complaint}/files/{sent complaint file}"},
	"GET /desk/complaints/{number}/case/{file}":                  {path: "/desk/complaints/{complaint}/case/{file}"},
	"GET /desk/complaints/{number}/documents/{document}":         {path: "/desk/complaints/{complaint}/documents/{document}"},
	"POST /desk/complaints/{number}/register":                    {path: "/desk/complaints/{complaint}/register"},
	"POST /desk/complaints/{number}/take":                        {path: "/desk/complaints/{complaint}/take"},
	"POST /desk/complaints/{number}/return":                      {path: "/desk/complaints/{complaint}/return"},
	"POST /desk/complaints/{number}/decide":                      {path: "/desk/complaints/{complaint}/decide", body: "verdict=refuse&words=x"},
	"GET /api/v1/complaints/{number}":                            {path: "/api/v1/complaints/{complaint}"},
	"POST /api/v1/applications/{number}/complain":                {path: "/api/v1/applications/{number}/complain", body: `{"ground":"money","text":"x"}`},
	"POST /api/v1/complaints/{number}/appeal":                    {path: "/api/v1/complaints/{complaint}/appeal", body: `{"text":"x"}`},
	"POST /api/v1/complaints/{number}/withdraw":                  {path: "/api/v1/complaints/{complaint}/withdraw", body: `{}`},
	"GET /api/v1/desk/complaints/{number}":                       {path: "/api/v1/desk/complaints/{complaint}"},
	"POST /api/v1/desk/complaints/{number}/register":             {path: "/api/v1/desk/complaints/{complaint}/register", body: `{}`},
	"POST /api/v1/desk/complaints/{number}/take":                 {path: "/api/v1/desk/complaints/{complaint}/take", body: `{}`},
	"POST /api/v1/desk/complaints/{number}/return":               {path: "/api/v1/desk/complaints/{complaint}/return", body: `{}`},
	"POST /api/v1/desk/complaints/{number}/decide":               {path: "/api/v1/desk/complaints/{complaint}/decide", body: `{"verdict":"refuse","words":"x"}`},
	"POST /desk/system/jobs/{id}/retry":                          {path: "/desk/system/jobs/{job}/retry"},
}

// endsSession are routes after which the caller may be signed out.
var endsSession = []string{"POST /logout", "POST /cabinet/security/password", "DELETE /api/v1/profile/consents/{kind}"}

// visitor walks the routes.
type visitor struct {
	name, account, method string
	roles                 []string // none: a citizen
	mine                  bool     // the things are theirs to see
	page, api             *client
}

// actors are one of each: nobody, the person, a stranger, every role.
func actors(p *portal, owner string) []*visitor {
	all := []*visitor{
		{name: "nobody"},
		{name: "owner", account: owner, method: bySMS, mine: true},
		{name: "stranger", account: p.enter(7, profile.Confirmed), method: bySMS},
		{name: "officer elsewhere", account: p.staff("social", "officer", "social", ""), roles: []string{"officer"}},
	}
	for _, s := range []struct{ role, agency, office string }{
		{"officer", "mvd", ""},
		{"head", "mvd", ""},
		{"mfc_operator", "mfc", "mfc-77-1"},
		{"support_operator", "", ""},
		{"support_specialist", "", ""},
		{"support_chief", "", ""},
		{"administrator", "", ""},
		{"auditor", "", ""},
		{"integrator", "mvd", ""},
	} {
		login := "the-" + s.role
		all = append(all, &visitor{name: s.role, account: p.staff(login, s.role, s.agency, s.office), roles: []string{s.role}, mine: true})
	}
	for _, v := range all {
		if v.method == "" {
			v.method = byTOTP
		}
		v.enter(p)
	}
	return all
}

// enter begins new sessions.
func (v *visitor) enter(p *portal) {
	if v.account == "" {
		v.page, v.api = p.browser("", ""), newClient(p.t, p.web.URL)
		return
	}
	v.page, v.api = p.browser(v.account, v.method), p.program(v.account, v.method)
}

// let says whether the guard lets the visitor in.
func (v *visitor) let(guard string) bool {
	guard = strings.TrimSuffix(guard, ", fresh factor")
	switch guard {
	case "public":
		return true
	case "signed in":
		return v.account != ""
	case "citizen":
		return v.account != "" && len(v.roles) == 0
	case "citizen, mfc_operator":
		return v.account != "" && (len(v.roles) == 0 || slices.Contains(v.roles, "mfc_operator"))
	case "staff":
		return len(v.roles) > 0
	}
	return slices.ContainsFunc(strings.Split(guard, ", "), func(r string) bool { return slices.Contains(v.roles, r) })
}

// call sends what the route takes.
func (v *visitor) call(rt web.Route, path, body string) reply {
	c := v.page
	kind := "application/x-www-form-urlencoded"
	if strings.HasPrefix(path, "/api/") {
		c, kind = v.api, "application/json"
		if body == "" {
			body = "{}"
		}
	}
	if rt.Method == http.MethodGet || rt.Method == http.MethodDelete {
		kind, body = "", ""
	}
	if path == livePath || path == device.LivePath {
		return c.glance(path)
	}
	return c.do(rt.Method, path, kind, body, "Sec-Fetch-Site", "same-origin")
}

// glance takes the head of an answer only.
func (c *client) glance(path string) reply {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.(*testing.T).Context(), http.MethodGet, c.base+path, nil)
	must(c.t, err)
	res, err := c.http.Do(req)
	must(c.t, err)
	_ = res.Body.Close()
	return reply{status: res.StatusCode, header: res.Header}
}

var (
	parameter = regexp.MustCompile(`\{([a-z ]+)\}`)
	changing  = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f-]{17}|\d{4}-\d{4}-\d{4}|\d+`)
)

func fill(path string, of things) string {
	return parameter.ReplaceAllStringFunc(path, func(s string) string { return url.PathEscape(of[s[1:len(s)-1]]) })
}

// same is an answer without what names the request.
func (r reply) same() string { return changing.ReplaceAllString(string(r.body), "#") }

func TestEveryRouteForEverybody(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, p *portal) {
		theirs, owner := belongings(p)
		nobodys := things{
			"draft": id.New(), "sent draft": id.New(), "draft file": id.New(), "file": id.New(), "document": id.New(), "session": id.New(), "device": id.New(),
			"notice": id.New(), "holding": id.New(), "account": id.New(), "number": id.Number(), "ticket number": id.Number(), "service": "nothing",
			"document number": id.Open(), "ticket": id.New(), "job": "987654321",
			"complaint": id.Number(), "complaint draft": id.New(), "complaint file": id.New(), "sent complaint file": id.New(),
		}
		startThings(p, owner, theirs, nobodys)
		all := actors(p, owner)
		for _, rt := range p.house.router.Routes() {
			l, known := lineOf(rt.Method + " " + rt.Path)
			if strings.Contains(strings.ReplaceAll(rt.Path, "{$}", ""), "{") && !known {
				t.Errorf("%s %s has no line in the table of the walk: whose things does it show?", rt.Method, rt.Path)
				continue
			}
			if l.path == "" {
				l.path = strings.ReplaceAll(rt.Path, "{$}", "")
			}
			for _, v := range all {
				v.visit(t, p, rt, l, theirs, nobodys)
			}
		}
		otherSurface(t, p, owner, theirs)
		for _, path := range []string{"/cabinet/drafts/{draft}/who", "/cabinet/applications/{number}", "/cabinet/documents/{document}/file"} {
			if r := p.browser(owner, bySMS).get(fill(path, theirs)); r.status != http.StatusOK {
				t.Errorf("after the walk the owner gets %d at %s", r.status, path)
			}
		}
		if log := p.log.String(); strings.Contains(log, `"panic"`) {
			t.Error("a handler panicked")
		}
	})
}

// visit checks one route for one visitor.
func (v *visitor) visit(t *testing.T, p *portal, rt web.Route, l line, theirs, nobodys things) {
	t.Helper()
	if strings.HasPrefix(rt.Guard.Name, "citizen, ") && len(v.roles) > 0 {
		stranger := *v // staff see a citizen's thing during a visit only
		stranger.mine, v = false, &stranger
	}
	where := v.name + " " + rt.Method + " " + l.path
	in := v.let(rt.Guard.Name)
	if in && v.mine && !l.open && rt.Method != http.MethodGet && parameter.MatchString(l.path) {
		theirs = nobodys // what the others look for stays as it is
	}
	r := v.call(rt, fill(l.path, theirs), l.body)
	if rt.Guard.Name != web.Public.Name && rt.Path != "/desk/keys.js" && !strings.Contains(r.header.Get("Cache-Control"), "no-store") {
		t.Errorf("%s: the answer may be kept: Cache-Control %q", where, r.header.Get("Cache-Control"))
	}
	if !in {
		v.shut(t, where, rt, r)
		return
	}
	v.inside(t, where, rt, l, r, nobodys)
	if slices.Contains(endsSession, rt.Method+" "+rt.Path) {
		v.enter(p)
	}
}

// shut wants a closed door: sign in, or no access.
func (v *visitor) shut(t *testing.T, where string, rt web.Route, r reply) {
	t.Helper()
	switch {
	case v.account != "":
		if r.status != http.StatusForbidden {
			t.Errorf("%s: %d, not 403", where, r.status)
		}
	case rt.Method == http.MethodGet && !strings.HasPrefix(rt.Path, "/api/"):
		if r.status != http.StatusSeeOther || !strings.HasPrefix(r.header.Get("Location"), "/login?to=") {
			t.Errorf("%s: %d to %q, not to the sign-in", where, r.status, r.header.Get("Location"))
		}
	case r.status != http.StatusUnauthorized:
		t.Errorf("%s: %d, not 401", where, r.status)
	}
}

// inside wants anything but a closed door and a fault; of a stranger's things
// exactly what is said of things that do not exist.
func (v *visitor) inside(t *testing.T, where string, rt web.Route, l line, r reply, nobodys things) {
	t.Helper()
	if l.agency && !v.mine {
		v.shut(t, where, rt, r)
		return
	}
	if r.status >= 500 || r.status == http.StatusUnauthorized || r.status == http.StatusForbidden {
		t.Errorf("%s: %d %.300s", where, r.status, r.body)
	}
	if l.open || !parameter.MatchString(l.path) {
		return
	}
	none := v.call(rt, fill(l.path, nobodys), l.body)
	if none.status != http.StatusNotFound {
		t.Errorf("%s: what does not exist gives %d, not 404: %.300s", where, none.status, none.body)
	}
	switch {
	case !v.mine:
		if r.status != http.StatusNotFound || r.same() != none.same() || r.header.Get("Location") != none.header.Get("Location") {
			t.Errorf("%s: a stranger's gives %d, nobody's %d", where, r.status, none.status)
		}
	case r.status >= 400 && rt.Method == http.MethodGet && rt.Path != "/cabinet/drafts/{id}/stop" && rt.Path != "/cabinet/applications/{number}/cancel":
		t.Errorf("%s: the one who may gets %d", where, r.status)
	}
}

// otherSurface: the API never takes a cookie, pages never a bearer.
func otherSurface(t *testing.T, p *portal, owner string, theirs things) {
	t.Helper()
	cookie, token := p.browser(owner, bySMS), p.program(owner, bySMS)
	swapped := &visitor{name: "with the other credential", page: token, api: cookie}
	for _, rt := range p.house.router.Routes() {
		if rt.Guard.Name == web.Public.Name {
			continue
		}
		l, _ := lineOf(rt.Method + " " + rt.Path)
		if l.path == "" {
			l.path = rt.Path
		}
		swapped.shut(t, swapped.name+" "+rt.Method+" "+rt.Path, rt, swapped.call(rt, fill(l.path, theirs), l.body))
	}
}

// complaints are one that was sent and withdrawn, and a draft of another.
func (p *portal) complaints(a *applicant) (sent, drafted *complaint.Card) {
	p.t.Helper()
	ctx := identity.WithActor(context.Background(), identity.Actor{ID: a.account, Session: "s", IP: "192.0.2.1"})
	r := p.house.applications.Complaints()
	begun := func() string {
		c, err := r.Begin(ctx, a.number)
		must(p.t, err)
		must(p.t, r.Save(ctx, c.ID, complaint.Form{Ground: "money", Text: ward.Last, Files: []upload.File{
			{Name: ward.File, Size: int64(len(pdfFile)), Body: strings.NewReader(pdfFile)},
		}}))
		return c.ID
	}
	number, err := r.Send(ctx, begun())
	must(p.t, err)
	must(p.t, r.Withdraw(ctx, complaint.Deal{Number: number}))
	sent, err = r.Mine(ctx, number)
	must(p.t, err)
	drafted, err = r.Draft(ctx, begun())
	must(p.t, err)
	return sent, drafted
}

// belongings are one of each thing that a person has.
func belongings(p *portal) (things, string) {
	a := journey(p)
	draft := a.ask("POST", "/api/v1/drafts", object{"service": certificate})["id"].(string)
	a.ask("PATCH", "/api/v1/drafts/"+draft, object{"step": "who", "answers": object{"for_whom": "child"}})
	a.ask("PATCH", "/api/v1/drafts/"+draft, object{"step": "child", "answers": object{"relation": "guardian"}})
	r := a.do("POST", "/api/v1/drafts/"+draft+"/files?field=guardianship&name=a.pdf", "application/pdf", pdfFile)
	file := regexp.MustCompile(`"id":"([^"]+)"`).FindSubmatch(r.body)
	card := a.card()
	ticket := a.ask("POST", "/api/v1/tickets", object{"text": "Где моя справка?", "email": "someone@example.org"})
	var notices []any
	testkit.Eventually(p.t, "a notice", func() bool {
		notices, _ = a.ask("GET", "/api/v1/notices", nil)["notices"].([]any)
		return len(notices) > 0
	})
	one := func(query, by string) (out string) {
		must(p.t, p.house.stores.db.SQL().QueryRowContext(context.Background(), query, by).Scan(&out))
		return out
	}
	// A browser that was seen: a journey over the API has none.
	known := id.New()
	must(p.t, p.house.stores.db.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO identity_devices (owner_id, id, device_index, proved, created_at, seen_at, from_sealed)
			VALUES ($1, $2, $3, FALSE, $4, $4, $5)`, a.account, known, []byte(known), tx.Now(), []byte{})
		return err
	}))
	held := a.ask("POST", "/api/v1/profile/holdings", object{"kind": "property", "values": object{"cadastral": "77:01:0001001:1024"}})
	sent, drafted := p.complaints(a)
	return things{
		"holding":   held["holdings"].([]any)[0].(object)["id"].(string),
		"complaint": sent.Number, "sent complaint file": sent.Files[0].ID, "complaint draft": drafted.ID, "complaint file": drafted.Files[0].ID,
		"job": "987654322", "account": a.account, "number": a.number, "document": a.documentID, "document number": a.document, "draft": draft,
		"draft file": string(file[1]), "file": card["files"].([]any)[0].(object)["id"].(string), "service": certificate,
		"device":     known,
		"session":    a.ask("GET", "/api/v1/sessions", nil)["sessions"].([]any)[0].(object)["id"].(string),
		"notice":     notices[0].(object)["id"].(string),
		"sent draft": one("SELECT id FROM applications_drafts WHERE owner_id = $1 AND number <> ''", a.account),
		"ticket":     ticket["id"].(string), "ticket number": ticket["number"].(string),
	}, a.account
}
