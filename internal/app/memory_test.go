package app

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestProgramAreas(t *testing.T) {
	t.Parallel()
	const smaps = `00400000-02004000 r-xp 00000000 08:01 77 /bin/okno
Size:              28688 kB
Anonymous:             0 kB
VmFlags: rd ex mr mw me
02004000-04172000 r--p 01c04000 08:01 77 /bin/okno
Anonymous:             8 kB
04172000-044d6000 rw-p 03d72000 08:01 77 /bin/okno
Anonymous:             0 kB
05000000-05001000 r--p 00000000 08:01 77 /bin/okno
Anonymous:             0 kB
c000000000-c000400000 rw-p 00000000 00:00 0
Anonymous:             0 kB
7fea546b6000-7fea5480c000 r-xp 00000000 08:01 78 /lib/libc.so.6
Anonymous:             0 kB
`
	want := []area{{0x400000, 0x2004000}, {0x5000000, 0x5001000}}
	if diff := cmp.Diff(want, programAreas([]byte(smaps), "/bin/okno"), cmp.AllowUnexported(area{})); diff != "" {
		t.Error(diff)
	}
}
