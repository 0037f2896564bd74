package forms

import (
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
)

// maxFiles bounds the count of files in one answer, whatever the service says.
const maxFiles = 20

// fileKind is one or several uploaded files, kept as references. They are posted by
// id; name, size and type are taken from the facts, never from the browser.
type fileKind struct{}

func (fileKind) Name() string { return "file" }

func (fileKind) keys() []string {
	return []string{"accept", "max_size", "count", "document", "from_vault"}
}

func (fileKind) celType(p *provider, _ *Field) *cel.Type {
	return cel.ListType(p.define("file", map[string]*cel.Type{
		"id": cel.StringType, "name": cel.StringType, "size": cel.IntType, "type": cel.StringType,
	}))
}

func (fileKind) Inputs(*Field) []Input { return []Input{{Control: "file"}} }

func (fileKind) read(_ *Field, in posted) any { return in.list("") }

// FileTypes are the types that a file field takes.
func (f *Field) FileTypes() []string {
	if len(f.Accept) > 0 {
		return f.Accept
	}
	if f.Kind == "photo" {
		return []string{"jpg", "png"}
	}
	return []string{"pdf", "jpg", "png"}
}

// FileBytes is the largest size of one file.
func (f *Field) FileBytes() int64 {
	if f.MaxSize > 0 {
		return int64(f.MaxSize) << 20
	}
	return 10 << 20
}

// FileCount is how many files the field takes.
func (f *Field) FileCount() int { return min(max(1, f.Count), maxFiles) }

func (fileKind) accept(f *Field, v any, b bounds) (any, []flaw) {
	if b.files == nil {
		return storedFiles(f, v)
	}
	ids, ok := fileIDs(v)
	if !ok {
		return nil, oneFlaw("forms.error.shape")
	}
	if len(ids) > f.FileCount() {
		return nil, oneFlaw("forms.error.files_many", "Count", f.FileCount())
	}
	var out []any
	for _, id := range ids {
		x, ok := b.files[id]
		if !ok {
			return nil, oneFlaw("forms.error.file_unknown")
		}
		if flaws := checkFile(f, x); flaws != nil {
			return nil, flaws
		}
		out = append(out, map[string]any{"id": x.ID, "name": x.Name, "size": x.Size, "type": x.Type})
	}
	return out, nil
}

// storedFiles takes the references of an answer as they are: of a stored form
// that is read without its files at hand. Check never comes here.
func storedFiles(f *Field, v any) (any, []flaw) {
	list, ok := v.([]any)
	if !ok || len(list) > maxFiles {
		return nil, oneFlaw("forms.error.shape")
	}
	var out []any
	for _, x := range list {
		m, _ := x.(map[string]any)
		size, sized := whole(m["size"])
		id, hasID := m["id"].(string)
		name, named := m["name"].(string)
		typ, typed := m["type"].(string)
		if !sized || !hasID || !named || !typed {
			return nil, oneFlaw("forms.error.shape")
		}
		if flaws := checkFile(f, File{ID: id, Name: name, Size: size, Type: typ}); flaws != nil {
			return nil, flaws
		}
		out = append(out, map[string]any{"id": id, "name": name, "size": size, "type": typ})
	}
	return out, nil
}

func checkFile(f *Field, x File) []flaw {
	if !slices.Contains(f.FileTypes(), x.Type) {
		return oneFlaw("forms.error.file_type", "Name", x.Name, "Types", strings.ToUpper(strings.Join(f.FileTypes(), ", ")))
	}
	if x.Size > f.FileBytes() {
		return oneFlaw("forms.error.file_size", "Name", x.Name, "Max", f.FileBytes()>>20)
	}
	if x.Size <= 0 {
		return oneFlaw("forms.error.file_empty", "Name", x.Name)
	}
	return nil
}

// fileIDs reads a list of ids, or of references with an id.
func fileIDs(v any) ([]string, bool) {
	list, ok := v.([]any)
	if !ok || len(list) > 1000 {
		return nil, false
	}
	var ids []string
	for _, x := range list {
		if m, isMap := x.(map[string]any); isMap {
			x = m["id"]
		}
		id, ok := x.(string)
		if !ok {
			return nil, false
		}
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids, true
}

func (fileKind) Print(_ *Field, v any, _ Printer) string {
	list, _ := v.([]any)
	var names []string
	for _, x := range list {
		if m, ok := x.(map[string]any); ok {
			s, _ := m["name"].(string)
			names = append(names, s)
		}
	}
	return strings.Join(names, ", ")
}

func (fileKind) boxes(_ *Field, v any) map[string][]string {
	ids, _ := fileIDs(v)
	if len(ids) == 0 {
		return nil
	}
	return map[string][]string{"": ids}
}
