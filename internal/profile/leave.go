package profile

import (
	"context"
	"encoding/json"
	"fmt"

	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
	"okno/internal/notify"
	"okno/internal/profile/profiledb"
)

// ExportAll gathers everything that all rooms keep of the owner, as JSON. It is
// in the journal before it is given out, and needs a fresh factor.
func (p *Profile) ExportAll(ctx context.Context, owner string) ([]byte, error) {
	actor, err := own(ctx, owner)
	if err != nil {
		return nil, err
	}
	if err := needFresh(ctx, actor); err != nil {
		return nil, err
	}
	if err := p.Audit.Look(ctx, actor.Entry("profile.exported", owner, "account:"+owner)); err != nil {
		return nil, err
	}
	all := map[string]any{"exported_at": p.Clock.Now().Format("2006-01-02T15:04:05Z07:00"), "account": owner}
	for _, o := range p.allOwners() {
		if o.Export == nil {
			continue
		}
		part, err := o.Export(ctx, owner)
		if err != nil {
			return nil, fmt.Errorf("export of %s: %w", o.Name, err)
		}
		if len(part) > 0 {
			all[o.Name] = part
		}
	}
	return json.MarshalIndent(all, "", "  ")
}

// Kept lists what the law keeps after a deletion.
func (p *Profile) Kept(ctx context.Context, owner string) ([]identity.Kept, error) {
	if _, err := own(ctx, owner); err != nil {
		return nil, err
	}
	var all []identity.Kept
	for _, o := range p.allOwners() {
		if o.Retain == nil {
			continue
		}
		kept, err := o.Retain(ctx, owner)
		if err != nil {
			return nil, fmt.Errorf("what %s keeps: %w", o.Name, err)
		}
		all = append(all, kept...)
	}
	return all, nil
}

// Delete deletes the owner's account: rows of all rooms in one transaction,
// then the keys, without which nothing that may be left can be read. It needs a
// fresh factor. A last letter goes to the e-mail.
func (p *Profile) Delete(ctx context.Context, owner string) error {
	actor, err := own(ctx, owner)
	if err != nil {
		return err
	}
	if err := needFresh(ctx, actor); err != nil {
		return err
	}
	if actor.IsStaff() {
		return ErrStaffAccount
	}
	farewell, letters, err := p.farewell(ctx, owner)
	if err != nil {
		return err
	}
	err = p.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := p.Audit.Write(ctx, tx, actor.Entry("profile.deleted", owner, "account:"+owner)); err != nil {
			return err
		}
		if err := p.Identity.EndSessions(ctx, tx, owner, ""); err != nil {
			return err
		}
		for _, o := range p.allOwners() {
			if err := o.Erase(ctx, tx, owner); err != nil {
				return fmt.Errorf("erase of %s: %w", o.Name, err)
			}
		}
		if err := p.Notify.Send(ctx, tx, letters); err != nil {
			return err
		}
		if err := p.Queue.EnqueueAt(ctx, tx, tx.Now().Add(farewellLife).Time(), eraseKeys{Owner: farewell}); err != nil {
			return err
		}
		return p.Queue.Enqueue(ctx, tx, eraseKeys{Owner: owner})
	})
	if err != nil {
		return err
	}
	// The job does it again: it stands even if the process dies here.
	return p.Sealer.Erase(ctx, owner)
}

// farewell seals the last letter under a key of its own, as the owner's goes.
func (p *Profile) farewell(ctx context.Context, owner string) (key string, letters *notify.Batch, err error) {
	a, err := p.Identity.Account(ctx, owner)
	if err != nil {
		return "", nil, err
	}
	key = id.New()
	if a.Email == "" {
		return key, &notify.Batch{}, nil
	}
	letters, err = p.Notify.Seal(ctx, notify.Letter{
		Channel: notify.Email, To: a.Email, Owner: key, Kind: "security",
		Subject: p.Texts.T(a.Lang, "profile.letter.deleted_subject"), Text: p.Texts.T(a.Lang, "profile.letter.deleted_text"),
		Expires: p.Clock.Now().Add(farewellLife),
	})
	return key, letters, err
}

// Export is what this room keeps of the owner: all versions of the person,
// level, checks, holdings, consents.
func (p *Profile) Export(ctx context.Context, owner string) (map[string]any, error) {
	c, err := p.Card(ctx, owner)
	if err != nil {
		return nil, gone(err)
	}
	versions, err := p.versions(ctx, owner)
	if err != nil {
		return nil, err
	}
	consents, err := p.Consents(ctx, owner)
	if err != nil {
		return nil, err
	}
	held, err := p.Holdings(ctx, owner)
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"holdings": exportHoldings(held.List), "person": c.Person, "versions": versions, "level": c.Level, "level_since": rfc(c.LevelAt),
		"checks": exportChecks(c.Checks), "consents": exportConsents(consents),
	}, nil
}

func (p *Profile) versions(ctx context.Context, owner string) ([]map[string]any, error) {
	rows, err := profiledb.New(p.DB.Reader()).Persons(ctx, owner)
	if err != nil {
		return nil, db.Classify(err)
	}
	key, err := p.Sealer.Key(ctx, owner, secret.Person)
	if err != nil {
		return nil, err
	}
	out := make([]map[string]any, len(rows))
	for i, row := range rows {
		person, err := openPerson(key, row)
		if err != nil {
			return nil, err
		}
		out[i] = map[string]any{"version": row.Version, "changed_at": rfc(row.ChangedAt), "person": person}
	}
	return out, nil
}

func exportChecks(checks []Check) []map[string]any {
	out := make([]map[string]any, len(checks))
	for i, c := range checks {
		out[i] = map[string]any{"registry": c.Registry, "state": c.State, "differs": c.Differs, "asked_at": rfc(c.AskedAt), "answered_at": rfc(c.AnsweredAt)}
	}
	return out
}

func exportHoldings(list []Holding) []map[string]any {
	out := make([]map[string]any, len(list))
	for i, h := range list {
		out[i] = map[string]any{
			"kind": h.Kind, "values": h.Values, "state": h.State, "differs": h.Differs, "changed_at": rfc(h.ChangedAt), "answered_at": rfc(h.AnsweredAt),
		}
	}
	return out
}

func exportConsents(consents []Consent) []map[string]any {
	out := make([]map[string]any, len(consents))
	for i, c := range consents {
		out[i] = map[string]any{
			"kind": c.Kind, "text_version": c.Version, "title": c.Title, "given_at": rfc(c.GivenAt),
			"withdrawn_at": rfc(c.WithdrawnAt), "ip": c.IP, "agent": c.Agent,
		}
	}
	return out
}

// rfc is an instant as RFC 3339, "" for none.
func rfc(t db.Time) string {
	if t == 0 {
		return ""
	}
	return t.Time().Format("2006-01-02T15:04:05Z07:00")
}

// Erase deletes the room's rows of the owner.
func (p *Profile) Erase(ctx context.Context, tx *db.Tx, owner string) error {
	return p.store.erase(ctx, tx, owner)
}

// Retain names the journal, which the law keeps.
func (p *Profile) Retain(ctx context.Context, _ string) ([]identity.Kept, error) {
	return []identity.Kept{{What: "profile.kept.journal"}}, nil
}
