// Package placetest writes files of places for tests: the format of MaxMind DB
// 2.0 as far as place reads it (https://maxmind.github.io/MaxMind-DB/). No
// production package imports it.
package placetest

import (
	"bytes"
	"encoding/binary"
	"math"
	"net/netip"
	"sort"
	"testing"

	"okno/internal/identity/place"
)

// Bytes is a file that knows the networks' places.
func Bytes(t testing.TB, networks map[string]place.Place) []byte {
	t.Helper()
	w := &writer{nodes: [][2]int{{none, none}}}
	for network, p := range networks {
		prefix, err := netip.ParsePrefix(network)
		if err != nil {
			t.Fatal(err)
		}
		w.add(prefix, p)
	}
	return w.file()
}

// File is the file, opened.
func File(t testing.TB, networks map[string]place.Place) *place.File {
	t.Helper()
	f, err := place.Read(Bytes(t, networks))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// none is the end of a branch that leads nowhere; what is below leads to data.
const none = -1

// writer holds the tree; a record is a node's number, none, or leaf(offset).
type writer struct {
	nodes [][2]int
	data  bytes.Buffer
}

func leaf(offset int) int { return -2 - offset }

// add puts a network into the tree of IPv6, where IPv4 is ::/96.
func (w *writer) add(p netip.Prefix, where place.Place) {
	address, bits := p.Addr().As16(), p.Bits()
	if p.Addr().Is4() {
		bits += 96
		clear(address[:12])
	}
	at := 0
	for n := range bits {
		side := address[n/8] >> (7 - n%8) & 1
		if n == bits-1 {
			w.nodes[at][side] = leaf(w.data.Len())
			break
		}
		if w.nodes[at][side] < 0 {
			w.nodes = append(w.nodes, [2]int{none, none})
			w.nodes[at][side] = len(w.nodes) - 1
		}
		at = w.nodes[at][side]
	}
	put(&w.data, map[string]any{
		"country":  map[string]any{"iso_code": where.Country, "names": map[string]any{"ru": where.CountryRU, "en": where.CountryEN}},
		"city":     map[string]any{"names": map[string]any{"ru": where.CityRU, "en": where.CityEN}},
		"location": map[string]any{"latitude": where.Lat, "longitude": where.Lon},
	})
}

// file is the tree in records of 24 bits, the data, what the file says of itself.
func (w *writer) file() []byte {
	var out bytes.Buffer
	for _, node := range w.nodes {
		for _, to := range node {
			switch {
			case to == none:
				to = len(w.nodes)
			case to < none:
				to = len(w.nodes) + 16 + (-2 - to)
			}
			out.Write([]byte{byte(to >> 16), byte(to >> 8), byte(to)})
		}
	}
	out.Write(make([]byte, 16))
	out.Write(w.data.Bytes())
	out.WriteString("\xab\xcd\xefMaxMind.com")
	put(&out, map[string]any{
		"node_count": uint32(len(w.nodes)), "record_size": uint16(24), "ip_version": uint16(6), "database_type": "Test-City", //nolint:gosec // few
		"languages": []string{"en", "ru"}, "binary_format_major_version": uint16(2), "binary_format_minor_version": uint16(0),
		"build_epoch": uint64(1_700_000_000), "description": map[string]any{"en": "places for tests"},
	})
	return out.Bytes()
}

// put writes a value in the format's own encoding.
func put(out *bytes.Buffer, v any) {
	switch v := v.(type) {
	case string:
		control(out, 2, len(v))
		out.WriteString(v)
	case float64:
		control(out, 3, 8)
		out.Write(binary.BigEndian.AppendUint64(nil, math.Float64bits(v)))
	case uint16:
		control(out, 5, 2)
		out.Write(binary.BigEndian.AppendUint16(nil, v))
	case uint32:
		control(out, 6, 4)
		out.Write(binary.BigEndian.AppendUint32(nil, v))
	case uint64:
		control(out, 9, 8)
		out.Write(binary.BigEndian.AppendUint64(nil, v))
	case []string:
		control(out, 11, len(v))
		for _, s := range v {
			put(out, s)
		}
	case map[string]any:
		control(out, 7, len(v))
		var names []string
		for name := range v {
			names = append(names, name)
		}
		sort.Strings(names)
		for _, name := range names {
			put(out, name)
			put(out, v[name])
		}
	}
}

// control is the byte, or the bytes, before a value: its type and its size.
func control(out *bytes.Buffer, kind, size int) {
	short := min(size, 29)
	first, extended := byte(kind)<<5, kind > 7
	if extended {
		first = 0
	}
	out.WriteByte(first | byte(short))
	if extended {
		out.WriteByte(byte(kind - 7))
	}
	if short == 29 {
		out.WriteByte(byte(size - 29))
	}
}
