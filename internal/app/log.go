package app

import (
	"io"
	"log/slog"
)

// newLog writes JSON lines for machines, or text for people in the demo. What
// is logged is ids and kinds; personal data have no place in it.
func newLog(w io.Writer, text bool) *slog.Logger {
	o := &slog.HandlerOptions{Level: slog.LevelInfo}
	if text {
		o.Level = slog.LevelWarn
		return slog.New(slog.NewTextHandler(w, o))
	}
	return slog.New(slog.NewJSONHandler(w, o))
}
