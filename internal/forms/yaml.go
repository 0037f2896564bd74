package forms

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// maxFile and maxDepth bound what is parsed at all.
const (
	maxFile  = 1 << 20
	maxDepth = 40
)

// parseYAML reads one document whose root is a mapping, nil with faults otherwise.
func parseYAML(data []byte, fs *faults) ast.Node {
	if what := unreadable(data); what != "" {
		fs.add(Pos{1, 1}, "yaml", "", "%s", what)
		return nil
	}
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		addSyntax(err, fs)
		return nil
	}
	if len(file.Docs) != 1 || file.Docs[0].Body == nil {
		fs.add(Pos{1, 1}, "yaml", "put one service into one file, without ---", "the file must hold exactly one document")
		return nil
	}
	return file.Docs[0].Body
}

func unreadable(data []byte) string {
	switch {
	case len(data) > maxFile:
		return "the file is larger than 1 MB"
	case !utf8.Valid(data):
		return "the file is not UTF-8"
	case bytes.ContainsRune(data, 0):
		return "the file holds a NUL character"
	case tooDeep(data):
		return "brackets are nested too deep"
	}
	return ""
}

// tooDeep counts brackets and indentation, so that the parser never recurses
// without bound.
func tooDeep(data []byte) bool {
	depth := 0
	for _, c := range data {
		switch c {
		case '[', '{':
			depth++
		case ']', '}':
			depth = max(0, depth-1)
		}
		if depth > maxDepth {
			return true
		}
	}
	for line := range bytes.Lines(data) {
		if lead := len(line) - len(bytes.TrimLeft(line, " -?:!&*")); lead > 6*maxDepth {
			return true
		}
	}
	return false
}

func addSyntax(err error, fs *faults) {
	at := Pos{1, 1}
	message := err.Error()
	var syntax *yaml.SyntaxError
	if errors.As(err, &syntax) {
		message = syntax.Message
		if syntax.Token != nil && syntax.Token.Position != nil {
			at = Pos{syntax.Token.Position.Line, max(1, syntax.Token.Position.Column)}
		}
	}
	message, _, _ = strings.Cut(message, "\n")
	fs.add(at, "yaml", "look at indentation, quotes and colons here", "YAML: %s", message)
}

// position is where a node begins, as an editor shows it.
func position(n ast.Node) Pos {
	switch n := n.(type) {
	case *ast.MappingNode:
		if !n.IsFlowStyle && len(n.Values) > 0 {
			return position(n.Values[0].Key)
		}
	case *ast.MappingValueNode:
		return position(n.Key)
	}
	t := n.GetToken()
	if t == nil || t.Position == nil {
		return Pos{1, 1}
	}
	return Pos{t.Position.Line, max(1, t.Position.Column)}
}

// scalar is the text of a single value as written, with its place.
func scalar(n ast.Node, lines []string) (string, place, bool) {
	at := position(n)
	switch n := n.(type) {
	case *ast.StringNode:
		quote := 0
		if t := n.Token.Type; t == token.SingleQuoteType || t == token.DoubleQuoteType {
			quote = 1
		}
		return n.Value, place{Pos: at, shift: quote}, true
	case *ast.LiteralNode:
		return n.Value.Value, blockPlace(at, n, lines), true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value, place{Pos: at}, true
	}
	return "", place{Pos: at}, false
}

func blockPlace(at Pos, n *ast.LiteralNode, lines []string) place {
	p := place{Pos: Pos{at.Line + 1, 1}, block: n.Start.Type == token.LiteralType}
	if at.Line < len(lines) {
		p.Col += len(lines[at.Line]) - len(strings.TrimLeft(lines[at.Line], " "))
	}
	return p
}

// place maps a position inside a scalar to the file.
type place struct {
	Pos
	shift int  // for the opening quote
	block bool // lines of the scalar are lines of the file
}

// at is the file's position of a line (from 1) and column (from 0) within the
// scalar. Escapes in double quotes shift it by a few characters.
func (p place) at(line, col int) Pos {
	if line > 1 && p.block {
		return Pos{p.Line + line - 1, p.Col + col}
	}
	if line > 1 {
		return p.Pos
	}
	return Pos{p.Line, p.Col + p.shift + col}
}

// after is the place of a piece of the scalar which begins so many characters in.
func (p place) after(s string, offset int) place {
	runes := []rune(s)
	before := string(runes[:min(offset, len(runes))])
	line := strings.Count(before, "\n")
	if line == 0 {
		p.Col += offset
		return p
	}
	col := utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
	return place{Pos: p.at(line+1, col)}
}
