package app

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// severity of a finding.
type severity string

const (
	fine severity = "ok"
	warn severity = "warn"
	bad  severity = "FAIL"
)

// finding is one line of the doctor's report.
type finding struct {
	severity severity
	part     string
	text     string
}

// freeDisk is how much room the data folder should have.
const freeDisk = 1 << 30

// examine looks at everything that the portal depends on, as the operator
// would want to know before people come.
func examine(ctx context.Context, h *House) []finding {
	var all []finding
	check := func(part string, err error, good string) {
		if err != nil {
			all = append(all, finding{bad, part, err.Error()})
			return
		}
		all = append(all, finding{fine, part, good})
	}
	check("database", h.stores.db.Ping(ctx), string(h.stores.db.Engine())+" answers")
	pending, err := h.stores.db.Pending(ctx, h.migrations()...)
	if err == nil && len(pending) > 0 {
		err = fmt.Errorf("schema is behind in %s: run okno migrate", strings.Join(pending, ", "))
	}
	check("schema", err, "up to date")
	check("keys database", h.stores.keys.Ping(ctx), "answers")
	check("blobs", h.stores.blobs.Ping(ctx), "can be written")
	for channel, gateways := range h.notify.Gateways() {
		for _, g := range gateways {
			check(channel+" by "+g.Name(), g.Check(ctx), "lets us in")
		}
	}
	if h.exchange == nil {
		all = append(all, finding{warn, "registries", "registries.url is not set: personal data can't be checked, accounts stay simplified until an office confirms them"})
	} else {
		check("registries", h.exchange.Registry().Ping(ctx), "answer")
	}
	if h.Config.Clamd != "" {
		check("virus scanner", h.applications.CheckScanner(ctx), "answers")
	}
	all = append(all, examineKeys(h)...)
	all = append(all, examineTLS(h.Config, h.clock.Now())...)
	all = append(all, examineDisk(h.Config.Data)...)
	return append(all, examineServices(h)...)
}

// examineKeys warns of keys that would be lost, or stolen, together with what
// they protect.
func examineKeys(h *House) []finding {
	var all []finding
	c := h.Config
	if c.KeysDatabase.Equal(c.Database) {
		all = append(all, finding{warn, "keys", "the wrapped keys live in the portal's own database: a backup of it keeps erased people readable for as long as it is kept; set keys_database to another"})
	}
	if within(c.Keyset, c.Data) {
		all = append(all, finding{warn, "keys", "the keyset lies in the data folder: one lost disk, or one stolen copy of it, takes keys and data together; move it and keep a copy elsewhere"})
	}
	epoch, since := h.stores.keyset.Epoch()
	age := h.clock.Now().Sub(since)
	if age > 48*time.Hour {
		all = append(all, finding{warn, "keys", fmt.Sprintf("epoch %d is %d hours old: run okno rotate-keys once a day", epoch, int(age.Hours()))})
	} else {
		all = append(all, finding{fine, "keys", fmt.Sprintf("epoch %d", epoch)})
	}
	return all
}

func within(file, dir string) bool {
	f, ferr := filepath.Abs(file)
	d, derr := filepath.Abs(dir)
	return ferr == nil && derr == nil && strings.HasPrefix(f, d+string(filepath.Separator))
}

func examineTLS(c Config, now time.Time) []finding {
	if c.TLS.Cert == "" {
		return []finding{{fine, "tls", "no certificate of our own: a proxy in front must speak TLS"}}
	}
	pair, err := tls.LoadX509KeyPair(c.TLS.Cert, c.TLS.Key)
	if err != nil {
		return []finding{{bad, "tls", err.Error()}}
	}
	leaf, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		return []finding{{bad, "tls", err.Error()}}
	}
	days := int(leaf.NotAfter.Sub(now).Hours() / 24)
	f := finding{fine, "tls", fmt.Sprintf("certificate ends in %d days", days)}
	if days < 0 {
		f.severity = bad
	} else if days < 21 {
		f.severity = warn
	}
	return []finding{f}
}

func examineDisk(dir string) []finding {
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		return []finding{{bad, "disk", err.Error()}}
	}
	free := st.Bavail * uint64(st.Bsize)
	f := finding{fine, "disk", fmt.Sprintf("%d MB free", free>>20)}
	if free < freeDisk {
		f.severity = warn
	}
	return []finding{f}
}

func examineServices(h *House) []finding {
	faults := h.lintServices()
	if len(faults) == 0 {
		return []finding{{fine, "services", fmt.Sprintf("%d services", len(h.catalog.Services()))}}
	}
	return []finding{{bad, "services", fmt.Sprintf("%d faults, the first: %s", len(faults), faults[0])}}
}

// report prints the findings and tells whether all is well.
func report(w io.Writer, all []finding) bool {
	well := true
	for _, f := range all {
		_, _ = fmt.Fprintf(w, "%-5s %-16s %s\n", f.severity, f.part, f.text)
		well = well && f.severity != bad
	}
	return well
}
