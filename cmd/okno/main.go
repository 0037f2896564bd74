// Command okno is the portal: one program that serves it, tries it out with a
// sandbox of the outside world, and looks after its data.
package main

import (
	"os"

	"okno/internal/app"
)

func main() { os.Exit(app.Main(os.Args[1:], os.Stdout, os.Stderr)) }
