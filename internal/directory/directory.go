package directory

import (
	"fmt"
	"slices"
	"time"

	"github.com/naungan/naungan/internal/platform/fault"
)

// Kind says what a number is for; pages group by it.
type Kind string

// The kinds of number, in the order in which pages show them.
const (
	Emergency Kind = "emergency"
	Helpline  Kind = "helpline"
	WhatsApp  Kind = "whatsapp"
	Crisis    Kind = "crisis"
)

// Text is one short text in both languages of the product.
type Text struct{ ID, EN string }

// In returns the text in the language "id" or "en"; Indonesian for any other.
func (t Text) In(lang string) string {
	if lang == "en" && t.EN != "" {
		return t.EN
	}
	return t.ID
}

// Number is something a person can dial. Tel is what a phone dials, Shown what
// people read. Verified tells that an official source names it; doctor still
// reminds each installation to dial every number once.
type Number struct {
	Kind     Kind
	Name     Text
	Tel      string
	Shown    string
	Verified bool
}

// Portal is a page of another institution, shown as text and link, never fetched.
type Portal struct {
	Name Text
	For  Text
	URL  string
}

// Response is the answer time a unit promises for one risk level.
// Basis and Certainty are the words of the handling manual (law,
// service_standard, guideline, project_default; text, secondary, unverified).
type Response struct {
	Risk      string
	Within    time.Duration
	Basis     string
	Certainty string
	Source    string
}

// Contents is all that the directory is told by configuration.
type Contents struct {
	Numbers   []Number
	Portals   []Portal
	Responses []Response
}

// Service is the front door of the room. It is safe for concurrent use.
type Service struct{ contents Contents }

// New returns the room over contents; where a list is empty the default stands
// in. An Invalid fault names a response time without a basis.
func New(c Contents) (*Service, error) {
	d := Defaults()
	if len(c.Numbers) == 0 {
		c.Numbers = d.Numbers
	}
	if len(c.Portals) == 0 {
		c.Portals = d.Portals
	}
	if len(c.Responses) == 0 {
		c.Responses = d.Responses
	}
	for _, r := range c.Responses {
		if r.Basis == "" || r.Certainty == "" {
			return nil, fault.Wrap(fault.Invalid, "fault.config", fmt.Errorf("response time for risk %q has no basis or certainty", r.Risk))
		}
	}
	return &Service{contents: c}, nil
}

// Numbers returns the numbers to call, the most urgent kind first.
func (s *Service) Numbers() []Number { return slices.Clone(s.contents.Numbers) }

// Portals returns where online content can be reported.
func (s *Service) Portals() []Portal { return slices.Clone(s.contents.Portals) }

// Response returns the promised answer time for a risk level. A level that is
// not listed, and "unknown", runs the clock of high risk (handling manual, A6).
func (s *Service) Response(risk string) Response {
	high := s.contents.Responses[0]
	for _, r := range s.contents.Responses {
		if r.Risk == risk {
			return r
		}
		if r.Risk == "high" {
			high = r
		}
	}
	high.Risk = risk
	return high
}

// Responses returns every promised answer time.
func (s *Service) Responses() []Response { return slices.Clone(s.contents.Responses) }

// Defaults returns what a fresh installation shows until it is told otherwise.
// Sources: 110 police, 112 emergency, SAPA 129 with its WhatsApp (Perpres
// 65/2020; the ministry's service standard); 119 ext. 8 is named in public
// sources as a crisis line and marked unverified. Answer times: the manual's A6
// (SK 301/2022 of one UPTD: high at once, medium about 6 hours; low is our
// proposal).
func Defaults() Contents {
	return Contents{
		Numbers: []Number{
			{Emergency, Text{"Polisi", "Police"}, "110", "110", true},
			{Emergency, Text{"Darurat (ambulans, pemadam, polisi)", "Emergency (ambulance, fire, police)"}, "112", "112", true},
			{Helpline, Text{"SAPA 129 (perempuan dan anak)", "SAPA 129 (women and children)"}, "129", "129", true},
			{WhatsApp, Text{"SAPA 129 lewat WhatsApp", "SAPA 129 by WhatsApp"}, "+628111129129", "08111-129-129", true},
			{Crisis, Text{"Bantuan saat ingin menyakiti diri sendiri", "Help when you want to hurt yourself"}, "119", "119 (tekan 8)", false},
		},
		Portals: []Portal{
			{Text{"Portal IWF Indonesia", "IWF portal for Indonesia"}, Text{"menurunkan materi kekerasan seksual anak, tanpa nama", "taking down child sexual abuse material, without your name"}, "https://report.iwf.org.uk/id"},
			{Text{"Take It Down", "Take It Down"}, Text{"untuk yang berumur di bawah 18 tahun; gambar tidak pernah dikirim", "for those under 18; the picture is never sent"}, "https://takeitdown.ncmec.org"},
			{Text{"Aduan Konten Komdigi", "Komdigi content complaints"}, Text{"memerlukan nama dan surel; jangan kirim tangkapan layar anak", "asks for name and e-mail; do not send screenshots of a child"}, "https://aduankonten.id"},
			{Text{"Patroli Siber Polri", "Police cyber patrol"}, Text{"laporan ke polisi", "a report to the police"}, "https://patrolisiber.id"},
		},
		Responses: []Response{
			{"high", time.Hour, "service_standard", "secondary", "SK 301/2022 satu UPTD: risiko tinggi langsung ditangani; jam pertama usulan kami"},
			{"medium", 6 * time.Hour, "service_standard", "secondary", "SK 301/2022 satu UPTD: risiko sedang sekitar 6 jam"},
			{"low", 24 * time.Hour, "project_default", "unverified", "usulan kami"},
		},
	}
}
