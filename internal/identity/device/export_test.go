package device

import "okno/internal/kit/db"

// What tests look at from outside.

// Next is where a deed leads.
func Next(from State, d string) (State, bool) { return after(from, deed(d)) }

// PathRead is pathRead.
func PathRead(text, base string) (string, bool) { return pathRead(text, base) }

// ParseCode reports whether it is a code's shape.
func ParseCode(s string) bool {
	_, ok := parseCode(s)
	return ok
}

// CodeAt writes a code by a prover of the test's.
func CodeAt(ask string, created, now db.Time, prove func(string) [][]byte) (string, error) {
	return codeOf(ask, created, now, prove)
}

// Good reports whether the code is of that ask, proven, and of that moment.
func Good(code, ask string, created, now db.Time, prove func(string) [][]byte) bool {
	c, ok := parseCode(code)
	return ok && c.ask == ask && c.proven(prove) && c.current(created, now)
}
