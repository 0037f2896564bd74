package ui

import "strings"

// Whole keeps a number or a masked contact on one line: no line breaks behind its
// spaces, hyphens and dots. An address that is written out stays as it is, should
// somebody copy it.
func Whole(s string) string {
	if strings.Contains(s, "@") {
		return strings.ReplaceAll(s, "…", "…\u2060")
	}
	return strings.NewReplacer(" ", "\u00a0", "-", "-\u2060", "…", "…\u2060").Replace(s)
}
