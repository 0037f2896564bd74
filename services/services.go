// Package services embeds the catalogue that ships with the portal: one folder a
// service with its golden cases, dictionaries/ with the lists to choose from, catalogue.yaml with the codes of categories, life events and
// audiences, and agencies.yaml. It holds data only; package catalog reads it, and
// docs/services/language.md tells how to write it.
package services

import "embed"

// FS are the files of the catalogue, paths as in this folder.
//
//go:embed *.yaml */*.yaml
var FS embed.FS
