package device

import (
	"strconv"
	"strings"

	"rsc.io/qr"
)

// quiet is the margin that readers need around a code (ISO/IEC 18004).
const quiet = 4

// picture is a QR code as one path of an SVG of side × side.
type picture struct {
	side int
	path string
}

func (p picture) viewBox() string {
	side := strconv.Itoa(p.side)
	return "0 0 " + side + " " + side
}

// draw makes the picture; all its squares are one path, a run of them one box.
func draw(text string) (picture, error) {
	c, err := qr.Encode(text, qr.M)
	if err != nil {
		return picture{}, err
	}
	var path strings.Builder
	for y := range c.Size {
		for x := 0; x < c.Size; x++ {
			run := 0
			for x+run < c.Size && c.Black(x+run, y) {
				run++
			}
			if run > 0 {
				path.WriteString("M" + strconv.Itoa(x+quiet) + " " + strconv.Itoa(y+quiet) + "h" + strconv.Itoa(run) + "v1h-" + strconv.Itoa(run) + "z")
			}
			x += run
		}
	}
	return picture{side: c.Size + 2*quiet, path: path.String()}, nil
}
