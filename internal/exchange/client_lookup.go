package exchange

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"okno/internal/forms"
)

// Bounds of what a registry may say of a thing.
const (
	maxMembers = 30
	maxWords   = 1000 // bytes of one text
	maxPlaces  = 20
)

// thingQuestion is about a thing by its number, or about words.
type thingQuestion struct {
	RequestID string `json:"request_id"`
	About     string `json:"about"`
}

type thingAnswer struct {
	RequestID string          `json:"request_id"`
	Result    string          `json:"result"`
	Found     json.RawMessage `json:"found"`
}

// Thing asks at a path about a thing; nil means that the registry knows nothing
// of it. The error is for the log: it does not say what was asked about.
func (g *Registry) Thing(ctx context.Context, path, requestID, about string) ([]byte, error) {
	raw, err := g.ask(ctx, path, requestID, thingQuestion{RequestID: requestID, About: about})
	if err != nil {
		return nil, fmt.Errorf("registry %s: %w", path, err)
	}
	return parseFound(requestID, raw)
}

// parseFound reads an answer to the request; whatever does not make sense is
// errGarbage.
func parseFound(requestID string, raw []byte) ([]byte, error) {
	var a thingAnswer
	if !utf8.Valid(raw) || json.Unmarshal(raw, &a) != nil || a.RequestID != requestID {
		return nil, errGarbage
	}
	switch {
	case a.Result == "unknown":
		return nil, nil
	case a.Result == "found" && len(a.Found) > 0 && !bytes.Equal(a.Found, []byte("null")):
		return a.Found, nil
	}
	return nil, errGarbage
}

// parseThing reads what is known of a thing: names with texts, numbers, yes or no.
func parseThing(raw []byte) (map[string]any, error) {
	var members map[string]any
	if json.Unmarshal(raw, &members) != nil || len(members) == 0 || len(members) > maxMembers {
		return nil, errGarbage
	}
	for name, v := range members {
		switch v := v.(type) {
		case string:
			if len(v) > maxWords {
				return nil, errGarbage
			}
			if v == "" {
				delete(members, name)
			}
		case float64, bool:
		default:
			delete(members, name) // nothing that a form can use
		}
	}
	return members, nil
}

// parseAddresses reads suggested addresses.
func parseAddresses(raw []byte) ([]forms.Address, error) {
	var list []forms.Address
	if json.Unmarshal(raw, &list) != nil {
		return nil, errGarbage
	}
	var out []forms.Address
	for _, a := range list[:min(len(list), maxPlaces)] {
		if a.Valid() {
			out = append(out, a)
		}
	}
	return out, nil
}
