package desk

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"okno/internal/applications/cases"
	"okno/internal/identity"
	"okno/internal/kit/formula"
	"okno/internal/kit/i18n"
	"okno/internal/kit/pdf"
	"okno/internal/kit/web"
)

func (r *Room) reportPage(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	v, err := r.report(ctx, reportFrom(req.URL.RawQuery))
	if errors.Is(err, cases.ErrReport) {
		v.Wrong = i18n.T(ctx, cases.ErrReport.Key)
		err = nil
	}
	if err != nil {
		return err
	}
	v.Saved = web.Query(req, "ordered") != ""
	p := web.Page{Title: i18n.T(ctx, "desk.report.title"), Section: "reports", Wide: true, Body: reportBody(v), Error: v.Wrong != ""}
	if p.Error {
		p.Status = http.StatusUnprocessableEntity
	}
	return web.Render(w, req, p)
}

// exportReport gives the report as a file; the journal has it first.
func (r *Room) exportReport(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	v, err := r.report(ctx, reportFrom(req.URL.RawQuery))
	if err != nil {
		return err
	}
	e := identity.ActorOf(ctx).Entry("desk.report_exported", "", "report:"+v.By)
	e.Details = map[string]string{"choice": v.query()}
	if err := r.Journal.Look(ctx, e); err != nil {
		return err
	}
	head, rows := v.rows(ctx)
	var file []byte
	kind, ext := "text/csv; charset=utf-8", "csv"
	switch web.Query(req, "format") {
	case "xlsx":
		kind, ext = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"
		file, err = workbook(i18n.T(ctx, "desk.report.sheet"), head, rows)
	case "pdf":
		kind, ext = "application/pdf", "pdf"
		file, err = r.paper(ctx, v, head, rows)
	default:
		file, err = separated(head, rows)
	}
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", `attachment; filename="report-`+v.From+"-"+v.To+"."+ext+`"`)
	h.Set("Cache-Control", "no-store")
	_, _ = w.Write(file) // the browser may have gone away
	return nil
}

// separated is CSV in UTF-8 with the mark that spreadsheets look for.
func separated(head []string, rows [][]string) ([]byte, error) {
	b := bytes.NewBufferString("\uFEFF")
	out := csv.NewWriter(b)
	out.Comma, out.UseCRLF = ';', true // a Russian system's spreadsheets put commas into one cell
	for _, row := range append([][]string{head}, rows...) {
		line := make([]string, len(row))
		for i, c := range row {
			line[i] = formula.Guard(c)
		}
		_ = out.Write(line) // a buffer takes everything
	}
	out.Flush()
	return b.Bytes(), out.Error()
}

// workbook is one sheet; whole numbers are numbers, all else is text, so that
// nothing is taken for a formula.
func workbook(sheet string, head []string, rows [][]string) ([]byte, error) {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	if err := f.SetSheetName("Sheet1", sheet); err != nil {
		return nil, err
	}
	for i, row := range append([][]string{head}, rows...) {
		for j, text := range row {
			at, err := excelize.CoordinatesToCellName(j+1, i+1)
			if err != nil {
				return nil, err
			}
			plain := strings.ReplaceAll(strings.ReplaceAll(text, "\u00a0", ""), "\u202f", "")
			if n, nerr := strconv.Atoi(plain); nerr == nil && i > 0 && j > 0 {
				err = f.SetCellInt(sheet, at, int64(n))
			} else {
				err = f.SetCellStr(sheet, at, text)
			}
			if err != nil {
				return nil, err
			}
		}
	}
	if err := f.SetColWidth(sheet, "A", "A", 48); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err := f.Write(&b)
	return b.Bytes(), err
}

// paper is the report as PDF: a section for each line.
func (r *Room) paper(ctx context.Context, v reportView, head []string, rows [][]string) ([]byte, error) {
	lang := i18n.Lang(ctx)
	d := pdf.Document{
		Lang: lang, Title: i18n.T(ctx, "desk.report.title"), Heading: i18n.T(ctx, "desk.report.title"), Date: r.Clock.Now().In(r.Zone),
		Footer: i18n.T(ctx, "desk.report.hidden_text", "Least", hideBelow),
	}
	d.Sections = append(d.Sections, pdf.Section{Paragraphs: []string{
		i18n.T(ctx, "desk.report.period", "From", i18n.DateISO(lang, v.From), "To", i18n.DateISO(lang, v.To)),
	}})
	for _, row := range rows {
		s := pdf.Section{Heading: row[0]}
		for i := 1; i < len(row); i++ {
			if row[i] != "" {
				s.Rows = append(s.Rows, pdf.Row{Label: head[i], Value: row[i]})
			}
		}
		d.Sections = append(d.Sections, s)
	}
	return r.Papers.Write(d)
}

func (r *Room) postSchedule(w http.ResponseWriter, req *http.Request) error {
	f, err := web.Form(w, req)
	if err != nil {
		return err
	}
	c := reportFrom(f.Get("choice"))
	if err := r.order(req.Context(), c, f.Get("every")); err != nil {
		return err
	}
	return web.Redirect(w, req, "/desk/reports?ordered=1&"+c.query())
}

func (r *Room) postUnschedule(w http.ResponseWriter, req *http.Request) error {
	f, err := web.Form(w, req)
	if err != nil {
		return err
	}
	if err := r.unorder(req.Context(), f.Get("agency"), req.PathValue("id")); err != nil {
		return err
	}
	return web.Redirect(w, req, "/desk/reports")
}

// qualityDays is how far back the head's page looks.
const qualityDays = 30

// headView is how the agency stands, by officer.
type headView struct {
	Agency, Title string
	Rows          []cases.Workload
	names         map[string]string
	Superior      string
	Sum           cases.Workload
}

func (r *Room) headPage(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	mine := identity.ActorOf(ctx).AgenciesAs(identity.Head)
	v := headView{Agency: web.Query(req, "agency"), names: map[string]string{}}
	if v.Agency == "" && len(mine) > 0 {
		v.Agency = mine[0]
	}
	var err error
	if v.Rows, err = r.Cases.Workloads(ctx, v.Agency, r.Clock.Now().Add(-qualityDays*24*time.Hour)); err != nil {
		return err
	}
	for _, x := range v.Rows {
		v.Sum = sum(v.Sum, x)
		if v.names[x.Account], err = r.people.name(ctx, x.Account); err != nil {
			v.names[x.Account] = ""
		}
	}
	v.Title = r.Deps.Agencies.Title(v.Agency, i18n.Lang(ctx))
	return web.Render(w, req, web.Page{Title: i18n.T(ctx, "desk.head.title"), Section: "head", Wide: true, Body: headBody(v)})
}

func sum(a, b cases.Workload) cases.Workload {
	a.Open, a.Overdue, a.Waiting = a.Open+b.Open, a.Overdue+b.Overdue, a.Waiting+b.Waiting
	a.Decided, a.Refused, a.Asked = a.Decided+b.Decided, a.Refused+b.Refused, a.Asked+b.Asked
	a.Late, a.Complaints, a.TookDays = a.Late+b.Late, a.Complaints+b.Complaints, a.TookDays+b.TookDays
	return a
}
