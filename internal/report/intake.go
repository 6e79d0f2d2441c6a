package report

import (
	"slices"
	"strings"

	"github.com/naungan/naungan/internal/platform/plain"
)

// Bounds of what one report may hold.
const (
	MaxText = 8000
	maxLine = 300
	maxList = 20
)

// The ways in.
const (
	Self  = "self"
	Other = "other"
	Pro   = "partner"
)

// Doors lists the ways in.
var Doors = []string{Self, Other, Pro}

// The choices of the form: needs first, then worries, in the field's words.
var (
	Helps    = []string{"talk", "safe_place", "health", "content_gone", "someone_follows", "school_family", "legal", "advice", "unsure"}
	Concerns = []string{"sexual_exploitation", "sexual_violence", "online_exploitation", "content_online", "threats", "trafficking", "venue", "missing", "violence", "neglect", "other", "unsure"}
	Places   = []string{"home", "school", "venue", "lodging", "online", "street", "work", "institution", "other", "unsure"}
	Whens    = []string{"now", "days", "weeks", "longer", "unsure"}
	Ages     = []string{"0-5", "6-11", "12-14", "15-17", "18+", "unknown"}
	Sexes    = []string{"girl", "boy", "other", "unknown"}
	Contacts = []string{"code", "phone", "whatsapp", "in_person", "through_adult", "none"}
	Whose    = []string{"child", "reporter", "shared", "suspect"}
	// Kecamatan are the districts of West Jakarta (BPS code 31.73).
	Kecamatan = []string{"Cengkareng", "Grogol Petamburan", "Kalideres", "Kebon Jeruk", "Kembangan", "Palmerah", "Taman Sari", "Tambora", "elsewhere"}
)

// Number is a phone number and whose it is.
type Number struct {
	Number string `json:"number"`
	Whose  string `json:"whose"`
}

// Intake is what was told: by a reporter in the form, or by an officer who
// writes a call down. Every field may be empty.
type Intake struct {
	Door     string   `json:"door"`
	Lang     string   `json:"lang,omitempty"`
	Danger   bool     `json:"danger,omitempty"`
	Helps    []string `json:"helps,omitempty"`
	Concerns []string `json:"concerns,omitempty"`
	Text     string   `json:"text,omitempty"` // the reporter's or caller's own words
	Area     string   `json:"area,omitempty"` // kecamatan
	Place    string   `json:"place,omitempty"`
	Where    string   `json:"where,omitempty"` // kelurahan or online place
	Links    []string `json:"links,omitempty"`
	When     string   `json:"when,omitempty"`
	Age      string   `json:"age,omitempty"`
	Sex      string   `json:"sex,omitempty"`
	Helpers  string   `json:"helpers,omitempty"`
	Conflict bool     `json:"conflict,omitempty"`
	Contact  string   `json:"contact,omitempty"`
	Safe     string   `json:"safe,omitempty"` // when and how it is safe
	Numbers  []Number `json:"numbers,omitempty"`
	// Of a child who was named, for the index; only in what staff write down.
	Name      string `json:"name,omitempty"`
	BirthYear int    `json:"birth_year,omitempty"`
	Summary   string `json:"summary,omitempty"` // the officer's own, apart from the caller's words
	Caller    string `json:"caller,omitempty"`
}

// Clean makes every text plain and drops empty entries.
func (in *Intake) Clean() {
	for _, s := range []*string{&in.Text, &in.Where, &in.Helpers, &in.Safe, &in.Name, &in.Summary, &in.Caller} {
		*s = plain.Clean(*s)
	}
	var links []string
	for _, l := range in.Links {
		for line := range strings.SplitSeq(l, "\n") {
			if line = plain.Clean(line); line != "" {
				links = append(links, line)
			}
		}
	}
	in.Links = links
	in.Numbers = slices.DeleteFunc(in.Numbers, func(n Number) bool { return strings.TrimSpace(n.Number) == "" })
}

// Check bounds every field and holds choices to their lists.
func (in Intake) Check() error {
	var c plain.Checker
	c.Code("door", in.Door, Doors)
	c.Codes("helps", in.Helps, Helps)
	c.Codes("concerns", in.Concerns, Concerns)
	c.Text("text", in.Text, MaxText)
	c.Text("summary", in.Summary, MaxText)
	c.Code("area", in.Area, Kecamatan)
	c.Code("place", in.Place, Places)
	c.Code("when", in.When, Whens)
	c.Code("age", in.Age, Ages)
	c.Code("sex", in.Sex, Sexes)
	c.Code("contact", in.Contact, Contacts)
	for name, v := range map[string]string{"where": in.Where, "name": in.Name, "caller": in.Caller} {
		c.Text(name, v, maxLine)
	}
	c.Text("helpers", in.Helpers, 3*maxLine)
	c.Text("safe", in.Safe, 3*maxLine)
	c.Count("links", len(in.Links), maxList)
	for _, l := range in.Links {
		c.Text("links", l, 2000)
	}
	c.Count("numbers", len(in.Numbers), maxList)
	for _, n := range in.Numbers {
		c.Text("numbers", n.Number, maxLine)
		c.Code("numbers", n.Whose, Whose)
	}
	if in.BirthYear != 0 && (in.BirthYear < 1950 || in.BirthYear > 2100) {
		c.Add("birth_year", "field.year")
	}
	return c.Err()
}

// Empty tells whether nothing at all was said: then the form asks for one word.
func (in Intake) Empty() bool {
	return len(in.Helps)+len(in.Concerns)+len(in.Links)+len(in.Numbers) == 0 && in.Text == "" && in.Summary == "" && in.Where == "" && in.Helpers == "" && in.Place == "" && in.Area == ""
}
