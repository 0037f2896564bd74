package draft

import (
	"context"
	"net/http"

	"okno/internal/kit/db"
)

// Confirmer lets a phone of the person confirm a deed.
type Confirmer interface {
	// Wanted reports whether the person confirms what they send.
	Wanted(ctx context.Context, account string) (bool, error)
	// Ask sends the browser to wait until a device of the actor has confirmed the
	// deed ref, which text says in words; it goes on at back.
	Ask(w http.ResponseWriter, r *http.Request, ref, text, back string) error
	// Confirmed uses the confirmation of the deed in the transaction; false for none.
	Confirmed(ctx context.Context, tx *db.Tx, ref string) (bool, error)
}

// askPhone sends the browser to wait for the phone, and back to the checked answers.
func (r *Room) askPhone(w http.ResponseWriter, req *http.Request, draftID string) error {
	ctx := req.Context()
	d, err := r.load(ctx, draftID)
	if err != nil {
		return err
	}
	text := say(ctx, "applications.draft.confirm.deed", "Service", d.service.Title.In(lang(ctx)))
	return r.Confirm.Ask(w, req, d.deed(), text, base(d.ID)+"/check?confirmed=1")
}
