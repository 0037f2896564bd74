package agency

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"okno/internal/identity"
	"okno/internal/kit/audit"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/secret"
	"okno/internal/kit/testkit"
)

func TestShippedAgencies(t *testing.T) {
	t.Parallel()
	all, err := Load(os.DirFS("../../services"))
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		for _, o := range a.Offices {
			if !o.Sample {
				t.Errorf("%s: an address that nobody has verified is not marked as a sample", o.Code)
			}
		}
		if _, ok := a.InRegion("99"); !ok {
			t.Errorf("%s has no office", a.Code)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	good := "- {code: aa, title: {ru: А, en: A}, full: {ru: А, en: A}, zone: Europe/Moscow}\n"
	if _, err := parse([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"twice":       good + good,
		"no zone":     strings.Replace(good, "Europe/Moscow", "Mars/Base", 1),
		"no english":  strings.Replace(good, "full: {ru: А, en: A}", "full: {ru: А}", 1),
		"code":        strings.Replace(good, "aa", "А_", 1),
		"unknown key": strings.Replace(good, "zone", "zones", 1),
		"region":      strings.Replace(good, "zone:", "offices: [{code: bb, region: '7', title: {ru: А, en: A}, address: {ru: А, en: A}}], zone:", 1),
	} {
		if _, err := parse([]byte(text)); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func FuzzParse(f *testing.F) {
	raw, err := os.ReadFile("../../services/" + File)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add([]byte("- code: aa\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		all, err := parse(raw)
		for _, a := range all {
			if err == nil && (a.Code == "" || a.Title.RU == "") {
				t.Fatalf("took an agency without a code or title")
			}
		}
	})
}

func TestStaff(t *testing.T) {
	t.Parallel()
	clk := clock.NewFake(testkit.Start)
	testkit.Each(t, testkit.Of(Migrations(), audit.Migrations(), secret.Migrations()), clk, func(t *testing.T, d *db.DB) {
		r := room(t, d)
		ctx := identity.AsSystem(context.Background())
		head := Member{Account: "anna", Agency: "mvd", Role: identity.Head}
		for range 2 {
			must(t, d.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return r.AddStaff(ctx, tx, head) }))
		}
		roles, err := r.RolesOf(ctx, "anna")
		must(t, err)
		if diff := cmp.Diff([]identity.Role{{Name: identity.Head, Agency: "mvd"}}, roles); diff != "" {
			t.Error(diff)
		}
		lines, err := r.audit.Find(ctx, audit.Filter{Owner: "anna"})
		must(t, err)
		if len(lines) != 1 {
			t.Errorf("%d lines in the journal, want one", len(lines))
		}
		asHead := identity.WithActor(ctx, identity.Actor{ID: "anna", Roles: roles})
		members, err := r.Members(asHead, "mvd")
		must(t, err)
		if diff := cmp.Diff([]Member{head}, members); diff != "" {
			t.Error(diff)
		}
		if _, err := r.Members(asHead, "fns"); !errors.Is(err, identity.ErrForbidden) {
			t.Errorf("a head reads another agency: %v", err)
		}
		must(t, d.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return r.RemoveStaff(ctx, tx, head) }))
		if roles, _ = r.RolesOf(ctx, "anna"); len(roles) != 0 {
			t.Errorf("left: %v", roles)
		}
	})
}

func TestStaffRefused(t *testing.T) {
	t.Parallel()
	d := testkit.Open(t, db.SQLite, testkit.Of(Migrations(), audit.Migrations(), secret.Migrations()), clock.NewFake(testkit.Start))
	r := room(t, d)
	system := identity.AsSystem(context.Background())
	for name, c := range map[string]struct {
		ctx  context.Context
		m    Member
		want error
	}{
		"nobody":         {context.Background(), Member{Account: "x", Role: identity.Auditor}, identity.ErrForbidden},
		"head":           {identity.WithActor(system, identity.Actor{ID: "h", Roles: []identity.Role{{Name: identity.Head}}}), Member{Account: "x", Role: identity.Auditor}, identity.ErrForbidden},
		"unknown agency": {system, Member{Account: "x", Agency: "nasa", Role: identity.Officer}, ErrUnknown},
		"foreign office": {system, Member{Account: "x", Agency: "mvd", Office: "mfc-77-1", Role: identity.Officer}, ErrUnknown},
		"without agency": {system, Member{Account: "x", Role: identity.Officer}, ErrRole},
		"without office": {system, Member{Account: "x", Agency: "mfc", Role: identity.MFCOperator}, ErrRole},
		"no such role":   {system, Member{Account: "x", Role: "king"}, ErrRole},
	} {
		err := d.Write(c.ctx, func(ctx context.Context, tx *db.Tx) error { return r.AddStaff(ctx, tx, c.m) })
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestErase(t *testing.T) {
	t.Parallel()
	d := testkit.Open(t, db.SQLite, testkit.Of(Migrations(), audit.Migrations(), secret.Migrations()), clock.NewFake(testkit.Start))
	r := room(t, d)
	ctx := identity.AsSystem(context.Background())
	must(t, d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return r.AddStaff(ctx, tx, Member{Account: "anna", Role: identity.Auditor})
	}))
	got, err := r.Export(ctx, "anna")
	must(t, err)
	if got["roles"] == nil {
		t.Error("no roles in the export")
	}
	must(t, d.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return r.Erase(ctx, tx, "anna") }))
	if got, _ = r.Export(ctx, "anna"); got != nil {
		t.Errorf("left: %v", got)
	}
}

func room(t *testing.T, d *db.DB) *Room {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keys.json")
	must(t, secret.CreateKeyset(path, testkit.Start))
	keyset, err := secret.OpenKeyset(context.Background(), secret.File(path))
	must(t, err)
	journal, err := audit.New(context.Background(), d, secret.NewSealer(keyset, d))
	must(t, err)
	raw, err := os.ReadFile("../../services/" + File)
	must(t, err)
	r, err := New(Deps{DB: d, Audit: journal, Services: fstest.MapFS{File: {Data: raw}}, Keyset: keyset})
	must(t, err)
	return r
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
