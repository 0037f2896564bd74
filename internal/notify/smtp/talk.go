package smtp

import (
	"errors"
	"fmt"
	"net/textproto"
	"strings"
	"unicode"

	"github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
)

// step is a command and how the code of its answer begins.
type step struct {
	command string
	code    int
}

// talk hands a message over on a connection that is ours (RFC 5321, 3.3). The
// three commands go out together where the server allows that (RFC 2920), and
// there is no RSET after a letter: the library's own way of sending is five round
// trips for each, this is two. After an error the connection is of no use.
func talk(conn *smtp.Client, m *mail.Msg) error {
	steps, err := envelope(conn, m)
	if err != nil {
		return err
	}
	together, _ := conn.Extension("PIPELINING")
	answered := 0
	for n, s := range steps {
		if _, err := fmt.Fprintf(conn.Text.W, "%s\r\n", s.command); err != nil {
			return err
		}
		if together && n < len(steps)-1 {
			continue
		}
		if err := conn.Text.W.Flush(); err != nil {
			return err
		}
		for ; answered <= n; answered++ {
			if _, _, err := conn.Text.ReadResponse(steps[answered].code); err != nil {
				return err
			}
		}
	}
	body := conn.Text.DotWriter()
	if _, err := m.WriteTo(body); err != nil {
		return err // the connection is dropped before the letter's end: nothing is taken
	}
	if err := body.Close(); err != nil {
		return err
	}
	_, _, err = conn.Text.ReadResponse(250)
	return err
}

// envelope are the commands before the letter, which has one recipient.
func envelope(conn *smtp.Client, m *mail.Msg) ([]step, error) {
	senders, recipients := m.GetFrom(), m.GetTo()
	if len(senders) != 1 || len(recipients) != 1 {
		return nil, errors.New("a letter has one sender and one recipient")
	}
	from, to := senders[0].Address, recipients[0].Address
	if strings.ContainsAny(from+to, "\r\n<>") {
		return nil, &textproto.Error{Code: 553, Msg: "an address that would be a command"}
	}
	parameters := ""
	if utf8, _ := conn.Extension("SMTPUTF8"); utf8 && !ascii(from+to) {
		parameters = " SMTPUTF8"
	}
	return []step{
		{fmt.Sprintf("MAIL FROM:<%s>%s", from, parameters), 250},
		{fmt.Sprintf("RCPT TO:<%s>", to), 25}, // 250, or 251 where it is passed on
		{"DATA", 354},
	}, nil
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}
