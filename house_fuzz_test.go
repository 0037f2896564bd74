package okno_test

import (
	"go/ast"
	"strings"
	"testing"
)

// foreign are folders whose parsers read what anybody on the network may send;
// aside are parsers within others that are fuzzed, or of what the portal wrote.
var (
	foreign = []string{"internal/identity", "internal/notify/webpush"}
	aside   = map[string]string{"internal/identity parsemicros": "within parseCursor"}
	// besides are readers of foreign bytes by another name, and who fuzzes them.
	besides = map[string]string{
		"internal/identity/place Read":          "FuzzFile",
		"internal/identity credentialOf":        "FuzzCookie",
		"internal/identity deviceToken":         "FuzzCookie",
		"internal/identity bearerToken":         "FuzzBearerToken",
		"internal/identity target":              "FuzzTarget",
		"internal/identity notMeOwner":          "FuzzLink",
		"internal/identity normalCode":          "FuzzNormalCode",
		"internal/identity/device pathRead":     "FuzzPathRead",
		"internal/identity/certificate Check":   "FuzzCheck",
		"internal/identity/certificate factsOf": "FuzzCheck",
		"internal/kit/formula Guard":            "FuzzGuard",
		"internal/kit/web Language":             "FuzzRequest",
		"internal/kit/web LocalPath":            "FuzzRequest",
		"internal/kit/web clientIP":             "FuzzRequest",
	}
)

// TestParsersAreFuzzed: whatever takes apart a text or bytes of somebody outside
// is named by a fuzz test beside it.
func TestParsersAreFuzzed(t *testing.T) {
	t.Parallel()
	fuzzed, named, stand := map[string]string{}, map[string]bool{}, map[string]bool{}
	each(t, func(_ *house, s *source) {
		for _, d := range s.ast.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			stand[s.dir+" "+f.Name.Name] = true
			if s.test && strings.HasPrefix(f.Name.Name, "Fuzz") {
				named[s.dir+" "+f.Name.Name] = true
				ast.Inspect(f, func(n ast.Node) bool {
					if id, ok := n.(*ast.Ident); ok {
						fuzzed[s.dir+" "+strings.ToLower(id.Name)] = f.Name.Name
					}
					return true
				})
			}
		}
	})
	each(t, func(h *house, s *source) {
		if s.test || s.generated || !under(s, foreign) {
			return
		}
		for _, d := range s.ast.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || !strings.HasPrefix(strings.ToLower(f.Name.Name), "parse") || !takesText(f) {
				continue
			}
			key := s.dir + " " + strings.ToLower(f.Name.Name)
			if fuzzed[key] == "" && aside[key] == "" {
				t.Errorf("%s: %s parses foreign bytes: name it in a fuzz test beside it", h.fset.Position(f.Pos()), f.Name.Name)
			}
		}
	})
	for parser, fuzz := range besides {
		dir, _, _ := strings.Cut(parser, " ")
		if !stand[parser] || !named[dir+" "+fuzz] {
			t.Errorf("%s is to be fuzzed by %s, and one of them is gone", parser, fuzz)
		}
	}
}

func under(s *source, folders []string) bool {
	for _, f := range folders {
		if s.under(f) {
			return true
		}
	}
	return false
}

// takesText reports whether the first parameter is a string or bytes.
func takesText(f *ast.FuncDecl) bool {
	if f.Type.Params.NumFields() == 0 {
		return false
	}
	switch p := f.Type.Params.List[0].Type.(type) {
	case *ast.Ident:
		return p.Name == "string"
	case *ast.ArrayType:
		id, ok := p.Elt.(*ast.Ident)
		return ok && id.Name == "byte"
	}
	return false
}
