package ui

import (
	"bytes"
	"context"
	"io"
	"strconv"
	"strings"

	"github.com/a-h/templ"
)

// Mold is a component that was rendered once with [Hole]s in the place of texts
// and is filled in for each use. Lists show the same card over and over: filling
// one in takes a sixth of rendering it. A test holds each mold against what it
// was made of.
type Mold struct {
	texts []string // one more than holes
	holes []int
}

// Hole is what stands for text n, from 0 to 9, while a mold is made; neither
// escaping nor encoding changes it.
func Hole(n int) string { return "okno0hole0" + strconv.Itoa(n) + "0" }

// NewMold renders c, in which Hole(0) to Hole(holes-1) stand for texts.
func NewMold(ctx context.Context, c templ.Component, holes int) (*Mold, error) {
	var b bytes.Buffer
	if err := c.Render(ctx, &b); err != nil {
		return nil, err
	}
	m, rest := &Mold{}, b.String()
	for {
		at, hole := -1, 0
		for n := range holes {
			if i := strings.Index(rest, Hole(n)); i >= 0 && (at < 0 || i < at) {
				at, hole = i, n
			}
		}
		if at < 0 {
			m.texts = append(m.texts, rest)
			return m, nil
		}
		m.texts, m.holes = append(m.texts, rest[:at]), append(m.holes, hole)
		rest = rest[at+len(Hole(hole)):]
	}
}

// Fill writes the component with the texts, which are escaped.
func (m *Mold) Fill(w io.Writer, texts ...string) error {
	for i, text := range m.texts {
		if _, err := io.WriteString(w, text); err != nil {
			return err
		}
		if i == len(m.holes) {
			break
		}
		if _, err := io.WriteString(w, templ.EscapeString(texts[m.holes[i]])); err != nil {
			return err
		}
	}
	return nil
}
