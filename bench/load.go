package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// job is what a generator does: so many keep-alive connections, so long.
type job struct {
	Addr    string        `json:"addr"`
	Kind    string        `json:"kind"` // cycle, submit, life, streams, streams over h2
	Conns   int           `json:"conns"`
	Warm    time.Duration `json:"warm"`
	Length  time.Duration `json:"length"`
	Pause   time.Duration `json:"pause"`
	Rate    int           `json:"rate"`   // begun a second at most; 0 is as fast as it goes
	Heads   []string      `json:"heads"`  // cycle, streams: whole requests
	Tokens  []string      `json:"tokens"` // submit, life: citizens' bearers
	Officer []string      `json:"officer"`
	Ask     bool          `json:"ask"`     // life: with a question and its answer
	Cookies []string      `json:"cookies"` // streams over h2
	Path    string        `json:"path"`
	Body    string        `json:"body"`
	Out     string        `json:"out"`
}

// figures are what one run gave. Times are in microseconds.
type figures struct {
	Done    int     `json:"done"` // within the measured time
	All     int     `json:"all"`  // with the warm-up
	Errors  int     `json:"errors"`
	Seconds float64 `json:"seconds"`
	Mean    float64 `json:"mean"`
	P50     float64 `json:"p50"`
	P99     float64 `json:"p99"`
	Fault   string  `json:"fault"`
	// CPU is the server's processor time per request in microseconds.
	CPU float64 `json:"cpu"`
}

func (f figures) rate() float64 { return float64(f.Done) / max(f.Seconds, 1e-9) }

// loadRole is the generator's process.
func loadRole(file string) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var j job
	if err := json.Unmarshal(raw, &j); err != nil {
		return err
	}
	g := &generator{job: j}
	f, err := g.run()
	if err != nil {
		return err
	}
	return writeJSON(j.Out, f)
}

type generator struct {
	job
	next       atomic.Int64
	begun      atomic.Int64
	all, wrong atomic.Int64
	fault      atomic.Pointer[string]
	from       time.Time
	until      time.Time
}

// run connects everybody first, then lets them begin together.
func (g *generator) run() (figures, error) {
	lines := make([]*line, g.Conns)
	if g.Kind == "streams over h2" {
		return g.holdSecure()
	}
	if err := g.connect(lines); err != nil {
		return figures{}, err
	}
	if g.Kind == "streams" {
		return g.hold(lines)
	}
	g.from = time.Now().Add(g.Warm)
	g.until = g.from.Add(g.Length)
	took := make([][]uint32, len(lines))
	var all sync.WaitGroup
	for i, l := range lines {
		all.Go(func() { took[i] = g.client(l, i) })
	}
	all.Wait()
	for _, l := range lines {
		l.close()
	}
	return g.figures(slices.Concat(took...)), nil
}

func (g *generator) connect(lines []*line) error {
	var all sync.WaitGroup
	failed := make([]error, len(lines))
	slots := make(chan struct{}, 64)
	for i := range lines {
		slots <- struct{}{}
		all.Go(func() {
			lines[i], failed[i] = dial(g.Addr)
			<-slots
		})
	}
	all.Wait()
	return errors.Join(failed...)
}

func (g *generator) figures(took []uint32) figures {
	f := figures{Done: len(took), All: int(g.all.Load()), Errors: int(g.wrong.Load()), Seconds: g.Length.Seconds()}
	if s := g.fault.Load(); s != nil {
		f.Fault = *s
	}
	if len(took) == 0 {
		return f
	}
	slices.Sort(took)
	sum := 0.0
	for _, t := range took {
		sum += float64(t)
	}
	f.Mean = sum / float64(len(took))
	f.P50, f.P99 = float64(took[len(took)/2]), float64(took[len(took)*99/100])
	return f
}

// client works until the time is over and gives the times of what it finished.
func (g *generator) client(l *line, i int) []uint32 {
	var took []uint32
	if g.Pause > 0 {
		time.Sleep(rand.N(g.Pause)) // people do not click all at once
	}
	for time.Now().Before(g.until) {
		g.await()
		start := time.Now()
		err := g.act(l, i)
		end := time.Now()
		g.all.Add(1)
		if err != nil {
			g.wrong.Add(1)
			s := err.Error()
			g.fault.Store(&s)
			l.close()
			if l2, derr := dial(g.Addr); derr == nil {
				*l = *l2
			} else {
				return took
			}
		} else if end.After(g.from) && end.Before(g.until) {
			took = append(took, uint32(end.Sub(start).Microseconds()))
		}
		if g.Pause > 0 {
			time.Sleep(g.Pause)
		}
	}
	return took
}

// await keeps to the rate: the n-th is begun when its time has come.
func (g *generator) await() {
	if g.Rate > 0 {
		n := g.begun.Add(1) - 1
		time.Sleep(time.Until(g.from.Add(time.Duration(n)*time.Second/time.Duration(g.Rate) - g.Warm)))
	}
}

func (g *generator) act(l *line, i int) error {
	switch g.Kind {
	case "submit":
		_, err := g.submit(l)
		return err
	case "life":
		return g.life(l, i)
	}
	n := g.next.Add(1) - 1
	status, _, err := l.ask(g.Heads[int(n)%len(g.Heads)], false)
	if err == nil && status != 200 {
		err = fmt.Errorf("status %d", status)
	}
	return err
}

func (g *generator) submit(l *line) (number string, err error) {
	n := int(g.next.Add(1) - 1)
	token := g.Tokens[n%len(g.Tokens)]
	status, body, err := l.ask(post("/api/v1/applications", token, strconv.FormatUint(rand.Uint64(), 36), g.Body), true)
	if err == nil && status != 201 {
		err = fmt.Errorf("submit: status %d %.200s", status, body)
	}
	if err != nil {
		return "", err
	}
	_, rest, _ := strings.Cut(string(body), `"number":"`)
	number, _, _ = strings.Cut(rest, `"`)
	return number + "\x00" + token, nil
}

// life is create, take, approve and read; with a question and its answer when
// Ask says so.
func (g *generator) life(l *line, i int) error {
	s, err := g.submit(l)
	if err != nil {
		return err
	}
	number, token, _ := strings.Cut(s, "\x00")
	officer := g.Officer[i%len(g.Officer)]
	desk, mine := "/api/v1/desk/applications/"+number, "/api/v1/applications/"+number
	steps := []string{post(desk+"/take", officer, "", "{}")}
	if g.Ask {
		steps = append(steps, post(desk+"/ask", officer, "", `{"text":"Where is the paper needed?"}`),
			post(mine+"/answer", token, "", `{"text":"At the place of work."}`))
	}
	steps = append(steps, post(desk+"/approve", officer, "", "{}"), get(mine, "Authorization: Bearer "+token+"\r\n"))
	for _, step := range steps {
		status, body, err := l.ask(step, true)
		if err == nil && status != 200 {
			err = fmt.Errorf("%.60s: status %d %.200s", step, status, body)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// hold opens streams, waits for the first bytes of each, and keeps them.
func (g *generator) hold(lines []*line) (figures, error) {
	for i, l := range lines {
		if err := l.begin(g.Heads[i%len(g.Heads)]); err != nil {
			return figures{}, fmt.Errorf("stream %d: %w", i, err)
		}
	}
	if err := os.WriteFile(g.Out+".open", nil, 0o600); err != nil {
		return figures{}, err
	}
	time.Sleep(g.Length)
	f := figures{Done: len(lines), All: len(lines), Seconds: g.Length.Seconds()}
	for _, l := range lines {
		l.close()
	}
	return f, nil
}

func get(path, headers string) string {
	return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n"
}

func post(path, token, key, body string) string {
	if key != "" {
		key = "Idempotency-Key: " + key + "\r\n"
	}
	return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAuthorization: Bearer " + token +
		"\r\n" + key + "Content-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body
}

// line is a keep-alive connection that costs the generator little.
type line struct {
	conn net.Conn
	r    *bufio.Reader
}

func dial(addr string) (*line, error) {
	c, err := net.DialTimeout("tcp", addr, 20*time.Second)
	if err != nil {
		return nil, err
	}
	if t, ok := c.(*net.TCPConn); ok {
		_ = t.SetLinger(0) // thousands of closed connections must not use up the ports
	}
	return &line{conn: c, r: bufio.NewReaderSize(c, 2048)}, nil
}

func (l *line) close() { _ = l.conn.Close() }

// ask sends a request and reads the whole answer; the body only if it is wanted.
func (l *line) ask(request string, want bool) (int, []byte, error) {
	_ = l.conn.SetDeadline(time.Now().Add(time.Minute))
	if _, err := io.WriteString(l.conn, request); err != nil {
		return 0, nil, err
	}
	status, length, chunked, err := l.head()
	if err != nil {
		return 0, nil, err
	}
	var body bytes.Buffer
	sink := io.Discard
	if want {
		sink = &body
	}
	if chunked {
		err = l.chunks(sink)
	} else {
		_, err = io.CopyN(sink, l.r, int64(length))
	}
	return status, body.Bytes(), err
}

func (l *line) head() (status, length int, chunked bool, err error) {
	first, err := l.r.ReadSlice('\n')
	if err != nil {
		return 0, 0, false, err
	}
	if len(first) < 12 {
		return 0, 0, false, fmt.Errorf("answer begins with %q", first)
	}
	status, err = strconv.Atoi(string(first[9:12]))
	for err == nil {
		var h []byte
		if h, err = l.r.ReadSlice('\n'); err != nil || len(h) <= 2 {
			break
		}
		if v, ok := header(h, "content-length"); ok {
			length, err = strconv.Atoi(v)
		}
		if v, ok := header(h, "transfer-encoding"); ok {
			chunked = v == "chunked"
		}
	}
	return status, length, chunked, err
}

func header(h []byte, name string) (string, bool) {
	if len(h) <= len(name) || h[len(name)] != ':' || !strings.EqualFold(string(h[:len(name)]), name) {
		return "", false
	}
	return strings.TrimSpace(string(h[len(name)+1:])), true
}

func (l *line) chunks(sink io.Writer) error {
	for {
		s, err := l.r.ReadSlice('\n')
		if err != nil {
			return err
		}
		n, err := strconv.ParseInt(strings.TrimSpace(string(s)), 16, 32)
		if err != nil {
			return err
		}
		if _, err := io.CopyN(sink, l.r, n); err != nil {
			return err
		}
		if _, err := l.r.Discard(2); err != nil || n == 0 {
			return err
		}
	}
}

// begin sends a request and reads the head and the first line of a stream.
func (l *line) begin(request string) error {
	_ = l.conn.SetDeadline(time.Now().Add(time.Minute))
	if _, err := io.WriteString(l.conn, request); err != nil {
		return err
	}
	status, _, _, err := l.head()
	if err == nil && status != 200 {
		err = fmt.Errorf("status %d", status)
	}
	if err == nil {
		_, err = l.r.ReadSlice('\n')
	}
	_ = l.conn.SetDeadline(time.Time{})
	return err
}

func writeJSON(path string, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return os.WriteFile(path, raw, 0o600)
}
