package okno_test

import (
	"go/ast"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

func readFile(t *testing.T, p string) string {
	t.Helper()
	raw, err := os.ReadFile(p)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// TestSettingsAreDocumented wants a line in docs/operations.md for each setting
// of internal/app.Config.
func TestSettingsAreDocumented(t *testing.T) {
	t.Parallel()
	h, err := load()
	if err != nil {
		t.Fatal(err)
	}
	doc := readFile(t, "docs/operations.md")
	for _, s := range h.files {
		if s.path != "internal/app/config.go" {
			continue
		}
		ast.Inspect(s.ast, func(n ast.Node) bool {
			f, ok := n.(*ast.Field)
			if !ok || f.Tag == nil {
				return true
			}
			name := reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get("yaml")
			if name != "" && name != "-" && !strings.Contains(doc, "`"+name+"`") && !strings.Contains(doc, "."+name+"`") && !strings.Contains(doc, "`"+name+".") {
				t.Errorf("%s: setting %s is not in docs/operations.md. Add its line: name, default, meaning.", h.at(f), name)
			}
			return true
		})
	}
}

// TestDependenciesAreDocumented wants a line in docs/dependencies.md for each
// direct dependency of go.mod.
func TestDependenciesAreDocumented(t *testing.T) {
	t.Parallel()
	doc := readFile(t, "docs/dependencies.md")
	direct := regexp.MustCompile(`(?m)^\t(\S+) v\S+$`)
	for _, m := range direct.FindAllStringSubmatch(readFile(t, "go.mod"), -1) {
		if !strings.Contains(doc, m[1]) && !strings.Contains(m[1], "/riverdriver/") {
			t.Errorf("go.mod: %s is not in docs/dependencies.md. Say why it is there and its licence.", m[1])
		}
	}
}

// TestLinksOfDocuments follows the links of documents to files of the tree.
func TestLinksOfDocuments(t *testing.T) {
	t.Parallel()
	link := regexp.MustCompile(`\]\(([^)#\s]+)`)
	var docs []string
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md", "*/README.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, found...)
	}
	for _, doc := range docs {
		for _, m := range link.FindAllStringSubmatch(readFile(t, doc), -1) {
			if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
				continue
			}
			if _, err := os.Stat(path.Join(path.Dir(doc), m[1])); err != nil {
				t.Errorf("%s: link to %s leads nowhere. Mend it.", doc, m[1])
			}
		}
	}
}
