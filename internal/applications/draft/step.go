package draft

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"okno/internal/applications/upload"
	"okno/internal/forms"
	"okno/internal/kit/db"
)

// What a person does with a step's page.
const (
	doNext   = "next"
	doSave   = "save"
	doAdd    = "add"    // one more item of a group
	doRemove = "remove" // an item of a group
	doUnfile = "unfile" // a file
	doUpload = "upload" // keep the chosen files and stay
	doAttach = "attach" // attach one of the person's own documents, scan=ID

	doChoose = "choose" // take an entry of a dictionary, country=643
	doLookup = "lookup" // ask a registry about an answer
	doFind   = "find"   // look for an address
	doTake   = "take"   // put a found address into the boxes, home=GUID

	doRow     = "row"     // open a row of a table, or close the open one
	doPaste   = "paste"   // add the pasted rows to a table
	doReplace = "replace" // put them in place of those that are there
)

// command is a pressed button: what to do, and with what.
type command struct{ name, arg string }

// leaves reports whether the person wants to go on.
func (c command) leaves() bool { return c.name == doNext || c.name == doSave }

// posted is what came from a step's page.
type posted struct {
	raw     map[string][]string
	seen    string // imprint of the answers that the page was made of
	command command
	row     string            // the open row of a table, employees.17
	paste   map[string]string // what was pasted, by group
	titles  []string          // of the columns of the table that is pasted into
	taken   []File
	faults  []fileFault

	suggested map[string]suggested // addresses that were looked for, by field
}

// fileFault says why a file was not taken; err has a kind and a text.
type fileFault struct {
	field string
	err   error
}

// outcome is what became of a posted step.
type outcome struct {
	raw      map[string][]string // as sent, with the new files in it
	wrong    []forms.Wrong
	conflict bool          // another window said something else; nothing but files was kept
	refused  bool          // no page of ours sends this; nothing but files was kept
	pasted   []forms.Wrong // why rows were not taken out of a paste; none of them was
	answers  forms.Answers
}

// typed reports whether something was typed that can't be kept: leaving the
// page would lose it.
func (o outcome) typed() bool {
	return slices.ContainsFunc(o.wrong, func(w forms.Wrong) bool { return !missing(w) })
}

// missing: the field was left empty as a whole, so that nothing is lost.
func missing(w forms.Wrong) bool {
	switch w.Key {
	case "forms.error.required", "forms.error.choose", "forms.error.consent", "forms.error.file_missing",
		"forms.error.revealed", "forms.error.group_few":
		return w.Name == w.Field
	}
	return false
}

// revealed: the field has just appeared, so that nobody was asked.
func revealed(w forms.Wrong) bool { return w.Key == "forms.error.revealed" }

// hidden: the step is not seen with these answers.
func (o outcome) hidden() bool {
	return slices.ContainsFunc(o.wrong, func(w forms.Wrong) bool { return w.Key == "forms.error.step" })
}

// answer works out what a posted step makes of a draft. It changes nothing.
func (w *work) answer(step *forms.Step, in *posted) outcome {
	raw := w.typedOver(w.choosing(step, in.command, w.complete(step, w.withFiles(step, in))))
	if p := w.pasteOf(in); p != nil {
		out := w.pasted(step, raw, p)
		return w.seen(step, in, out)
	}
	next, wrong := forms.Check(w.service, step.ID, raw, w.Answers, w.facts)
	out := outcome{raw: raw, wrong: brief(wrong), refused: w.strange(step, wrong, raw)}
	if out.refused {
		out.answers = w.Answers
		return out
	}
	out.answers = w.obey(in.command, next)
	return w.seen(step, in, out)
}

// seen marks what another window has said otherwise meanwhile.
func (w *work) seen(step *forms.Step, in *posted, out outcome) outcome {
	mine, theirs := imprint(step, out.answers), imprint(step, w.Answers)
	out.conflict = in.seen != "" && in.seen != theirs && mine != theirs
	return out
}

// obey does what the pressed button says beyond keeping the answers.
func (w *work) obey(c command, next forms.Answers) forms.Answers {
	switch c.name {
	case doAdd:
		return forms.AddItem(w.service, next, c.arg)
	case doRemove:
		group, item := itemOf(c.arg)
		return forms.RemoveItem(w.service, next, group, item)
	case doUnfile:
		if m, ok := without(map[string]any(next), c.arg).(map[string]any); ok {
			return m
		}
	}
	return next
}

// itemOf cuts children.2; -1 for what is no item.
func itemOf(arg string) (group string, item int) {
	group, index, _ := strings.Cut(arg, ".")
	item, err := strconv.Atoi(index)
	if err != nil {
		return group, -1
	}
	return group, item
}

// withFiles puts the ids of new files among what was sent and takes out the one
// that is thrown away. A new file takes the place of the old one where there is
// room for one.
func (w *work) withFiles(step *forms.Step, in *posted) map[string][]string {
	raw := maps.Clone(in.raw)
	for _, f := range in.taken {
		raw[f.Field] = attachedTo(fieldOf(w.service, step, f.Field), raw[f.Field], f.ID)
	}
	if name, id, ok := strings.Cut(in.command.arg, "="); ok && in.command.name == doAttach {
		raw[name] = attachedTo(fieldOf(w.service, step, name), raw[name], id)
	}
	if in.command.name == doUnfile {
		for name, ids := range raw {
			raw[name] = slices.DeleteFunc(slices.Clone(ids), func(x string) bool { return x == in.command.arg })
		}
	}
	return raw
}

// attachedTo adds a file to those of a field; it takes the place of the old one
// where there is room for one.
func attachedTo(f *forms.Field, ids []string, id string) []string {
	if f != nil && f.FileCount() == 1 {
		return []string{id}
	}
	return append(slices.Clone(ids), id)
}

// fieldOf finds the field of a step by its name in the page, children.0.scan.
func fieldOf(s *forms.Service, step *forms.Step, name string) *forms.Field {
	at, rest, inGroup := strings.Cut(name, ".")
	fields := step.Fields
	if inGroup {
		index, field, _ := strings.Cut(rest, ".")
		g := s.Group(at)
		if _, err := strconv.ParseUint(index, 10, 16); err != nil || g == nil {
			return nil
		}
		if !slices.ContainsFunc(step.Groups, func(x forms.Group) bool { return x.ID == g.ID }) {
			return nil
		}
		fields, at = g.Fields, field
	}
	i := slices.IndexFunc(fields, func(f forms.Field) bool { return f.ID == at })
	if i < 0 {
		return nil
	}
	return &fields[i]
}

// attempts is how often a posted step is put onto answers that another window
// has just changed.
const attempts = 4

// apply keeps what was posted. Nothing that can be kept is lost: accepted
// answers are kept also beside wrong ones, and files also in a conflict.
func (r *Room) apply(ctx context.Context, w *work, step *forms.Step, in *posted) (outcome, error) {
	for range attempts {
		for _, f := range in.taken {
			if _, ok := w.file(f.ID); !ok {
				w.take(f)
			}
		}
		out := w.answer(step, in)
		if !out.refused && !out.conflict && r.look(ctx, w, step.ID, out.answers) {
			out = w.answer(step, in)
		}
		err := r.keep(ctx, w, step.ID, in, out)
		if !errors.Is(err, errStale) {
			return out, err
		}
		fresh, err := r.kept(ctx, w.ID)
		if err == nil && fresh.Number != "" {
			err = sentAs(fresh.Number)
		}
		if err != nil {
			return out, err
		}
		*w = *fresh
	}
	return outcome{}, ErrChanged
}

func (r *Room) keep(ctx context.Context, w *work, step string, in *posted, out outcome) error {
	files, err := w.sealed(in.taken)
	if err != nil {
		return err
	}
	if out.conflict || out.refused || out.hidden() {
		if len(files) == 0 {
			return nil
		}
		return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return r.addFiles(ctx, tx, w.Draft, files) })
	}
	before := w.Draft
	w.Answers = out.answers
	w.Step = w.reached(step, in, out)
	err = r.save(ctx, w, func(ctx context.Context, tx *db.Tx) error {
		if err := r.addFiles(ctx, tx, w.Draft, files); err != nil {
			return err
		}
		return r.throwAway(ctx, tx, w, in.command)
	})
	if err != nil {
		w.Draft = before
		return err
	}
	if f, ok := w.file(in.command.arg); ok && in.command.name == doUnfile && !f.paper {
		w.drop(in.command.arg)
	}
	return nil
}

// reached is the furthest step after a posted one.
func (w *work) reached(step string, in *posted, out outcome) string {
	if in.command.name != doNext || len(out.wrong) > 0 {
		return w.Step
	}
	return w.past(w.fill(), step)
}

// past is the furthest step once the given one is answered.
func (w *work) past(r *forms.Result, step string) string {
	if r.Stopped != nil || place(r, step) < 0 {
		return w.Step
	}
	return further(r, w.Step, after(r, step))
}

// sealedFile is a file ready to be written.
type sealedFile struct {
	File
	about []byte
}

func (w *work) sealed(files []File) ([]sealedFile, error) {
	out := make([]sealedFile, len(files))
	for i, f := range files {
		about, err := sealFile(w.Draft, f, w.key)
		if err != nil {
			return nil, err
		}
		out[i] = sealedFile{f, about}
	}
	return out, nil
}

func (r *Room) addFiles(ctx context.Context, tx *db.Tx, d Draft, files []sealedFile) error {
	for _, f := range files {
		if err := r.store.addFile(ctx, tx, d, f.File, f.about); err != nil {
			return err
		}
		if f.Scan == upload.Checking {
			if err := r.Queue.Enqueue(ctx, tx, rescan{Owner: d.Owner, Draft: d.ID, File: f.ID}); err != nil {
				return err
			}
		}
	}
	return nil
}

// throwAway deletes the file that a command names.
func (r *Room) throwAway(ctx context.Context, tx *db.Tx, w *work, c command) error {
	f, ok := w.file(c.arg)
	if c.name != doUnfile || !ok || f.paper {
		return nil
	}
	if err := r.store.removeFile(ctx, tx, w.Draft, f.ID); err != nil {
		return err
	}
	return r.letGo(ctx, tx, f.ref.Key)
}
