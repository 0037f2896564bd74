package pdf

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf16"
)

// canvas draws pages and writes them as PDF 1.4 (ISO 32000-1), as much of it as
// our documents need. Places are millimetres from the upper left corner.
type canvas struct {
	fonts [2]*subset // regular, bold
	font  int
	size  float64 // points
	ink   colour
	pages []*leaf
	page  *leaf
	about properties
}

// leaf is a page.
type leaf struct {
	body  []byte
	links []area
}

// area is a link's.
type area struct {
	x0, y0, x1, y1 float64 // points
	url            string
}

// properties are those of the file.
type properties struct {
	title, author, lang string
	date                time.Time
}

func newCanvas(regular, bold *face) *canvas {
	return &canvas{fonts: [2]*subset{newSubset(regular), newSubset(bold)}}
}

func (c *canvas) addPage() {
	c.page = &leaf{}
	c.pages = append(c.pages, c.page)
}

func (c *canvas) use(st style) {
	c.font, c.size, c.ink = 0, st.size, st.colour
	if st.weight == "B" {
		c.font = 1
	}
}

// measure gives the width of a text in the style that is used.
func (c *canvas) measure(text string) float64 {
	return c.fonts[c.font].width(text) / 1000 * c.size / point
}

// text writes a line; y is that of its baseline.
func (c *canvas) text(x, y float64, line string) {
	b := c.page.body
	b = append(b, "BT "...)
	b = c.ink.append(b, "rg")
	b = append(b, "/F"...)
	b = strconv.AppendInt(b, int64(c.font), 10)
	b = number(b, c.size)
	b = append(b, " Tf"...)
	b = number(b, x*point)
	b = number(b, (pageHeight-y)*point)
	b = append(b, " Td <"...)
	b = c.fonts[c.font].encode(b, line)
	b = append(b, "> Tj ET\n"...)
	c.page.body = b
}

// stroke begins lines of a colour and a thickness.
func (c *canvas) stroke(ink colour, thickness float64) {
	b := ink.append(c.page.body, "RG")
	b = number(b, thickness*point)
	b = append(b, " w\n"...)
	c.page.body = b
}

func (c *canvas) op(name string, millimetres ...float64) {
	b := c.page.body
	for i, v := range millimetres {
		if i%2 == 1 {
			v = pageHeight - v
		}
		b = number(b, v*point)
	}
	c.page.body = append(append(b, ' '), name+"\n"...)
}

func (c *canvas) line(x0, y0, x1, y1 float64) {
	c.op("m", x0, y0)
	c.op("l", x1, y1)
	c.op("S")
}

// frame draws a rectangle with round corners.
func (c *canvas) frame(x, y, w, h, r float64) {
	k := r * (1 - 0.5523) // a quarter of a circle as a Bézier curve
	right, low := x+w, y+h
	c.op("m", x+r, y)
	c.op("l", right-r, y)
	c.op("c", right-k, y, right, y+k, right, y+r)
	c.op("l", right, low-r)
	c.op("c", right, low-k, right-k, low, right-r, low)
	c.op("l", x+r, low)
	c.op("c", x+k, low, x, low-k, x, low-r)
	c.op("l", x, y+r)
	c.op("c", x, y+k, x+k, y, x+r, y)
	c.op("s")
}

func (c *canvas) link(x, y, w, h float64, url string) {
	c.page.links = append(c.page.links, area{x * point, (pageHeight - y - h) * point, (x + w) * point, (pageHeight - y) * point, url})
}

func (c colour) append(b []byte, op string) []byte {
	for _, v := range []int{c.r, c.g, c.b} {
		b = number(b, float64(v)/255)
	}
	return append(append(b, ' '), op...)
}

func number(b []byte, v float64) []byte {
	return strconv.AppendFloat(append(b, ' '), v, 'f', 3, 64)
}

// output collects the file's objects.
type output struct {
	bytes.Buffer
	places []int
}

// Numbers of the objects that every file has; those of pages and links follow.
const (
	catalogObject = 1 + iota
	treeObject
	infoObject
	firstFont // five objects a font
	firstPage = firstFont + 2*fontObjects
)

const fontObjects = 5

func (o *output) object(n int, format string, args ...any) {
	for len(o.places) <= n {
		o.places = append(o.places, 0)
	}
	o.places[n] = o.Len()
	fmt.Fprintf(o, "%d 0 obj\n", n)
	fmt.Fprintf(o, format, args...)
	o.WriteString("\nendobj\n")
}

func (o *output) stream(n int, zipped []byte, more string) {
	o.object(n, "<</Filter /FlateDecode /Length %d%s>>\nstream\n%s\nendstream", len(zipped), more, zipped)
}

// deflaters hold large tables, which are worth keeping.
var deflaters = sync.Pool{New: func() any {
	z, _ := zlib.NewWriterLevel(nil, zlib.BestSpeed)
	return z
}}

func deflate(data []byte) []byte {
	var b bytes.Buffer
	z, ok := deflaters.Get().(*zlib.Writer)
	if !ok {
		z = zlib.NewWriter(nil)
	}
	defer deflaters.Put(z)
	z.Reset(&b)
	_, _ = z.Write(data) // a buffer takes everything
	_ = z.Close()
	return b.Bytes()
}

// file is the whole document.
func (c *canvas) file() []byte {
	o := &output{}
	o.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	o.object(catalogObject, "<</Type /Catalog /Pages %d 0 R /Lang %s /ViewerPreferences <</DisplayDocTitle true>>>>", treeObject, literal(c.about.lang))
	date := c.about.date.Format("D:20060102150405")
	o.object(infoObject, "<</Title %s /Author %s /Producer (Okno) /CreationDate (%s) /ModDate (%s)>>",
		utf16Text(c.about.title), utf16Text(c.about.author), date, date)
	for i, f := range c.fonts {
		o.font(firstFont+i*fontObjects, f)
	}
	kids, next := "", firstPage
	for _, p := range c.pages {
		kids += fmt.Sprintf("%d 0 R ", next)
		next = o.page(next, p)
	}
	o.object(treeObject, "<</Type /Pages /Kids [%s] /Count %d>>", strings.TrimSpace(kids), len(c.pages))
	start := o.Len()
	fmt.Fprintf(o, "xref\n0 %d\n0000000000 65535 f \n", len(o.places))
	for _, at := range o.places[1:] {
		fmt.Fprintf(o, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(o, "trailer\n<</Size %d /Root %d 0 R /Info %d 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(o.places), catalogObject, infoObject, start)
	return o.Bytes()
}

// page writes a page, its content and its links, and gives the next free number.
func (o *output) page(n int, p *leaf) int {
	annots, next := "", n+2
	for _, l := range p.links {
		annots += fmt.Sprintf("%d 0 R ", next)
		o.object(next, "<</Type /Annot /Subtype /Link /Border [0 0 0] /Rect [%.2f %.2f %.2f %.2f] /A <</S /URI /URI %s>>>>", l.x0, l.y0, l.x1, l.y1, literal(l.url))
		next++
	}
	o.object(n, "<</Type /Page /Parent %d 0 R /MediaBox [0 0 %.2f %.2f] /Resources <</Font <</F0 %d 0 R /F1 %d 0 R>>>> /Contents %d 0 R /Annots [%s]>>",
		treeObject, pageWidth*point, pageHeight*point, firstFont, firstFont+fontObjects, n+1, strings.TrimSpace(annots))
	o.stream(n+1, deflate(p.body), "")
	return next
}

// font writes a composite font whose codes are the subset's glyph numbers (9.7).
func (o *output) font(n int, f *subset) {
	streams := f.streams() // first: it completes the list of glyphs
	name := "OKNOAA+" + f.name
	o.object(n, "<</Type /Font /Subtype /Type0 /BaseFont /%s /Encoding /Identity-H /DescendantFonts [%d 0 R] /ToUnicode %d 0 R>>", name, n+1, n+3)
	var widths strings.Builder
	for _, g := range f.used {
		widths.WriteString(strconv.Itoa(int(math.Round(float64(f.advance[g])*1000/f.units))) + " ")
	}
	o.object(n+1, "<</Type /Font /Subtype /CIDFontType2 /BaseFont /%s /CIDSystemInfo <</Registry (Adobe) /Ordering (Identity) /Supplement 0>> "+
		"/FontDescriptor %d 0 R /CIDToGIDMap /Identity /DW 500 /W [0 [%s]]>>", name, n+2, strings.TrimSpace(widths.String()))
	head, hhea := f.tables["head"], f.tables["hhea"]
	em := func(table []byte, at int) float64 {
		return float64(int16(binary.BigEndian.Uint16(table[at:]))) * 1000 / f.units
	}
	o.object(n+2, "<</Type /FontDescriptor /FontName /%s /Flags 4 /FontBBox [%.0f %.0f %.0f %.0f] /ItalicAngle 0 /Ascent %.0f /Descent %.0f "+
		"/CapHeight 700 /StemV 80 /FontFile2 %d 0 R>>", name, em(head, 36), em(head, 38), em(head, 40), em(head, 42), em(hhea, 4), em(hhea, 6), n+4)
	o.stream(n+3, streams.unicode, "")
	o.stream(n+4, streams.file, fmt.Sprintf(" /Length1 %d", streams.size))
}

// unicode is the map from codes to characters, by which text is copied and
// searched (9.10.3).
func (s *subset) unicode() []byte {
	var b bytes.Buffer
	b.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n" +
		"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n")
	var lines []string
	for n := range s.used {
		if r, ok := s.runes[uint16(n)]; ok {
			lines = append(lines, fmt.Sprintf("<%04x> <%04x>\n", n, r))
		}
	}
	for len(lines) > 0 {
		part := lines[:min(len(lines), 100)] // a block holds no more
		lines = lines[len(part):]
		fmt.Fprintf(&b, "%d beginbfchar\n%sendbfchar\n", len(part), strings.Join(part, ""))
	}
	b.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend")
	return b.Bytes()
}

// literal is a string of ASCII; other bytes and what has a meaning are escaped.
func literal(s string) string {
	var b strings.Builder
	b.WriteByte('(')
	for i := range len(s) {
		switch ch := s[i]; {
		case ch == '(' || ch == ')' || ch == '\\':
			b.WriteByte('\\')
			b.WriteByte(ch)
		case ch < ' ' || ch > '~':
			fmt.Fprintf(&b, `\%03o`, ch)
		default:
			b.WriteByte(ch)
		}
	}
	b.WriteByte(')')
	return b.String()
}

func utf16Text(s string) string {
	raw := []byte{0xFE, 0xFF}
	for _, u := range utf16.Encode([]rune(s)) {
		raw = binary.BigEndian.AppendUint16(raw, u)
	}
	return "<" + hex.EncodeToString(raw) + ">"
}
