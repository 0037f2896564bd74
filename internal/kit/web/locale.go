package web

import (
	"embed"
	"io/fs"
)

//go:embed locale/*.yaml
var localeFiles embed.FS

// Locale holds the texts of the kit.
func Locale() fs.FS {
	sub, _ := fs.Sub(localeFiles, "locale") // the folder is embedded
	return sub
}
