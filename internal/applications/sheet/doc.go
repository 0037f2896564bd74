// Package sheet reads and writes tables of applications: a row an application, a
// column a box of the form. It reads CSV (UTF-8 and Windows-1251) and XLSX that
// people send, refuses what a table of answers has no need of (formulas, macros,
// merged cells, archives that grow without end), and names the cell.
package sheet
