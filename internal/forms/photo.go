package forms

import (
	"image"
	"math"
)

// Photo is what a program can measure on a decoded picture. Whoever takes an
// upload for a field of the kind photo measures it once with MeasurePhoto and
// hands it over in File.Photo.
type Photo struct {
	Width  int `json:"width"` // pixels
	Height int `json:"height"`
	// Light is how light the ground is: 0 black, 100 white. Spread is how much
	// it differs from place to place.
	Light  int `json:"light"`
	Spread int `json:"spread"`
	// Sharpness goes from 0 to 100: how strong the edges are.
	Sharpness int `json:"sharpness"`
	// Colour is false for black and white.
	Colour bool `json:"colour"`
}

// measured is the side of the small grey copy on which light and edges are
// measured, so that the cost does not grow with the picture.
const measured = 256

// MeasurePhoto measures a decoded picture in time that depends little on its
// size. The ground is taken from the upper corners and sides, where no face is.
func MeasurePhoto(img image.Image) Photo {
	b := img.Bounds()
	p := Photo{Width: b.Dx(), Height: b.Dy()}
	if p.Width == 0 || p.Height == 0 {
		return p
	}
	grey, colour := sampled(img)
	p.Colour = colour
	p.Light, p.Spread = ground(grey)
	p.Sharpness = sharpness(img)
	return p
}

// sampled is a copy of measured × measured points in grey, 0…100, each the mean
// of the middle of its cell, and whether the picture has colours.
func sampled(img image.Image) (grey [measured][measured]float64, colour bool) {
	b := img.Bounds()
	coloured := 0
	for y := range measured {
		for x := range measured {
			r, g, bl := at(img, b.Min.X+(2*x+1)*b.Dx()/(2*measured), b.Min.Y+(2*y+1)*b.Dy()/(2*measured))
			grey[y][x] = luma(r, g, bl)
			if max(r, g, bl)-min(r, g, bl) > 0.06 {
				coloured++
			}
		}
	}
	return grey, coloured > measured*measured/50
}

func at(img image.Image, x, y int) (r, g, b float64) {
	red, green, blue, _ := img.At(x, y).RGBA()
	return float64(red) / 65535, float64(green) / 65535, float64(blue) / 65535
}

// luma is the lightness of a colour, 0…100 (Rec. 601).
func luma(r, g, b float64) float64 { return 100 * (0.299*r + 0.587*g + 0.114*b) }

// ground is mean and standard deviation of a strip at the top and of the upper
// parts of both sides.
func ground(grey [measured][measured]float64) (light, spread int) {
	var sum, squares, n float64
	for y := range measured / 2 {
		for x := range measured {
			if y > measured/16 && x > measured/12 && x < measured-measured/12 {
				continue
			}
			v := grey[y][x]
			sum, squares, n = sum+v, squares+v*v, n+1
		}
	}
	mean := sum / n
	return int(math.Round(mean)), int(math.Round(math.Sqrt(max(0, squares/n-mean*mean))))
}

// sharpness is how steep the steepest hundredth of edges is, in the middle of
// the picture at its own resolution: a blurred picture has none.
func sharpness(img image.Image) int {
	b := img.Bounds()
	var steep [101]int
	total := 0
	step := max(1, min(b.Dx(), b.Dy())/600)
	for y := b.Min.Y + b.Dy()/5; y < b.Max.Y-b.Dy()/5-step; y += step {
		before := -1.0
		for x := b.Min.X + b.Dx()/5; x < b.Max.X-b.Dx()/5; x += step {
			v := luma(at(img, x, y))
			if before >= 0 {
				steep[int(min(100, math.Abs(v-before)))]++
				total++
			}
			before = v
		}
	}
	most := 0
	for n := 100; n > 0; n-- {
		if most += steep[n]; most*200 > total {
			return min(100, n*3)
		}
	}
	return 0
}
