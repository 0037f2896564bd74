package forms

import (
	"strconv"
	"strings"

	"cel.dev/cel-go/cel"
)

// photoKind is one picture of a person by a norm. What a program can measure is
// checked here from File.Photo; whose face it is, an officer judges.
type photoKind struct{ fileKind }

func (photoKind) Name() string { return "photo" }

func (photoKind) keys() []string { return []string{"!norm", "accept", "document", "from_vault"} }

func (k photoKind) celType(p *provider, f *Field) *cel.Type { return k.fileKind.celType(p, f) }

func (k photoKind) accept(f *Field, v any, b bounds) (any, []flaw) {
	got, flaws := k.fileKind.accept(f, v, b)
	if flaws != nil || b.files == nil {
		return got, flaws
	}
	ids, _ := fileIDs(v)
	for _, id := range ids {
		x := b.files[id]
		if x.Photo == nil {
			return nil, oneFlaw("forms.error.photo_unread", "Name", x.Name)
		}
		if flaws := f.Norm.check(x); len(flaws) > 0 {
			return nil, flaws
		}
	}
	return got, nil
}

// Norm is what a photo must be like.
type Norm struct {
	MinWidth   int    `key:"min_width" min:"1" max:"20000" doc:"Least width in pixels."`
	MinHeight  int    `key:"min_height" min:"1" max:"20000" doc:"Least height in pixels."`
	MaxWidth   int    `key:"max_width" min:"1" max:"20000" doc:"Largest width in pixels."`
	MaxHeight  int    `key:"max_height" min:"1" max:"20000" doc:"Largest height in pixels."`
	Ratio      string `key:"ratio" format:"ratio" doc:"Width to height, e.g. \"35:45\"; a few percent to either side are taken."`
	MaxKB      int    `key:"max_kb" min:"1" max:"51200" doc:"Largest size of the file in kilobytes."`
	Background string `key:"background" enum:"any|light|white" doc:"light: an even light ground; white: an even white one."`
	Sharpness  int    `key:"sharpness" min:"1" max:"100" doc:"Least sharpness: 20 refuses what is plainly blurred, 40 asks for a good print."`
	Colour     bool   `key:"colour" doc:"true: not black and white."`
	At         Pos    `key:"-"`
}

// ratioSlack is how far a side may be from the ratio of the norm.
const ratioSlack = 0.05

// check compares the file with the norm.
func (n *Norm) check(x File) []flaw {
	p := x.Photo
	switch {
	case n.MaxKB > 0 && x.Size > int64(n.MaxKB)<<10:
		return oneFlaw("forms.error.photo_size", "Name", x.Name, "Max", n.MaxKB)
	case p.Width < n.MinWidth || p.Height < n.MinHeight:
		return oneFlaw("forms.error.photo_small", "Width", p.Width, "Height", p.Height, "MinWidth", n.MinWidth, "MinHeight", n.MinHeight)
	case n.MaxWidth > 0 && p.Width > n.MaxWidth || n.MaxHeight > 0 && p.Height > n.MaxHeight:
		return oneFlaw("forms.error.photo_large", "Width", p.Width, "Height", p.Height)
	case !n.hasRatio(p):
		return oneFlaw("forms.error.photo_ratio", "Ratio", n.Ratio)
	case n.Colour && !p.Colour:
		return oneFlaw("forms.error.photo_grey")
	case !n.hasGround(p):
		return oneFlaw("forms.error.photo_ground")
	case p.Sharpness < n.Sharpness:
		return oneFlaw("forms.error.photo_blurred")
	}
	return nil
}

func (n *Norm) hasRatio(p *Photo) bool {
	w, h, _ := strings.Cut(n.Ratio, ":")
	width, err := strconv.ParseFloat(w, 64)
	height, err2 := strconv.ParseFloat(h, 64)
	if err != nil || err2 != nil || height == 0 || p.Height == 0 {
		return n.Ratio == ""
	}
	off := (float64(p.Width) / float64(p.Height)) / (width / height)
	return off > 1-ratioSlack && off < 1+ratioSlack
}

// hasGround: light begins at 70 of 100, white at 88; an even ground spreads less
// than 12.
func (n *Norm) hasGround(p *Photo) bool {
	switch n.Background {
	case "light":
		return p.Light >= 70 && p.Spread <= 12
	case "white":
		return p.Light >= 88 && p.Spread <= 12
	}
	return true
}
