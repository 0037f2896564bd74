package desk

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/i18n"
	"okno/internal/kit/job"
	"okno/internal/kit/ui"
)

const (
	// deadJobs is how many failing jobs the page shows.
	deadJobs = 50
	// checkTime is how long a party may take to answer the page.
	checkTime = 2 * time.Second
	// failLength is how much of a failure's text is shown, in bytes.
	failLength = 300
)

// partyState is a party with its answer; Fault is "" when all is well.
type partyState struct {
	Name, Fault string
}

// staffRow is a member of staff.
type staffRow struct {
	Login, Place string
	Roles        []string // keys of texts
}

// systemView is the state of the portal, without a citizen's data.
type systemView struct {
	Depth    map[string]int64
	Dead     []job.Row
	Parties  []partyState
	Services []*forms.Service
	Refused  []forms.Fault
	Staff    []staffRow
	Retried  bool
	zone     *time.Location
	agency   func(code, lang string) string
}

// system gathers the page. Only administrators may see it.
func (r *Room) system(ctx context.Context) (systemView, error) {
	actor := identity.ActorOf(ctx)
	if !actor.Has(identity.Administrator) {
		return systemView{}, identity.ErrForbidden
	}
	v := systemView{zone: r.Zone, agency: r.Agencies.Title, Services: r.Catalog.Services(), Refused: r.Catalog.Refused()}
	var err error
	if v.Depth, err = r.Jobs.Depth(ctx); err != nil {
		return v, err
	}
	if v.Dead, err = r.Jobs.Dead(ctx, deadJobs); err != nil {
		return v, err
	}
	if v.Staff, err = r.staff(ctx); err != nil {
		return v, err
	}
	v.Parties = r.check(ctx)
	return v, nil
}

// check asks all parties at once, so that the page waits for one of them at most.
func (r *Room) check(ctx context.Context) []partyState {
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	states := make([]partyState, len(r.Parties))
	var wait sync.WaitGroup
	for i, p := range r.Parties {
		wait.Go(func() {
			states[i] = partyState{Name: p.Name}
			if err := p.Check(ctx); err != nil {
				states[i].Fault = short(err.Error())
			}
		})
	}
	wait.Wait()
	return states
}

// short keeps the first line of a failure.
func short(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	if len(s) > failLength {
		s = strings.ToValidUTF8(s[:failLength], "") + "…"
	}
	return s
}

// staff lists who works where: an account once for each place.
func (r *Room) staff(ctx context.Context) ([]staffRow, error) {
	places := []string{""}
	for _, a := range r.Deps.Agencies.Agencies() {
		places = append(places, a.Code)
	}
	var rows []staffRow
	for _, place := range places {
		more, err := r.staffOf(ctx, place)
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	return rows, nil
}

func (r *Room) staffOf(ctx context.Context, place string) ([]staffRow, error) {
	members, err := r.Deps.Agencies.Members(ctx, place)
	if err != nil {
		return nil, err
	}
	rows, at := []staffRow{}, map[string]int{}
	for _, m := range members {
		i, known := at[m.Account]
		if !known {
			login, err := r.people.name(ctx, m.Account)
			if err != nil {
				return nil, err
			}
			i = len(rows)
			at[m.Account] = i
			rows = append(rows, staffRow{Login: login, Place: place})
		}
		if key := roleKey(m.Role); !slices.Contains(rows[i].Roles, key) {
			rows[i].Roles = append(rows[i].Roles, key)
		}
	}
	return rows, nil
}

// retry makes a job run again; the journal knows who asked for it.
func (r *Room) retry(ctx context.Context, jobID int64) error {
	actor := identity.ActorOf(ctx)
	if !actor.Has(identity.Administrator) {
		return identity.ErrForbidden
	}
	if err := r.Journal.Look(ctx, actor.Entry("desk.job_retried", "", "job:"+strconv.FormatInt(jobID, 10))); err != nil {
		return err
	}
	return r.Jobs.Retry(ctx, jobID)
}

func roleKey(role identity.RoleName) string {
	switch role {
	case identity.Officer:
		return "desk.role.officer"
	case identity.Head:
		return "desk.role.head"
	case identity.MFCOperator:
		return "desk.role.mfc_operator"
	case identity.SupportOperator:
		return "desk.role.support_operator"
	case identity.SupportSpecialist:
		return "desk.role.support_specialist"
	case identity.SupportChief:
		return "desk.role.support_chief"
	case identity.Administrator:
		return "desk.role.administrator"
	case identity.Auditor:
		return "desk.role.auditor"
	case identity.Integrator:
		return "desk.role.integrator"
	}
	return "desk.role.citizen"
}

// depths are the numbers of jobs, those that people must look at first.
func (v systemView) depths(ctx context.Context) []ui.Pair {
	var pairs []ui.Pair
	for _, s := range []struct{ key, states string }{
		{"desk.system.jobs_dead", "discarded"},
		{"desk.system.jobs_failing", "retryable"},
		{"desk.system.jobs_waiting", "available pending scheduled"},
		{"desk.system.jobs_running", "running"},
	} {
		var n int64
		for state := range strings.FieldsSeq(s.states) {
			n += v.Depth[state]
		}
		pairs = append(pairs, ui.Pair{Key: i18n.T(ctx, s.key), Value: ui.Text(i18n.Number(n))})
	}
	return pairs
}

func (v systemView) deadTable(ctx context.Context) ui.TableParams {
	t := func(key string) string { return i18n.T(ctx, key) }
	p := ui.TableParams{FirstCellIsHeader: true, Head: []ui.Cell{
		{Text: t("desk.system.job")},
		{Text: t("desk.system.job_state")},
		{Text: t("desk.system.job_attempts"), Classes: nowrap},
		{Text: t("desk.system.job_next")},
		{Text: t("desk.system.job_fault")},
		{Text: t("desk.system.job_action")},
	}}
	for _, j := range v.Dead {
		kind, state := ui.Refused, t("desk.system.state_dead")
		if j.State == "retryable" {
			kind, state = ui.Attention, t("desk.system.state_failing")
		}
		p.Rows = append(p.Rows, []ui.Cell{
			{Text: j.Kind, Classes: nowrap},
			{HTML: ui.StatusTag(kind, state), Classes: nowrap},
			{Text: strconv.Itoa(j.Attempt)},
			{Text: shortDay(ctx, j.At.In(v.zone)) + j.At.In(v.zone).Format(" 15:04"), Classes: nowrap},
			{Text: short(j.LastFail)},
			{HTML: retryButton(j), Classes: nowrap},
		})
	}
	return ui.Stacked(p)
}

func (v systemView) partyTable(ctx context.Context) ui.TableParams {
	p := ui.TableParams{FirstCellIsHeader: true, Head: []ui.Cell{
		{Text: i18n.T(ctx, "desk.system.party")}, {Text: i18n.T(ctx, "desk.system.party_state")},
	}}
	for _, s := range v.Parties {
		state := ui.StatusTag(ui.Done, i18n.T(ctx, "desk.system.party_up"))
		if s.Fault != "" {
			state = partyDown(s.Fault)
		}
		p.Rows = append(p.Rows, []ui.Cell{{Text: partyName(ctx, s.Name)}, {HTML: state}})
	}
	return ui.Stacked(p)
}

func (v systemView) serviceTable(ctx context.Context) ui.TableParams {
	lang := i18n.Lang(ctx)
	p := ui.TableParams{FirstCellIsHeader: true, Head: []ui.Cell{
		{Text: i18n.T(ctx, "desk.system.service")},
		{Text: i18n.T(ctx, "desk.system.service_title")},
		{Text: i18n.T(ctx, "desk.system.service_agency")},
		{Text: i18n.T(ctx, "desk.system.service_version")},
		{Text: i18n.T(ctx, "desk.system.service_unverified")},
	}}
	for _, s := range v.Services {
		p.Rows = append(p.Rows, []ui.Cell{
			{HTML: link("/services/"+s.ID, s.ID)},
			{Text: s.Title.In(forms.Lang(lang))},
			{Text: v.agency(s.Agency, lang)},
			{Text: strconv.Itoa(s.Version)},
			{Text: strconv.Itoa(len(s.Unverified))},
		})
	}
	return ui.Stacked(p)
}

func (v systemView) staffTable(ctx context.Context) ui.TableParams {
	p := ui.TableParams{FirstCellIsHeader: true, Head: []ui.Cell{
		{Text: i18n.T(ctx, "desk.system.login")}, {Text: i18n.T(ctx, "desk.system.place")}, {Text: i18n.T(ctx, "desk.system.roles")},
	}}
	for _, s := range v.Staff {
		place, login := i18n.T(ctx, "desk.system.portal"), s.Login
		if s.Place != "" {
			place = v.agency(s.Place, i18n.Lang(ctx))
		}
		if login == "" {
			login = "—"
		}
		roles := make([]string, len(s.Roles))
		for i, key := range s.Roles {
			roles[i] = i18n.T(ctx, key)
		}
		p.Rows = append(p.Rows, []ui.Cell{{Text: login}, {Text: place}, {Text: strings.Join(roles, ", ")}})
	}
	return ui.Stacked(p)
}
