package okno_test

import (
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// classes of tables, and what their keys begin with.
var classes = map[string]string{
	"owner": "owner_id", "agency": "agency_id", "resource": "", "directory": "", "reference": "", "log": "",
}

var (
	createTable  = regexp.MustCompile(`(?i)^CREATE TABLE (IF NOT EXISTS )?(\w+) \($`)
	createUnique = regexp.MustCompile(`(?i)^CREATE UNIQUE INDEX \w+ ON (\w+) ?\((\w+)`)
	classMark    = regexp.MustCompile(`^-- class: (\w+)`)
	columnLine   = regexp.MustCompile(`^(\w+)\s+(\w+)(.*?)(?:--\s*(.*))?$`)
	keyLine      = regexp.MustCompile(`(?i)^(?:CONSTRAINT \w+ )?(PRIMARY KEY|UNIQUE) ?\((\w+)`)
	columnMark   = regexp.MustCompile(`^(plain|personal|secret)(:|$)`)
)

// table is what the rules need of one CREATE TABLE.
type table struct {
	name, class, at string
	primary         string // first column of the primary key
	unique          []string
}

func TestMigrations(t *testing.T) {
	t.Parallel()
	h, err := load()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for _, p := range h.other { // in the order of their numbers
		if !strings.Contains(p, "/migrations/") || !strings.HasSuffix(p, ".sql") {
			continue
		}
		raw, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		checkTwin(t, h, p)
		checkMigration(t, p, string(raw), seen)
	}
}

// checkTwin wants a file for PostgreSQL alone to stand beside the common one.
func checkTwin(t *testing.T, h *house, p string) {
	t.Helper()
	if common, ok := strings.CutSuffix(p, ".pg.sql"); ok && !slices.Contains(h.other, common+".sql") {
		t.Errorf("%s has no %s beside it. The numbers of both engines are the same.", p, path.Base(common)+".sql")
	}
}

// checkMigration reads a migration line by line: one column a line is part of
// the discipline, as the mark stands at its end. seen holds the classes of all
// tables so far.
func checkMigration(t *testing.T, p, text string, seen map[string]string) {
	t.Helper()
	var cur *table
	class := ""
	if strings.Contains(text, "+goose Down") {
		t.Errorf("%s has a way down. Migrations go up only; a new one mends an old one.", p)
	}
	for i, raw := range strings.Split(text, "\n") {
		line, at := strings.TrimSpace(raw), p+":"+strconv.Itoa(i+1)
		switch {
		case line == "" || cur == nil && strings.HasPrefix(line, "--"):
			if m := classMark.FindStringSubmatch(line); m != nil {
				class = m[1]
			}
		case createTable.MatchString(line):
			cur = &table{name: createTable.FindStringSubmatch(line)[2], class: class, at: at}
			class = ""
			seen[cur.name] = cur.class
			checkHead(t, cur, p)
		case cur != nil && strings.HasPrefix(line, ")"):
			checkKeys(t, cur)
			cur = nil
		case cur != nil && !strings.HasPrefix(line, "--"):
			checkLine(t, cur, line, at)
		case cur == nil && createUnique.MatchString(line):
			m := createUnique.FindStringSubmatch(line)
			checkFirst(t, at, m[1], seen[m[1]], m[2])
		}
	}
}

func checkHead(t *testing.T, c *table, p string) {
	t.Helper()
	if _, ok := classes[c.class]; !ok {
		t.Errorf("%s: table %s has class %q. Write `-- class: owner|agency|resource|directory|reference|log` above it.", c.at, c.name, c.class)
	}
	owner, _, _ := strings.Cut(p, "/migrations/")
	prefix := path.Base(owner)
	if room := roomOf(p); room != "" {
		prefix = room
	}
	if !strings.HasPrefix(c.name, prefix+"_") {
		t.Errorf("%s: table %s. Its name begins with its room: %s_%s.", c.at, c.name, prefix, c.name)
	}
}

func checkLine(t *testing.T, c *table, line, at string) {
	t.Helper()
	if m := keyLine.FindStringSubmatch(line); m != nil {
		if strings.EqualFold(m[1], "PRIMARY KEY") {
			c.primary = m[2]
		} else {
			c.unique = append(c.unique, m[2])
		}
		return
	}
	m := columnLine.FindStringSubmatch(line)
	if m == nil || regexp.MustCompile(`(?i)^(FOREIGN|CHECK|CONSTRAINT)$`).MatchString(m[1]) {
		t.Errorf("%s: %q is no column. One column a line; no foreign keys and checks.", at, line)
		return
	}
	name, kind, rest, comment := m[1], m[2], strings.ToUpper(m[3]), strings.TrimSpace(m[4])
	if strings.Contains(rest, "PRIMARY KEY") {
		c.primary = name
	}
	if strings.Contains(rest, "REFERENCES") {
		t.Errorf("%s: column %s refers to another table. Rows of one act are written in one transaction instead.", at, name)
	}
	if !slices.Contains([]string{"TEXT", "BIGINT", "BOOLEAN", "BYTEA"}, kind) {
		t.Errorf("%s: column %s is %s. Columns are TEXT, BIGINT, BOOLEAN or BYTEA: the same on both engines.", at, name, kind)
	}
	if !strings.Contains(rest, "NOT NULL") {
		t.Errorf("%s: column %s may be NULL. Write NOT NULL; '' and 0 mean none.", at, name)
	}
	checkMark(t, name, kind, comment, at)
}

func checkMark(t *testing.T, name, kind, comment, at string) {
	t.Helper()
	m := columnMark.FindStringSubmatch(comment)
	if m == nil {
		t.Errorf("%s: column %s is not marked. End the line with `-- plain`, `-- personal` or `-- secret`, and `: why` where it helps.", at, name)
		return
	}
	hidden := strings.HasSuffix(name, "_sealed") || strings.HasSuffix(name, "_index")
	switch {
	case m[1] == "personal" && (!hidden || kind != "BYTEA"):
		t.Errorf("%s: column %s is personal. Seal it (BYTEA %s_sealed) or index it blindly (BYTEA %s_index).", at, name, name, name)
	case m[1] != "personal" && hidden:
		t.Errorf("%s: column %s is sealed or a blind index, but marked %s. Mark it personal.", at, name, m[1])
	}
}

func checkKeys(t *testing.T, c *table) {
	t.Helper()
	if c.primary == "" {
		t.Errorf("%s: table %s has no primary key.", c.at, c.name)
		return
	}
	for _, first := range append([]string{c.primary}, c.unique...) {
		checkFirst(t, c.at, c.name, c.class, first)
	}
}

func checkFirst(t *testing.T, at, table, class, first string) {
	t.Helper()
	if want := classes[class]; want != "" && first != want {
		t.Errorf("%s: a key of table %s begins with %s. Tables of class %s can be sharded: begin with %s.", at, table, first, class, want)
	}
}
