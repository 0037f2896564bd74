package draft

import (
	"context"

	"okno/internal/forms"
)

// reasonTitle is what was decided: «Пошлина: 2 000 ₽».
func reasonTitle(ctx context.Context, x forms.Reason) string {
	switch x.About {
	case forms.AboutFee:
		return say(ctx, "applications.draft.why.named", "What", say(ctx, "applications.draft.check.fee"), "Outcome", x.Outcome)
	case forms.AboutDeadline:
		return say(ctx, "applications.draft.why.named", "What", say(ctx, "applications.draft.check.term"), "Outcome", x.Outcome)
	case forms.AboutRight:
		return say(ctx, "applications.draft.why.named", "What", say(ctx, "applications.draft.why.right"), "Outcome", x.Outcome)
	}
	return x.Outcome
}

// usedText is an answer that counts, with how it was reckoned and who knows it.
func usedText(ctx context.Context, u forms.Used) string {
	text := say(ctx, "applications.draft.why.named", "What", u.Label, "Outcome", u.Value)
	if u.How != "" {
		text += " = " + u.How
	}
	if u.Origin != "" {
		text += " (" + u.Origin + ")"
	}
	return text
}
