package mail

import (
	"bytes"
	"encoding/base64"
	"errors"
	"html"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// Limits of what is read from a message; the rest is left out.
const (
	maxDepth = 8
	maxParts = 200
	maxText  = 256 << 10
)

// Letter is what a person sees of an e-mail.
type Letter struct {
	Subject string
	Text    string
}

// Parse reads an RFC 5322 message: encoded words in its subject, the plain
// text of its (nested) parts, or where there is none its HTML without tags.
// Whatever cannot be understood is shown as it came, so that nothing that was
// sent stays hidden.
func Parse(raw []byte) Letter {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return Letter{Text: clean(raw)}
	}
	r := &reader{}
	r.part(textproto.MIMEHeader(m.Header), m.Body, 0)
	return Letter{Subject: header(m.Header.Get("Subject")), Text: r.text()}
}

// reader gathers the texts of a message's parts.
type reader struct {
	plain []string
	html  []string
	parts int
}

func (r *reader) text() string {
	out := strings.Join(r.plain, "\n")
	if len(r.plain) == 0 {
		out = stripTags(strings.Join(r.html, "\n"))
	}
	return strings.TrimSpace(strings.ReplaceAll(out, "\r\n", "\n"))
}

func (r *reader) part(h textproto.MIMEHeader, body io.Reader, depth int) {
	r.parts++
	if depth > maxDepth || r.parts > maxParts {
		return
	}
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		kind, params = "text/plain", map[string]string{}
	}
	if strings.HasPrefix(kind, "multipart/") && params["boundary"] != "" {
		r.multipart(body, params["boundary"], depth)
		return
	}
	if disposition, _, _ := mime.ParseMediaType(h.Get("Content-Disposition")); disposition == "attachment" {
		return
	}
	switch kind {
	case "text/plain":
		r.plain = append(r.plain, content(h, body, params["charset"]))
	case "text/html":
		r.html = append(r.html, content(h, body, params["charset"]))
	case "message/rfc822":
		r.plain = append(r.plain, content(h, body, ""))
	}
}

func (r *reader) multipart(body io.Reader, boundary string, depth int) {
	parts := multipart.NewReader(body, boundary)
	for r.parts <= maxParts {
		// NextRawPart: the transfer encoding is ours to undo, once.
		p, err := parts.NextRawPart()
		if err != nil {
			return
		}
		r.part(p.Header, p, depth+1)
	}
}

// content undoes the transfer encoding and the charset of one part.
func content(h textproto.MIMEHeader, body io.Reader, charset string) string {
	switch strings.ToLower(strings.TrimSpace(h.Get("Content-Transfer-Encoding"))) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	// An error in the middle leaves what came before it.
	raw, _ := io.ReadAll(io.LimitReader(body, maxText))
	return clean(decode(raw, charset))
}

// encodingOf knows the charsets of Russian and Western mail; nil for others.
func encodingOf(charset string) encoding.Encoding {
	switch strings.ToLower(charset) {
	case "utf-8", "utf8", "us-ascii", "ascii":
		return unicode.UTF8
	case "windows-1251", "cp1251":
		return charmap.Windows1251
	case "koi8-r":
		return charmap.KOI8R
	case "koi8-u":
		return charmap.KOI8U
	case "iso-8859-5":
		return charmap.ISO8859_5
	case "ibm866", "cp866":
		return charmap.CodePage866
	case "iso-8859-1", "windows-1252":
		return charmap.Windows1252
	}
	return nil
}

// decode turns text of a charset into UTF-8; an unknown charset is left alone.
func decode(raw []byte, charset string) []byte {
	if charset == "" {
		return raw
	}
	enc := encodingOf(charset)
	if enc == nil {
		return raw
	}
	if out, err := enc.NewDecoder().Bytes(raw); err == nil {
		return out
	}
	return raw
}

// header undoes encoded words (RFC 2047) of any charset that we know.
func header(value string) string {
	words := mime.WordDecoder{CharsetReader: func(charset string, in io.Reader) (io.Reader, error) {
		enc := encodingOf(charset)
		if enc == nil {
			return nil, errors.New("unknown charset")
		}
		return enc.NewDecoder().Reader(in), nil
	}}
	out, err := words.DecodeHeader(value)
	if err != nil {
		out = value
	}
	return clean([]byte(out))
}

// clean makes text that is valid UTF-8, without NUL and not too long.
func clean(raw []byte) string {
	if len(raw) > maxText {
		raw = raw[:maxText]
	}
	s := string(raw)
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "�")
	}
	return strings.ReplaceAll(s, "\x00", "")
}

// stripTags is the text of an HTML part: enough for a person to read a
// message in a test; a mail program does more.
func stripTags(s string) string {
	hidden := regexp.MustCompile(`(?is)<(style|script|head)\b.*?</(style|script|head)\s*>`)
	breaks := regexp.MustCompile(`(?i)<(br|/p|/div|/tr|/li|/h[1-6])\b[^>]*>`)
	tags := regexp.MustCompile(`(?s)<[^>]*>`)
	spaces := regexp.MustCompile(`[ \t\x{a0}]+`)
	s = breaks.ReplaceAllString(hidden.ReplaceAllString(s, ""), "\n")
	s = html.UnescapeString(tags.ReplaceAllString(s, ""))
	return clean([]byte(spaces.ReplaceAllString(s, " ")))
}
