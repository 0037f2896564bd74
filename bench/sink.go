package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"io"
	"net"
	"os"
	"strings"
)

// sinks are addresses of the world outside: it takes everything and keeps nothing.
type sinks struct {
	SMTP string `json:"smtp"`
	SMPP string `json:"smpp"`
}

// sinkRole is a mail server and an SMS centre that cost as little as can be.
func sinkRole(file string) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var s sinks
	if err := json.Unmarshal(raw, &s); err != nil {
		return err
	}
	failed := make(chan error, 2)
	go func() { failed <- accept(s.SMTP, mailbox) }()
	go func() { failed <- accept(s.SMPP, centre) }()
	return <-failed
}

func accept(addr string, serve func(net.Conn)) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer func() { _ = c.Close() }()
			serve(c)
		}()
	}
}

// mailbox speaks as much of SMTP (RFC 5321) as a sender needs.
func mailbox(c net.Conn) {
	r := bufio.NewReader(c)
	say := func(s string) { _, _ = io.WriteString(c, s+"\r\n") }
	say("220 sink")
	for {
		s, err := r.ReadString('\n')
		if err != nil {
			return
		}
		switch verb, _, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(s)), " "); verb {
		case "EHLO":
			say("250-sink\r\n250-8BITMIME\r\n250 PIPELINING")
		case "DATA":
			say("354 go on")
			for s != ".\r\n" && err == nil {
				s, err = r.ReadString('\n')
			}
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

// centre speaks as much of SMPP 3.4 as a sender needs: each request is
// answered with status 0 and a body of one empty string.
func centre(c net.Conn) {
	head := make([]byte, 16)
	for {
		if _, err := io.ReadFull(c, head); err != nil {
			return
		}
		size, command := binary.BigEndian.Uint32(head), binary.BigEndian.Uint32(head[4:])
		if size < 16 || size > 1<<16 {
			return
		}
		if _, err := io.CopyN(io.Discard, c, int64(size-16)); err != nil {
			return
		}
		if command&0x80000000 != 0 {
			continue // an answer
		}
		body := []byte{'1', 0}
		if command == 0x15 || command == 0x06 { // enquire_link, unbind
			body = nil
		}
		out := binary.BigEndian.AppendUint32(nil, uint32(16+len(body)))
		out = binary.BigEndian.AppendUint32(out, command|0x80000000)
		out = binary.BigEndian.AppendUint32(out, 0)
		out = append(append(out, head[12:16]...), body...)
		if _, err := c.Write(out); err != nil {
			return
		}
	}
}
