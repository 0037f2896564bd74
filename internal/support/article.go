package support

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"okno/internal/kit/i18n"
)

//go:embed articles
var articleFiles embed.FS

// Article is a page of help.
type Article struct {
	Slug  string `yaml:"slug"`
	Title string `yaml:"title"`
	Lead  string `yaml:"lead"`
	// Words are others by which people look for it.
	Words    []string  `yaml:"words"`
	Sections []Section `yaml:"sections"`
	Links    []Link    `yaml:"links"`
}

// Section is a part of an article: paragraphs, then steps (numbered) or points,
// then facts.
type Section struct {
	Title  string   `yaml:"title"`
	Text   []string `yaml:"text"`
	Steps  []string `yaml:"steps"`
	Points []string `yaml:"points"`
	Facts  []Fact   `yaml:"facts"`
}

// Fact is a word with its meaning.
type Fact struct {
	Key  string `yaml:"key"`
	Text string `yaml:"text"`
}

// Link leads on from an article.
type Link struct {
	Text string `yaml:"text"`
	Href string `yaml:"href"`
}

// library is the help of one language.
type library struct {
	Help          []Article `yaml:"help"`
	Privacy       Article   `yaml:"privacy"`
	Accessibility Article   `yaml:"accessibility"`
}

// loadArticles reads all files of all languages.
func loadArticles() (map[string]library, error) {
	all := map[string]library{}
	for _, lang := range i18n.Langs() {
		names, err := fs.Glob(articleFiles, "articles/"+lang+"/*.yaml")
		if err != nil {
			return nil, err
		}
		var l library
		for _, name := range names {
			if err := l.load(name); err != nil {
				return nil, err
			}
		}
		all[lang] = l
	}
	return all, nil
}

func (l *library) load(name string) error {
	raw, err := articleFiles.ReadFile(name)
	if err != nil {
		return err
	}
	var part library
	if err := yaml.NewDecoder(bytes.NewReader(raw), yaml.Strict()).Decode(&part); err != nil {
		return fmt.Errorf("support: %s: %w", name, err)
	}
	l.Help = append(l.Help, part.Help...)
	if part.Privacy.Title != "" {
		l.Privacy = part.Privacy
	}
	if part.Accessibility.Title != "" {
		l.Accessibility = part.Accessibility
	}
	return nil
}

func (l library) article(slug string) (Article, bool) {
	i := slices.IndexFunc(l.Help, func(a Article) bool { return a.Slug == slug })
	if i < 0 {
		return Article{}, false
	}
	return l.Help[i], true
}

// search lists the articles that hold all words of q, those with the words in
// their title first. Without words it lists all.
func (l library) search(q string) []Article {
	words := wordsOf(q)
	if len(words) == 0 {
		return l.Help
	}
	type hit struct {
		a     Article
		score int
	}
	var hits []hit
	for _, a := range l.Help {
		if n := a.score(words); n > 0 {
			hits = append(hits, hit{a, n})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return b.score - a.score })
	found := make([]Article, len(hits))
	for i, h := range hits {
		found[i] = h.a
	}
	return found
}

// score is 0 unless every word of at least three letters is found.
func (a Article) score(words []string) int {
	title := wordsOf(a.Title + " " + strings.Join(a.Words, " "))
	body := wordsOf(a.text())
	total := 0
	for _, w := range words {
		stem := stemOf(w)
		begins := func(s string) bool { return strings.HasPrefix(s, stem) }
		switch {
		case slices.ContainsFunc(title, begins):
			total += 3
		case slices.ContainsFunc(body, begins):
			total++
		case len([]rune(w)) >= 3:
			return 0
		}
	}
	return total
}

// stemOf cuts the ending of a word, so that «заявления» finds «заявлению».
func stemOf(w string) string {
	r := []rune(w)
	if len(r) > 5 {
		return string(r[:max(4, len(r)-2)])
	}
	if len(r) == 5 {
		return string(r[:4])
	}
	return w
}

func (a Article) text() string {
	var b strings.Builder
	b.WriteString(a.Lead)
	for _, s := range a.Sections {
		for _, part := range [][]string{{s.Title}, s.Text, s.Steps, s.Points} {
			b.WriteString(" " + strings.Join(part, " "))
		}
		for _, f := range s.Facts {
			b.WriteString(" " + f.Key + " " + f.Text)
		}
	}
	return b.String()
}
