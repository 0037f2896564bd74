package db

import (
	"strconv"
	"strings"
	"time"
)

// Time is an instant in microseconds since 1970 in UTC; 0 means none.
type Time int64

// At is the instant t; the zero time becomes 0.
func At(t time.Time) Time {
	if t.IsZero() {
		return 0
	}
	return Time(t.UnixMicro())
}

// Time is the instant as Go knows it, in UTC; 0 becomes the zero time.
func (t Time) Time() time.Time {
	if t == 0 {
		return time.Time{}
	}
	return time.UnixMicro(int64(t)).UTC()
}

// IsZero reports whether there is no instant.
func (t Time) IsZero() bool { return t == 0 }

// Add is the instant d later.
func (t Time) Add(d time.Duration) Time { return t + Time(d.Microseconds()) }

// Sub is the time from u to t.
func (t Time) Sub(u Time) time.Duration { return time.Duration(t-u) * time.Microsecond }

// Date is a day without a zone, YYYY-MM-DD; "" means none.
type Date string

// DateOf is the day of t in t's own zone.
func DateOf(t time.Time) Date { return Date(t.Format(time.DateOnly)) }

// In writes the list ($from,$from+1,…) of n placeholders for an IN clause; for
// none it writes (NULL), which matches nothing.
func In(from, n int) string {
	if n == 0 {
		return "(NULL)"
	}
	var b strings.Builder
	for i := range n {
		b.WriteString(",$")
		b.WriteString(strconv.Itoa(from + i))
	}
	return "(" + b.String()[1:] + ")"
}
