package desk

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"okno/internal/applications/cases"
	"okno/internal/applications/complaint"
	"okno/internal/kit/i18n"
)

// TestEveryActHasWords reads the sources for acts that are written to the
// journal: what stands in a call of Entry, and the deeds of applications.
func TestEveryActHasWords(t *testing.T) {
	t.Parallel()
	texts, err := i18n.New(Locale())
	if err != nil {
		t.Fatal(err)
	}
	acts := written(t)
	for _, d := range cases.Deeds() {
		acts = append(acts, "applications."+string(d))
	}
	for _, d := range complaint.Deeds() {
		acts = append(acts, "applications.complaint_"+string(d))
	}
	if len(acts) < 40 {
		t.Fatalf("only %d acts were found", len(acts))
	}
	for _, lang := range i18n.Langs() {
		ctx := i18n.With(context.Background(), texts, lang)
		for _, act := range acts {
			if actWords(ctx, act) == act {
				t.Errorf("%s: act %s has no words. Add desk.act.%s to the desk's texts.", lang, act, strings.ReplaceAll(act, ".", "_"))
			}
		}
	}
}

// written are the acts in calls of Entry below internal/.
func written(t *testing.T) []string {
	t.Helper()
	shape := regexp.MustCompile(`^[a-z]+\.[a-z]+(_[a-z]+)*$`)
	var acts []string
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, raw, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			lit, isText := call.Args[0].(*ast.BasicLit)
			if ok && isText && sel.Sel.Name == "Entry" {
				if act, _ := strconv.Unquote(lit.Value); shape.MatchString(act) {
					acts = append(acts, act)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return acts
}
