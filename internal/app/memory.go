package app

import (
	"bytes"
	"fmt"
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
// and rules that are read by now, and the pages of the program itself that made
// them. The kernel reads a page of the program again when somebody comes to it;
// it is in its cache, a few microseconds away.
func giveBack() {
	debug.FreeOSMemory()
	program, err := os.Executable()
	if err != nil {
		return
	}
	maps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		return // there is none: everything stays as it is
	}
	for _, a := range programAreas(maps, program) {
		forget(a)
	}
}

// area is a range of addresses.
type area struct{ from, to uintptr }

// programAreas are where the program's file is mapped and nothing was ever
// written: not to be written now, and no page of it is the process's own.
// The form of the text is that of proc_pid_smaps(5).
func programAreas(smaps []byte, program string) []area {
	var all []area
	var at area
	mapped := false
	for line := range bytes.Lines(smaps) {
		f := bytes.Fields(line)
		switch {
		case len(f) >= 5 && !bytes.HasSuffix(f[0], []byte(":")):
			_, err := fmt.Sscanf(string(f[0]), "%x-%x", &at.from, &at.to)
			mapped = err == nil && len(f) == 6 && string(f[5]) == program && !bytes.ContainsRune(f[1], 'w')
		case mapped && len(f) == 3 && string(f[0]) == "Anonymous:" && string(f[1]) == "0":
			all = append(all, at)
		}
	}
	return all
}
