package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// thousand is how many services the catalogue of the measurement has.
const thousand = 1000

// catalogue measures a thousand services: the full lint of their files, and how
// soon a portal is ready that has published them before. It needs no people, so
// it runs before the databases are filled.
func (b *bench) catalogue(ctx context.Context) error {
	folder := filepath.Join(b.dir, "thousand")
	if err := writeThousand(folder); err != nil {
		return err
	}
	lint := exec.CommandContext(ctx, b.okno, "services", "lint", folder)
	begin := time.Now()
	if out, err := lint.CombinedOutput(); err != nil {
		return fmt.Errorf("lint: %w: %s", err, tail(string(out)))
	}
	took := time.Since(begin)
	cpu := lint.ProcessState.UserTime() + lint.ProcessState.SystemTime()
	b.report.add("", "full lint of 1,000 services", fmt.Sprintf("%.1f s (%.1f s of processor time)", took.Seconds(), cpu.Seconds()), "≤ 10 s", took <= 10*time.Second)
	data := filepath.Join(b.dir, "thousand-data")
	if err := os.MkdirAll(data, 0o755); err != nil {
		return err
	}
	b.env = append(b.settings(data), "OKNO_SERVICES="+folder)
	var ready []float64
	for i := range 1 + b.runs { // the first publishes them
		if err := b.serve(ctx); err != nil {
			return err
		}
		if i > 0 {
			ready = append(ready, b.portal.ready.Seconds())
		}
		if err := b.portal.stop(); err != nil {
			return err
		}
	}
	b.report.add("sqlite", "start to ready with 1,000 services from the compiled store", fmt.Sprintf("%.2f s", median(ready)), "≤ 1 s", median(ready) <= 1)
	return nil
}

// writeThousand makes copies of the shipped services under ids of their own,
// beside all that they lead to.
func writeThousand(folder string) error {
	shipped, err := filepath.Glob("services/*/service.yaml")
	if err != nil || len(shipped) == 0 {
		return fmt.Errorf("no services: run it at the root: %w", err)
	}
	for i := range thousand {
		id := filepath.Base(filepath.Dir(shipped[i%len(shipped)]))
		copied := fmt.Sprintf("%s-%04d", id, i)
		if err := copyText(filepath.Join("services", id, "service.yaml"), filepath.Join(folder, copied, "service.yaml"), "id: "+id+"\n", "id: "+copied+"\n"); err != nil {
			return err
		}
	}
	kept := []string{"services/catalogue.yaml", "services/agencies.yaml", "services/dictionaries/countries.yaml", "services/dictionaries/regions.yaml"}
	for _, file := range append(kept, shipped...) {
		if err := copyText(file, filepath.Join(folder, strings.TrimPrefix(file, "services/")), "", ""); err != nil {
			return err
		}
	}
	return nil
}

func copyText(from, to, was, is string) error {
	raw, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	text := string(raw)
	if was != "" {
		text = strings.Replace(text, was, is, 1)
	}
	return os.WriteFile(to, []byte(text), 0o644)
}
