package forms

import (
	"io/fs"
	"path"
	"reflect"
	"strings"
)

// Options are what Lint knows of the world around the services.
type Options struct {
	// Dir is the folder of the services within the file system; "." by default.
	Dir string
	// Agencies, Categories and LifeEvents are the known codes; nil means that
	// any code is taken.
	Agencies, Categories, LifeEvents map[string]bool
	// Dictionaries are the known dictionaries; nil means that any is taken.
	// LoadAll and Lint take those of the folder by themselves.
	Dictionaries Shelf
	// Production refuses services with facts that are not verified.
	Production bool
}

// Lint reads every service below the folder and lists all faults, in the order
// of files and lines. No fault means that each of them can be published.
func Lint(fsys fs.FS, o Options) []Fault {
	_, faults := LoadAll(fsys, o)
	return faults
}

// LoadAll reads every service below the folder: those without faults, and the
// faults of the others.
func LoadAll(fsys fs.FS, o Options) ([]*Service, []Fault) {
	lang, err := newLanguage()
	if err != nil {
		return nil, []Fault{{File: o.Dir, Code: "internal", What: err.Error()}}
	}
	var loaded []*Service
	var all []Fault
	files, faults := find(fsys, o)
	all = append(all, faults...)
	if o.Dictionaries == nil {
		o.Dictionaries, faults = LoadDictionaries(fsys, o.Dir)
		all = append(all, faults...)
	}
	services, found := make([]*Service, len(files)), make([][]Fault, len(files))
	together(len(files), func(i int) bool {
		services[i], found[i] = load(lang, fsys, files[i], o)
		return true
	})
	for i, s := range services {
		all = append(all, found[i]...)
		if s != nil {
			loaded = append(loaded, s)
		}
	}
	if len(all) == 0 {
		all = lintLinks(loaded)
	}
	return loaded, all
}

func find(fsys fs.FS, o Options) (files []string, faults []Fault) {
	dir := o.Dir
	if dir == "" {
		dir = "."
	}
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return nil, []Fault{{File: dir, Code: "missing", What: "the folder can't be read", Hint: err.Error()}}
	}
	for _, e := range entries {
		file := path.Join(dir, e.Name(), "service.yaml")
		if !e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if _, err := fs.Stat(fsys, file); err == nil {
			files = append(files, file)
		}
	}
	return files, nil
}

// lintLinks looks at what one service says of others.
func lintLinks(services []*Service) []Fault {
	known := map[string]bool{}
	var ids []string
	for _, s := range services {
		known[s.ID] = true
		ids = append(ids, s.ID)
	}
	var out []Fault
	for _, s := range services {
		out = append(out, lintRecommended(s, known, ids)...)
		for _, stop := range s.stops() {
			for _, way := range stop.Instead {
				if way.Service != "" && !known[way.Service] {
					out = append(out, Fault{File: s.Path, Pos: stop.At, Code: "value", What: "instead: there is no service " + way.Service, Hint: nearest(way.Service, ids)})
				}
			}
		}
	}
	return out
}

// stops are all early ends of the form.
func (s *Service) stops() []*Stop {
	var out []*Stop
	for i := range s.Form.Steps {
		for j := range s.Form.Steps[i].Stop {
			out = append(out, &s.Form.Steps[i].Stop[j])
		}
	}
	for i := range s.Form.Stop {
		out = append(out, &s.Form.Stop[i])
	}
	return out
}

// Load reads and compiles one service. The service is nil if there is any
// fault. Codes of agencies and categories are not checked, and marks of
// unverified facts are no fault: see Service.Unverified.
func Load(fsys fs.FS, file string) (*Service, []Fault) {
	lang, err := newLanguage()
	if err != nil {
		return nil, []Fault{{File: file, Code: "internal", What: err.Error()}}
	}
	return load(lang, fsys, file, Options{})
}

func load(lang *language, fsys fs.FS, file string, o Options) (*Service, []Fault) {
	data, err := fs.ReadFile(fsys, file)
	if err != nil {
		return nil, []Fault{{File: file, Pos: Pos{1, 1}, Code: "missing", What: "the file can't be read", Hint: err.Error()}}
	}
	fs := &faults{file: file}
	s := read(data, fs)
	if s == nil {
		return nil, fs.sorted()
	}
	s.Path = file
	index(s, lang.kinds, fs)
	lint(s, o, fs)
	if len(fs.list) == 0 {
		compile(lang.env, s, fs)
	}
	if len(fs.list) > 0 {
		return nil, fs.sorted()
	}
	if faults := tested(fsys, s, o); len(faults) > 0 {
		return nil, faults
	}
	return s, nil
}

// tested runs the golden cases beside the service, if there are any.
func tested(fsys fs.FS, s *Service, o Options) []Fault {
	cases, faults := LoadCases(fsys, s)
	if len(faults) > 0 || len(cases) == 0 {
		return faults
	}
	var d Dictionaries
	if o.Dictionaries != nil {
		d = o.Dictionaries
	}
	return RunCases(s, cases, d)
}

// read decodes the file into the types; nil if it is no YAML at all.
func read(data []byte, fs *faults) *Service {
	root := parseYAML(data, fs)
	if root == nil {
		return nil
	}
	d := newDecoder(fs, strings.Split(string(data), "\n"))
	s := &Service{}
	d.value(root, reflect.ValueOf(s).Elem(), tags{})
	s.Unverified = d.unverified
	return s
}
