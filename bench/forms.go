package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// The same journey of twelve fields on four pages through Okno and through
// @defra/forms-engine-plugin, both in production mode, page by page as a browser
// without scripts goes it. Okno's visitor is signed in, each of its pages is
// kept in the database and the end is a registered application; the other side
// keeps its answers in memory and takes the submission on the spot.

const (
	defraFolder   = "bench/defra"
	benchServices = "bench/services"
	walkers       = 16
)

// forms compares completed journeys a second.
func (b *bench) forms(ctx context.Context) error {
	other, about, err := b.startDefra(ctx)
	if err != nil {
		b.report.note("%s: no journeys beside @defra/forms-engine-plugin: %v", b.engine, err)
		return nil
	}
	defer func() { _ = other.stop() }()
	var ours, theirs []figures
	for range b.runs {
		f, err := b.walk(ctx, b.portal, walk{Site: "okno", Cookies: b.people.Cookies})
		if err != nil {
			return err
		}
		g, err := b.walk(ctx, other, walk{Site: "defra"})
		if err != nil {
			return err
		}
		ours, theirs = append(ours, f), append(theirs, g)
	}
	b.reportForms(about, ours, theirs)
	return nil
}

func (b *bench) reportForms(about string, ours, theirs []figures) {
	p := pair{portal: ours, bare: theirs}
	pick := func(all []figures, f func(figures) float64) float64 {
		xs := make([]float64, len(all))
		for i := range all {
			xs[i] = f(all[i])
		}
		return median(xs)
	}
	cpu := func(f figures) float64 { return f.CPU / 1e3 }
	wrong := 0
	for _, f := range slices.Concat(ours, theirs) {
		wrong += f.Errors
	}
	text := fmt.Sprintf("%.1f× (%.0f/s durable, %.1f ms CPU each; %s %.0f/s in memory, %.1f ms CPU each; %d errors%s)",
		p.ratio(), pick(ours, figures.rate), pick(ours, cpu), about, pick(theirs, figures.rate), pick(theirs, cpu), wrong, fault(p))
	b.report.add(b.engine, "journeys of 12 fields on 4 pages, 16 visitors at once", text, "≥ 5×", p.ratio() >= 5 && wrong == 0)
}

// walk is what the process of visitors does.
type walk struct {
	Site    string        `json:"site"`
	Addr    string        `json:"addr"`
	Cookies []string      `json:"cookies"` // of people who are signed in
	Warm    time.Duration `json:"warm"`
	Length  time.Duration `json:"length"`
	Out     string        `json:"out"`
}

func (b *bench) walk(ctx context.Context, p *process, w walk) (figures, error) {
	w.Addr, w.Warm, w.Length, w.Out = p.addr, b.length/2, b.length, filepath.Join(b.dir, "walk-out.json")
	spec := filepath.Join(b.dir, "walk.json")
	if err := writeJSON(spec, w); err != nil {
		return figures{}, err
	}
	return b.spent(ctx, p, w.Out, "walk", spec)
}

// startDefra starts the other side; its Node comes with its packages.
func (b *bench) startDefra(ctx context.Context) (*process, string, error) {
	node := filepath.Join(defraFolder, "node_modules", "node", "bin", "node")
	if _, err := os.Stat(node); err != nil {
		cmd := exec.CommandContext(ctx, "npm", "ci", "--no-audit", "--no-fund")
		cmd.Dir = defraFolder
		if out, err := cmd.CombinedOutput(); err != nil {
			return nil, "", fmt.Errorf("npm ci in %s: %w: %s", defraFolder, err, tail(string(out)))
		}
	}
	p := &process{addr: freeAddr()}
	env := []string{"NODE_ENV=production", "LOG_ENABLED=false", "PORT=" + p.addr[strings.LastIndex(p.addr, ":")+1:]}
	for _, name := range []string{"MANAGER_URL", "DESIGNER_URL", "SUBMISSION_URL", "UPLOADER_URL", "FEEDBACK_LINK"} {
		env = append(env, name+"=http://127.0.0.1:1") // nobody is there, and nothing is sent
	}
	for _, name := range []string{"NOTIFY_TEMPLATE_ID", "NOTIFY_API_KEY", "REDIS_HOST", "REDIS_USERNAME", "REDIS_PASSWORD", "REDIS_KEY_PREFIX", "SERVICE_VERSION"} {
		env = append(env, name+"=none")
	}
	env = append(env, "SESSION_COOKIE_PASSWORD="+strings.Repeat("0123456789", 5))
	if err := start(ctx, p, "http://"+p.addr+"/form/person", env, "sh", "-c", "cd "+defraFolder+" && exec node_modules/node/bin/node server.js"); err != nil {
		return nil, "", err
	}
	return p, "@defra/forms-engine-plugin " + pinned("@defra/forms-engine-plugin") + " on Node " + pinned("node"), nil
}

// pinned is the version of a package of the other side.
func pinned(name string) string {
	raw, _ := os.ReadFile(filepath.Join(defraFolder, "package.json"))
	found := regexp.MustCompile(`"` + regexp.QuoteMeta(name) + `": "([^"]+)"`).FindSubmatch(raw)
	if found == nil {
		return "?"
	}
	return string(found[1])
}
