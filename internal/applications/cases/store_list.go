package cases

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"okno/internal/applications/cases/casesdb"
	"okno/internal/kit/db"
)

// query is a SELECT that grows by its filters; every value is a placeholder.
type query struct {
	text strings.Builder
	args []any
}

func selecting(columns, table, key, value string) *query {
	q := &query{args: []any{value}}
	fmt.Fprintf(&q.text, "SELECT %s FROM %s WHERE %s = $1", columns, table, key)
	return q
}

// and adds a condition in which ? stands for the value.
func (q *query) and(condition string, value any) {
	q.args = append(q.args, value)
	q.text.WriteString(" AND " + strings.ReplaceAll(condition, "?", "$"+strconv.Itoa(len(q.args))))
}

func (q *query) in(column string, values []Status) {
	if len(values) == 0 {
		return
	}
	q.text.WriteString(" AND " + column + " IN " + db.In(len(q.args)+1, len(values)))
	for _, v := range values {
		q.args = append(q.args, string(v))
	}
}

// after continues behind the last row of the page before.
func (q *query) after(cursor, column, idColumn, sign string) {
	at, rowID, ok := cutCursor(cursor)
	if !ok {
		return
	}
	q.args = append(q.args, at, rowID)
	n := len(q.args)
	fmt.Fprintf(&q.text, " AND (%s, %s) %s ($%d, $%d)", column, idColumn, sign, n-1, n)
}

func (q *query) end(order string, limit int) string {
	q.args = append(q.args, limit)
	return q.text.String() + order + " LIMIT $" + strconv.Itoa(len(q.args))
}

// A cursor is the instant by which a list is sorted, and the row's id.
func cursorOf(at db.Time, rowID string) string { return strconv.FormatInt(int64(at), 10) + "." + rowID }

func cutCursor(cursor string) (at int64, rowID string, ok bool) {
	first, rowID, found := strings.Cut(cursor, ".")
	at, err := strconv.ParseInt(first, 10, 64)
	return at, rowID, found && err == nil && len(rowID) <= 64
}

func limitOf(asked, usual int) int {
	if asked <= 0 {
		return usual
	}
	return min(asked, 100)
}

const listColumns = `id, number, service_id, agency_id, status, version, submitted_at, changed_at, deadline_at, deadline_date, stage`

// list gives a page of an owner's cases and the cursor of the next.
func (s store) list(ctx context.Context, owner string, f ListFilter) ([]Row, string, error) {
	q := selecting(listColumns, "applications_cases", "owner_id", owner)
	q.text.WriteString(" AND (part_of = '' OR status = 'waiting' AND stage NOT IN ('suspended', 'payment'))") // of a part the owner sees what it asks of them
	switch f.Group {
	case Active:
		q.in("status", []Status{Accepted, InWork, Waiting, Approved})
	case Finished:
		q.in("status", []Status{Refused, Completed, Cancelled})
	}
	q.in("status", f.Status)
	if f.Service != "" {
		q.and("service_id = ?", f.Service)
	}
	if f.Batch != "" {
		q.and("id IN (SELECT case_id FROM applications_batch_rows WHERE owner_id = $1 AND batch_id = ?)", f.Batch)
	}
	if t, err := time.Parse(time.DateOnly, string(f.From)); err == nil {
		q.and("submitted_at >= ?", db.At(t.Add(-moscow)))
	}
	if t, err := time.Parse(time.DateOnly, string(f.To)); err == nil {
		q.and("submitted_at < ?", db.At(t.AddDate(0, 0, 1).Add(-moscow)))
	}
	q.after(f.After, "submitted_at", "id", "<")
	limit := limitOf(f.Limit, 20)
	rows, err := s.db.Reader().QueryContext(ctx, q.end(" ORDER BY submitted_at DESC, id DESC", limit+1), q.args...)
	if err != nil {
		return nil, "", db.Classify(err)
	}
	defer func() { _ = rows.Close() }()
	var all []Row
	for rows.Next() {
		var r Row
		if err := rows.Scan(&r.ID, &r.Number, &r.ServiceID, &r.Agency, &r.Status, &r.Version, &r.SubmittedAt, &r.ChangedAt,
			&r.Due.At, &r.Due.Date, &r.Stage); err != nil {
			return nil, "", err
		}
		r.Stage = stageIn(r.Status, r.Stage).Stage
		all = append(all, r)
	}
	if len(all) > limit {
		last := all[limit-1]
		return all[:limit], cursorOf(last.SubmittedAt, last.ID), db.Classify(rows.Err())
	}
	return all, "", db.Classify(rows.Err())
}

// moscow is by how much days of a filter begin before those of UTC.
const moscow = 3 * time.Hour

const queueColumns = `case_id, owner_id, number, service_id, status, version, submitted_at, deadline_at, deadline_date, paused_at, region, assigned_to, initials_sealed, escalated_at, lapsed_at, unread_at, typo_due_at, stage, helper_id`

// queue gives a page of an agency's queue and the cursor of the next.
func (s store) queue(ctx context.Context, f queueFilter) ([]casesdb.ApplicationsQueue, string, error) {
	limit := limitOf(f.Limit, 25)
	all, err := s.walked(ctx, f, limit+1, walkMost)
	if err == nil && len(all) <= limit {
		text, args := s.page(f, limit+1)
		all, err = s.scanQueue(ctx, text, args)
	}
	if err != nil || len(all) <= limit {
		return all, "", err
	}
	last := all[limit-1]
	next := cursorOf(last.DeadlineAt, last.CaseID)
	if f.Order == ByNewest || f.Order == ByOldest {
		next = cursorOf(last.SubmittedAt, last.CaseID)
	}
	return all[:limit], next, nil
}

// page is the query of a page of a queue.
func (s store) page(f queueFilter, limit int) (string, []any) {
	if days := f.days(); len(days) > 0 && s.db.Engine() == db.SQLite {
		return pageOfDays(f, days, limit)
	}
	q := queueQuery(queueColumns, f)
	switch f.Order {
	case ByNewest:
		q.after(f.After, "submitted_at", "case_id", "<")
	case ByOldest:
		q.after(f.After, "submitted_at", "case_id", ">")
	default:
		q.after(f.After, "deadline_at", "case_id", ">")
	}
	return q.end(queueOrder(f.Order), limit), q.args
}

// daysMost is of how many days a page is put together: of each, as many lines as
// the page has are read at most. Of more than daysFew, the beginning of the whole
// queue, walkMost lines of it, is looked through first: most likely it has a page.
const (
	daysMost = 400
	daysFew  = 31
	walkMost = 20_000
)

// walked looks for a page of many days of submission at the beginning of the
// queue, most lines of it. Fewer than limit say nothing: there may be more.
func (s store) walked(ctx context.Context, f queueFilter, limit, most int) ([]casesdb.ApplicationsQueue, error) {
	days := f.days()
	if s.db.Engine() != db.SQLite || !f.ofDays() || len(days) > 0 && len(days) <= daysFew {
		return nil, nil
	}
	q := openQuery("deadline_at, case_id", f)
	q.after(f.After, "deadline_at", "case_id", ">")
	var at db.Time
	var last string
	err := s.db.Reader().QueryRowContext(ctx, q.text.String()+queueOrder("")+" LIMIT 1 OFFSET "+strconv.Itoa(most), q.args...).Scan(&at, &last)
	if err != nil && !db.IsNone(err) {
		return nil, db.Classify(err)
	}
	text, args := walkOfDays(f, at, last, limit)
	return s.scanQueue(ctx, text, args)
}

// walkOfDays reads the queue in its order up to a line, "" to the end.
func walkOfDays(f queueFilter, at db.Time, last string, limit int) (string, []any) {
	q := openQuery(queueColumns, f)
	if f.from > 0 {
		q.and("+submitted_at >= ?", f.from) // the plus keeps the bounds out of the choice of the index
	}
	if f.to > 0 {
		q.and("+submitted_at < ?", f.to)
	}
	q.limits(f)
	q.after(f.After, "deadline_at", "case_id", ">")
	if last != "" {
		q.args = append(q.args, int64(at), last)
		fmt.Fprintf(&q.text, " AND (deadline_at, case_id) <= ($%d, $%d)", len(q.args)-1, len(q.args))
	}
	return q.end(queueOrder(""), limit), q.args
}

// openQuery reads what is to be done, or all that is done.
func openQuery(columns string, f queueFilter) *query {
	q := selecting(columns, "applications_queue", "agency_id", f.Agency)
	q.and("undecided = ?", !f.Closed)
	return q
}

// moscowDay is the day of an instant by Moscow's time, as the index has it.
func moscowDay(at db.Time) int64 {
	return (int64(at) + moscow.Microseconds()) / (24 * time.Hour).Microseconds()
}

// ofDays reports whether a filter asks for days of submission in the order of
// deadlines, and no other index serves it: that of a status, a service …
func (f queueFilter) ofDays() bool {
	ordered := f.Order == ByNewest || f.Order == ByOldest
	narrowed := f.Waits != "" || len(f.Status) > 0 || f.Service != "" || f.Region != "" || len(f.assigned) > 0 || f.Escalated
	return !ordered && !narrowed && (f.from > 0 || f.to > 0)
}

// days are the days of submission that such a filter asks for; nil for no end of
// days, or too many.
func (f queueFilter) days() []int64 {
	to := f.to
	if to == 0 {
		to = f.now + db.Time((24 * time.Hour).Microseconds()) // nothing is submitted later, by whichever clock
	}
	if !f.ofDays() || f.from == 0 || to <= f.from {
		return nil
	}
	first, last := moscowDay(f.from), moscowDay(to-1)
	if last-first >= daysMost {
		return nil
	}
	days := make([]int64, 0, last-first+1)
	for day := first; day <= last; day++ {
		days = append(days, day)
	}
	return days
}

// pageOfDays puts a page together from the beginnings of each day. SQLite would
// read all applications of the days and sort them: it can't hold the order of
// deadlines over a span of another column.
func pageOfDays(f queueFilter, days []int64, limit int) (string, []any) {
	q := openQuery(queueColumns, f)
	// The plus keeps the bounds out of the choice of the index.
	q.and("+submitted_at >= ?", f.from)
	if f.to > 0 {
		q.and("+submitted_at < ?", f.to)
	}
	q.limits(f)
	q.after(f.After, "deadline_at", "case_id", ">")
	q.args = append(q.args, limit)
	n := len(q.args)
	each := make([]string, len(days))
	for i, day := range days {
		q.args = append(q.args, day)
		each[i] = fmt.Sprintf("SELECT * FROM (%s AND (submitted_at + 10800000000) / 86400000000 = $%d%s LIMIT $%d)", q.text.String(), len(q.args), queueOrder(""), n)
	}
	return strings.Join(each, " UNION ALL ") + queueOrder("") + fmt.Sprintf(" LIMIT $%d", n), q.args
}

// queueOrder is an order of a queue, each that of an index.
func queueOrder(order string) string {
	switch order {
	case ByNewest:
		return " ORDER BY submitted_at DESC, case_id DESC"
	case ByOldest:
		return " ORDER BY submitted_at, case_id"
	}
	return " ORDER BY deadline_at, case_id"
}

// queueFilter is a QueueFilter with what the officer and the clock add to it.
type queueFilter struct {
	QueueFilter
	assigned  []string // accounts; with "" in it, nobody
	barred    barred   // cases that are left out
	now, soon db.Time
	from, to  db.Time // of submission, 0 for no bound
}

// toDo keeps what is undecided. Said as a condition it opens the indexes that hold
// such rows only. Where none of those fits it is said as a value, too: SQLite reads
// an index in its order by values alone; to PostgreSQL both are the same.
func (f queueFilter) toDo() string {
	if len(f.assigned) > 0 || len(f.Status) == 0 && f.Service == "" && f.Region == "" && !f.Escalated {
		return " AND undecided AND undecided = TRUE"
	}
	return " AND undecided"
}

// queueQuery names the state of a row in plain text, not as a value: the
// indexes of what is to be done hold such rows only.
func queueQuery(columns string, f queueFilter) *query {
	q := selecting(columns, "applications_queue", "agency_id", f.Agency)
	switch {
	case f.Waits == WaitsMessage: // also of what is decided
		q.text.WriteString(" AND unread_at > 0")
	case f.Waits == WaitsTypo:
		q.text.WriteString(" AND typo_due_at > 0")
	case f.Closed:
		q.text.WriteString(" AND NOT undecided")
	default:
		q.text.WriteString(f.toDo())
	}
	q.in("status", f.Status)
	q.equal("service_id", f.Service)
	q.equal("region", f.Region)
	q.anyOf("assigned_to", f.assigned)
	if f.from > 0 {
		q.and("submitted_at >= ?", f.from)
	}
	if f.to > 0 {
		q.and("submitted_at < ?", f.to)
	}
	if f.Escalated {
		q.text.WriteString(" AND escalated_at > 0")
	}
	q.limits(f)
	return q
}

// limits leaves out what the officer must not see, and keeps what is late or soon.
func (q *query) limits(f queueFilter) {
	q.noneOf("owner_id", f.barred.owners)
	if f.barred.account != "" {
		q.and("helper_id <> ?", f.barred.account)
	}
	q.naming(f.barred.named)
	// What waits for the citizen stands still and is not late.
	switch f.Due {
	case DueOverdue:
		q.and("deadline_at < ? AND deadline_at > 0 AND paused_at = 0", f.now)
	case DueSoon:
		q.and("deadline_at >= ? AND paused_at = 0", f.now)
		q.and("deadline_at <= ?", f.soon)
	}
}

func (q *query) equal(column, value string) {
	if value != "" {
		q.and(column+" = ?", value)
	}
}

func (q *query) anyOf(column string, values []string) {
	switch len(values) {
	case 0:
	case 1:
		q.and(column+" = ?", values[0])
	default:
		q.text.WriteString(" AND " + column + " IN " + db.In(len(q.args)+1, len(values)))
		for _, v := range values {
			q.args = append(q.args, v)
		}
	}
}

func (q *query) noneOf(column string, values []string) {
	for _, v := range values {
		q.and(column+" <> ?", v)
	}
}

// naming leaves out the cases that name somebody by one of the blind indexes.
func (q *query) naming(indexes [][]byte) {
	if len(indexes) == 0 {
		return
	}
	q.text.WriteString(" AND case_id NOT IN (SELECT n.case_id FROM applications_named n WHERE n.agency_id = $1 AND n.person_index IN " +
		db.In(len(q.args)+1, len(indexes)) + ")")
	for _, x := range indexes {
		q.args = append(q.args, x)
	}
}

// count counts a queue up to CountMost.
func (s store) count(ctx context.Context, f queueFilter) (int, error) {
	q := queueQuery("1 AS one", f)
	var n int
	err := s.db.Reader().QueryRowContext(ctx, "SELECT COUNT(*) FROM ("+q.end("", CountMost)+") AS part", q.args...).Scan(&n)
	return n, db.Classify(err)
}
