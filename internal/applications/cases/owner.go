package cases

import (
	"context"
	"errors"

	"okno/internal/applications/cases/casesdb"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/secret"
)

// Export is all that was sent by the owner and what became of it, ready for JSON.
func (c *Cases) Export(ctx context.Context, owner string) (map[string]any, error) {
	rows, err := c.store.read().CasesOf(ctx, owner)
	if err != nil {
		return nil, db.Classify(err)
	}
	list := make([]map[string]any, 0, len(rows))
	for _, row := range rows {
		one, err := c.exported(ctx, caseOf(row))
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return map[string]any{"applications": list}, nil
}

func (c *Cases) exported(ctx context.Context, k Case) (map[string]any, error) {
	key, err := c.Sealer.Key(ctx, k.ID, secret.Case)
	if err != nil {
		return nil, err
	}
	f, err := openForm(key, k.row)
	if err != nil {
		return nil, err
	}
	card := &Card{Case: k}
	for _, load := range []func(context.Context, *secret.DataKey, *Card) error{c.loadEvents, c.loadAsks, c.loadFiles} {
		if err := load(ctx, key, card); err != nil {
			return nil, err
		}
	}
	var events, files, asks []map[string]any
	for _, e := range card.Events {
		if !e.Inner {
			events = append(events, map[string]any{"at": e.At.Time(), "deed": e.Deed, "status": e.To, "side": e.Side, "text": e.Text})
		}
	}
	for _, f := range card.Files {
		files = append(files, map[string]any{"name": f.Name, "type": f.Type, "size": f.Size})
	}
	for _, a := range card.Asks {
		for _, f := range a.Files {
			files = append(files, map[string]any{"name": f.Name, "type": f.Type, "size": f.Size})
		}
		asks = append(asks, map[string]any{"asked_at": a.AskedAt.Time(), "text": a.Text.RU, "answer": a.Answer})
	}
	messages, err := c.exportedMessages(ctx, key, k)
	if err != nil {
		return nil, err
	}
	d, _, err := c.deliveryOf(ctx, k)
	if err != nil {
		return nil, err
	}
	decision, err := key.OpenString(casePlace("decision_sealed", k.ID), k.row.DecisionSealed)
	return map[string]any{
		"number": k.Number, "service": k.ServiceID, "agency": k.Agency, "status": k.Status, "submitted_at": k.SubmittedAt.Time(),
		"deadline": k.Due.Date, "answers": f.Answers, "events": events, "files": files, "asks": asks,
		"delivery": map[string]any{"way": d.Way, "office": d.Office, "address": d.Address, "track": d.Track}, "decision": decision, "ground": k.Ground, "messages": messages,
	}, err
}

func (c *Cases) exportedMessages(ctx context.Context, key *secret.DataKey, k Case) ([]map[string]any, error) {
	rows, err := c.store.read().Messages(ctx, casesdb.MessagesParams{OwnerID: k.Owner, CaseID: k.ID})
	if err != nil {
		return nil, db.Classify(err)
	}
	files, err := c.messageFiles(ctx, key, k)
	if err != nil {
		return nil, err
	}
	var out []map[string]any
	for _, r := range rows {
		text, err := key.OpenString(messagePlace(r.ID), r.TextSealed)
		if err != nil {
			return nil, err
		}
		var names []string
		for _, f := range files[r.ID] {
			names = append(names, f.Name)
		}
		out = append(out, map[string]any{"at": r.SentAt.Time(), "side": r.Side, "text": text, "files": names})
	}
	return out, nil
}

// Erase deletes by what officers found the person; submitted applications are
// kept for their legal term, under keys of their own. See Retain.
func (c *Cases) Erase(ctx context.Context, tx *db.Tx, owner string) error {
	q := casesdb.New(tx)
	return errors.Join(q.ErasePeople(ctx, owner), q.EraseNamed(ctx, owner))
}

// Retain says that the owner's applications are kept.
func (c *Cases) Retain(ctx context.Context, owner string) ([]identity.Kept, error) {
	n, err := c.store.read().CountCases(ctx, owner)
	if err != nil || n == 0 {
		return nil, db.Classify(err)
	}
	return []identity.Kept{{What: "applications.kept"}}, nil
}
