package complaint

import (
	"encoding/json"

	"okno/internal/kit/errs"
	"okno/internal/kit/secret"
)

func place(column, complaintID string) secret.Place {
	return secret.At("applications_complaints", column, complaintID)
}

func sealJSON(key *secret.DataKey, at secret.Place, v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return key.Seal(at, raw), nil
}

// openJSON undoes sealJSON; nothing sealed leaves v as it is.
func openJSON(key *secret.DataKey, at secret.Place, sealed []byte, v any) error {
	if len(sealed) == 0 {
		return nil
	}
	raw, err := key.Open(at, sealed)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, v)
}

// together joins what is wrong with the fields; an error of another sort comes first.
func together(all ...error) error {
	joined := *ErrFields
	for _, err := range all {
		if err == nil {
			continue
		}
		e, ok := errs.As(err)
		if !ok || e.Kind != errs.Invalid {
			return err
		}
		joined.Fields = append(joined.Fields, e.Fields...)
	}
	if len(joined.Fields) == 0 {
		return nil
	}
	return &joined
}
