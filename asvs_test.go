package okno_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

// asvs are the sections of chapters V6 to V9 of ASVS 5.0.0, with the level of each
// of their lines.
var asvs = []struct{ section, levels string }{
	{"6.1", "122"},
	{"6.2", "111111112222"},
	{"6.3", "11223333"},
	{"6.4", "112233"},
	{"6.5", "22222333"},
	{"6.6", "2223"},
	{"6.7", "33"},
	{"6.8", "2222"},
	{"7.1", "222"},
	{"7.2", "1111"},
	{"7.3", "22"},
	{"7.4", "11222"},
	{"7.5", "223"},
	{"7.6", "22"},
	{"8.1", "1233"},
	{"8.2", "1123"},
	{"8.3", "133"},
	{"8.4", "23"},
	{"9.1", "111"},
	{"9.2", "1222"},
}

// TestASVSIsComplete: every line of the chapters stands in the table once, in its
// order and with its level; each is shown by a test or says why not, and those of
// levels 1 and 2 are not open.
func TestASVSIsComplete(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("docs/security/asvs.md")
	if err != nil {
		t.Fatal(err)
	}
	var lines [][]string
	for line := range strings.Lines(string(raw)) {
		if cells := strings.Split(strings.TrimSpace(line), " | "); regexp.MustCompile(`^\| \d+\.\d+\.\d+$`).MatchString(cells[0]) {
			lines = append(lines, cells)
		}
	}
	n := 0
	for _, s := range asvs {
		for i, level := range s.levels {
			want := fmt.Sprintf("| %s.%d", s.section, i+1)
			if n >= len(lines) || lines[n][0] != want || len(lines[n]) != 4 || lines[n][1] != string(level) {
				t.Fatalf("line %d is not %s of level %c, in four cells: %v", n, want, level, lines[min(n, len(lines)-1)])
			}
			shown := lines[n][3]
			if strings.HasPrefix(shown, "Open") && level != '3' {
				t.Errorf("%s is open", want)
			}
			if len(shown) < 10 {
				t.Errorf("%s is shown by nothing", want)
			}
			n++
		}
	}
	if n != len(lines) {
		t.Errorf("%d lines too many", len(lines)-n)
	}
}

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
	for _, name := range regexp.MustCompile(`\b(?:Test|Fuzz)[A-Z]\w+`).FindAllString(string(raw), -1) {
		if !stand[name] {
			t.Errorf("docs/security/asvs.md names %s, which is no test", name)
		}
	}
}
