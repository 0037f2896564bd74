package smsc

import (
	"fmt"
	"time"
)

// esmReceipt marks a deliver_sm as a delivery receipt.
const esmReceipt = 0x04

// stateDelivered is message_state of a delivered message (section 5.2.28).
const stateDelivered = 2

// receipt is the body of a deliver_sm that says that a message was delivered,
// in the writing of SMPP 3.4, appendix B, and with the parameters that replace it.
func receipt(id string, m submit, at time.Time) []byte {
	stamp := at.Format("0601021504")
	note := fmt.Sprintf("id:%s sub:001 dlvrd:001 submit date:%s done date:%s stat:DELIVRD err:000 text:", id, stamp, stamp)
	out := []byte{0}                                // service_type
	out = append(append(out, 1, 1), m.dest...)      // from the phone,
	out = append(append(out, 0, 5, 0), m.source...) // to the sender's (alphanumeric) name
	out = append(out, 0, esmReceipt, 0, 0, 0, 0, 0, 0, 0, 0)
	out = append(append(out, byte(len(note))), note...) //nolint:gosec // under 140 octets
	out = appendTLV(out, tagReceiptedID, []byte(id+"\x00"))
	return appendTLV(out, tagMessageState, []byte{stateDelivered})
}
