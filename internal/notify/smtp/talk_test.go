package smtp

import (
	"net"
	"net/textproto"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
)

// server answers what it hears with the next of the answers, "" for none yet,
// and gives the commands that it heard.
func server(t *testing.T, conn net.Conn, answers ...string) <-chan []string {
	t.Helper()
	heard := make(chan []string, 1)
	go func() {
		c := textproto.NewConn(conn)
		var commands []string
		defer func() { heard <- commands; _ = conn.Close() }()
		_ = c.PrintfLine("220 ready")
		for _, a := range answers {
			line, err := c.ReadLine()
			if err != nil {
				return
			}
			if commands = append(commands, line); a == "" {
				continue
			}
			if err := c.PrintfLine("%s", a); err != nil {
				return
			}
			if strings.HasSuffix(a, "354 go on") {
				if _, err := c.ReadDotBytes(); err != nil || c.PrintfLine("250 taken") != nil {
					return
				}
			}
		}
	}()
	return heard
}

func message(t *testing.T, to string) *mail.Msg {
	t.Helper()
	m := mail.NewMsg()
	if err := m.From("portal@okno.example"); err != nil {
		t.Fatal(err)
	}
	if err := m.To(to); err != nil {
		t.Fatal(err)
	}
	m.SetBodyString(mail.TypeTextPlain, "text")
	return m
}

func TestCommandsWaitForAnswersWhereTheyMust(t *testing.T) {
	t.Parallel()
	mailTo := []string{"EHLO localhost", "MAIL FROM:<portal@okno.example>", "RCPT TO:<anna@example.org>", "DATA"}
	for name, c := range map[string]struct {
		to      string
		answers []string
		heard   []string
		fails   string
	}{
		"one by one": {"anna@example.org", []string{"250 hello", "250 ok", "250 ok", "354 go on"}, mailTo, ""},
		"together":   {"anna@example.org", []string{"250-hello\r\n250 PIPELINING", "", "", "250 ok\r\n250 ok\r\n354 go on"}, mailTo, ""},
		"refused within": {
			"anna@example.org", []string{"250-hello\r\n250 PIPELINING", "", "", "250 ok\r\n550 nobody\r\n354 now what"}, mailTo, "550",
		},
		"not in ASCII": {
			"анна@пример.рф",
			[]string{"250-hello\r\n250 SMTPUTF8", "250 ok", "250 ok", "354 go on"},
			[]string{"EHLO localhost", "MAIL FROM:<portal@okno.example> SMTPUTF8", "RCPT TO:<анна@пример.рф>", "DATA"},
			"",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ours, theirs := net.Pipe()
			heard := server(t, theirs, c.answers...)
			conn, err := smtp.NewClient(ours, "mail.example")
			if err != nil {
				t.Fatal(err)
			}
			err = talk(conn, message(t, c.to))
			if (err == nil) != (c.fails == "") || err != nil && !strings.HasPrefix(err.Error(), c.fails) {
				t.Errorf("error %v", err)
			}
			_ = conn.Close()
			if diff := cmp.Diff(c.heard, <-heard); diff != "" {
				t.Error(diff)
			}
		})
	}
}
