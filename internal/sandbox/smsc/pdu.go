package smsc

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Commands of SMPP 3.4 (section 5.1.2.1) that the centre reads or writes. An
// answer has the same number with the highest bit set.
const (
	genericNack     = 0x80000000
	bindReceiver    = 0x00000001
	bindTransmitter = 0x00000002
	submitSM        = 0x00000004
	deliverSM       = 0x00000005
	unbind          = 0x00000006
	bindTransceiver = 0x00000009
	enquireLink     = 0x00000015
	answerBit       = 0x80000000
)

// Statuses of SMPP 3.4 (section 5.1.3) that the centre answers with.
const (
	statusOK            = 0x00
	statusBadMsgLength  = 0x01
	statusBadCmdLength  = 0x02
	statusBadCmd        = 0x03
	statusBadBind       = 0x04
	statusAlreadyBound  = 0x05
	statusBadDest       = 0x0B
	statusBadPassword   = 0x0E
	statusBadSystem     = 0x0F
	statusSubmitFailed  = 0x45
	statusThrottled     = 0x58
	statusBadOptional   = 0xC0
	headerSize          = 16
	maxPDU              = 70 << 10 // message_payload may hold 64 KB
	interfaceVersion    = 0x34
	tlvInterfaceVersion = 0x0210
)

// Optional parameters of SMPP 3.4 (section 5.3.2).
const (
	tagReceiptedID    = 0x001E
	tagSarReference   = 0x020C
	tagSarTotal       = 0x020E
	tagSarSequence    = 0x020F
	tagMessagePayload = 0x0424
	tagMessageState   = 0x0427
)

// pdu is one protocol data unit; body is what follows the header.
type pdu struct {
	command, status, sequence uint32
	body                      []byte
}

// lengthError is a command_length that cannot be: the stream is lost.
type lengthError uint32

func (e lengthError) Error() string { return fmt.Sprintf("command_length of %d", uint32(e)) }

// errShort says that a body ends before its last field.
var errShort = errors.New("the body is too short")

// errTLV says that the optional parameters are broken.
var errTLV = errors.New("optional parameters are broken")

// readPDU reads one PDU; a lengthError comes with what stood in the header.
func readPDU(r io.Reader) (pdu, error) {
	var h [headerSize]byte
	if _, err := io.ReadFull(r, h[:]); err != nil {
		return pdu{}, err
	}
	p := pdu{
		command: binary.BigEndian.Uint32(h[4:]), status: binary.BigEndian.Uint32(h[8:]), sequence: binary.BigEndian.Uint32(h[12:]),
	}
	length := binary.BigEndian.Uint32(h[:])
	if length < headerSize || length > maxPDU {
		return p, lengthError(length)
	}
	p.body = make([]byte, length-headerSize)
	_, err := io.ReadFull(r, p.body)
	return p, err
}

// bytes are the PDU as it goes over the wire.
func (p pdu) bytes() []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(headerSize+len(p.body))) //nolint:gosec // bodies are bounded
	out = binary.BigEndian.AppendUint32(out, p.command)
	out = binary.BigEndian.AppendUint32(out, p.status)
	out = binary.BigEndian.AppendUint32(out, p.sequence)
	return append(out, p.body...)
}

// bind is the body of the three bind requests, as far as it matters here.
type bind struct{ systemID, password string }

func parseBind(body []byte) (bind, error) {
	f := fields{rest: body}
	out := bind{systemID: f.text(16), password: f.text(9)}
	f.text(13) // system_type
	f.skip(3)  // interface_version, addr_ton, addr_npi
	f.text(41) // address_range
	return out, f.err
}

// submit is the body of submit_sm, as far as it matters here.
type submit struct {
	source, dest string
	esmClass     byte
	receipt      byte // the two lowest bits of registered_delivery
	coding       byte
	message      []byte // without a user data header
	part         part
}

func parseSubmit(body []byte) (submit, error) {
	f := fields{rest: body}
	f.text(6) // service_type
	f.skip(2)
	s := submit{source: f.text(21)}
	f.skip(2)
	s.dest = f.text(21)
	s.esmClass = f.octet()
	f.skip(2)  // protocol_id, priority_flag
	f.text(17) // schedule_delivery_time
	f.text(17) // validity_period
	s.receipt = f.octet() & 0x03
	f.skip(1) // replace_if_present_flag
	s.coding = f.octet()
	f.skip(1) // sm_default_msg_id
	s.message = f.take(int(f.octet()))
	if f.err != nil {
		return s, f.err
	}
	return s, s.options(f.rest)
}

// options reads the optional parameters, then the user data header.
func (s *submit) options(rest []byte) error {
	tlvs, err := parseTLVs(rest)
	if err != nil {
		return err
	}
	if payload, ok := tlvs[tagMessagePayload]; ok && len(s.message) == 0 {
		s.message = payload
	}
	s.part = sarPart(tlvs)
	if len(s.message) > maxPiece {
		s.part = part{} // no piece of anything: pieces are waited for in memory
	}
	if s.esmClass&0x40 == 0 {
		return nil
	}
	udh, message, ok := cutHeader(s.message)
	if !ok {
		return errShort
	}
	s.message = message
	if p, ok := headerPart(udh); ok && len(message) <= maxPiece {
		s.part = p
	}
	return nil
}

// parseTLVs reads optional parameters up to the end of the body.
func parseTLVs(rest []byte) (map[uint16][]byte, error) {
	out := map[uint16][]byte{}
	for len(rest) > 0 {
		if len(rest) < 4 {
			return nil, errTLV
		}
		tag, length := binary.BigEndian.Uint16(rest), int(binary.BigEndian.Uint16(rest[2:]))
		if rest = rest[4:]; length > len(rest) {
			return nil, errTLV
		}
		out[tag], rest = rest[:length], rest[length:]
	}
	return out, nil
}

// appendTLV writes one optional parameter.
func appendTLV(out []byte, tag uint16, value []byte) []byte {
	out = binary.BigEndian.AppendUint16(out, tag)
	out = binary.BigEndian.AppendUint16(out, uint16(len(value))) //nolint:gosec // values are our own and short
	return append(out, value...)
}

// fields reads a body from its beginning; after the first error it gives zeros.
type fields struct {
	rest []byte
	err  error
}

// text is a C-octet string of at most size octets, its NUL counted.
func (f *fields) text(size int) string {
	at := bytes.IndexByte(f.rest, 0)
	if f.err != nil || at < 0 || at >= size {
		f.err = errShort
		return ""
	}
	out := string(f.rest[:at])
	f.rest = f.rest[at+1:]
	return out
}

func (f *fields) octet() byte {
	b := f.take(1)
	if len(b) == 0 {
		return 0
	}
	return b[0]
}

func (f *fields) skip(n int) { f.take(n) }

func (f *fields) take(n int) []byte {
	if f.err != nil || n > len(f.rest) {
		f.err = errShort
		return nil
	}
	out := f.rest[:n]
	f.rest = f.rest[n:]
	return out
}
