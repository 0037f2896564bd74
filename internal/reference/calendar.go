package reference

import (
	"maps"
	"math"
	"slices"
	"sync"
	"time"
)

// Calendar says which days are worked: a five-day week, the holidays of ст. 112
// ТК РФ and the year's transfers. A date is any time.Time of which only year, month
// and day count; what comes back is midnight UTC. A Calendar does not change; its
// methods are safe for use by many.
type Calendar struct {
	years map[int]calendarYear
	off   map[time.Time]bool // regional holidays

	counting sync.Once
	counted  int64    // the first day of sums, in days since 1970
	sums     []uint16 // working days up to and including each day from then on
}

// calendarYear is a year's file: what the Government moved.
type calendarYear struct {
	act        string
	unverified bool
	off        map[time.Time]bool // days off by transfer
	worked     map[time.Time]bool // weekend days worked by transfer
}

// WithDaysOff gives a calendar with more days off, such as a region's holidays
// (ст. 6 ТК РФ).
func (c *Calendar) WithDaysOff(days ...time.Time) *Calendar {
	off := make(map[time.Time]bool, len(c.off)+len(days))
	for day := range c.off {
		off[day] = true
	}
	for _, day := range days {
		off[midnight(day)] = true
	}
	return &Calendar{years: c.years, off: off}
}

// Verified reports whether the transfers of the year are known. Without them days
// are counted by the law alone, and a term over such a year should say so.
func (c *Calendar) Verified(year int) bool {
	y, ok := c.years[year]
	return ok && !y.unverified
}

// Act names the Government's act on the year's transfers, "" when it is not entered.
func (c *Calendar) Act(year int) string { return c.years[year].act }

// IsWorkingDay reports whether the date is worked.
func (c *Calendar) IsWorkingDay(date time.Time) bool {
	day := midnight(date)
	year := c.years[day.Year()]
	switch {
	case c.off[day] || year.off[day] || IsHoliday(day):
		return false
	case year.worked[day]:
		return true
	case isWeekend(day):
		return false
	}
	return !c.movedHere(day, year)
}

// movedHere applies ст. 112 ч. 2: a holiday on a weekend gives the next working day
// off, except those of January, and those which the Government placed elsewhere.
// day is a weekday and no holiday; the days right before it decide.
func (c *Calendar) movedHere(day time.Time, year calendarYear) bool {
	for before := day.AddDate(0, 0, -1); isWeekend(before) || IsHoliday(before) || year.off[before]; before = before.AddDate(0, 0, -1) {
		if isWeekend(before) && IsHoliday(before) && before.Month() != time.January && !year.worked[before] {
			return true
		}
	}
	return false
}

// AddWorkingDays gives the n-th working day after start (before it, when n < 0). The
// start itself is not counted (ст. 191 ГК РФ); n = 0 gives start, or the next working day.
func (c *Calendar) AddWorkingDays(start time.Time, n int) time.Time {
	day, step := midnight(start), 1
	if n == 0 {
		return c.NextWorkingDay(day)
	}
	if n < 0 {
		step, n = -1, -n
	}
	for n > 0 {
		day = day.AddDate(0, 0, step)
		if c.IsWorkingDay(day) {
			n--
		}
	}
	return day
}

// NextWorkingDay gives the date itself when it is worked, or the first one after it.
func (c *Calendar) NextWorkingDay(date time.Time) time.Time {
	day := midnight(date)
	for !c.IsWorkingDay(day) {
		day = day.AddDate(0, 0, 1)
	}
	return day
}

// WorkingDaysBetween counts the working days after from up to and including to, so
// that WorkingDaysBetween(d, AddWorkingDays(d, n)) == n. It is negative when to is earlier.
func (c *Calendar) WorkingDaysBetween(from, to time.Time) int {
	from, to = midnight(from), midnight(to)
	if to.Before(from) {
		return -c.WorkingDaysBetween(to, from)
	}
	if n, ok := c.between(dayNumber(from), dayNumber(to)); ok {
		return n
	}
	n := 0
	for day := from.AddDate(0, 0, 1); !day.After(to); day = day.AddDate(0, 0, 1) {
		if c.IsWorkingDay(day) {
			n++
		}
	}
	return n
}

// between counts by two look-ups where the days are near the years that are
// known: lists say of every row how many days are left, and walking there day by
// day was a tenth of such a page.
func (c *Calendar) between(from, to int64) (int, bool) {
	c.counting.Do(c.count)
	from, to = from-c.counted, to-c.counted
	if from < 0 || to >= int64(len(c.sums)) {
		return 0, false
	}
	return int(c.sums[to]) - int(c.sums[from]), true
}

// count sums up the known years, one before and two after them.
func (c *Calendar) count() {
	if len(c.years) == 0 {
		return
	}
	years := slices.Sorted(maps.Keys(c.years))
	day, end := newYear(years[0]-1), newYear(years[len(years)-1]+3)
	c.counted = dayNumber(day)
	n := uint16(0)
	for ; day.Before(end) && n < math.MaxUint16; day = day.AddDate(0, 0, 1) {
		if c.IsWorkingDay(day) {
			n++
		}
		c.sums = append(c.sums, n)
	}
}

func newYear(year int) time.Time { return time.Date(year, time.January, 1, 0, 0, 0, 0, time.UTC) }

// dayNumber counts days since 1970; day is midnight UTC.
func dayNumber(day time.Time) int64 { return day.Unix() / (24 * 60 * 60) }

// DeadlineWorking is the instant at which a term of n working days that started at
// the given instant ends: the end of its last day in the office's zone.
func (c *Calendar) DeadlineWorking(start time.Time, n int, office *time.Location) time.Time {
	return endOfDay(c.AddWorkingDays(start.In(office), n), office)
}

// DeadlineDays is the same for n calendar days; a last day that is not worked moves
// to the next working one (ст. 193 ГК РФ).
func (c *Calendar) DeadlineDays(start time.Time, n int, office *time.Location) time.Time {
	return endOfDay(c.NextWorkingDay(midnight(start.In(office)).AddDate(0, 0, n)), office)
}

// IsHoliday reports whether ст. 112 ч. 1 ТК РФ names the date.
func IsHoliday(date time.Time) bool {
	_, month, day := date.Date()
	switch month {
	case time.January:
		return day <= 8
	case time.February:
		return day == 23
	case time.March:
		return day == 8
	case time.May:
		return day == 1 || day == 9
	case time.June:
		return day == 12
	case time.November:
		return day == 4
	}
	return false
}

func isWeekend(day time.Time) bool {
	return day.Weekday() == time.Saturday || day.Weekday() == time.Sunday
}

func midnight(t time.Time) time.Time {
	year, month, day := t.Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// endOfDay is the first instant of the next day, less a microsecond: the smallest
// step that the database keeps.
func endOfDay(date time.Time, zone *time.Location) time.Time {
	year, month, day := date.Date()
	return time.Date(year, month, day+1, 0, 0, 0, 0, zone).Add(-time.Microsecond)
}
