// Package postbox keeps what was sent into the sandbox: e-mails and SMS
// messages, newest first, at most a fixed number of them, and optionally in a
// file so that they survive a restart. It knows neither SMTP nor SMPP.
package postbox

import (
	"encoding/json"
	"strings"
	"sync"
	"time"
)

// Channels of a Message.
const (
	SMS   = "sms"
	Email = "email"
)

// Capacity is how many messages are kept; older ones are forgotten.
const Capacity = 20_000

// maxBytes is how much text is kept, whatever the number of messages.
const maxBytes = 64 << 20

// Message is one delivered message. To is an e-mail address or a phone in E.164.
type Message struct {
	Channel string    `json:"channel"`
	To      string    `json:"to"`
	Subject string    `json:"subject"`
	Text    string    `json:"text"`
	SentAt  time.Time `json:"sent_at"`
}

// Box keeps messages; it may be used from many goroutines.
type Box struct {
	mu       sync.Mutex
	messages []Message // oldest first
	bytes    int       // of their texts
	capacity int
	file     *journal // nil: memory only
}

// New is a box in memory that keeps up to capacity messages.
func New(capacity int) *Box { return &Box{capacity: capacity} }

// Add keeps a message. With a file, the error says that it is only in memory.
func (b *Box) Add(m Message) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.messages = append(b.messages, m)
	b.bytes += m.size()
	b.trim()
	if b.file == nil {
		return nil
	}
	return b.file.append(m, b.messages)
}

// trim forgets the oldest messages when there are too many. A tenth goes at
// once, so that a full box does not move all its messages for each new one.
func (b *Box) trim() {
	drop, atLeast := 0, 0
	if over := len(b.messages) - b.capacity; over > 0 {
		atLeast = over + b.capacity/10
	}
	for drop < len(b.messages) && (drop < atLeast || b.bytes > maxBytes) {
		b.bytes -= b.messages[drop].size()
		drop++
	}
	if drop > 0 {
		b.messages = append(b.messages[:0:0], b.messages[drop:]...)
	}
}

func (m Message) size() int { return len(m.Subject) + len(m.Text) }

// List are the newest messages to an address, newest first; an empty to means
// everybody, a limit of 0 means all. A phone may be written in any way, an
// e-mail address in any case.
func (b *Box) List(to string, limit int) []Message {
	match := Matcher(to)
	b.mu.Lock()
	defer b.mu.Unlock()
	out := []Message{}
	for i := len(b.messages) - 1; i >= 0; i-- {
		if limit > 0 && len(out) == limit {
			break
		}
		if match(b.messages[i].To) {
			out = append(out, b.messages[i])
		}
	}
	return out
}

// Reset forgets all messages, in the file too.
func (b *Box) Reset() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.messages, b.bytes = nil, 0
	if b.file == nil {
		return nil
	}
	return b.file.rewrite(nil)
}

// Close closes the file, if there is one.
func (b *Box) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.file == nil {
		return nil
	}
	f := b.file
	b.file = nil
	return f.close()
}

// Matcher tells whether the To of a message is the address that was asked for.
func Matcher(to string) func(string) bool {
	to = strings.TrimSpace(to)
	if to == "" {
		return func(string) bool { return true }
	}
	if strings.Contains(to, "@") {
		return func(s string) bool { return strings.EqualFold(s, to) }
	}
	phone := Phone(to)
	return func(s string) bool { return phone != "" && s == phone }
}

// Phone writes a phone number in E.164: «8 (913) 123-45-67» and «9131234567»
// are +79131234567. What holds no digit gives "".
func Phone(s string) string {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
	switch {
	case digits == "":
		return ""
	case len(digits) == 10 && digits[0] == '9':
		return "+7" + digits
	case len(digits) == 11 && digits[0] == '8':
		return "+7" + digits[1:]
	default:
		return "+" + digits
	}
}

// line is a message as it stands in the file.
func (m Message) line() ([]byte, error) {
	out, err := json.Marshal(m)
	return append(out, '\n'), err
}
