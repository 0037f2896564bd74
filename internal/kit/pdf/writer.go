package pdf

import (
	"strings"
	"time"

	"okno/internal/kit/i18n"
)

// The look: one colour, one family, much white.
var (
	ink   = colour{11, 12, 12}
	grey  = colour{80, 90, 95}
	pale  = colour{208, 213, 219}
	blue  = colour{13, 76, 211}
	title = style{"B", 19, 8.4, ink}
	above = style{"", 10.5, 5, grey}
	under = style{"", 11, 5.4, grey}
	part  = style{"B", 13, 6.2, ink}
	body  = style{"", 11, 5.6, ink}
	label = style{"", 10, 5.6, grey}
	strip = style{"B", 9, 4.4, blue}
	small = style{"", 9, 4.4, ink}
	link  = style{"", 9, 4.4, blue}
	foot  = style{"", 8, 3.8, grey}
)

// Writer makes files of documents. It is safe for use by many.
type Writer struct {
	texts         *i18n.Bundle
	regular, bold *face
	known         map[rune]bool // characters that both fonts have
}

// NewWriter prepares the fonts; texts must hold those of Locale. An error is a broken build.
func NewWriter(texts *i18n.Bundle) (*Writer, error) {
	w := &Writer{texts: texts, known: map[rune]bool{}}
	var err error
	if w.regular, err = newFace("PTSans-Regular", regular); err != nil {
		return nil, err
	}
	if w.bold, err = newFace("PTSans-Bold", bold); err != nil {
		return nil, err
	}
	for r := range w.regular.glyphs {
		if _, ok := w.bold.glyphs[r]; ok {
			w.known[r] = true
		}
	}
	return w, nil
}

// Write gives the document's file. The only error that a document can cause is a
// CheckURL too long for a QR code (2,331 bytes).
func (w *Writer) Write(d Document) ([]byte, error) {
	d = w.cleaned(d)
	s := w.newSheet()
	w.describe(s, d)
	s.next()
	w.head(s, d)
	for _, section := range d.Sections {
		s.section(section)
	}
	if err := w.close(s, d); err != nil {
		return nil, err
	}
	w.feet(s, d)
	return s.file(), nil
}

// cleaned gives the document with texts that the fonts can show.
func (w *Writer) cleaned(d Document) Document {
	for _, text := range []*string{&d.Issuer, &d.Heading, &d.Number, &d.Footer} {
		*text = w.readable(*text)
	}
	sections := make([]Section, len(d.Sections))
	for i, section := range d.Sections {
		sections[i].Heading = w.readable(section.Heading)
		for _, paragraph := range section.Paragraphs {
			sections[i].Paragraphs = append(sections[i].Paragraphs, w.readable(paragraph))
		}
		for _, row := range section.Rows {
			sections[i].Rows = append(sections[i].Rows, Row{w.readable(row.Label), w.readable(row.Value)})
		}
	}
	d.Sections = sections
	if d.Stamp != nil {
		stamp := Stamp{Heading: w.readable(d.Stamp.Heading)}
		for _, line := range d.Stamp.Lines {
			stamp.Lines = append(stamp.Lines, w.readable(line))
		}
		d.Stamp = &stamp
	}
	return d
}

// describe fills the file's properties. Dates come from the document alone.
func (w *Writer) describe(s *sheet, d Document) {
	name := d.Title
	if name == "" {
		name = d.Heading
	}
	date := d.Date.UTC()
	if date.IsZero() {
		date = time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC) // the file says nothing of the clock
	}
	s.about = properties{title: name, author: d.Issuer, lang: d.Lang, date: date}
}

func (w *Writer) head(s *sheet, d Document) {
	s.rule(left, s.y, 18, blue, 1.2)
	s.y += 5
	s.flow(left, s.lines(d.Issuer, above, width), above)
	s.y += 7
	s.flow(left, s.lines(d.Heading, title, width), title)
	s.y += 1.5
	s.flow(left, s.lines(w.numbered(d), under, width), under)
	s.y += 5
}

func (w *Writer) numbered(d Document) string {
	date := ""
	if !d.Date.IsZero() {
		date = i18n.Date(d.Lang, d.Date)
	}
	switch {
	case d.Number == "":
		return date
	case date == "":
		return w.texts.T(d.Lang, "pdf.number", "Number", d.Number)
	}
	return w.texts.T(d.Lang, "pdf.number_date", "Number", d.Number, "Date", date)
}

func (s *sheet) section(section Section) {
	if heading := s.lines(section.Heading, part, width); heading != nil {
		s.y += 4
		// A heading never stands alone at the foot of a page.
		s.room(float64(len(heading))*part.leading + 3*body.leading)
		s.flow(left, heading, part)
		s.y += 2
	}
	for _, paragraph := range section.Paragraphs {
		s.paragraph(s.lines(paragraph, body, width))
	}
	if len(section.Rows) > 0 {
		s.y++
	}
	for i, row := range section.Rows {
		s.row(row, i == len(section.Rows)-1)
	}
	s.y += 2
}

// paragraph keeps at least two lines together.
func (s *sheet) paragraph(lines []string) {
	s.room(float64(min(len(lines), 2)) * body.leading)
	s.flow(left, lines, body)
	s.y += 2.6
}

// row writes label and value side by side. A row that fits on a page is not torn.
func (s *sheet) row(row Row, last bool) {
	labels := s.lines(row.Label, label, labelWidth-gap)
	values := s.lines(row.Value, body, width-labelWidth)
	count := max(len(labels), len(values), 1)
	s.room(float64(count)*body.leading + 3.2)
	s.y += 1.6
	for i := range count {
		s.room(body.leading)
		if i < len(labels) {
			s.put(left, s.y, labels[i], label)
		}
		if i < len(values) {
			s.put(left+labelWidth, s.y, values[i], body)
		}
		s.y += body.leading
	}
	s.y += 1.6
	if !last {
		s.rule(left, s.y, width, pale, 0.2)
	}
}

// feet writes the footer of every page, now that their number is known.
func (w *Writer) feet(s *sheet, d Document) {
	const pageMark = 36.0
	pages := len(s.pages)
	lines := s.lines(d.Footer, foot, width-pageMark-gap)
	for page := 1; page <= pages; page++ {
		s.page = s.pages[page-1]
		y := pageHeight - bottom + 7
		s.rule(left, y-1.8, width, pale, 0.2)
		for i, line := range lines[:min(len(lines), 2)] {
			s.put(left, y+float64(i)*foot.leading, line, foot)
		}
		mark := w.texts.T(d.Lang, "pdf.page", "Page", page, "Pages", pages)
		s.use(foot)
		s.put(pageWidth-right-s.measure(mark), y, mark, foot)
	}
}

// close writes stamp and QR code together at the foot of the last page.
func (w *Writer) close(s *sheet, d Document) error {
	stampWidth, checkWidth := width, width
	if d.Stamp != nil && d.CheckURL != "" {
		stampWidth, checkWidth = 78, width-78-gap
	}
	stamp, stampHeight := s.stampLines(d.Stamp, stampWidth)
	check, checkHeight := w.checkLines(s, d, checkWidth)
	height := max(stampHeight, checkHeight)
	if height == 0 {
		return nil
	}
	s.y += 4
	s.room(height)
	y := max(s.y, pageHeight-bottom-height)
	if d.Stamp != nil {
		s.drawStamp(stamp, left, y, stampWidth, height) // as high as the code beside it
	}
	s.y = y + height
	if d.CheckURL == "" {
		return nil
	}
	return s.drawCheck(check, d.CheckURL, left+width-checkWidth, y)
}

// styled is a line with its look.
type styled struct {
	text string
	style
}

func (s *sheet) styledLines(text string, st style, width float64) []styled {
	var all []styled
	for _, line := range s.lines(text, st, width) {
		all = append(all, styled{line, st})
	}
	return all
}

const stampPadding = 3.6

func (s *sheet) stampLines(stamp *Stamp, width float64) ([]styled, float64) {
	if stamp == nil {
		return nil, 0
	}
	all := s.styledLines(stamp.Heading, strip, width-2*stampPadding)
	for _, line := range stamp.Lines {
		all = append(all, s.styledLines(line, small, width-2*stampPadding)...)
	}
	return all, float64(len(all))*small.leading + 2*stampPadding
}

func (s *sheet) drawStamp(lines []styled, x, y, width, height float64) {
	s.stroke(blue, 0.4)
	s.frame(x, y, width, height, 2.4)
	for i, line := range lines {
		s.put(x+stampPadding, y+stampPadding+float64(i)*line.leading, line.text, line.style)
	}
}

// codeSide is the side of a QR code with its quiet zone: addresses of the portal then
// have modules of 0.7 mm, which cheap cameras read off paper.
const codeSide = 32.0

func (w *Writer) checkLines(s *sheet, d Document, width float64) ([]styled, float64) {
	if d.CheckURL == "" {
		return nil, 0
	}
	column := width - codeSide
	all := s.styledLines(w.texts.T(d.Lang, "pdf.check"), strip, column)
	all = append(all, s.styledLines(w.texts.T(d.Lang, "pdf.check_hint"), small, column)...)
	all = append(all, s.styledLines(w.readable(strings.ReplaceAll(d.CheckURL, "\n", "")), link, column)...)
	return all, max(codeSide, float64(len(all))*small.leading+stampPadding)
}

func (s *sheet) drawCheck(lines []styled, url string, x, y float64) error {
	for i, line := range lines {
		at := y + stampPadding + float64(i)*line.leading
		s.put(x+codeSide, at, line.text, line.style)
		if line.style == link {
			s.link(x+codeSide, at, s.measure(line.text), line.leading, url)
		}
	}
	return s.code(url, x, y, codeSide)
}
