package app

import (
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"okno/internal/agency"
	"okno/internal/catalog"
	"okno/internal/identity"
	"okno/internal/kit/id"
	"okno/services"
)

type staffCommand struct {
	Add staffAddCommand `cmd:"" help:"Make an account with a role; prints its first password and authenticator secret once."`
}

type staffAddCommand struct {
	Login  string `help:"Login name." required:""`
	Phone  string `help:"Mobile phone, +7…" required:""`
	Email  string `help:"E-mail." required:""`
	Role   string `help:"officer, head, mfc_operator, support_operator, support_specialist, support_chief, administrator, auditor, integrator." required:""`
	Agency string `help:"Code of the agency, for officer, head and mfc_operator."`
	Office string `help:"Code of the office."`
}

// Run makes the account.
func (s staffAddCommand) Run(w *world) error {
	h, err := w.house(false)
	if err != nil {
		return err
	}
	defer h.close()
	ctx := identity.AsSystem(w.ctx)
	if known, err := h.known(ctx, s.Login); known || err != nil {
		if err == nil {
			err = fmt.Errorf("login %s is taken", s.Login)
		}
		return err
	}
	password := id.Open()
	hash, err := h.identity.HashPassword(ctx, password)
	if err != nil {
		return err
	}
	raw := make([]byte, 20)
	_, _ = rand.Read(raw)
	totp := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw)
	m := agency.Member{Agency: s.Agency, Office: s.Office, Role: identity.RoleName(s.Role)}
	if err := h.makeStaff(ctx, s.Login, s.Phone, s.Email, hash, totp, m); err != nil {
		return err
	}
	_, err = fmt.Fprintf(w.out, "login %s\npassword %s (to be changed at the first sign-in)\nauthenticator secret %s\n", s.Login, password, totp)
	return err
}

type servicesCommand struct {
	Lint lintCommand  `cmd:"" help:"Check a folder of services; names file, line and fault."`
	Test casesCommand `cmd:"" help:"Run the golden cases of a folder of services; names file, line and what came out otherwise."`
}

type lintCommand struct {
	Dir        string `arg:"" optional:"" help:"Folder with services; by default those that are built in." type:"existingdir"`
	Production bool   `help:"Refuse facts that nobody has verified, as a portal in production does."`
}

// Run lints.
func (l lintCommand) Run(w *world) error {
	fsys := fs.FS(services.FS)
	if l.Dir != "" {
		fsys = os.DirFS(l.Dir)
	}
	mode := catalog.Demo
	if l.Production {
		mode = catalog.Production
	}
	faults := catalog.Lint(fsys, mode)
	for _, f := range faults {
		_, _ = fmt.Fprintln(w.out, strings.TrimSpace(f.String()))
	}
	if len(faults) > 0 {
		return fmt.Errorf("%d faults", len(faults))
	}
	_, err := fmt.Fprintln(w.out, "no faults")
	return err
}
