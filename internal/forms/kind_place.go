package forms

import (
	"math"
	"strconv"
	"strings"

	"cel.dev/cel-go/cel"
)

// placeKind is a point: chosen on a map, typed as two numbers, or taken from the
// list of places, which is an equal way and works without a map.
type placeKind struct{}

func (placeKind) Name() string { return "place" }

func (placeKind) keys() []string { return []string{"places"} }

func (placeKind) celType(p *provider, _ *Field) *cel.Type {
	return p.define("place", map[string]*cel.Type{"place": cel.StringType, "lat": cel.DoubleType, "lon": cel.DoubleType})
}

func (placeKind) Inputs(f *Field) []Input {
	var out []Input
	if len(f.Places) > 0 {
		in := Input{Part: "place", Label: "forms.part.place.place", Control: "select", Optional: true}
		for i := range f.Places {
			in.Options = append(in.Options, InputOption{Value: f.Places[i].Value, Text: f.Places[i].Label})
		}
		out = append(out, in)
	}
	return append(out,
		Input{Part: "lat", Label: "forms.part.place.lat", Control: "text", Mode: "decimal", Width: 12, Optional: len(f.Places) > 0},
		Input{Part: "lon", Label: "forms.part.place.lon", Control: "text", Mode: "decimal", Width: 12, Optional: len(f.Places) > 0})
}

func (placeKind) read(_ *Field, in posted) any {
	m := map[string]any{}
	for _, part := range []string{"lat", "lon"} {
		s := in.line(part)
		if x, ok := readNumber(s); ok {
			m[part] = x
		} else if s != "" {
			m[part] = s
		}
	}
	if s := in.line("place"); s != "" {
		m = map[string]any{"place": s} // the list goes before what a map has left
	}
	if len(m) == 0 {
		return nil
	}
	return m
}

func (k placeKind) accept(f *Field, v any, _ bounds) (any, []flaw) {
	m, ok := v.(map[string]any)
	if !ok {
		return nil, oneFlaw("forms.error.shape")
	}
	if m["place"] != nil {
		return k.listed(f, m)
	}
	out := map[string]any{}
	for part, most := range map[string]float64{"lat": 90, "lon": 180} {
		x, ok := float(m[part])
		if !ok || math.Abs(x) > most {
			return nil, []flaw{{part: part, key: "forms.error.coordinate", args: []any{"Max", int(most)}}}
		}
		out[part] = math.Round(x*1e6) / 1e6
	}
	if len(m) > len(out) {
		return nil, oneFlaw("forms.error.shape")
	}
	return out, nil
}

func (placeKind) listed(f *Field, m map[string]any) (any, []flaw) {
	for i := range f.Places {
		if p := &f.Places[i]; p.Value == m["place"] {
			return map[string]any{"place": p.Value, "lat": p.lat(), "lon": p.lon()}, nil
		}
	}
	return nil, []flaw{{part: "place", key: "forms.error.option"}}
}

func (placeKind) Print(f *Field, v any, p Printer) string {
	m, _ := v.(map[string]any)
	for i := range f.Places {
		if f.Places[i].Value == m["place"] {
			return f.Places[i].Label.In(p.Lang)
		}
	}
	return coordinate(m["lat"]) + ", " + coordinate(m["lon"])
}

func coordinate(v any) string {
	x, _ := float(v)
	return strconv.FormatFloat(x, 'f', -1, 64)
}

func (placeKind) boxes(f *Field, v any) map[string][]string {
	m, _ := v.(map[string]any)
	if s, ok := m["place"].(string); ok && len(f.Places) > 0 {
		return map[string][]string{"place": {s}}
	}
	return map[string][]string{
		"lat": {strings.ReplaceAll(coordinate(m["lat"]), ".", ",")},
		"lon": {strings.ReplaceAll(coordinate(m["lon"]), ".", ",")},
	}
}

// Place is a point with a name.
type Place struct {
	Value string `key:"value,required" format:"code" doc:"What is stored; never changes."`
	Label Text   `key:"label,required" doc:"What people see: name and address."`
	Lat   string `key:"lat,required" format:"coordinate" doc:"Latitude in degrees, WGS 84, in quotes: \"55.751244\"."`
	Lon   string `key:"lon,required" format:"coordinate" doc:"Longitude in degrees, in quotes."`
	At    Pos    `key:"-"`
}

func (p *Place) lat() float64 { x, _ := strconv.ParseFloat(p.Lat, 64); return x }
func (p *Place) lon() float64 { x, _ := strconv.ParseFloat(p.Lon, 64); return x }
