package desk

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"okno/internal/applications/cases"
	"okno/internal/identity"
	"okno/internal/kit/errs"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
)

// bulkMost is how many cases one press may move.
const bulkMost = 100

// picked is a case that was ticked, as it was shown.
type picked struct {
	Number  string
	Version int64
}

// pickedFrom reads "number:version"; what is no number is left out.
func pickedFrom(values []string) []picked {
	var all []picked
	for _, v := range values {
		typed, version, _ := strings.Cut(v, ":")
		number, ok := id.ParseNumber(typed)
		n, err := strconv.ParseInt(version, 10, 64)
		if ok && err == nil && n > 0 && !slices.ContainsFunc(all, func(p picked) bool { return p.Number == number }) {
			all = append(all, picked{number, n})
		}
	}
	return all
}

// moved is what became of one of the cases; Fault is "" when all is well.
type moved struct{ Number, Fault string }

// bulk does one thing with many cases, each on its own: some may be done where
// others are refused, because a colleague was faster. Errors: ErrNothing, ErrMany.
func (r *Room) bulk(ctx context.Context, all []picked, do func(d cases.Deal) error, key string) ([]moved, error) {
	if _, err := decides(ctx); err != nil {
		return nil, err
	}
	switch {
	case len(all) == 0:
		return nil, ErrNothing
	case len(all) > bulkMost:
		return nil, ErrMany
	}
	out := make([]moved, len(all))
	for i, p := range all {
		out[i].Number = p.Number
		err := do(cases.Deal{Number: p.Number, Version: p.Version, Key: key})
		if err == nil {
			continue
		}
		e, ok := errs.As(err)
		if !ok || e.Kind == errs.Unavailable || e.Kind == errs.Internal {
			return nil, err
		}
		out[i].Fault = i18n.T(ctx, e.Key, e.Args...)
	}
	return out, nil
}

// takeAll takes cases into work.
func (r *Room) takeAll(ctx context.Context, all []picked, key string) ([]moved, error) {
	return r.bulk(ctx, all, func(d cases.Deal) error { return r.Cases.Take(ctx, d) }, key)
}

// assignAll gives cases to a colleague; heads only.
func (r *Room) assignAll(ctx context.Context, all []picked, to, key string) ([]moved, error) {
	if !identity.ActorOf(ctx).Has(identity.Head) {
		return nil, identity.ErrForbidden
	}
	return r.bulk(ctx, all, func(d cases.Deal) error { return r.Cases.Assign(ctx, d, to) }, key)
}

// failed counts what was refused.
func failed(all []moved) int {
	n := 0
	for _, m := range all {
		if m.Fault != "" {
			n++
		}
	}
	return n
}
