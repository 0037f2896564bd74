package smsc

import (
	"encoding/hex"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// gsm7 is the default alphabet of GSM 03.38, one septet an octet, as SMPP
// carries it; 0x1B opens the extension.
const gsm7 = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
	"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"

const gsm7Escape = 0x1B

// gsm7Extension is the second page of the alphabet.
func gsm7Extension(septet byte) rune {
	for i, at := range []byte{0x0A, 0x14, 0x28, 0x29, 0x2F, 0x3C, 0x3D, 0x3E, 0x40, 0x65} {
		if at == septet {
			return []rune("\f^{}\\[~]|€")[i]
		}
	}
	return ' ' // 03.38: what is unknown is shown as a space
}

// text decodes a message by its data_coding (SMPP 3.4, section 5.2.19). Binary
// messages are shown in hexadecimal.
func text(coding byte, raw []byte) string {
	switch coding {
	case 0x00:
		return fromGSM7(raw)
	case 0x01:
		return printable(string(raw))
	case 0x03:
		return decode(charmap.ISO8859_1, raw)
	case 0x06:
		return decode(charmap.ISO8859_5, raw)
	case 0x08:
		return decode(unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), raw)
	default:
		return hex.EncodeToString(raw)
	}
}

func fromGSM7(raw []byte) string {
	alphabet := []rune(gsm7)
	var out strings.Builder
	for i := 0; i < len(raw); i++ {
		switch {
		case raw[i] > 0x7F:
			out.WriteRune('�')
		case raw[i] != gsm7Escape:
			out.WriteRune(alphabet[raw[i]])
		case i+1 < len(raw):
			i++
			out.WriteRune(gsm7Extension(raw[i]))
		}
	}
	return out.String()
}

func decode(enc encoding.Encoding, raw []byte) string {
	out, err := enc.NewDecoder().Bytes(raw)
	if err != nil {
		return hex.EncodeToString(raw)
	}
	return printable(string(out))
}

func printable(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "�"), "\x00", "")
}
