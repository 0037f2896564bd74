package complaint

import (
	"context"

	"okno/internal/applications/complaint/complaintdb"
	"okno/internal/identity"
	"okno/internal/kit/db"
)

// Export is all that the owner complained of and what was answered, ready for JSON.
func (r *Complaints) Export(ctx context.Context, owner string) (map[string]any, error) {
	rows, err := r.store.read().ComplaintsOf(ctx, complaintdb.ComplaintsOfParams{OwnerID: owner, Limit: 10_000})
	if err != nil {
		return nil, db.Classify(err)
	}
	list := make([]map[string]any, 0, len(rows))
	for _, c := range complaintsOf(rows) {
		card, err := r.card(ctx, c, Citizen)
		if err != nil {
			return nil, err
		}
		var files, events []map[string]any
		for _, f := range card.Files {
			files = append(files, map[string]any{"name": f.Name, "type": f.Type, "size": f.Size})
		}
		for _, e := range card.Events {
			events = append(events, map[string]any{"at": e.At.Time(), "deed": e.Deed, "status": e.To, "side": e.Side})
		}
		list = append(list, map[string]any{
			"number": c.Number, "application": c.CaseNumber, "service": c.ServiceID, "agency": c.Agency, "body": c.Body, "step": c.Step,
			"ground": c.Ground, "status": c.Status, "text": card.Words.Text, "wants": card.Words.Wants, "answer": card.Answer,
			"measure": c.Measure, "deadline": c.Due.Date, "files": files, "events": events,
		})
	}
	return map[string]any{"complaints": list}, nil
}

// Erase deletes the drafts; what was sent is kept with the agency's files, under
// keys of its own. See Retain.
func (r *Complaints) Erase(ctx context.Context, tx *db.Tx, owner string) error {
	ids, err := complaintdb.New(tx).DraftsOf(ctx, owner)
	if err != nil {
		return err
	}
	for _, draftID := range ids {
		if err := r.dropDraft(ctx, tx, owner, draftID); err != nil {
			return err
		}
	}
	return nil
}

// Retain says that the owner's complaints are kept.
func (r *Complaints) Retain(ctx context.Context, owner string) ([]identity.Kept, error) {
	n, err := r.store.read().CountSent(ctx, owner)
	if err != nil || n == 0 {
		return nil, db.Classify(err)
	}
	return []identity.Kept{{What: "applications.complaint.kept"}}, nil
}
