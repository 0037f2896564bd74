package population

// Sexes of a Person.
const (
	Male   = "male"
	Female = "female"
)

// AsOf is the day on which the population was described; nothing in it happened later.
const AsOf = "2026-01-01"

// Person is one made-up inhabitant. Dates are YYYY-MM-DD; relations are named
// by СНИЛС; money is in kopecks.
type Person struct {
	Number              int              `json:"number"`
	LastName            string           `json:"last_name"`
	FirstName           string           `json:"first_name"`
	MiddleName          string           `json:"middle_name"`
	BirthDate           string           `json:"birth_date"`
	BirthPlace          string           `json:"birth_place"`
	Sex                 string           `json:"sex"`
	SNILS               string           `json:"snils"`
	INN                 string           `json:"inn"`
	Passport            *Passport        `json:"passport,omitempty"`
	BirthCertificate    Certificate      `json:"birth_certificate"`
	Address             Address          `json:"address"`
	RegisteredOn        string           `json:"registered_on"`
	Spouse              string           `json:"spouse,omitempty"`
	MarriedOn           string           `json:"married_on,omitempty"`
	MarriageCertificate *Certificate     `json:"marriage_certificate,omitempty"`
	Children            []string         `json:"children,omitempty"`
	Parents             []string         `json:"parents,omitempty"`
	DriverLicence       *DriverLicence   `json:"driver_licence,omitempty"`
	Vehicles            []Vehicle        `json:"vehicles,omitempty"`
	Property            []PropertyObject `json:"property,omitempty"`
	Incomes             []Income         `json:"incomes,omitempty"`
	Debts               []Debt           `json:"debts,omitempty"`
}

// FullName is «Фамилия Имя Отчество».
func (p Person) FullName() string {
	return p.LastName + " " + p.FirstName + " " + p.MiddleName
}

// Passport is a passport of the РФ: series of four digits (two of the ОКАТО
// region, two of the year in which the blank was printed) and number of six.
type Passport struct {
	Series   string `json:"series"`
	Number   string `json:"number"`
	IssuedOn string `json:"issued_on"`
	IssuedBy string `json:"issued_by"`
	UnitCode string `json:"unit_code"`
}

// Certificate is a certificate of birth or of marriage: «I-МЮ», «123456».
type Certificate struct {
	Series   string `json:"series"`
	Number   string `json:"number"`
	IssuedOn string `json:"issued_on"`
	IssuedBy string `json:"issued_by"`
}

// Address is where a household is registered.
type Address struct {
	Index      string `json:"index"`
	RegionCode string `json:"region_code"`
	Region     string `json:"region"`
	City       string `json:"city"`
	Street     string `json:"street"`
	House      string `json:"house"`
	Flat       string `json:"flat"`
	OKTMO      string `json:"oktmo"`
	Text       string `json:"text"`
}

// DriverLicence is a licence to drive; it is good for ten years.
type DriverLicence struct {
	Series     string `json:"series"`
	Number     string `json:"number"`
	IssuedOn   string `json:"issued_on"`
	ExpiresOn  string `json:"expires_on"`
	Categories string `json:"categories"`
}

// Vehicle is a registered car.
type Vehicle struct {
	Plate string `json:"plate"`
	VIN   string `json:"vin"`
	Model string `json:"model"`
	Year  int    `json:"year"`
	STS   string `json:"sts"`
	PTS   string `json:"pts"`
}

// PropertyObject is a share in a piece of real estate. Area is in hundredths
// of a square metre, Value (cadastral) in kopecks.
type PropertyObject struct {
	CadastralNumber string `json:"cadastral_number"`
	Kind            string `json:"kind"`
	Address         string `json:"address"`
	Area            int    `json:"area"`
	Share           string `json:"share"`
	RegisteredOn    string `json:"registered_on"`
	Value           int64  `json:"value"`
}

// Income is what an employer paid in a year and the tax withheld, in kopecks.
type Income struct {
	Year        int    `json:"year"`
	Employer    string `json:"employer"`
	EmployerINN string `json:"employer_inn"`
	Gross       int64  `json:"gross"`
	Tax         int64  `json:"tax"`
}

// Debt is an unpaid charge with its УИН; Kind is tax, fine or utility; Amount is in kopecks.
type Debt struct {
	UIN    string `json:"uin"`
	Kind   string `json:"kind"`
	Amount int64  `json:"amount"`
	Since  string `json:"since"`
	To     string `json:"to"`
}
