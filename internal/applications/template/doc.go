// Package template keeps answers under a name, so that an application which is
// needed again and again is begun from them. A template belongs to one person
// and is sealed under that person's key; it holds no files, no consents and
// nothing that the profile knows anyway.
//
// A template is made of a draft or of an application that was sent, and never
// sends anything itself: draft.Sow begins a draft from it, for the version of the
// service that is offered then.
package template
