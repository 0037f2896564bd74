package pdf

import (
	_ "embed"
	"encoding/binary"
	"errors"
)

//go:embed fonts/PTS55F.ttf
var regular []byte

//go:embed fonts/PTS75F.ttf
var bold []byte

// errFont says that an embedded font is not what is expected: a broken build.
var errFont = errors.New("pdf: font has no Unicode character map of format 4")

// coverage tells the characters of a font with their glyphs from its table "cmap", format 4 (OpenType
// 1.9, "cmap"). Only the embedded fonts are read here.
func coverage(ttf []byte) (map[rune]uint16, error) {
	cmap, ok := table(ttf, "cmap")
	if !ok || len(cmap) < 4 {
		return nil, errFont
	}
	for i := range int(binary.BigEndian.Uint16(cmap[2:])) {
		record := cmap[4+8*i:]
		platform, encoding := binary.BigEndian.Uint16(record), binary.BigEndian.Uint16(record[2:])
		sub := cmap[binary.BigEndian.Uint32(record[4:]):]
		if platform == 3 && encoding == 1 && binary.BigEndian.Uint16(sub) == 4 {
			return segments(sub), nil
		}
	}
	return nil, errFont
}

func table(ttf []byte, tag string) ([]byte, bool) {
	for i := range int(binary.BigEndian.Uint16(ttf[4:])) {
		record := ttf[12+16*i:]
		if string(record[:4]) == tag {
			at, size := binary.BigEndian.Uint32(record[8:]), binary.BigEndian.Uint32(record[12:])
			return ttf[at : at+size], true
		}
	}
	return nil, false
}

// segments reads the ranges of a subtable of format 4; a character whose glyph is 0
// is missing.
func segments(sub []byte) map[rune]uint16 {
	word := func(at int) int { return int(binary.BigEndian.Uint16(sub[at:])) }
	double := word(6) // twice the number of segments
	ends, starts, deltas, offsets := 14, 16+double, 16+2*double, 16+3*double
	known := map[rune]uint16{}
	for i := 0; i < double; i += 2 {
		for c := word(starts + i); c <= word(ends+i) && c < 0xFFFF; c++ {
			glyph := c
			if offset := word(offsets + i); offset != 0 {
				glyph = word(offsets + i + offset + 2*(c-word(starts+i)))
			}
			if glyph == 0 {
				continue
			}
			if glyph = (glyph + word(deltas+i)) & 0xFFFF; glyph != 0 {
				known[rune(c)] = uint16(glyph)
			}
		}
	}
	return known
}
