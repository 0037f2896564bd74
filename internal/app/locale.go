package app

import "embed"

//go:embed locale/*.yaml
var localeFiles embed.FS
