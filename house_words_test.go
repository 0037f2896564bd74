package okno_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// banned is what no file of the project holds.
var banned = []struct {
	pattern *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X):?\s`), "Do it, or open an issue."},
	{regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE` + ` KEY-----`), "Make keys at run time; tests, too."},
	{regexp.MustCompile(`\b(AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|xox[abp]-[0-9A-Za-z-]{20,})\b`), "It looks like a secret. Revoke it and read it from the configuration."},
	{regexp.MustCompile(`(^|[\s"'(=])/(work|home|root|Users)/\w`), "It is a path of one machine. Make it relative or configurable."},
}

// TestWordsThatAreNotWritten reads every text file of the tree.
func TestWordsThatAreNotWritten(t *testing.T) {
	t.Parallel()
	skip := []string{"node_modules", ".git", "bin", "tmp", "data", ".cache", "dist", "testdata", "out", "fonts"}
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		switch {
		case !slices.Contains(skip, d.Name()):
		case d.IsDir():
			return filepath.SkipDir
		default: // in another working tree .git is a file, and a folder may be a link
			return nil
		}
		if d.IsDir() || strings.HasSuffix(p, ".sum") || strings.HasSuffix(p, "package-lock.json") {
			return nil
		}
		raw, err := os.ReadFile(p)
		if err != nil || bytes.IndexByte(raw, 0) >= 0 {
			return err
		}
		for _, b := range banned {
			if at := b.pattern.FindIndex(raw); at != nil {
				t.Errorf("%s:%d: %q. %s", p, bytes.Count(raw[:at[0]], []byte("\n"))+1, raw[at[0]:at[1]], b.instead)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
