package cases

import (
	"strings"
	"time"

	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
)

// Boxes of a message.
const (
	messageBox      = "message"
	messageFilesBox = "message_files"
)

// author says who wrote; citizens are not shown who of the agency it was.
func (v view) author(m Message) string {
	switch {
	case (m.Side == Citizen) != v.staff:
		return v.t("applications.message.you")
	case m.Side == Citizen:
		return v.t("applications.message.applicant")
	}
	return v.t("applications.message.officer")
}

func (v view) stamp(t db.Time) string { return t.Time().Format(time.RFC3339) }

func (v view) writeText() string {
	if v.staff {
		return v.t("applications.message.write_citizen")
	}
	return v.t("applications.message.write")
}

func (v view) noMessages() string {
	if v.staff {
		return v.t("applications.message.none_staff")
	}
	return v.t("applications.message.none")
}

// messageHint says what a message is not for, and until when one may write.
func (v view) messageHint() string {
	switch {
	case v.thread.Until != "":
		return v.t("applications.message.until", "Date", v.date(v.thread.Until))
	case v.staff:
		return v.t("applications.message.hint_staff")
	}
	return v.t("applications.message.hint")
}

func (v view) messageLimits() string {
	return v.t("applications.message.limits", "Count", messageFiles, "Size", i18n.Size(v.lang(), answerFileMax))
}

func acceptAll() string { return "." + strings.Join(answerTypes(), ",.") }

// blameMessage shows what is wrong with a message, with what was typed.
func (v *view) blameMessage(err error, posted map[string][]string) {
	v.deed = string(said)
	v.blame(err, posted)
}
