package reference

import (
	"embed"
	"fmt"
	"io/fs"
	"time"
	_ "time/tzdata" // a bare container has no zone files

	"github.com/goccy/go-yaml"
)

//go:embed data
var data embed.FS

// Reference is the data that is embedded in the program.
type Reference struct {
	calendar *Calendar
	regions  []Region
	byCode   map[string]Region
}

// Region is a subject of the Federation.
type Region struct {
	Code   string // two digits, as in tax numbers and on plates
	NameRu string
	NameEn string
	OKATO  string // the leading digits that all its ОКАТО and ОКТМО codes share
	Zone   *time.Location
}

// Name is the name in the language, Russian unless "en".
func (r Region) Name(lang string) string {
	if lang == "en" {
		return r.NameEn
	}
	return r.NameRu
}

// Load reads the embedded data; call it once, at start. An error is a broken build.
func Load() (*Reference, error) {
	calendar, err := loadCalendar()
	if err != nil {
		return nil, fmt.Errorf("reference calendar: %w", err)
	}
	regions, err := loadRegions()
	if err != nil {
		return nil, fmt.Errorf("reference regions: %w", err)
	}
	r := &Reference{calendar: calendar, regions: regions, byCode: make(map[string]Region, len(regions))}
	for _, region := range regions {
		r.byCode[region.Code] = region
	}
	return r, nil
}

// Calendar is the federal production calendar.
func (r *Reference) Calendar() *Calendar { return r.calendar }

// Regions lists the regions by code. The caller may keep and change the slice.
func (r *Reference) Regions() []Region { return append([]Region(nil), r.regions...) }

// Region finds a region by its two digits.
func (r *Reference) Region(code string) (Region, bool) {
	region, ok := r.byCode[code]
	return region, ok
}

// Zone is the time zone of the region's capital, Moscow's for an unknown code.
func (r *Reference) Zone(code string) *time.Location {
	if region, ok := r.byCode[code]; ok {
		return region.Zone
	}
	return r.byCode["77"].Zone
}

func loadRegions() ([]Region, error) {
	raw, err := data.ReadFile("data/regions.yaml")
	if err != nil {
		return nil, err
	}
	var rows []struct {
		Code, OKATO, TZ, Ru, En string
		OKATOUnconfirmed        bool `yaml:"okato_unconfirmed"`
	}
	if err := yaml.UnmarshalWithOptions(raw, &rows, yaml.Strict()); err != nil {
		return nil, err
	}
	regions := make([]Region, 0, len(rows))
	for _, row := range rows {
		zone, err := time.LoadLocation(row.TZ)
		if err != nil {
			return nil, err
		}
		regions = append(regions, Region{Code: row.Code, NameRu: row.Ru, NameEn: row.En, OKATO: row.OKATO, Zone: zone})
	}
	return regions, nil
}

// yearFile is data/calendar/<year>.yaml.
type yearFile struct {
	Year       int
	Act        string
	Unverified bool `yaml:"transfers_unverified"`
	Transfers  []struct{ From, To string }
}

func loadCalendar() (*Calendar, error) {
	names, err := fs.Glob(data, "data/calendar/*.yaml")
	if err != nil {
		return nil, err
	}
	years := make(map[int]calendarYear, len(names))
	for _, name := range names {
		raw, err := data.ReadFile(name)
		if err != nil {
			return nil, err
		}
		year, y, err := parseYear(raw)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		years[year] = y
	}
	return &Calendar{years: years}, nil
}

func parseYear(raw []byte) (int, calendarYear, error) {
	var file yearFile
	if err := yaml.UnmarshalWithOptions(raw, &file, yaml.Strict()); err != nil {
		return 0, calendarYear{}, err
	}
	y := calendarYear{act: file.Act, unverified: file.Unverified, off: map[time.Time]bool{}, worked: map[time.Time]bool{}}
	for _, t := range file.Transfers {
		from, err := time.Parse(time.DateOnly, t.From)
		if err != nil {
			return 0, y, err
		}
		to, err := time.Parse(time.DateOnly, t.To)
		if err != nil {
			return 0, y, err
		}
		if from.Year() != file.Year || to.Year() != file.Year {
			return 0, y, fmt.Errorf("transfer %s to %s leaves the year %d", t.From, t.To, file.Year)
		}
		y.worked[from], y.off[to] = true, true
	}
	return file.Year, y, nil
}
