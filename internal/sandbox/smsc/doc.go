// Package smsc is the sandbox's SMS centre: SMPP 3.4 over TCP on one side, the
// texts that a phone shows on the other. It delivers to nobody.
//
// It understands bind_transmitter, bind_receiver, bind_transceiver, submit_sm,
// enquire_link, unbind and deliver_sm_resp; it sends delivery receipts as
// deliver_sm; everything else is answered by generic_nack. Its reader is
// written apart from the library that the portal's client uses, so that the
// two check each other.
//
//	open ──bind──▶ bound ──unbind, error, silence──▶ closed
package smsc
