package registry

import (
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"
)

// maxBody is the largest request that is read, in bytes.
const maxBody = 64 << 10

// Request is what a registry is asked.
type Request struct {
	RequestID string `json:"request_id"`
	Person    Asked  `json:"person"`
	// About is the number or the words that a lookup is about.
	About string `json:"about"`
}

// Asked is a person as the portal's user described themself.
type Asked struct {
	LastName   string        `json:"last_name"`
	FirstName  string        `json:"first_name"`
	MiddleName string        `json:"middle_name"`
	BirthDate  string        `json:"birth_date"`
	Sex        string        `json:"sex"`
	SNILS      string        `json:"snils"`
	INN        string        `json:"inn"`
	Passport   AskedPassport `json:"passport"`
}

// AskedPassport is a passport as the user described it.
type AskedPassport struct {
	Series   string `json:"series"`
	Number   string `json:"number"`
	IssuedOn string `json:"issued_on"`
	IssuedBy string `json:"issued_by"`
	UnitCode string `json:"unit_code"`
}

var (
	errJSON      = errors.New("bad_json")
	errRequestID = errors.New("bad_request_id")
)

// parseRequest reads a body. Fields that we do not know are let pass, as a
// registry does whose clients are newer than it is.
func parseRequest(body []byte) (Request, error) {
	var r Request
	if !utf8.Valid(body) || json.Unmarshal(body, &r) != nil {
		return Request{}, errJSON
	}
	if n := len(r.RequestID); n == 0 || n > 100 || strings.ContainsAny(r.RequestID, "\r\n") {
		return r, errRequestID
	}
	return r, nil
}
