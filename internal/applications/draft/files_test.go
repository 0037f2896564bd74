package draft

import (
	"net/http"
	"strings"
	"testing"

	"okno/internal/applications/upload"
	"okno/internal/kit/db"
)

func TestFiles(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	step := b.start(b.anna, "child-benefit")
	b.fill(b.anna, step, "relation", "guardian")
	form := b.get(b.anna, step).fields()
	p := b.postFiles(b.anna, step, form, sentFile{"guardianship", "решение.pdf", pdfFile}, sentFile{"guardianship", "не то.exe", "MZ\x90\x00"})
	if p.status != http.StatusUnprocessableEntity || !strings.Contains(text(p.byID("guardianship-error")), "не то.exe") {
		t.Fatalf("%d: %s", p.status, text(p.doc))
	}
	form = p.fields()
	ids := form["guardianship"]
	if len(ids) != 2 || ids[0] == "" { // the file and the empty mark
		t.Fatalf("the good file is lost: %v", ids)
	}
	file := "/cabinet/drafts/" + draftOf(step) + "/files/" + ids[0]
	got := b.get(b.anna, file)
	if got.body != pdfFile || got.header.Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(got.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("read: %d %v", got.status, got.header)
	}
	if p := b.get(b.boris, file); p.status != http.StatusNotFound {
		t.Errorf("another reads it: %d", p.status)
	}
	form.Set("_do", "unfile:"+ids[0])
	b.postFiles(b.anna, step, form).location()
	if p := b.get(b.anna, file); p.status != http.StatusNotFound {
		t.Errorf("a removed file is read: %d", p.status)
	}
	must(t, b.queue.Drain(b.as("system")))
	if n := b.stored(); n != 0 {
		t.Errorf("%d files are left in the store", n)
	}
}

func TestFilesFaults(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	step := b.start(b.anna, "child-benefit")
	b.fill(b.anna, step, "relation", "guardian")
	for name, c := range map[string]struct {
		file sentFile
		says upload.Scan
		want string
	}{
		"too large": {sentFile{"guardianship", "а.pdf", pdfFile + strings.Repeat("x", 11<<20)}, upload.Clean, "слишком большой"},
		"renamed":   {sentFile{"guardianship", "а.pdf", "\x89PNG\r\n\x1a\n0000"}, upload.Clean, "назван как PDF"},
		"cut":       {sentFile{"guardianship", "а.pdf", pdfFile[:100]}, upload.Clean, "не до конца"},
		"infected":  {sentFile{"guardianship", "а.pdf", pdfFile}, upload.Infected, "вирус"},
	} {
		b.scanner.tell(c.says, nil)
		p := b.postFiles(b.anna, step, b.get(b.anna, step).fields(), c.file)
		if p.status != http.StatusUnprocessableEntity || !strings.Contains(text(p.byID("guardianship-error")), c.want) {
			t.Errorf("%s: %d %s", name, p.status, text(p.byID("guardianship-error")))
		}
	}
	if n := b.stored(); n != 0 {
		t.Errorf("%d files stored", n)
	}
}

func TestScannerDown(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	step := b.start(b.anna, "child-benefit")
	b.fill(b.anna, step, "relation", "guardian")
	b.scanner.tell("", http.ErrHandlerTimeout)
	form := b.get(b.anna, step).fields()
	form.Set("_do", "upload:guardianship")
	b.postFiles(b.anna, step, form, sentFile{"guardianship", "а.pdf", pdfFile}).location()
	p := b.get(b.anna, step)
	if !strings.Contains(text(p.byID("guardianship-files")), "Проверяем на вирусы") {
		t.Errorf("held: %s", text(p.byID("guardianship-files")))
	}
	if got := b.get(b.anna, "/cabinet/drafts/"+draftOf(step)+"/files/"+p.fields()["guardianship"][0]); got.status != http.StatusConflict {
		t.Errorf("a held file is read: %d", got.status)
	}
	b.scanner.tell(upload.Infected, nil)
	must(t, b.queue.Drain(b.as("system")))
	if p := b.get(b.anna, step); !strings.Contains(text(p.doc), "файл не нашёлся") && !strings.Contains(text(p.doc), "Найден вирус") {
		t.Errorf("infected: %s", text(p.doc))
	}
}

func TestFilesAreSentAndLetGo(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	step := b.start(b.anna, "child-benefit")
	b.fill(b.anna, step, "relation", "guardian")
	next := b.postFiles(b.anna, step, b.get(b.anna, step).fields(), sentFile{"guardianship", "решение.pdf", pdfFile}).location()
	for range 3 {
		next = b.fill(b.anna, next, childBenefit()[next[strings.LastIndex(next, "/")+1:]]...).location()
	}
	b.send(b.anna, next).location()
	if string(b.cases.files["решение.pdf"]) != pdfFile {
		t.Error("the file did not come along")
	}
	must(t, b.queue.Drain(b.as("system")))
	if n := b.stored(); n != 0 {
		t.Errorf("%d files are left", n)
	}
}
