package okno_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestASVSNamesTests: what the table of requirements names must stand.
func TestASVSNamesTests(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("docs/security/asvs.md")
	if err != nil {
		t.Fatal(err)
	}
	stand := map[string]bool{}
	each(t, func(_ *house, s *source) {
		for name := range s.ast.Scope.Objects { //nolint:staticcheck // names of top-level functions are all that is asked
			stand[name] = s.test || stand[name]
		}
	})
	for _, name := range regexp.MustCompile(`\bTest[A-Z]\w+`).FindAllString(string(raw), -1) {
		if !stand[name] {
			t.Errorf("docs/security/asvs.md names %s, which is no test", name)
		}
	}
	for line := range strings.Lines(string(raw)) {
		if strings.HasPrefix(line, "| 6") && strings.Count(line, "|") != 5 {
			t.Errorf("a line of another shape: %s", line)
		}
	}
}
