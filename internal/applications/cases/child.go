package cases

import "strings"

// Child is on whose behalf an application was sent by a parent.
type Child struct {
	// ID is that of the line in the parent's profile.
	ID         string `json:"id"`
	LastName   string `json:"last_name"`
	FirstName  string `json:"first_name"`
	MiddleName string `json:"middle_name,omitempty"`
	BirthDate  string `json:"birth_date"` // YYYY-MM-DD
}

// Name is the child's full name.
func (c *Child) Name() string {
	return strings.Join(strings.Fields(c.LastName+" "+c.FirstName+" "+c.MiddleName), " ")
}
