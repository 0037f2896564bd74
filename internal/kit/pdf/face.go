package pdf

import (
	"bytes"
	"encoding/binary"
	"maps"
	"slices"
)

// face is an embedded font, read once. Cutting a subset out of it is a copy of
// the outlines that a document uses.
type face struct {
	name    string
	tables  map[string][]byte
	glyphs  map[rune]uint16
	offsets []uint32 // of outlines in glyf, one more than there are glyphs
	advance []uint16 // in units of the em
	units   float64
	common  *subset // of the usual characters, ready to be embedded
}

// faceTables are those that a PDF needs of a TrueType font (ISO 32000-1, 9.9).
// Hints for coarse screens, two thirds of the bytes, are left out.
func faceTables() []string {
	return []string{"glyf", "head", "hhea", "hmtx", "loca", "maxp"}
}

func newFace(name string, ttf []byte) (*face, error) {
	glyphs, err := coverage(ttf)
	if err != nil {
		return nil, err
	}
	f := &face{name: name, glyphs: glyphs, tables: map[string][]byte{}}
	for _, tag := range faceTables() {
		t, ok := table(ttf, tag)
		if !ok {
			return nil, errFont
		}
		f.tables[tag] = t
	}
	head, hhea, hmtx, loca := f.tables["head"], f.tables["hhea"], f.tables["hmtx"], f.tables["loca"]
	f.units = float64(binary.BigEndian.Uint16(head[18:]))
	count, metrics := int(binary.BigEndian.Uint16(f.tables["maxp"][4:])), int(binary.BigEndian.Uint16(hhea[34:]))
	for i := range count {
		f.advance = append(f.advance, binary.BigEndian.Uint16(hmtx[4*min(i, metrics-1):]))
	}
	for i := range count + 1 {
		if binary.BigEndian.Uint16(head[50:]) == 0 {
			f.offsets = append(f.offsets, 2*uint32(binary.BigEndian.Uint16(loca[2*i:])))
		} else {
			f.offsets = append(f.offsets, binary.BigEndian.Uint32(loca[4*i:]))
		}
	}
	f.common = commonSubset(f)
	return f, nil
}

// width of a text in thousandths of the em.
func (f *face) width(text string) float64 {
	sum := 0
	for _, r := range text {
		sum += int(f.advance[f.glyphs[r]])
	}
	return float64(sum) * 1000 / f.units
}

func (f *face) outline(glyph uint16) []byte {
	return f.tables["glyf"][f.offsets[glyph]:f.offsets[glyph+1]]
}

// subset is what a document uses of a face. Glyphs get numbers in the order of
// their first use, so that the same document gives the same bytes.
type subset struct {
	*face
	used   []uint16 // by new number, the face's
	number map[uint16]uint16
	runes  map[uint16]rune // by new number, where a character stands for it
	own    bool            // has more than the usual characters
	ready  embedded
}

// embedded are the compressed streams of a subset.
type embedded struct {
	file, unicode []byte
	size          int
}

// usual are the characters that nearly all documents do with. They are embedded
// together: making that once costs less than an own selection for each document.
const usual = " !\"#%&'()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz" +
	"\u00a0«»—–№₽…’“”АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмнопрстуфхцчшщъыьэюяЁё" // data: the alphabet

func commonSubset(f *face) *subset {
	s := &subset{face: f, used: []uint16{0}, number: map[uint16]uint16{0: 0}, runes: map[uint16]rune{}}
	s.encode(nil, usual)
	s.ready = s.embed()
	s.own = false
	return s
}

// newSubset begins with the usual characters.
func newSubset(f *face) *subset {
	c := *f.common
	c.used = slices.Clip(c.used)
	return &c
}

// extend makes the subset the document's own.
func (s *subset) extend() {
	if !s.own {
		s.number, s.runes, s.own = maps.Clone(s.number), maps.Clone(s.runes), true
	}
}

// streams are what is embedded; only an own selection has to be made.
func (s *subset) streams() embedded {
	if s.own {
		return s.embed()
	}
	return s.ready
}

func (s *subset) embed() embedded {
	file := s.file() // first: it completes the list of glyphs
	return embedded{deflate(file), deflate(s.unicode()), len(file)}
}

func (s *subset) take(glyph uint16) uint16 {
	n, ok := s.number[glyph]
	if !ok {
		s.extend()
		n = uint16(len(s.used))
		s.used = append(s.used, glyph)
		s.number[glyph] = n
	}
	return n
}

// encode writes a text as hexadecimal glyph numbers.
func (s *subset) encode(out []byte, text string) []byte {
	const digits = "0123456789abcdef"
	for _, r := range text {
		n := s.take(s.glyphs[r])
		if _, known := s.runes[n]; !known {
			s.extend()
			s.runes[n] = r
		}
		out = append(out, digits[n>>12], digits[n>>8&15], digits[n>>4&15], digits[n&15])
	}
	return out
}

// file is the subset as a TrueType font.
func (s *subset) file() []byte {
	var glyf, loca, hmtx []byte
	for i := 0; i < len(s.used); i++ { // grows: parts of composed glyphs come in
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		glyf = append(glyf, s.composed(s.outline(s.used[i]))...)
		for len(glyf)%4 != 0 {
			glyf = append(glyf, 0)
		}
	}
	loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
	metrics := int(binary.BigEndian.Uint16(s.tables["hhea"][34:]))
	for _, g := range s.used {
		bearing := 4*int(g) + 2
		if int(g) >= metrics {
			bearing = 4*metrics + 2*(int(g)-metrics)
		}
		hmtx = binary.BigEndian.AppendUint16(hmtx, s.advance[g])
		hmtx = append(hmtx, s.tables["hmtx"][bearing:bearing+2]...)
	}
	all := map[string][]byte{"glyf": glyf, "loca": loca, "hmtx": hmtx}
	all["head"], all["hhea"], all["maxp"] = bytes.Clone(s.tables["head"][:54]), bytes.Clone(s.tables["hhea"][:36]), bytes.Clone(s.tables["maxp"])
	binary.BigEndian.PutUint32(all["head"][8:], 0)
	binary.BigEndian.PutUint16(all["head"][50:], 1) // long offsets
	binary.BigEndian.PutUint16(all["hhea"][34:], uint16(len(s.used)))
	binary.BigEndian.PutUint16(all["maxp"][4:], uint16(len(s.used)))
	return assemble(all)
}

// Flags of a part of a composed glyph (OpenType 1.9, "glyf").
const (
	partWords = 1 << 0
	partScale = 1 << 3
	partMore  = 1 << 5
	partXY    = 1 << 6
	part2x2   = 1 << 7

	partInstructions = 1 << 8
)

// plain gives a simple outline without its instructions.
func plain(outline []byte) []byte {
	at := 10 + 2*int(binary.BigEndian.Uint16(outline)) // where their length stands
	size := int(binary.BigEndian.Uint16(outline[at:]))
	return slices.Concat(outline[:at], []byte{0, 0}, outline[at+2+size:])
}

// composed gives the outline with the new numbers of its parts.
func (s *subset) composed(outline []byte) []byte {
	if len(outline) < 10 {
		return outline
	}
	if int16(binary.BigEndian.Uint16(outline)) >= 0 {
		return plain(outline)
	}
	out := bytes.Clone(outline)
	for at := 10; ; {
		flags := binary.BigEndian.Uint16(out[at:]) &^ partInstructions
		binary.BigEndian.PutUint16(out[at:], flags)
		binary.BigEndian.PutUint16(out[at+2:], s.take(binary.BigEndian.Uint16(out[at+2:])))
		at += 6
		if flags&partWords != 0 {
			at += 2
		}
		switch {
		case flags&partScale != 0:
			at += 2
		case flags&partXY != 0:
			at += 4
		case flags&part2x2 != 0:
			at += 8
		}
		if flags&partMore == 0 {
			return out[:at]
		}
	}
}

// assemble makes a font file of its tables.
func assemble(tables map[string][]byte) []byte {
	tags := make([]string, 0, len(tables))
	for tag := range tables {
		tags = append(tags, tag)
	}
	slices.Sort(tags)
	n := len(tags)
	power, log := 1, 0
	for ; power*2 <= n; power *= 2 {
		log++
	}
	out := binary.BigEndian.AppendUint32(nil, 0x00010000)
	for _, v := range []int{n, 16 * power, log, 16 * (n - power)} {
		out = binary.BigEndian.AppendUint16(out, uint16(v))
	}
	body, at, headAt := []byte(nil), len(out)+16*n, 0
	for _, tag := range tags {
		t := tables[tag]
		if tag == "head" {
			headAt = at + len(body)
		}
		out = append(out, tag...)
		out = binary.BigEndian.AppendUint32(out, checksum(t))
		out = binary.BigEndian.AppendUint32(out, uint32(at+len(body)))
		out = binary.BigEndian.AppendUint32(out, uint32(len(t)))
		body = append(body, t...)
		for len(body)%4 != 0 {
			body = append(body, 0)
		}
	}
	out = append(out, body...)
	binary.BigEndian.PutUint32(out[headAt+8:], 0xB1B0AFBA-checksum(out))
	return out
}

func checksum(t []byte) uint32 {
	sum := uint32(0)
	for len(t) >= 4 {
		sum += binary.BigEndian.Uint32(t)
		t = t[4:]
	}
	if len(t) > 0 {
		var rest [4]byte
		copy(rest[:], t)
		sum += binary.BigEndian.Uint32(rest[:])
	}
	return sum
}
