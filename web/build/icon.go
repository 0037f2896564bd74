package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"strconv"
	"strings"
)

// samples is how many points of a pixel's side are looked at.
const samples = 4

// maskable icons keep what matters in the middle 80 % (W3C manifest, "maskable").
const maskablePart = 0.7

type point struct{ x, y float64 }

// shape is a filled outline of the icon, flattened.
type shape struct {
	outline []point
	fill    color.RGBA
}

type svg struct {
	Rect struct {
		Width float64 `xml:"width,attr"`
		Round float64 `xml:"rx,attr"`
		Fill  string  `xml:"fill,attr"`
	} `xml:"rect"`
	Paths []struct {
		Fill string `xml:"fill,attr"`
		D    string `xml:"d,attr"`
	} `xml:"path"`
}

// icons writes the icons of the installed web app, from the favicon: a square
// with round corners and panes, which needs no more than lines and arcs.
func icons() error {
	raw, err := os.ReadFile(source + "/favicon.svg")
	if err != nil {
		return err
	}
	var s svg
	if err := xml.Unmarshal(raw, &s); err != nil {
		return fmt.Errorf("favicon.svg: %w", err)
	}
	for _, icon := range []struct {
		name string
		side int
		mask bool
	}{{"icon-192.png", 192, false}, {"icon-512.png", 512, false}, {"icon-mask-512.png", 512, true}} {
		shapes, err := s.shapes(icon.mask)
		if err != nil {
			return fmt.Errorf("favicon.svg: %w", err)
		}
		var out bytes.Buffer
		if err := png.Encode(&out, paint(shapes, icon.side, s.Rect.Width)); err != nil {
			return err
		}
		if err := os.WriteFile(dist+"/"+icon.name, out.Bytes(), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func (s svg) shapes(mask bool) ([]shape, error) {
	w, r := s.Rect.Width, s.Rect.Round
	if mask {
		r = 0
	}
	ground := fmt.Sprintf("M%g 0H%gA%g %g 0 0 1 %g %gV%gA%g %g 0 0 1 %g %gH%gA%g %g 0 0 1 0 %gV%gA%g %g 0 0 1 %g 0z",
		r, w-r, r, r, w, r, w-r, r, r, w-r, w, r, r, r, w-r, r, r, r, r)
	all := []shape{}
	for _, p := range append([]struct {
		Fill string `xml:"fill,attr"`
		D    string `xml:"d,attr"`
	}{{s.Rect.Fill, ground}}, s.Paths...) {
		fill, err := colour(p.Fill)
		if err != nil {
			return nil, err
		}
		for _, d := range strings.Split(strings.ReplaceAll(p.D, "z", "z|"), "|") {
			if strings.TrimSpace(d) == "" {
				continue
			}
			outline, err := flatten(d)
			if err != nil {
				return nil, err
			}
			if mask && len(all) > 0 {
				for i, q := range outline {
					outline[i] = point{w/2 + (q.x-w/2)*maskablePart, w/2 + (q.y-w/2)*maskablePart}
				}
			}
			all = append(all, shape{outline, fill})
		}
	}
	return all, nil
}

func colour(s string) (color.RGBA, error) {
	s = strings.TrimPrefix(s, "#")
	if len(s) == 3 {
		s = string([]byte{s[0], s[0], s[1], s[1], s[2], s[2]})
	}
	v, err := strconv.ParseUint(s, 16, 32)
	return color.RGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), 255}, err //nolint:gosec // bytes are cut out
}

// flatten takes the commands M, H, V, A and h, v, z; arcs are of circles.
func flatten(d string) ([]point, error) {
	words := strings.Fields(spaced(d))
	var out []point
	var at point
	number := func() (float64, error) {
		if len(words) == 0 {
			return 0, fmt.Errorf("path %q ends early", d)
		}
		v, err := strconv.ParseFloat(words[0], 64)
		words = words[1:]
		return v, err
	}
	for command := ""; len(words) > 0; {
		if _, err := strconv.ParseFloat(words[0], 64); err != nil {
			command, words = words[0], words[1:]
		}
		if command == "z" {
			break
		}
		var v [7]float64
		for i := range map[string]int{"M": 2, "H": 1, "h": 1, "V": 1, "v": 1, "A": 7, "a": 7}[command] {
			n, err := number()
			if err != nil {
				return nil, err
			}
			v[i] = n
		}
		from := at
		switch command {
		case "M":
			at = point{v[0], v[1]}
		case "H":
			at.x = v[0]
		case "h":
			at.x += v[0]
		case "V":
			at.y = v[0]
		case "v":
			at.y += v[0]
		case "A":
			at = point{v[5], v[6]}
			out = append(out, arc(from, at, v[0])...)
		case "a":
			at = point{at.x + v[5], at.y + v[6]}
			out = append(out, arc(from, at, v[0])...)
		default:
			return nil, fmt.Errorf("path %q has the command %q", d, command)
		}
		out = append(out, at)
	}
	return out, nil
}

// spaced puts spaces between the words of a path.
func spaced(d string) string {
	var out strings.Builder
	for _, r := range d {
		switch {
		case strings.ContainsRune("MHVAhvaz", r):
			out.WriteString(" " + string(r) + " ")
		case r == '-':
			out.WriteString(" -")
		default:
			out.WriteRune(r)
		}
	}
	return out.String()
}

// arc is a quarter of a circle, clockwise.
func arc(from, to point, r float64) []point {
	if r == 0 {
		return nil
	}
	// The centre of a quarter is at one of the two corners; clockwise on a screen
	// it lies to the right of the way.
	centre := point{from.x, to.y}
	if (to.x-from.x)*(centre.y-from.y)-(to.y-from.y)*(centre.x-from.x) < 0 {
		centre = point{to.x, from.y}
	}
	begin := math.Atan2(from.y-centre.y, from.x-centre.x)
	var out []point
	const steps = 16
	for i := 1; i < steps; i++ {
		a := begin + math.Pi/2*float64(i)/steps
		out = append(out, point{centre.x + r*math.Cos(a), centre.y + r*math.Sin(a)})
	}
	return out
}

// paint fills the shapes, the later over the earlier, smoothed.
func paint(shapes []shape, side int, width float64) image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, side, side))
	scale := width / float64(side)
	for y := range side {
		for x := range side {
			var r, g, b, a float64
			for i := range samples * samples {
				p := point{
					(float64(x) + (float64(i%samples)+.5)/samples) * scale,
					(float64(y) + (float64(i/samples)+.5)/samples) * scale,
				}
				for n := len(shapes) - 1; n >= 0; n-- {
					if inside(shapes[n].outline, p) {
						f := shapes[n].fill
						r, g, b, a = r+float64(f.R), g+float64(f.G), b+float64(f.B), a+1
						break
					}
				}
			}
			if a > 0 {
				img.SetNRGBA(x, y, color.NRGBA{uint8(r / a), uint8(g / a), uint8(b / a), uint8(a / samples / samples * 255)})
			}
		}
	}
	return img
}

func inside(outline []point, p point) bool {
	in := false
	for i, j := 0, len(outline)-1; i < len(outline); j, i = i, i+1 {
		a, b := outline[i], outline[j]
		if (a.y > p.y) != (b.y > p.y) && p.x < (b.x-a.x)*(p.y-a.y)/(b.y-a.y)+a.x {
			in = !in
		}
	}
	return in
}
