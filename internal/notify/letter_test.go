package notify_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"okno/internal/notify"
)

func TestStaffGetANoticeAndAMail(t *testing.T) {
	t.Parallel()
	l := notify.Letter{Subject: "Срок", Text: "Три дела", Link: "/desk", Kind: "deadline"}
	notice := notify.Letter{Owner: "head", Channel: notify.Cabinet, To: "head", Subject: "Срок", Text: "Три дела", Link: "/desk", Kind: "deadline"}
	mail := notice
	mail.Channel, mail.To = notify.Email, "head@example.org"
	if d := cmp.Diff([]notify.Letter{notice, mail}, l.ForStaff("head", "head@example.org")); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]notify.Letter{notice}, l.ForStaff("head", "")); d != "" {
		t.Error(d)
	}
}
