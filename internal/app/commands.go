package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"filippo.io/age"
	"github.com/alecthomas/kong"

	"okno/internal/kit/clock"
)

// command is the program's command line.
type command struct {
	Config string `help:"File of settings (YAML); the environment (OKNO_…) goes over it." type:"existingfile" env:"OKNO_CONFIG"`

	Demo       demoCommand     `cmd:"" help:"Try the portal out, with a sandbox of the outside world and made-up people."`
	Serve      serveCommand    `cmd:"" help:"Run a node of the portal."`
	Migrate    migrateCommand  `cmd:"" help:"Bring the schema up to date."`
	Backup     backupCommand   `cmd:"" help:"Write an encrypted backup."`
	Restore    restoreCommand  `cmd:"" help:"Read a backup into an empty database; deletions since then are replayed."`
	RotateKeys rotateCommand   `cmd:"" help:"Begin a new epoch of keys, re-wrap the old ones, destroy unused epochs."`
	Doctor     doctorCommand   `cmd:"" help:"Check everything that the portal depends on."`
	Staff      staffCommand    `cmd:"" help:"Make an account for a member of staff."`
	Services   servicesCommand `cmd:"" help:"Look after the services."`
	OpenAPI    openapiCommand  `cmd:"" name:"openapi" help:"Print the API's description."`
}

// world is what commands are given.
type world struct {
	ctx         context.Context
	out, errOut io.Writer
	config      string
}

// Main runs the program and gives its exit code.
func Main(args []string, out, errOut io.Writer) int {
	var c command
	p, err := kong.New(&c, kong.Name("okno"), kong.Description("A single window for public services."),
		kong.Writers(out, errOut), kong.UsageOnError())
	if err != nil {
		_, _ = fmt.Fprintln(errOut, "okno:", err)
		return 2
	}
	k, err := p.Parse(args)
	if err != nil {
		_, _ = fmt.Fprintln(errOut, "okno:", err)
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := k.Run(&world{ctx: ctx, out: out, errOut: errOut, config: c.Config}); err != nil {
		_, _ = fmt.Fprintln(errOut, "okno:", err)
		return 1
	}
	return 0
}

func (w *world) load() (Config, error) { return LoadConfig(w.config, os.Environ()) }

// house builds the portal for a command that needs its rooms but not its listeners.
func (w *world) house(create bool) (*House, error) {
	cfg, err := w.load()
	if err != nil {
		return nil, err
	}
	return Build(w.ctx, cfg, clock.System(), newLog(w.errOut, true), create)
}

type serveCommand struct{}

// Run serves until a signal comes.
func (serveCommand) Run(w *world) error {
	cfg, err := w.load()
	if err != nil {
		return err
	}
	log := newLog(w.errOut, false)
	h, err := Build(w.ctx, cfg, clock.System(), log, true)
	if err != nil {
		return err
	}
	defer h.close()
	return newServer(h).run(w.ctx, func(addr string) { log.Info("ready", "listen", addr, "base_url", cfg.BaseURL) })
}

type migrateCommand struct{}

// Run migrates.
func (migrateCommand) Run(w *world) error {
	h, err := w.house(true)
	if err != nil {
		return err
	}
	defer h.close()
	_, err = fmt.Fprintln(w.out, "the schema is up to date")
	return err
}

type backupCommand struct {
	Out        string   `help:"File to write." required:"" type:"path"`
	Recipients []string `help:"age public keys (age1…) that can read the backup." name:"recipient" required:""`
	Keys       bool     `help:"Back up the wrapped keys instead of the data. Keep it for at most 30 days, and not beside the data."`
}

// Run writes the backup.
func (b backupCommand) Run(w *world) error {
	to, err := age.ParseRecipients(strings.NewReader(strings.Join(b.Recipients, "\n")))
	if err != nil {
		return fmt.Errorf("recipient: %w", err)
	}
	cfg, err := w.load()
	if err != nil {
		return err
	}
	s, err := openStores(w.ctx, cfg, clock.System(), false)
	if err != nil {
		return err
	}
	defer s.close()
	f, err := os.OpenFile(b.Out, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(backup(w.ctx, s, f, to, b.Keys, clock.System().Now()), f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(b.Out))
	}
	return nil
}

type restoreCommand struct {
	In       string `help:"File to read." required:"" type:"existingfile"`
	Identity string `help:"File with the age identity that can read it." required:"" type:"existingfile"`
	Keys     bool   `help:"The backup is of the wrapped keys. Restore it before the data."`
}

// Run reads the backup, and erases again whom a newer key store has erased.
func (r restoreCommand) Run(w *world) error {
	idFile, err := os.Open(r.Identity)
	if err != nil {
		return err
	}
	with, err := age.ParseIdentities(idFile)
	_ = idFile.Close()
	if err != nil {
		return fmt.Errorf("identity: %w", err)
	}
	in, err := os.Open(r.In)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	cfg, err := w.load()
	if err != nil {
		return err
	}
	if err := r.fill(w, cfg, in, with); err != nil {
		return err
	}
	if r.Keys {
		return nil
	}
	h, err := Build(w.ctx, cfg, clock.System(), newLog(w.errOut, true), false)
	if err != nil {
		return err
	}
	defer h.close()
	n, err := h.replayErasures(w.ctx)
	if err != nil {
		return fmt.Errorf("replay deletions: %w", err)
	}
	_, err = fmt.Fprintf(w.out, "restored; %d deletions replayed\n", n)
	return err
}

func (r restoreCommand) fill(w *world, cfg Config, in io.Reader, with []age.Identity) error {
	s, err := openStores(w.ctx, cfg, clock.System(), false)
	if err != nil {
		return err
	}
	defer s.close()
	if err := migrate(w.ctx, s); err != nil {
		return err
	}
	return restore(w.ctx, s, in, with, r.Keys)
}

type rotateCommand struct{}

// rewrapBatch is how many keys are re-wrapped at once.
const rewrapBatch = 500

// unusedFor is how long an epoch stays after it was succeeded: nodes read the
// keyset once a day.
const unusedFor = 48 * time.Hour

// Run rotates.
func (rotateCommand) Run(w *world) error {
	cfg, err := w.load()
	if err != nil {
		return err
	}
	clk := clock.System()
	s, err := openStores(w.ctx, cfg, clk, false)
	if err != nil {
		return err
	}
	defer s.close()
	if err := s.keyset.Rotate(w.ctx, clk.Now()); err != nil {
		return err
	}
	total := 0
	for {
		n, err := s.sealer.Rewrap(w.ctx, rewrapBatch)
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
		total += n
	}
	dropped, err := s.sealer.DropUnused(w.ctx, clk.Now().Add(-unusedFor))
	if err != nil {
		return err
	}
	epoch, _ := s.keyset.Epoch()
	_, err = fmt.Fprintf(w.out, "epoch %d; %d keys re-wrapped; %d old epochs destroyed\n", epoch, total, len(dropped))
	return err
}

type doctorCommand struct{}

// errUnwell is what the doctor says when something must be mended.
var errUnwell = errors.New("something must be mended, see the lines marked FAIL")

// Run examines.
func (doctorCommand) Run(w *world) error {
	h, err := w.house(false)
	if err != nil {
		return err
	}
	defer h.close()
	if !report(w.out, examine(w.ctx, h)) {
		return errUnwell
	}
	return nil
}

type openapiCommand struct{}

// Run prints the description of the API, made from the code.
func (openapiCommand) Run(w *world) error {
	dir, err := os.MkdirTemp("", "okno-openapi-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	h, err := Build(w.ctx, scratch(dir), clock.System(), newLog(w.errOut, true), true)
	if err != nil {
		return err
	}
	defer h.close()
	doc, err := h.router.API.OpenAPI()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w.out, "%s\n", doc)
	return err
}
