package identity

import (
	"context"
	"time"

	"okno/internal/identity/identitydb"
	"okno/internal/kit/db"
)

// Export is all that identity knows of the owner, ready for JSON.
func (i *Identity) Export(ctx context.Context, owner string) (map[string]any, error) {
	a, err := i.Account(ctx, owner)
	if err != nil {
		return nil, err
	}
	sessions, err := i.list(WithActor(ctx, Actor{ID: owner}))
	if err != nil {
		return nil, err
	}
	reserve, err := i.reserveOf(ctx, owner)
	if err != nil {
		return nil, err
	}
	history, _, err := i.historyOf(ctx, owner, HistoryFilter{Limit: historyExport})
	if err != nil {
		return nil, err
	}
	objections, err := i.objectionsOf(ctx, owner)
	if err != nil {
		return nil, err
	}
	factors, err := i.factors.Export(ctx, owner)
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"account": map[string]any{
			"id": a.ID, "phone": a.Phone, "email": a.Email, "login": a.Login, "number": a.Number, "second_phone": reserve,
			"language": a.Lang, "status": a.Status, "created_at": stamp(a.CreatedAt),
		},
		"sessions": exportSessions(sessions),
		"history":  exportHistory(history),
		"factors":  factors, "objections": exportObjections(objections),
	}, nil
}

func exportObjections(all []Objection) []map[string]any {
	out := make([]map[string]any, len(all))
	for n, o := range all {
		out[n] = map[string]any{
			"number": o.Number, "restriction": o.Restriction, "state": o.State, "sent_at": stamp(o.At), "decided_at": stamp(o.Decided),
		}
	}
	return out
}

func exportSessions(all []Session) []map[string]any {
	out := make([]map[string]any, len(all))
	for n, s := range all {
		out[n] = map[string]any{
			"id": s.ID, "device": s.Device, "ip": s.IP, "method": s.Method,
			"created_at": stamp(s.Created), "last_activity_at": stamp(s.Seen),
		}
	}
	return out
}

func exportHistory(all []Passage) []map[string]any {
	out := make([]map[string]any, len(all))
	for n, p := range all {
		out[n] = map[string]any{
			"at": stamp(p.At), "what": p.Act, "outcome": p.Outcome, "method": p.Method, "device": p.Device, "device_kind": p.Kind,
			"ip": p.IP, "country": p.Place.Country, "reported_at": stamp(p.Denied),
		}
	}
	return out
}

// stamp is an instant in RFC 3339, "" for none.
func stamp(t db.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Time().Format(time.RFC3339)
}

// Erase empties the account in the caller's transaction: contacts, blind
// indexes, password, factors, codes; sessions are ended and emptied. What is
// left are ids. The owner's keys are destroyed by the profile.
func (i *Identity) Erase(ctx context.Context, tx *db.Tx, owner string) error {
	q, none := in(tx), []byte{}
	if err := i.EndSessions(ctx, tx, owner, ""); err != nil {
		return err
	}
	if err := q.EmptySessions(ctx, identitydb.EmptySessionsParams{OwnerID: owner, FromSealed: none}); err != nil {
		return err
	}
	if err := q.EmptyAccount(ctx, identitydb.EmptyAccountParams{OwnerID: owner, PhoneSealed: none}); err != nil {
		return err
	}
	if err := q.DeleteLock(ctx, i.lockIndex(owner, contact{})); err != nil {
		return err
	}
	if err := i.factors.Erase(ctx, tx, owner); err != nil {
		return err
	}
	tx.AfterCommit(i.waits.forget)
	for _, f := range []func(context.Context, string) error{
		q.DeleteContacts, q.DeletePassword, q.DeleteSignIns, q.DeleteCodesOf,
		q.DeleteHistory, q.DeleteDevices, q.DeleteGuard, q.DeleteReserve, q.DeleteChanges, q.DeleteLinks, q.DeleteForms,
		q.DeleteObjections,
	} {
		if err := f(ctx, owner); err != nil {
			return err
		}
	}
	return nil
}

// Retain lists what the law keeps: nothing here. Sign-ins are in the journal.
func (i *Identity) Retain(context.Context, string) ([]Kept, error) { return nil, nil }
