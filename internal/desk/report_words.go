package desk

import (
	"context"
	"slices"
	"strconv"
	"time"

	"okno/internal/applications/cases"
	"okno/internal/forms"
	"okno/internal/kit/i18n"
	"okno/internal/kit/ui"
)

func (r *Room) serviceTitles(lang string, agencies []string) []agencyTitle {
	var all []agencyTitle
	for _, s := range r.servicesOf(agencies...) {
		all = append(all, agencyTitle{s.ID, s.Title.In(forms.Lang(lang))})
	}
	return all
}

// servicesOf are the services that the agencies give, and the parts that they
// do of others.
func (r *Room) servicesOf(agencies ...string) []*forms.Service {
	var all []*forms.Service
	for _, s := range r.Catalog.Services() {
		if slices.Contains(agencies, s.Agency) {
			all = append(all, s)
		}
		for i := range s.Parts {
			if slices.Contains(agencies, s.Parts[i].Agency) {
				all = append(all, s.OfPart(s.Parts[i].ID))
			}
		}
	}
	return all
}

// named is a key of a dimension in words.
func (v reportView) named(ctx context.Context, by, key string) string {
	if key == "" {
		return i18n.T(ctx, "desk.report.none")
	}
	switch by {
	case cases.ByService:
		return titleOf(v.Services, key)
	case cases.ByAgency:
		return titleOf(v.Agencies, key)
	case cases.ByStage, cases.ByOutcome:
		return i18n.T(ctx, cases.Status(key).Text())
	case cases.ByChannel:
		return i18n.T(ctx, channelKey(key))
	case cases.ByMonth:
		if t, err := time.Parse("2006-01", key); err == nil {
			return t.Format("01.2006")
		}
	case cases.ByAge:
		return i18n.T(ctx, ageKey(key))
	}
	return key
}

func channelKey(key string) string {
	switch key {
	case "page":
		return "desk.channel.page"
	case "mfc":
		return "desk.channel.mfc"
	case "part":
		return "desk.channel.part"
	}
	return "desk.channel.api"
}

func ageKey(key string) string {
	switch key {
	case "under18":
		return "desk.age.under18"
	case "18-24":
		return "desk.age.from18"
	case "25-39":
		return "desk.age.from25"
	case "40-59":
		return "desk.age.from40"
	}
	return "desk.age.from60"
}

func titleOf(all []agencyTitle, code string) string {
	for _, a := range all {
		if a.Code == code {
			return a.Title
		}
	}
	return code
}

func dimensionKey(by string) string {
	switch by {
	case cases.ByService:
		return "desk.report.by_service"
	case cases.ByAgency:
		return "desk.report.by_agency"
	case cases.ByStage:
		return "desk.report.by_stage"
	case cases.ByOutcome:
		return "desk.report.by_outcome"
	case cases.ByMonth:
		return "desk.report.by_month"
	case cases.ByGround:
		return "desk.report.by_ground"
	case cases.ByChannel:
		return "desk.report.by_channel"
	case cases.ByRegion:
		return "desk.report.by_region"
	}
	return "desk.report.by_age"
}

// shown is a cell in words: hidden ones say so.
func shown(ctx context.Context, c cell) string {
	if c.Hidden {
		return i18n.T(ctx, "desk.report.hidden")
	}
	return i18n.Number(int64(c.N))
}

// share is part of whole in per cent, "" where either could tell of few people.
func share(part, whole int) string {
	if whole < hideBelow || part > 0 && part < hideBelow || whole-part > 0 && whole-part < hideBelow {
		return ""
	}
	part, whole = rounded(part), rounded(whole)
	return strconv.Itoa((100*part+whole/2)/whole) + "\u00a0%"
}

// rows are the lines of the report as texts: the same for the page, CSV and XLSX.
func (v reportView) rows(ctx context.Context) (head []string, rows [][]string) {
	t := func(key string) string { return i18n.T(ctx, key) }
	head = []string{t(dimensionKey(v.By))}
	crossed := v.Cross != ""
	if crossed {
		for _, c := range v.Columns {
			head = append(head, v.named(ctx, v.Cross, c))
		}
	}
	head = append(head, t("desk.report.all"))
	if !crossed {
		head = append(head, t("desk.report.decided"), t("desk.report.refused"), t("desk.report.asked"), t("desk.report.late"), t("desk.report.days"))
	}
	for i, key := range v.Lines {
		row := []string{v.named(ctx, v.By, key)}
		if crossed {
			for _, c := range v.Cells[i] {
				row = append(row, shown(ctx, c))
			}
		}
		row = append(row, shown(ctx, v.LineTotals[i]))
		if !crossed {
			row = append(row, detailWords(ctx, v.Details[i], v.LineTotals[i].Hidden)...)
		}
		rows = append(rows, row)
	}
	total := []string{t("desk.report.total")}
	if crossed {
		for _, c := range v.ColumnTotals {
			total = append(total, shown(ctx, c))
		}
	}
	total = append(total, shown(ctx, v.Total))
	for len(total) < len(head) {
		total = append(total, "")
	}
	return head, append(rows, total)
}

// detailWords are the shares of a line, empty where they could tell of few.
func detailWords(ctx context.Context, d cases.Tally, hidden bool) []string {
	if hidden || d.Decided < hideBelow {
		return []string{"", "", "", "", ""}
	}
	return []string{
		share(d.Decided, d.All), share(d.Refused, d.Decided), share(d.Asked, d.All), share(d.Late, d.Decided),
		i18n.Decimal(i18n.Lang(ctx), float64(d.TookDays)/float64(d.Decided)),
	}
}

func (v reportView) table(ctx context.Context) ui.TableParams {
	head, rows := v.rows(ctx)
	p := ui.TableParams{FirstCellIsHeader: true, Classes: "okno-table--sticky", Caption: i18n.T(ctx, "desk.report.table"), CaptionClasses: "govuk-table__caption--m"}
	for i, h := range head {
		c := ui.Cell{Text: h}
		if i > 0 {
			c.Format = "numeric"
		}
		p.Head = append(p.Head, c)
	}
	for _, row := range rows {
		cells := make([]ui.Cell, len(row))
		for i, text := range row {
			cells[i] = ui.Cell{Text: text}
			if i > 0 {
				cells[i].Format = "numeric"
			}
		}
		p.Rows = append(p.Rows, cells)
	}
	return ui.Stacked(p)
}

// bar is a line of the chart; hidden lines have no length.
type bar struct {
	Label, Value string
	Width        int // of the longest, in hundredths
}

const barsMost = 12

// bars are the lines of the chart, longest first.
func (v reportView) bars(ctx context.Context) []bar {
	most := 1
	order := make([]int, len(v.Lines))
	for i := range v.Lines {
		order[i] = i
		if c := v.LineTotals[i]; !c.Hidden && c.N > most {
			most = c.N
		}
	}
	if v.By != cases.ByMonth {
		slices.SortStableFunc(order, func(a, b int) int { return visible(v.LineTotals[b]) - visible(v.LineTotals[a]) })
	}
	var all []bar
	for _, i := range order[:min(len(order), barsMost)] {
		all = append(all, bar{
			Label: v.named(ctx, v.By, v.Lines[i]), Value: shown(ctx, v.LineTotals[i]),
			Width: visible(v.LineTotals[i]) * 100 / most,
		})
	}
	return all
}

func visible(c cell) int {
	if c.Hidden {
		return 0
	}
	return c.N
}

func items(all []agencyTitle, first string) []ui.SelectItem {
	out := []ui.SelectItem{{NoValue: true, Text: first}}
	for _, a := range all {
		out = append(out, ui.SelectItem{Value: a.Code, Text: a.Title})
	}
	return out
}

func dimensions(ctx context.Context, first string) []ui.SelectItem {
	var out []ui.SelectItem
	if first != "" {
		out = append(out, ui.SelectItem{NoValue: true, Text: first})
	}
	for _, d := range cases.Dimensions() {
		out = append(out, ui.SelectItem{Value: d, Text: i18n.T(ctx, dimensionKey(d))})
	}
	return out
}

func formatName(format string) string {
	switch format {
	case "xlsx":
		return "XLSX"
	case "pdf":
		return "PDF"
	}
	return "CSV"
}

// scheduleName says which report goes out, and how often.
func (v reportView) scheduleName(ctx context.Context, s schedule) string {
	key := "desk.report.weekly"
	if s.Every == monthly {
		key = "desk.report.monthly"
	}
	c := reportFrom(s.Choice).complete(time.Time{})
	return titleOf(v.Agencies, s.Agency) + ", " + i18n.T(ctx, dimensionKey(c.By)) + ", " + i18n.T(ctx, key)
}
