package pdf

import (
	"fmt"
	"strconv"

	"rsc.io/qr"
)

// The page, in millimetres.
const (
	pageWidth, pageHeight = 210.0, 297.0
	left, right           = 22.0, 22.0
	top                   = 20.0
	bottom                = 26.0 // where the text ends; the footer is below
	width                 = pageWidth - left - right
	labelWidth            = 56.0
	gap                   = 6.0
	point                 = 72 / 25.4 // points in a millimetre
)

type colour struct{ r, g, b int }

// style is how a text looks: size in points, line height in millimetres.
type style struct {
	weight  string // "" or "B"
	size    float64
	leading float64
	colour  colour
}

// sheet draws on the current page at y, in millimetres from its top, and starts a new
// page where the text would run into the footer.
type sheet struct {
	*canvas
	y float64
}

func (w *Writer) newSheet() *sheet { return &sheet{canvas: newCanvas(w.regular, w.bold)} }

func (s *sheet) next() {
	s.addPage()
	s.y = top
}

// room starts a new page unless so many millimetres are left on this one. What is
// higher than a page starts where it is.
func (s *sheet) room(height float64) {
	if s.y+height > pageHeight-bottom && height <= pageHeight-bottom-top && s.y > top {
		s.next()
	}
}

func (s *sheet) lines(text string, st style, width float64) []string {
	if text == "" {
		return nil
	}
	s.use(st)
	return wrap(text, width, s.measure)
}

// put writes one line whose box starts at y: the baseline is where capitals stand in
// the middle of the line's height.
func (s *sheet) put(x, y float64, line string, st style) {
	s.use(st)
	capital := st.size / point * 0.7 // capitals of PT Sans have 0.7 of the size
	s.text(x, y+(st.leading+capital)/2, line)
}

// flow writes lines one below another over as many pages as they take.
func (s *sheet) flow(x float64, lines []string, st style) {
	for _, line := range lines {
		s.room(st.leading)
		s.put(x, s.y, line, st)
		s.y += st.leading
	}
}

func (s *sheet) rule(x, y, width float64, c colour, thickness float64) {
	s.stroke(c, thickness)
	s.line(x, y, x+width, y)
}

// code draws a QR code with its quiet zone in a square. All its squares are one path,
// filled at once, so that no seams are seen between them; its unit is a square.
func (s *sheet) code(content string, x, y, side float64) error {
	code, err := qr.Encode(content, qr.M)
	if err != nil {
		return fmt.Errorf("pdf: QR code: %w", err)
	}
	const quiet = 4 // ISO/IEC 18004
	module := side / float64(code.Size+2*quiet)
	path := fmt.Appendf(nil, "q 0 0 0 rg %.5f 0 0 %.5f %.3f %.3f cm\n", module*point, module*point,
		(x+module*quiet)*point, (pageHeight-y-module*float64(quiet+code.Size))*point)
	for row := range code.Size {
		for col := 0; col < code.Size; col++ {
			run := 0
			for col+run < code.Size && code.Black(col+run, row) {
				run++
			}
			if run > 0 {
				for _, n := range []int{col, code.Size - 1 - row, run} {
					path = append(strconv.AppendInt(path, int64(n), 10), ' ')
				}
				path = append(path, "1 re\n"...)
			}
			col += run
		}
	}
	s.canvas.page.body = append(append(s.canvas.page.body, path...), "f Q\n"...)
	return nil
}
