package upload

import (
	"bytes"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The types, as service files name them (forms.Field.FileTypes).
const (
	PDF  Type = "pdf"
	JPG  Type = "jpg"
	PNG  Type = "png"
	HEIC Type = "heic"
	TIFF Type = "tiff"
	DOC  Type = "doc"
	DOCX Type = "docx"
	XLS  Type = "xls"
	XLSX Type = "xlsx"
	ODT  Type = "odt"
	ODS  Type = "ods"
	XML  Type = "xml"
	ZIP  Type = "zip"
	SIG  Type = "sig"
	TXT  Type = "txt"
	CSV  Type = "csv"
)

// extensions are endings of names and what they promise.
func extensions() map[string]Type {
	return map[string]Type{
		"pdf": PDF, "jpg": JPG, "jpeg": JPG, "jpe": JPG, "jfif": JPG, "png": PNG, "heic": HEIC, "heif": HEIC,
		"tif": TIFF, "tiff": TIFF, "doc": DOC, "docx": DOCX, "xls": XLS, "xlsx": XLSX, "odt": ODT, "ods": ODS,
		"xml": XML, "zip": ZIP, "sig": SIG, "p7s": SIG, "sgn": SIG, "txt": TXT, "csv": CSV,
	}
}

// promised is the type that a name's ending promises, "" for none that we know.
func promised(name string) Type {
	ext := strings.TrimPrefix(strings.ToLower(path.Ext(name)), ".")
	return extensions()[ext]
}

// families gives the types that the first bytes leave open, the likeliest
// first; nil for bytes that are none of ours.
func families(head []byte) []Type {
	switch {
	case bytes.Contains(head[:min(len(head), 1024)], []byte("%PDF-")):
		return []Type{PDF}
	case bytes.HasPrefix(head, []byte{0xff, 0xd8, 0xff}):
		return []Type{JPG}
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		return []Type{PNG}
	case bytes.HasPrefix(head, []byte("II*\x00")), bytes.HasPrefix(head, []byte("MM\x00*")):
		return []Type{TIFF}
	case isHEIC(head):
		return []Type{HEIC}
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return zipFamily(head)
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return []Type{DOC, XLS}
	case isDER(head):
		return []Type{SIG}
	}
	return textFamily(head)
}

// isHEIC looks at the brand of an ISO base media file (ISO/IEC 23008-12).
func isHEIC(head []byte) bool {
	if len(head) < 12 || string(head[4:8]) != "ftyp" {
		return false
	}
	return slices.Contains([]string{"heic", "heix", "heim", "heis", "hevc", "mif1", "msf1"}, string(head[8:12]))
}

// zipFamily uses that OpenDocument puts its type first, uncompressed.
func zipFamily(head []byte) []Type {
	for mark, t := range map[string]Type{
		"mimetypeapplication/vnd.oasis.opendocument.text":        ODT,
		"mimetypeapplication/vnd.oasis.opendocument.spreadsheet": ODS,
	} {
		if bytes.Contains(head[:min(len(head), 128)], []byte(mark)) {
			return []Type{t}
		}
	}
	return []Type{ZIP, DOCX, XLSX}
}

// isDER knows a DER sequence with a length of two to four bytes: CMS.
func isDER(head []byte) bool {
	return len(head) > 6 && head[0] == 0x30 && head[1] >= 0x82 && head[1] <= 0x84
}

func textFamily(head []byte) []Type {
	if !isText(head) {
		return nil
	}
	start := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n")
	switch {
	case bytes.HasPrefix(start, []byte("<?xml")):
		return []Type{XML}
	case bytes.HasPrefix(start, []byte("-----BEGIN ")):
		return []Type{SIG, TXT}
	case bytes.HasPrefix(start, []byte("<")):
		return []Type{XML, TXT, CSV}
	}
	return []Type{TXT, CSV, SIG}
}

// isText takes UTF-8, cut anywhere, and one-byte encodings such as
// Windows-1251; it refuses control characters, which no text has.
func isText(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f' || c == 0x7f {
			return false
		}
	}
	return len(b) > 0
}

// CleanName is the last part of a name that a browser sent, without control
// and direction characters, at most 120 characters; "file" when nothing stays.
func CleanName(name string) string {
	name = strings.ToValidUTF8(name, "")
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(`"<>:|?*`, r) {
			return -1
		}
		return r
	}, name)
	name = strings.Trim(name, " .")
	if n := utf8.RuneCountInString(name); n > 120 {
		ext := path.Ext(name)
		if len(ext) > 10 {
			ext = ""
		}
		name = string([]rune(name)[:120-utf8.RuneCountInString(ext)]) + ext
	}
	if name == "" {
		return "file"
	}
	return name
}

// nameFor is the clean name with an ending that tells the truth, so that the
// file opens as what it is when somebody saves it.
func nameFor(name string, t Type) string {
	name = CleanName(name)
	if promised(name) == t {
		return name
	}
	return name + "." + string(t)
}
