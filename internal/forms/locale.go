package forms

import (
	"embed"
	"io/fs"
)

//go:embed locale/ru.yaml locale/en.yaml
var localeFiles embed.FS

// Locale is the folder with the room's texts, for kit/i18n.
func Locale() fs.FS {
	// Sub fails for malformed names only.
	sub, _ := fs.Sub(localeFiles, "locale")
	return sub
}
