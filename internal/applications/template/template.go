package template

import (
	"strings"
	"unicode/utf8"

	"okno/internal/forms"
	"okno/internal/kit/db"
)

// Limits of what one person may keep here.
const (
	maxTemplates = 50
	maxName      = 100 // characters of a name
)

// Template is answers under a name.
type Template struct {
	ID, ServiceID string
	// Version is that of the service which the answers were given for.
	Version   int
	Name      string
	Title     forms.Text // of the service
	Offered   bool       // the service can be applied for now
	CreatedAt db.Time
	UsedAt    db.Time // 0 for never
	answers   forms.Answers
}

// cleanName is a name as it is kept: one line without spaces at its ends.
func cleanName(typed string) (string, error) {
	name := strings.Join(strings.Fields(typed), " ")
	if name == "" || utf8.RuneCountInString(name) > maxName {
		return "", ErrName.WithField("name", "applications.template.error.name", "Max", maxName)
	}
	return name, nil
}
