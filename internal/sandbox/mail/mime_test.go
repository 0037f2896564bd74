package mail

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
)

func crlf(lines ...string) []byte { return []byte(strings.Join(lines, "\r\n")) }

func windows1251(t *testing.T, s string) string {
	t.Helper()
	out, err := charmap.Windows1251.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestParse(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		raw  []byte
		want Letter
	}{
		"plain": {
			crlf("Subject: Hello", "", "Line one", "Line two", ""),
			Letter{"Hello", "Line one\nLine two"},
		},
		"utf-8 as it is": {
			crlf("Subject: Код входа", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit", "", "Ваш код: 123456"),
			Letter{"Код входа", "Ваш код: 123456"},
		},
		"encoded words, folded, in two encodings": {
			crlf("Subject: =?UTF-8?Q?=D0=9A=D0=BE=D0=B4?=", " =?utf-8?B?INCy0YXQvtC00LA=?=", "", "x"),
			Letter{"Код входа", "x"},
		},
		"koi8-r subject": {
			crlf("Subject: =?KOI8-R?B?68/E?=", "", "x"), Letter{"Код", "x"},
		},
		"quoted-printable with a soft break": {
			crlf("Content-Type: text/plain; charset=UTF-8", "Content-Transfer-Encoding: quoted-printable", "", "=D0=9A=D0=BE=", "=D0=B4: 1=3D1"),
			Letter{"", "Код: 1=1"},
		},
		"base64 in short lines": {
			crlf("Content-Type: text/plain; charset=UTF-8", "Content-Transfer-Encoding: BASE64", "", "0JLQsNGI", "INC60L7QtA=="),
			Letter{"", "Ваш код"},
		},
		"windows-1251": {
			[]byte("Content-Type: text/plain; charset=windows-1251\r\n\r\n" + windows1251(t, "Ваш код")),
			Letter{"", "Ваш код"},
		},
		"alternative: plain wins": {
			crlf("Subject: s", `Content-Type: multipart/alternative; boundary="b1"`, "", "--b1", "Content-Type: text/plain; charset=utf-8", "",
				"Простой", "--b1", "Content-Type: text/html; charset=utf-8", "", "<p>Нарядный</p>", "--b1--", ""),
			Letter{"s", "Простой"},
		},
		"html only": {
			crlf("Content-Type: text/html; charset=utf-8", "", "<head><title>t</title></head><style>p{}</style><p>Код:&nbsp;<b>1&lt;2</b></p>next<br>line"),
			Letter{"", "Код: 1<2\nnext\nline"},
		},
		"mixed with an attachment and a nested alternative": {
			crlf(`Content-Type: multipart/mixed; boundary=out`, "", "--out", `Content-Type: multipart/alternative; boundary=in`, "",
				"--in", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64", "", "0JLQsNGIINC60L7QtA==", "--in--",
				"--out", "Content-Type: text/plain", `Content-Disposition: attachment; filename="a.txt"`, "", "secret", "--out--"),
			Letter{"", "Ваш код"},
		},
		"cut off in the middle": {
			crlf(`Content-Type: multipart/mixed; boundary=out`, "", "--out", "Content-Type: text/plain", "", "half of"),
			Letter{"", "half of"},
		},
		"no header at all": {[]byte("just bytes \xff\x00"), Letter{"", "just bytes �"}},
		"unknown charset":  {crlf("Content-Type: text/plain; charset=x-none", "", "abc"), Letter{"", "abc"}},
		"empty":            {nil, Letter{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, Parse(c.raw)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseIsBounded(t *testing.T) {
	t.Parallel()
	deep := "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
	for range 2000 {
		deep += "--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
	}
	Parse([]byte(deep))
	long := Parse([]byte("Subject: s\r\n\r\n" + strings.Repeat("x", 5<<20)))
	if len(long.Text) > maxText {
		t.Errorf("%d bytes of text", len(long.Text))
	}
}

func FuzzParse(f *testing.F) {
	f.Add(crlf("Subject: =?UTF-8?Q?=D0=9A?=", `Content-Type: multipart/alternative; boundary="b1"`, "", "--b1", "", "x", "--b1--"))
	f.Add(crlf("Content-Type: text/plain; charset=windows-1251", "Content-Transfer-Encoding: base64", "", "!!!!"))
	f.Add(crlf("Content-Type: text/html", "Content-Transfer-Encoding: quoted-printable", "", "<p>=D0=ZZ"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		letter := Parse(raw)
		if !utf8.ValidString(letter.Subject) || !utf8.ValidString(letter.Text) || len(letter.Text) > 3*maxText {
			t.Errorf("%q", letter)
		}
	})
}
