package draft

import (
	"context"
	"errors"
	"net/http"

	"okno/internal/forms"
	"okno/internal/kit/i18n"
	"okno/internal/kit/web"
)

// begunView is what became of the answers that a draft was begun with.
type begunView struct {
	id, service, lead    string
	again, fresh, others []string
}

func (r *Room) pageBegun(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	d, err := r.load(ctx, req.PathValue("id"))
	if err != nil {
		return r.unopened(w, req, err)
	}
	if d.Begun == nil || d.Number != "" || d.news() {
		return web.Redirect(w, req, d.resume())
	}
	return web.Render(w, req, web.Page{
		Title: i18n.T(ctx, "applications.draft.begun.title"), Section: "applications", Back: "/cabinet", Body: begunPage(begunViewOf(ctx, d)),
	})
}

func begunViewOf(ctx context.Context, d *work) begunView {
	v := begunView{id: d.ID, service: d.service.Title.In(lang(ctx)), lead: say(ctx, "applications.draft.begun.from_case", "Name", d.Begun.Name)}
	if d.Begun.From == FromTemplate {
		v.lead = say(ctx, "applications.draft.begun.from_template", "Name", d.Begun.Name)
	}
	result := d.fill()
	for _, line := range d.Begun.Lines {
		label := line.Label.In(lang(ctx))
		switch line.What {
		case begunAgain:
			v.again = append(v.again, label)
		case begunFresh:
			v.fresh = append(v.fresh, freshened(ctx, result, line))
		case begunFile:
			v.again = append(v.again, say(ctx, "applications.draft.begun.file", "Label", label, "Name", line.File))
		case begunRemoved:
			v.others = append(v.others, label)
		}
	}
	return v
}

// freshened says what stood there and what stands there now.
func freshened(ctx context.Context, r *forms.Result, line begunLine) string {
	for _, step := range r.Steps {
		for i := range step.Fields {
			if f := &step.Fields[i]; f.Field.ID == line.Field {
				return say(ctx, "applications.draft.begun.value", "Label", line.Label.In(lang(ctx)),
					"Old", f.Field.Print(line.Was, printer(ctx)), "New", f.Field.Print(f.Value, printer(ctx)))
			}
		}
	}
	return line.Label.In(lang(ctx))
}

func (r *Room) postBegun(w http.ResponseWriter, req *http.Request) error {
	d, err := r.settle(req.Context(), req.PathValue("id"))
	if errors.Is(err, ErrSent) {
		return web.Redirect(w, req, base(req.PathValue("id"))+"/sent")
	}
	if err != nil {
		return r.unopened(w, req, err)
	}
	return web.Redirect(w, req, d.resume())
}
