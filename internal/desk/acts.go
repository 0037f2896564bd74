package desk

import (
	"context"
	"strings"

	"okno/internal/kit/i18n"
)

// actWords says what an act of the journal means; one without words keeps its code.
func actWords(ctx context.Context, act string) string {
	return orCode(i18n.T(ctx, "desk.act."+strings.ReplaceAll(act, ".", "_")), act)
}

// partyName is what people call a party outside.
func partyName(ctx context.Context, name string) string {
	return orCode(i18n.T(ctx, "desk.party."+name), name)
}

// orCode is the code where there are no words: a missing text is its key in brackets.
func orCode(words, code string) string {
	if strings.HasPrefix(words, "[") {
		return code
	}
	return words
}
