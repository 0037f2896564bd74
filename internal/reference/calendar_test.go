package reference

import (
	"strings"
	"testing"
	"testing/quick"
	"time"

	"github.com/google/go-cmp/cmp"
)

func load(t *testing.T) *Reference {
	t.Helper()
	r, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func day(t *testing.T, s string) time.Time {
	t.Helper()
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestDaysOff holds the weekdays off and the weekend days worked against the
// published production calendars.
func TestDaysOff(t *testing.T) {
	t.Parallel()
	cal := load(t).Calendar()
	cases := []struct {
		year, working int
		weekdaysOff   []string
		weekendWorked []string
	}{
		{2025, 247, []string{
			"01-01", "01-02", "01-03", "01-06", "01-07", "01-08", "05-01", "05-02", "05-08", "05-09",
			"06-12", "06-13", "11-03", "11-04", "12-31",
		}, []string{"11-01"}},
		{2026, 247, []string{
			"01-01", "01-02", "01-05", "01-06", "01-07", "01-08", "01-09", "02-23", "03-09", "05-01",
			"05-11", "06-12", "11-04", "12-31",
		}, nil},
		{2027, 249, []string{
			"01-01", "01-04", "01-05", "01-06", "01-07", "01-08", "02-23", "03-08", "05-03", "05-10",
			"06-14", "11-04",
		}, nil},
	}
	for _, c := range cases {
		working := 0
		var off, worked []string
		for d := time.Date(c.year, 1, 1, 0, 0, 0, 0, time.UTC); d.Year() == c.year; d = d.AddDate(0, 0, 1) {
			switch {
			case cal.IsWorkingDay(d) && isWeekend(d):
				worked = append(worked, d.Format("01-02"))
			case !cal.IsWorkingDay(d) && !isWeekend(d):
				off = append(off, d.Format("01-02"))
			}
			if cal.IsWorkingDay(d) {
				working++
			}
		}
		if diff := cmp.Diff(c.weekdaysOff, off); diff != "" {
			t.Errorf("%d weekdays off: %s", c.year, diff)
		}
		if diff := cmp.Diff(c.weekendWorked, worked); diff != "" {
			t.Errorf("%d weekends worked: %s", c.year, diff)
		}
		if working != c.working {
			t.Errorf("%d: %d working days, want %d", c.year, working, c.working)
		}
	}
}

func TestAddWorkingDays(t *testing.T) {
	t.Parallel()
	cal := load(t).Calendar()
	cases := []struct {
		start string
		n     int
		want  string
	}{
		{"2026-11-20", 1, "2026-11-23"},
		{"2026-11-21", 0, "2026-11-23"},
		{"2026-11-20", 0, "2026-11-20"},
		{"2025-12-30", 1, "2026-01-12"},
		{"2025-10-31", 1, "2025-11-01"},
		{"2026-05-08", 1, "2026-05-12"},
		{"2026-05-12", -1, "2026-05-08"},
		{"2026-12-30", 1, "2027-01-11"},
	}
	for _, c := range cases {
		if got := cal.AddWorkingDays(day(t, c.start), c.n).Format(time.DateOnly); got != c.want {
			t.Errorf("%s %+d: %s, want %s", c.start, c.n, got, c.want)
		}
	}
}

func TestWorkingDaysAreCountedAsTheyAreWalked(t *testing.T) {
	t.Parallel()
	cal := load(t).Calendar()
	for from := day(t, "2023-11-20"); from.Year() < 2031; from = from.AddDate(0, 0, 17) {
		walked := 0
		for n := range 60 {
			to := from.AddDate(0, 0, n)
			if n > 0 && cal.IsWorkingDay(to) {
				walked++
			}
			if got := cal.WorkingDaysBetween(from, to); got != walked {
				t.Fatalf("%s to %s: %d, want %d", from.Format(time.DateOnly), to.Format(time.DateOnly), got, walked)
			}
		}
	}
}

func TestWorkingDaysBetweenUndoesAdd(t *testing.T) {
	t.Parallel()
	cal := load(t).Calendar()
	property := func(offset uint16, n int8) bool {
		start := cal.NextWorkingDay(time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(offset)%1095))
		return cal.WorkingDaysBetween(start, cal.AddWorkingDays(start, int(n))) == int(n)
	}
	if err := quick.Check(property, nil); err != nil {
		t.Error(err)
	}
}

func TestDeadlineEndsInOfficeZone(t *testing.T) {
	t.Parallel()
	r := load(t)
	registered := time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC) // already Saturday in Kamchatka
	cases := []struct {
		region, want string
		n            int
		calendarDays bool
	}{
		{"39", "2026-11-23T21:59:59.999999Z", 1, false},
		{"41", "2026-11-23T11:59:59.999999Z", 1, false},
		{"77", "2026-12-21T20:59:59.999999Z", 30, true}, // 20 December is a Sunday
	}
	for _, c := range cases {
		got := r.Calendar().DeadlineWorking(registered, c.n, r.Zone(c.region))
		if c.calendarDays {
			got = r.Calendar().DeadlineDays(registered, c.n, r.Zone(c.region))
		}
		if s := got.UTC().Format(time.RFC3339Nano); s != c.want {
			t.Errorf("%s %d: %s, want %s", c.region, c.n, s, c.want)
		}
	}
}

func TestWithDaysOff(t *testing.T) {
	t.Parallel()
	federal := load(t).Calendar()
	sabantuy := day(t, "2026-08-06")
	regional := federal.WithDaysOff(sabantuy)
	if !federal.IsWorkingDay(sabantuy) || regional.IsWorkingDay(sabantuy) {
		t.Error("a region's holiday belongs to its calendar alone")
	}
	if !federal.Verified(2026) || federal.Verified(2027) || federal.Verified(2050) {
		t.Error("only years with the Government's act are verified")
	}
	if !strings.Contains(federal.Act(2026), "1466") || federal.Act(2027) != "" {
		t.Error("the act is named where it is known")
	}
}

func TestRegions(t *testing.T) {
	t.Parallel()
	r := load(t)
	regions := r.Regions()
	if len(regions) != 90 {
		t.Errorf("%d regions, want 89 subjects and Baikonur", len(regions))
	}
	okato := map[string]string{}
	for i, region := range regions {
		if i > 0 && regions[i-1].Code >= region.Code {
			t.Errorf("%s out of order", region.Code)
		}
		if okato[region.OKATO] != "" || region.NameRu == "" || region.NameEn == "" {
			t.Errorf("%+v: ОКАТО also of %q, or a name missing", region, okato[region.OKATO])
		}
		okato[region.OKATO] = region.Code
	}
	tatarstan, ok := r.Region("16")
	if !ok || tatarstan.Name("ru") != "Республика Татарстан" || tatarstan.Name("en") != "Republic of Tatarstan" {
		t.Errorf("16: %+v", tatarstan)
	}
	if _, ok := r.Region("00"); ok || r.Zone("00").String() != "Europe/Moscow" {
		t.Error("an unknown region has Moscow's zone")
	}
}

func FuzzParseYear(f *testing.F) {
	f.Add([]byte("year: 2026\ntransfers:\n  - {from: \"2026-01-03\", to: \"2026-01-09\"}\n"))
	f.Fuzz(func(_ *testing.T, raw []byte) { _, _, _ = parseYear(raw) })
}
