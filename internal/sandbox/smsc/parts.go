package smsc

import (
	"encoding/binary"
	"slices"
	"sync"
)

// maxPending is how many unfinished long messages are waited for; the oldest
// is forgotten.
const maxPending = 500

// maxPiece is the longest piece of a long message that is joined, in octets;
// short_message cannot hold more.
const maxPiece = 255

// part says which piece of a long message a submit_sm carries; total is 0 for
// a message that came whole.
type part struct {
	reference uint16
	total     byte
	number    byte // from 1
}

// valid pieces have a place among at least two.
func (p part) valid() bool { return p.total > 1 && p.number >= 1 && p.number <= p.total }

// cutHeader parts a user data header (3GPP TS 23.040, 9.2.3.24) from the text.
func cutHeader(message []byte) (header, rest []byte, ok bool) {
	if len(message) == 0 || int(message[0])+1 > len(message) {
		return nil, nil, false
	}
	n := int(message[0]) + 1
	return message[1:n], message[n:], true
}

// headerPart finds the concatenation element of a user data header: 0x00 with
// a reference of 8 bits or 0x08 with one of 16.
func headerPart(header []byte) (part, bool) {
	for len(header) >= 2 {
		id, length := header[0], int(header[1])
		if header = header[2:]; length > len(header) {
			return part{}, false
		}
		value := header[:length]
		header = header[length:]
		switch {
		case id == 0x00 && length == 3:
			p := part{reference: uint16(value[0]), total: value[1], number: value[2]}
			return p, p.valid()
		case id == 0x08 && length == 4:
			p := part{reference: binary.BigEndian.Uint16(value), total: value[2], number: value[3]}
			return p, p.valid()
		}
	}
	return part{}, false
}

// sarPart reads the sar_* parameters, the other way to send a long message.
func sarPart(tlvs map[uint16][]byte) part {
	reference, total, number := tlvs[tagSarReference], tlvs[tagSarTotal], tlvs[tagSarSequence]
	if len(reference) != 2 || len(total) != 1 || len(number) != 1 {
		return part{}
	}
	p := part{reference: binary.BigEndian.Uint16(reference), total: total[0], number: number[0]}
	if !p.valid() {
		return part{}
	}
	return p
}

// joinKey tells long messages apart.
type joinKey struct {
	systemID, source, dest string
	reference              uint16
	total                  byte
}

// joiner puts long messages together. Bytes are joined, not texts: a
// character may be cut in two between pieces.
type joiner struct {
	mu      sync.Mutex
	pending map[joinKey]map[byte][]byte
	order   []joinKey
}

func newJoiner() *joiner { return &joiner{pending: map[joinKey]map[byte][]byte{}} }

// add gives the whole message when its last piece has come.
func (j *joiner) add(systemID string, s submit) (whole []byte, ok bool) {
	if s.part.total == 0 {
		return s.message, true
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	key := joinKey{systemID, s.source, s.dest, s.part.reference, s.part.total}
	if j.pending[key] == nil {
		j.begin(key)
	}
	j.pending[key][s.part.number] = s.message
	if len(j.pending[key]) < int(s.part.total) {
		return nil, false
	}
	for n := range int(s.part.total) {
		whole = append(whole, j.pending[key][byte(n+1)]...)
	}
	delete(j.pending, key)
	j.order = slices.DeleteFunc(j.order, func(k joinKey) bool { return k == key })
	return whole, true
}

// begin waits for a new message.
func (j *joiner) begin(key joinKey) {
	j.pending[key] = map[byte][]byte{}
	j.order = append(j.order, key)
	for len(j.order) > maxPending {
		delete(j.pending, j.order[0])
		j.order = j.order[1:]
	}
}

// reset forgets all unfinished messages.
func (j *joiner) reset() {
	j.mu.Lock()
	defer j.mu.Unlock()
	clear(j.pending)
	j.order = nil
}
