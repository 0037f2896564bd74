package upload

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"io"
	"strings"
)

// Limits of the directory of a ZIP file: more entries than any document has.
const (
	zipEntries = 10_000
	zipEnd     = 22 // bytes of the end record, without comment
)

// whole reports whether the file is there to its end. For ZIP it also settles
// what the archive is.
func whole(r io.ReaderAt, t Type, head []byte, size int64) (Type, bool, error) {
	tail, err := part(r, max(0, size-TailSize), min(size, TailSize))
	if err != nil {
		return t, false, err
	}
	switch t {
	case PDF:
		return t, bytes.Contains(tail[max(0, len(tail)-2048):], []byte("%%EOF")), nil
	case JPG:
		return t, bytes.Contains(tail, []byte{0xff, 0xd9}), nil
	case PNG:
		return t, bytes.Contains(tail, []byte("IEND\xaeB`\x82")), nil
	case TIFF:
		return t, wholeTIFF(head, size), nil
	case HEIC:
		return wholeHEIC(r, size)
	case ZIP, DOCX, XLSX, ODT, ODS:
		return wholeZIP(r, t, tail, size)
	case DOC, XLS:
		return t, size >= 1536, nil // header and two sectors
	case XML:
		return t, isText(tail) && bytes.HasSuffix(bytes.TrimRight(tail, " \t\r\n"), []byte(">")), nil
	case SIG:
		return t, wholeSIG(head, tail, size), nil
	case TXT, CSV:
		return t, isText(tail), nil
	}
	return t, false, nil
}

// wholeTIFF: the first directory of the pictures lies inside the file.
func wholeTIFF(head []byte, size int64) bool {
	if len(head) < 8 {
		return false
	}
	order := binary.ByteOrder(binary.LittleEndian)
	if head[0] == 'M' {
		order = binary.BigEndian
	}
	at := int64(order.Uint32(head[4:8]))
	return at >= 8 && at+6 <= size
}

// wholeHEIC walks the boxes at the top (ISO/IEC 14496-12 §4.2): the last one
// ends where the file does.
func wholeHEIC(r io.ReaderAt, size int64) (Type, bool, error) {
	at := int64(0)
	for n := 0; at < size && n < 1000; n++ {
		box, err := part(r, at, 16)
		if err != nil {
			return HEIC, false, err
		}
		if len(box) < 8 {
			return HEIC, false, nil
		}
		length := int64(binary.BigEndian.Uint32(box))
		switch {
		case length == 0: // to the end of the file
			return HEIC, true, nil
		case length == 1 && len(box) == 16:
			length = int64(binary.BigEndian.Uint64(box[8:]))
		}
		if length < 8 || length > size-at {
			return HEIC, false, nil
		}
		at += length
	}
	return HEIC, at == size, nil
}

// wholeZIP reads the directory at the end and tells by its names what the
// archive is. Nothing is unpacked.
func wholeZIP(r io.ReaderAt, t Type, tail []byte, size int64) (Type, bool, error) {
	i := bytes.LastIndex(tail, []byte("PK\x05\x06"))
	if i < 0 || len(tail)-i < zipEnd {
		return t, false, nil
	}
	if binary.LittleEndian.Uint16(tail[i+10:]) > zipEntries {
		return t, false, nil
	}
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return t, false, nil // damaged or cut: for the sender it is the same
	}
	return zipType(archive, t), true, nil
}

func zipType(archive *zip.Reader, t Type) Type {
	if t == ODT || t == ODS {
		return t
	}
	var office, word, sheet bool
	for _, f := range archive.File {
		office = office || f.Name == "[Content_Types].xml"
		word = word || strings.HasPrefix(f.Name, "word/")
		sheet = sheet || strings.HasPrefix(f.Name, "xl/")
	}
	switch {
	case office && word:
		return DOCX
	case office && sheet:
		return XLSX
	}
	return ZIP
}

// wholeSIG: a DER value ends with the file, PEM with its last line.
func wholeSIG(head, tail []byte, size int64) bool {
	if bytes.Contains(head, []byte("-----BEGIN ")) {
		return bytes.Contains(tail, []byte("-----END "))
	}
	if !isDER(head) {
		return isText(tail) // base64 without lines around it
	}
	length := int64(0)
	n := int(head[1] & 0x7f)
	for _, b := range head[2 : 2+n] {
		length = length<<8 | int64(b)
	}
	return length+int64(2+n) <= size
}
