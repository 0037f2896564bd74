// Package reference holds what the country has agreed on and every other room
// needs: how an identifier is written and checked, which days are worked, the
// regions and their time zones.
//
// Its nouns:
//
//	identifier   ParseX takes what a person typed and gives the one canonical
//	             form, or an *errs.Error of kind Invalid that says how to mend it;
//	             FormatX gives the form to show
//	calendar     working days of the Russian production calendar and legal terms
//	region       code, names, ОКАТО, time zone
//
// All of it is pure: no database, no clock, no network. Load reads the embedded
// data once at start; whoever needs it is handed the *Reference.
//
// It does not know people, offices or their opening hours, and a check digit that
// agrees does not mean that the document exists: registries answer that.
package reference
