// Package bulk sends many applications at once: a table (CSV, XLSX) or a list by
// the API, a row an application. Each row is checked by the same engine as a
// draft; nothing is sent before the person has seen the report and confirmed it.
//
// Its nouns:
//
//	Batch  a table that was handed in, with its report
//	Row    one application of it: good, bad, sent, or sent before
//	Key    what makes a row the same row again: the same key gives no second application
//
// A batch's life:
//
//	checked → running → done
//	             └── stopped → running
//
// Good rows are sent by jobs in chunks, each row in a transaction of its own with
// its mark, so that a process may die at any time. What a person hands in is
// sealed under the person's key.
package bulk
