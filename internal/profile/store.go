package profile

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"okno/internal/kit/db"
	"okno/internal/kit/secret"
	"okno/internal/profile/profiledb"
)

// store reads and writes the citizens' tables.
type store struct{ db *db.DB }

// state is where a citizen stands.
type state struct {
	Owner        string
	Version      int64 // of the person
	Level        Level
	LevelAt      db.Time
	LevelVersion int64
	OfficeAt     db.Time
	OfficeBy     string
	OfficeCode   string
	CheckID      string
	ToldCheck    string
	Consented    bool
	ChangedAt    db.Time
}

func stateOf(row profiledb.ProfileState) state {
	return state{
		Owner: row.OwnerID, Version: row.Version, Level: Level(row.Level), LevelAt: row.LevelAt, LevelVersion: row.LevelVersion,
		OfficeAt: row.OfficeAt, OfficeBy: row.OfficeBy, OfficeCode: row.OfficeCode,
		CheckID: row.CheckID, ToldCheck: row.ToldCheck, Consented: row.Consented, ChangedAt: row.ChangedAt,
	}
}

// state gives ErrNoProfile where there is none.
func (s store) state(ctx context.Context, q db.Q, owner string) (state, error) {
	row, err := profiledb.New(q).State(ctx, owner)
	if db.IsNone(err) {
		return state{}, ErrNoProfile
	}
	if err != nil {
		return state{}, db.Classify(err)
	}
	return stateOf(row), nil
}

func personPlace(version int64) secret.Place {
	return secret.At("profile_persons", "person_sealed", fmt.Sprint(version))
}

func sealPerson(key *secret.DataKey, version int64, p Person) ([]byte, error) {
	raw, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	return key.Seal(personPlace(version), raw), nil
}

func openPerson(key *secret.DataKey, row profiledb.ProfilePerson) (Person, error) {
	var p Person
	raw, err := key.Open(personPlace(row.Version), row.PersonSealed)
	if err != nil {
		return p, err
	}
	return p, json.Unmarshal(raw, &p)
}

// person is the current person; at a version above 0 that one.
func (s store) person(ctx context.Context, q db.Q, owner string, version int64) (profiledb.ProfilePerson, error) {
	var row profiledb.ProfilePerson
	var err error
	if version > 0 {
		row, err = profiledb.New(q).PersonAt(ctx, profiledb.PersonAtParams{OwnerID: owner, Version: version})
	} else {
		row, err = profiledb.New(q).Person(ctx, owner)
	}
	if db.IsNone(err) {
		return row, ErrNoProfile
	}
	return row, db.Classify(err)
}

func (s store) checks(ctx context.Context, q db.Q, owner string) ([]Check, error) {
	rows, err := profiledb.New(q).Checks(ctx, owner)
	if err != nil {
		return nil, db.Classify(err)
	}
	var checks []Check
	for _, row := range rows {
		checks = append(checks, checkRow(row))
	}
	return checks, nil
}

func checkRow(row profiledb.ProfileCheck) Check {
	c := Check{
		Registry: Registry(row.Registry), ID: row.CheckID, Version: row.Version, State: CheckState(row.State),
		AskedAt: row.AskedAt, AnsweredAt: row.AnsweredAt,
	}
	if row.Differs != "" {
		c.Differs = strings.Split(row.Differs, ",")
	}
	return c
}

// card is the state with its person and the checks, as of one instant.
func (s store) card(ctx context.Context, owner string) (st state, person profiledb.ProfilePerson, checks []Check, err error) {
	rows, err := profiledb.New(s.db.Reader()).CardRows(ctx, owner)
	if err != nil {
		return st, person, nil, db.Classify(err)
	}
	if len(rows) == 0 {
		return st, person, nil, ErrNoProfile
	}
	r := rows[0]
	st = stateOf(profiledb.ProfileState{
		OwnerID: r.OwnerID, Version: r.Version, Level: r.Level, LevelAt: r.LevelAt, LevelVersion: r.LevelVersion,
		OfficeAt: r.OfficeAt, OfficeBy: r.OfficeBy, OfficeCode: r.OfficeCode, CheckID: r.CheckID, ToldCheck: r.ToldCheck,
		Consented: r.Consented, ChangedAt: r.ChangedAt,
	})
	person = profiledb.ProfilePerson{
		OwnerID: r.OwnerID, Version: r.Version, ChangedAt: r.PersonAt, ChangedBy: r.ChangedBy, PersonSealed: r.PersonSealed,
	}
	for _, r := range rows {
		if r.Registry != "" {
			checks = append(checks, checkRow(profiledb.ProfileCheck{
				OwnerID: r.OwnerID, Registry: r.Registry, CheckID: r.AskedID, Version: r.AskedVersion, State: r.AskedState,
				Differs: r.Differs, AskedAt: db.Time(r.AskedAt), AnsweredAt: db.Time(r.AnsweredAt),
			}))
		}
	}
	return st, person, checks, nil
}

// start writes the first rows of a citizen.
func (s store) start(ctx context.Context, tx *db.Tx, owner, by string, sealed []byte) error {
	q := profiledb.New(tx)
	if err := q.AddState(ctx, profiledb.AddStateParams{
		OwnerID: owner, Level: string(Simplified), LevelAt: tx.Now(), Consented: true, ChangedAt: tx.Now(),
	}); err != nil {
		return err
	}
	return q.AddPerson(ctx, profiledb.AddPersonParams{OwnerID: owner, Version: 1, ChangedAt: tx.Now(), ChangedBy: by, PersonSealed: sealed})
}

// move writes the next version of the person; ErrConflict when st is not the
// current state any more.
func (s store) move(ctx context.Context, tx *db.Tx, st state, by string, sealed []byte) error {
	q := profiledb.New(tx)
	n, err := q.MoveVersion(ctx, profiledb.MoveVersionParams{
		OwnerID: st.Owner, Version: st.Version, CheckID: st.CheckID,
		OfficeAt: st.OfficeAt, OfficeBy: st.OfficeBy, OfficeCode: st.OfficeCode, ChangedAt: tx.Now(),
	})
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrConflict
	}
	return q.AddPerson(ctx, profiledb.AddPersonParams{
		OwnerID: st.Owner, Version: st.Version + 1, ChangedAt: tx.Now(), ChangedBy: by, PersonSealed: sealed,
	})
}

func (s store) putChecks(ctx context.Context, tx *db.Tx, owner, check string, version int64, ask []Registry) error {
	for _, r := range ask {
		if err := profiledb.New(tx).PutCheck(ctx, profiledb.PutCheckParams{
			OwnerID: owner, Registry: string(r), CheckID: check, Version: version, AskedAt: tx.Now(),
		}); err != nil {
			return err
		}
	}
	return nil
}

func (s store) answer(ctx context.Context, tx *db.Tx, owner string, c Check) (bool, error) {
	n, err := profiledb.New(tx).AnswerCheck(ctx, profiledb.AnswerCheckParams{
		OwnerID: owner, Registry: string(c.Registry), CheckID: c.ID,
		State: string(c.State), Differs: strings.Join(c.Differs, ","), AnsweredAt: tx.Now(),
	})
	return n > 0, err
}

// claim makes the owner the only one with this confirmed СНИЛС; false when it
// is somebody else's. indexes are those under every living key, the first is written.
func (s store) claim(ctx context.Context, tx *db.Tx, owner string, indexes [][]byte) (bool, error) {
	q := profiledb.New(tx)
	for _, index := range indexes {
		standing, err := q.SNILSOwner(ctx, index)
		if err == nil && standing != owner {
			return false, nil
		}
		if err != nil && !db.IsNone(err) {
			return false, err
		}
	}
	if err := q.ReleaseSNILS(ctx, owner); err != nil {
		return false, err
	}
	if err := q.ClaimSNILS(ctx, profiledb.ClaimSNILSParams{SnilsIndex: indexes[0], OwnerID: owner}); err != nil {
		return false, err
	}
	// Two may claim at once on PostgreSQL; one of them reads the other here or is repeated.
	standing, err := q.SNILSOwner(ctx, indexes[0])
	return standing == owner, err
}

// find purposes of the directory.
const (
	findSNILS     = "snils"
	findNameBirth = "name_birth"
)

func (s store) setFinds(ctx context.Context, tx *db.Tx, owner string, finds map[string][]byte) error {
	q := profiledb.New(tx)
	if err := q.DeleteFinds(ctx, owner); err != nil {
		return err
	}
	for purpose, index := range finds {
		if err := q.AddFind(ctx, profiledb.AddFindParams{Purpose: purpose, ValueIndex: index, OwnerID: owner}); err != nil {
			return err
		}
	}
	return nil
}

func (s store) find(ctx context.Context, purpose string, indexes [][]byte) ([]string, error) {
	var owners []string
	for _, index := range indexes {
		found, err := profiledb.New(s.db.Reader()).Find(ctx, profiledb.FindParams{Purpose: purpose, ValueIndex: index})
		if err != nil {
			return nil, db.Classify(err)
		}
		owners = append(owners, found...)
	}
	return owners, nil
}

func (s store) erase(ctx context.Context, tx *db.Tx, owner string) error {
	q := profiledb.New(tx)
	for _, del := range []func(context.Context, string) error{
		q.DeletePersons, q.DeleteChecks, q.DeleteConsents, q.DeleteFinds, q.ReleaseSNILS, q.DeleteState, q.DeleteRegistrationsOf,
		q.DeleteHoldings, q.DeleteHoldingChecks,
	} {
		if err := del(ctx, owner); err != nil {
			return err
		}
	}
	return nil
}

// persons are the current persons of many owners, for lists.
func (s store) persons(ctx context.Context, owners []string) ([]profiledb.ProfilePerson, error) {
	args := make([]any, len(owners))
	for i, o := range owners {
		args[i] = o
	}
	rows, err := s.db.Reader().QueryContext(ctx, `SELECT p.owner_id, p.version, p.person_sealed
		FROM profile_persons AS p JOIN profile_states AS s ON s.owner_id = p.owner_id AND s.version = p.version
		WHERE p.owner_id IN `+db.In(1, len(owners)), args...)
	if err != nil {
		return nil, db.Classify(err)
	}
	defer func() { _ = rows.Close() }()
	var out []profiledb.ProfilePerson
	for rows.Next() {
		var row profiledb.ProfilePerson
		if err := rows.Scan(&row.OwnerID, &row.Version, &row.PersonSealed); err != nil {
			return nil, err
		}
		out = append(out, row)
	}
	return out, db.Classify(rows.Err())
}

// indexedBefore are owners with a blind index of a version before current.
func (s store) indexedBefore(ctx context.Context, current []byte, limit int) ([]string, error) {
	q := profiledb.New(s.db.Reader())
	owners, err := q.OldFinds(ctx, profiledb.OldFindsParams{ValueIndex: current, Limit: int32(limit)})
	if err != nil || len(owners) > 0 {
		return owners, db.Classify(err)
	}
	owners, err = q.OldClaims(ctx, profiledb.OldClaimsParams{SnilsIndex: current, Limit: int32(limit)})
	return owners, db.Classify(err)
}

func (s store) hasClaim(ctx context.Context, tx *db.Tx, owner string) (bool, error) {
	claims, err := profiledb.New(tx).ClaimsOf(ctx, owner)
	return len(claims) > 0, err
}
