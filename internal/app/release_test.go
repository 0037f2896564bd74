package app

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"okno/internal/kit/db"
	"okno/internal/kit/testkit"
)

// release is the newest tag of the repository and its program, built from it.
func release(t *testing.T) (tag, binary string) {
	t.Helper()
	out, err := exec.Command("git", "tag", "--list", "v*", "--sort=-v:refname").Output()
	tag, _, _ = strings.Cut(strings.TrimSpace(string(out)), "\n")
	if err != nil || tag == "" {
		t.Skip("there is no release yet: no tag v* to build")
	}
	dir := t.TempDir()
	top, err := exec.Command("git", "rev-parse", "--show-toplevel").Output()
	must(t, err)
	archive := exec.Command("git", "archive", "--output", filepath.Join(dir, "src.tar"), tag)
	archive.Dir = strings.TrimSpace(string(top))
	binary = filepath.Join(dir, "okno")
	build := exec.Command("go", "build", "-o", binary, "./cmd/okno")
	build.Dir = filepath.Join(dir, "src")
	for _, cmd := range []*exec.Cmd{
		archive, exec.Command("mkdir", build.Dir), exec.Command("tar", "-x", "-f", filepath.Join(dir, "src.tar"), "-C", build.Dir), build,
	} {
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v: %s", cmd.Args, err, out)
		}
	}
	return tag, binary
}

// TestPreviousReleaseOnThisSchema: nodes are replaced one by one, so the old
// program must go on while the new schema stands.
func TestPreviousReleaseOnThisSchema(t *testing.T) {
	t.Parallel()
	tag, binary := release(t)
	for _, e := range engines {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			onThisSchema(t, e, tag, binary)
		})
	}
}

func onThisSchema(t *testing.T, e db.Engine, tag, binary string) {
	box := newBox(t)
	cfg := configFor(t, e, box)
	owners, tokens := populate(t, cfg, box, 1)
	p := newProcess(t, cfg)
	p.binary = binary
	p.start()
	a := newApplicant(t, p.url, box, 0)
	a.account, a.phone, a.email, a.client = owners[0], demoPhone(0), demoEmail("person0"), a.as(tokens[0])
	a.apply()
	a.decide(signInStaff(t, p.url, "officer"))
	a.receive()
	testkit.Eventually(t, "messages of "+tag, func() bool { return len(box.Messages(a.email)) > 0 })
}
