package agency

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"time"

	"github.com/goccy/go-yaml"
)

// File is the name of the file with the agencies in the folder of services.
const File = "agencies.yaml"

// Text is a text for people in both languages.
type Text struct {
	RU string `yaml:"ru"`
	EN string `yaml:"en"`
}

// In is the text in the language, Russian unless "en".
func (t Text) In(lang string) string {
	if lang == "en" {
		return t.EN
	}
	return t.RU
}

// Agency is a body that gives services. Its values are never changed.
type Agency struct {
	Code    string   `yaml:"code"`
	Title   Text     `yaml:"title"` // as people call it
	Full    Text     `yaml:"full"`  // as the law calls it
	Zone    string   `yaml:"zone"`  // IANA name, the zone of its deadlines
	Offices []Office `yaml:"offices"`
	// Superior is the code of the body to which one appeals against this one's
	// answer to a complaint, "" where the next way is the court.
	Superior string `yaml:"superior"`

	zone *time.Location // of Zone, read once
}

// Office is a place where an agency works.
type Office struct {
	Code    string `yaml:"code"`
	Region  string `yaml:"region"` // two digits
	Title   Text   `yaml:"title"`
	Address Text   `yaml:"address"`
	Zone    string `yaml:"zone"`   // "" is the agency's
	Sample  bool   `yaml:"sample"` // made up for trial

	zone *time.Location
}

// Location is the zone in which the agency counts its days.
func (a Agency) Location() *time.Location { return location(a.zone, a.Zone) }

// Office finds an office of the agency by its code.
func (a Agency) Office(code string) (Office, bool) {
	for _, o := range a.Offices {
		if o.Code == code {
			return o, true
		}
	}
	return Office{}, false
}

// InRegion is the office for people of the region: the first there, else the
// first of all.
func (a Agency) InRegion(region string) (Office, bool) {
	for _, o := range a.Offices {
		if o.Region == region {
			return o, true
		}
	}
	if len(a.Offices) == 0 {
		return Office{}, false
	}
	return a.Offices[0], true
}

// Location is the zone in which the office keeps its hours.
func (o Office) Location() *time.Location { return location(o.zone, o.Zone) }

// location is the zone that Load has read. It falls back to Moscow; Load
// refuses unknown zones, so it never has to.
func location(known *time.Location, zone string) *time.Location {
	if known != nil {
		return known
	}
	l, err := time.LoadLocation(zone)
	if err != nil {
		return time.FixedZone("MSK", 3*60*60)
	}
	return l
}

// Load reads the agencies from the folder of services. The error names the
// agency and its fault.
func Load(services fs.FS) ([]Agency, error) {
	raw, err := fs.ReadFile(services, File)
	if err != nil {
		return nil, fmt.Errorf("agencies: %w", err)
	}
	return parse(raw)
}

func parse(raw []byte) ([]Agency, error) {
	var all []Agency
	if err := yaml.UnmarshalWithOptions(raw, &all, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("%s: %w", File, err)
	}
	seen := map[string]bool{}
	for i := range all {
		if err := complete(&all[i], seen); err != nil {
			return nil, fmt.Errorf("%s: %w", File, err)
		}
	}
	return all, checkSuperiors(all)
}

// checkSuperiors wants each superior to be another agency, and none above itself.
func checkSuperiors(all []Agency) error {
	above := map[string]string{}
	for _, a := range all {
		above[a.Code] = a.Superior
	}
	for _, a := range all {
		if _, ok := above[a.Superior]; a.Superior != "" && !ok {
			return fmt.Errorf("%s: %s: superior %q is not known", File, a.Code, a.Superior)
		}
		steps := 0
		for at := a.Superior; at != ""; at = above[at] {
			if steps++; at == a.Code || steps > len(all) {
				return fmt.Errorf("%s: %s stands above itself", File, a.Code)
			}
		}
	}
	return nil
}

// complete checks an agency and gives its offices the agency's zone.
func complete(a *Agency, seen map[string]bool) error {
	if err := checkCode(a.Code, seen); err != nil {
		return err
	}
	if err := checkTexts(a.Code, a.Title, a.Full); err != nil {
		return err
	}
	var err error
	if a.zone, err = time.LoadLocation(a.Zone); err != nil || a.Zone == "" {
		return fmt.Errorf("%s: zone %q is not known", a.Code, a.Zone)
	}
	for i := range a.Offices {
		if err := completeOffice(&a.Offices[i], a.Zone, seen); err != nil {
			return fmt.Errorf("%s: %w", a.Code, err)
		}
	}
	return nil
}

func completeOffice(o *Office, zone string, seen map[string]bool) error {
	if err := checkCode(o.Code, seen); err != nil {
		return err
	}
	if o.Zone == "" {
		o.Zone = zone
	}
	var err error
	if o.zone, err = time.LoadLocation(o.Zone); err != nil {
		return fmt.Errorf("%s: zone %q is not known", o.Code, o.Zone)
	}
	if !regexp.MustCompile(`^\d{2}$`).MatchString(o.Region) {
		return fmt.Errorf("%s: region %q is not two digits", o.Code, o.Region)
	}
	return checkTexts(o.Code, o.Title, o.Address)
}

func checkCode(code string, seen map[string]bool) error {
	if !regexp.MustCompile(`^[a-z][a-z0-9-]{1,39}$`).MatchString(code) {
		return fmt.Errorf("code %q must be small letters, digits and hyphens", code)
	}
	if seen[code] {
		return fmt.Errorf("code %s stands twice", code)
	}
	seen[code] = true
	return nil
}

func checkTexts(code string, texts ...Text) error {
	if slices.ContainsFunc(texts, func(t Text) bool { return t.RU == "" || t.EN == "" }) {
		return fmt.Errorf("%s: a text is missing in one of the languages", code)
	}
	return nil
}
