package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"okno/internal/kit/id"
)

// walkRole is the process of the visitors.
func walkRole(file string) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var w walk
	if err := json.Unmarshal(raw, &w); err != nil {
		return err
	}
	c := &crowd{walk: w, from: time.Now().Add(w.Warm)}
	c.until = c.from.Add(w.Length)
	return writeJSON(w.Out, c.run())
}

type crowd struct {
	walk
	next        atomic.Int64
	all, wrong  atomic.Int64
	fault       atomic.Pointer[string]
	from, until time.Time
}

func (c *crowd) run() figures {
	took := make([][]uint32, walkers)
	var all sync.WaitGroup
	for i := range took {
		all.Go(func() { took[i] = c.visitor() })
	}
	all.Wait()
	g := &generator{job: job{Length: c.Length}}
	g.all.Store(c.all.Load())
	g.wrong.Store(c.wrong.Load())
	g.fault.Store(c.fault.Load())
	return g.figures(slices.Concat(took...))
}

// visitor goes journey after journey; only those that end in time count.
func (c *crowd) visitor() []uint32 {
	var took []uint32
	client := &http.Client{
		Transport: &http.Transport{MaxIdleConnsPerHost: 2, DisableCompression: true, DialContext: (&net.Dialer{}).DialContext},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
	}
	for time.Now().Before(c.until) {
		begin := time.Now()
		v := &visit{client: client, addr: c.Addr, cookies: map[string]string{}}
		err := v.defra
		if c.Site == "okno" {
			err = v.okno
			name, value, _ := strings.Cut(c.Cookies[int(c.next.Add(1))%len(c.Cookies)], "=")
			v.cookies[name] = value
		}
		fault := err()
		end := time.Now()
		c.all.Add(1)
		switch {
		case fault != nil:
			c.wrong.Add(1)
			text := fault.Error()
			c.fault.Store(&text)
			time.Sleep(10 * time.Millisecond)
		case end.After(c.from) && end.Before(c.until):
			took = append(took, uint32(end.Sub(begin).Microseconds()))
		}
	}
	return took
}

// visit is one journey of one visitor, with the cookies of that visitor.
type visit struct {
	client  *http.Client
	addr    string
	cookies map[string]string
	path    string // where the last answer led, or the last page
	body    string
}

// pages are what the visitor writes on each of the four pages.
func (v *visit) okno() error {
	if err := v.post("/cabinet/drafts", url.Values{"service": {"twelve-fields"}, "_once": {id.New()}}); err != nil {
		return err
	}
	if err := v.get(); err != nil { // leads to the first page
		return err
	}
	for _, answers := range []string{
		"last_name=Соколова&first_name=Анна&birth.day=12&birth.month=4&birth.year=1990",
		"phone=%2B79131234567&mail=anna@example.org&answer=mail",
		"people=3&income=50000&married=no",
		"goal=work&details=Для предъявления на работе&city=Казань",
	} {
		if err := v.page(answers, "_seen"); err != nil {
			return err
		}
	}
	if err := v.page("", "_version", "_once"); err != nil {
		return err
	}
	return v.ends("/sent")
}

func (v *visit) defra() error {
	v.path = "/form/person"
	for _, answers := range []string{
		"lastName=Соколова&firstName=Анна&birth__day=12&birth__month=4&birth__year=1990",
		"phone=%2B79131234567&mail=anna@example.org&answer=mail",
		"people=3&income=50000&married=false",
		"goal=work&details=Для предъявления на работе&city=Казань",
		"",
	} {
		if err := v.page(answers, "crumb", "action"); err != nil {
			return err
		}
	}
	return v.ends("/status")
}

// page gets the page to which the last answer led, fills it in and sends it.
func (v *visit) page(answers string, hidden ...string) error {
	if err := v.get(); err != nil {
		return err
	}
	form, err := url.ParseQuery(strings.ReplaceAll(answers, " ", "+"))
	if err != nil {
		return err
	}
	for _, name := range hidden {
		if value, ok := inputValue(v.body, name); ok {
			form.Set(name, value)
		}
	}
	to := v.path
	if v.path = action(v.body, to); strings.HasPrefix(v.path, "http") {
		return fmt.Errorf("%s leads outside", to)
	}
	return v.post(v.path, form)
}

// ends: the journey has come to its last page.
func (v *visit) ends(suffix string) error {
	if !strings.HasSuffix(v.path, suffix) {
		return fmt.Errorf("ended at %s", v.path)
	}
	return v.get()
}

// action is where the page's own form is sent: the one that has answers.
func action(body, page string) string {
	for rest := body; ; {
		_, after, ok := strings.Cut(rest, `<form`)
		if !ok {
			return page
		}
		tag, more, _ := strings.Cut(after, ">")
		rest = more
		if _, value, ok := strings.Cut(tag, `action="`); ok && strings.Contains(tag, "/cabinet/drafts/") {
			value, _, _ = strings.Cut(value, `"`)
			return value
		}
	}
}

// inputValue is the value of a hidden input.
func inputValue(body, name string) (string, bool) {
	_, rest, ok := strings.Cut(body, `name="`+name+`"`)
	if !ok {
		return "", false
	}
	tag, _, _ := strings.Cut(rest, ">")
	_, value, ok := strings.Cut(tag, `value="`)
	value, _, _ = strings.Cut(value, `"`)
	return value, ok
}

func (v *visit) get() error {
	for range 3 {
		status, err := v.ask(http.MethodGet, v.path, nil)
		if err != nil || status == http.StatusOK {
			return err
		}
		if status != http.StatusSeeOther && status != http.StatusFound {
			return fmt.Errorf("GET %s: status %d", v.path, status)
		}
	}
	return fmt.Errorf("GET %s: led around", v.path)
}

// post sends a form, which must lead on.
func (v *visit) post(path string, form url.Values) error {
	v.path = path
	status, err := v.ask(http.MethodPost, path, strings.NewReader(form.Encode()))
	if err == nil && status != http.StatusSeeOther && status != http.StatusFound {
		err = fmt.Errorf("POST %s: status %d", path, status)
	}
	return err
}

func (v *visit) ask(method, path string, body io.Reader) (int, error) {
	path, _, _ = strings.Cut(path, "#")
	req, err := http.NewRequest(method, "http://"+v.addr+path, body)
	if err != nil {
		return 0, err
	}
	req.Host = "localhost:8080"
	if body != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", "http://localhost:8080")
	}
	for name, value := range v.cookies {
		req.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	resp, err := v.client.Do(req)
	if err != nil {
		return 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	v.body = string(raw)
	for _, c := range resp.Cookies() {
		v.cookies[c.Name] = c.Value
	}
	if to := resp.Header.Get("Location"); to != "" {
		v.path = strings.TrimPrefix(strings.TrimPrefix(to, "http://localhost:8080"), "http://"+v.addr)
	}
	return resp.StatusCode, err
}
