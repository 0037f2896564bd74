package pdf

import (
	"embed"
	"io/fs"
)

//go:embed locale/*.yaml
var localeFiles embed.FS

// Locale holds the package's texts.
func Locale() fs.FS {
	folder, _ := fs.Sub(localeFiles, "locale") // the folder is embedded
	return folder
}
