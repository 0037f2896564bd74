// Command build makes web/dist from web/src: one style sheet, one script with its
// chunks, the service worker, fonts and icons. It needs web/node_modules (npm ci in web/); its result is
// committed, so that building Okno needs Go alone. It runs from the root of the
// repository: go run ./web/build.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/evanw/esbuild/pkg/api"
)

const (
	modules = "web/node_modules"
	source  = "web/src"
	dist    = "web/dist"
)

func main() {
	if err := build(); err != nil {
		fmt.Fprintln(os.Stderr, "web/build:", err)
		os.Exit(1)
	}
}

func build() error {
	if _, err := os.Stat(modules); err != nil {
		return fmt.Errorf("%s is missing, run npm ci in web/: %w", modules, err)
	}
	if err := os.RemoveAll(dist); err != nil {
		return err
	}
	if err := os.MkdirAll(dist, 0o755); err != nil {
		return err
	}
	return errors.Join(styles(), scripts(), icons(), copies())
}

// styles compiles with Dart Sass and shrinks with esbuild, for the browsers that
// run the scripts too.
func styles() error {
	sass := exec.Command("node", modules+"/sass/sass.js", "--no-source-map", "--style=expanded",
		"--quiet-deps", "--load-path="+modules, source+"/okno.scss")
	sass.Stderr = os.Stderr
	css, err := sass.Output()
	if err != nil {
		return fmt.Errorf("sass: %w", err)
	}
	result := api.Transform(string(css), api.TransformOptions{
		Loader: api.LoaderCSS, MinifyWhitespace: true, MinifySyntax: true,
		Target: api.ES2020, LegalComments: api.LegalCommentsNone,
	})
	if err := failed(result.Errors); err != nil {
		return err
	}
	return os.WriteFile(dist+"/okno.css", result.Code, 0o644)
}

func scripts() error {
	result := api.Build(api.BuildOptions{
		// scan.js and its reader are only for the page of the camera, sw.js is the
		// service worker: none of them is a part of what every page loads.
		EntryPoints: []string{source + "/okno.js", source + "/scan.js", source + "/reader.js", source + "/sw.js"}, Outdir: dist, Bundle: true,
		Format: api.FormatESModule, Target: api.ES2020, Write: true, NodePaths: []string{modules},
		MinifyWhitespace: true, MinifySyntax: true, MinifyIdentifiers: true,
		LegalComments: api.LegalCommentsNone, Charset: api.CharsetUTF8,
	})
	return failed(result.Errors)
}

func failed(messages []api.Message) error {
	if len(messages) == 0 {
		return nil
	}
	return fmt.Errorf("esbuild: %s", messages[0].Text)
}

// copies brings what is served as it is: fonts by the names that the style sheet
// uses, the icon, and the licences of what is bundled.
func copies() error {
	files := map[string]string{
		source + "/favicon.svg":                     "favicon.svg",
		modules + "/@fontsource/golos-text/LICENSE": "golos-text-LICENSE.txt",
		source + "/govuk-frontend-LICENSE.txt":      "govuk-frontend-LICENSE.txt",
		modules + "/jsqr/LICENSE":                   "jsqr-LICENSE.txt",
	}
	for _, set := range []string{"cyrillic", "latin"} {
		for _, weight := range []string{"400", "600"} {
			from := fmt.Sprintf("%s/@fontsource/golos-text/files/golos-text-%s-%s-normal.woff2", modules, set, weight)
			files[from] = fmt.Sprintf("golos-%s-%s.woff2", set, weight)
		}
	}
	var faults []error
	for from, to := range files {
		data, err := os.ReadFile(from)
		if err == nil {
			err = os.WriteFile(filepath.Join(dist, to), data, 0o644)
		}
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}
