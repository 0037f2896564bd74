package smsc

import (
	"bufio"
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"okno/internal/sandbox/party"
	"okno/internal/sandbox/postbox"
)

// session is one connection of a client.
type session struct {
	server *Server
	conn   net.Conn
	ctx    context.Context //nolint:containedctx // ends with the connection
	cancel context.CancelFunc
	window chan struct{} // a place for each request without an answer
	wg     sync.WaitGroup

	bound    atomic.Uint32 // the bind command that succeeded, 0 before it
	writing  sync.Mutex
	sequence atomic.Uint32
}

// receives is true when receipts may be sent here.
func (s *session) receives() bool {
	b := s.bound.Load()
	return b == bindReceiver || b == bindTransceiver
}

func (s *session) transmits() bool {
	b := s.bound.Load()
	return b == bindTransmitter || b == bindTransceiver
}

// run reads and answers until the client leaves, errs or falls silent.
func (s *session) run() {
	defer s.wg.Wait()
	defer s.conn.Close()
	defer s.cancel()
	r := bufio.NewReader(s.conn)
	for {
		if s.conn.SetReadDeadline(party.Deadline(idle)) != nil {
			return
		}
		p, err := readPDU(r)
		var lost lengthError
		if errors.As(err, &lost) {
			s.send(pdu{command: genericNack, status: statusBadCmdLength, sequence: p.sequence})
			return
		}
		if err != nil || !s.handle(p) {
			return
		}
	}
}

// handle answers one PDU; false ends the session.
func (s *session) handle(p pdu) bool {
	switch p.command {
	case bindTransmitter, bindReceiver, bindTransceiver:
		return s.bind(p)
	case submitSM:
		s.submit(p)
	case enquireLink:
		s.answer(p, statusOK, nil)
	case unbind:
		s.answer(p, statusOK, nil)
		return false
	case deliverSM | answerBit, enquireLink | answerBit, genericNack:
		// Nothing waits for these.
	default:
		s.send(pdu{command: genericNack, status: statusBadCmd, sequence: p.sequence})
	}
	return true
}

func (s *session) bind(p pdu) bool {
	b, err := parseBind(p.body)
	status := uint32(statusOK)
	switch {
	case err != nil:
		s.send(pdu{command: genericNack, status: statusBadCmdLength, sequence: p.sequence})
		return false
	case s.bound.Load() != 0:
		s.answer(p, statusAlreadyBound, nil)
		return true
	case b.systemID != s.server.cfg.SystemID:
		status = statusBadSystem
	case b.password != s.server.cfg.Password:
		status = statusBadPassword
	}
	if status != statusOK {
		s.answer(p, status, nil)
		return false
	}
	s.bound.Store(p.command)
	s.answer(p, statusOK, appendTLV([]byte(SystemName+"\x00"), tlvInterfaceVersion, []byte{interfaceVersion}))
	return true
}

// submit takes a message. It answers in order and at once, unless a delay is
// switched on: then each request waits by itself, and a client who left before
// the end finds that its message did not arrive.
func (s *session) submit(p pdu) {
	m, status := s.check(p)
	if status != statusOK {
		s.answer(p, status, nil)
		return
	}
	state := s.server.cfg.Switches.Get(party.SMS)
	if state.Delay == 0 {
		s.accept(p, m, state)
		return
	}
	select {
	case s.window <- struct{}{}:
	default:
		s.answer(p, statusThrottled, nil)
		return
	}
	s.wg.Add(1)
	go func() {
		defer s.wg.Done()
		defer func() { <-s.window }()
		if s.server.cfg.Clock.Sleep(s.ctx, time.Duration(state.Delay)) == nil {
			s.accept(p, m, state)
		}
	}()
}

func (s *session) check(p pdu) (submit, uint32) {
	if !s.transmits() {
		return submit{}, statusBadBind
	}
	m, err := parseSubmit(p.body)
	switch {
	case errors.Is(err, errTLV):
		return m, statusBadOptional
	case err != nil:
		return m, statusBadMsgLength
	case postbox.Phone(m.dest) == "":
		return m, statusBadDest
	}
	return m, statusOK
}

func (s *session) accept(p pdu, m submit, state party.State) {
	if state.Refusal {
		s.answer(p, statusSubmitFailed, nil)
		return
	}
	s.server.keep(m, state.Duplicate)
	id := s.server.messageID()
	s.answer(p, statusOK, []byte(id+"\x00"))
	if m.receipt != 1 { // 2 asks for failures only, and there are none
		return
	}
	to := s.server.receiverFor(s)
	if to == nil {
		return
	}
	to.deliver(receipt(id, m, s.server.cfg.Clock.Now()))
	if state.Duplicate {
		to.deliver(receipt(id, m, s.server.cfg.Clock.Now()))
	}
}

// deliver sends a receipt with a number of our own.
func (s *session) deliver(body []byte) {
	s.send(pdu{command: deliverSM, sequence: s.sequence.Add(1) & 0x7FFFFFFF, body: body})
}

func (s *session) answer(to pdu, status uint32, body []byte) {
	s.send(pdu{command: to.command | answerBit, status: status, sequence: to.sequence, body: body})
}

func (s *session) send(p pdu) {
	s.writing.Lock()
	defer s.writing.Unlock()
	if s.conn.SetWriteDeadline(party.Deadline(time.Minute)) != nil {
		return
	}
	// A client that is gone is noticed by the reader.
	_, _ = s.conn.Write(p.bytes())
}
