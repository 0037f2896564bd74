package app

import (
	"os"
	"runtime/debug"
)

// heapGrowth is how much garbage, in percent of what lives, is waited for. Pages
// make much garbage and little of it lives: at Go's own 100 collecting was a
// fifth of a page's time. A GOGC in the environment wins.
const heapGrowth = 250

func spareCollector() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(heapGrowth)
	}
}

// giveBack returns what only the start needed: the garbage of templates, texts
// and rules that are read by now.
func giveBack() { debug.FreeOSMemory() }
