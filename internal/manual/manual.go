// Package manual is the room of the handling manual: its versions, and which one
// a new case begins with. In this first version there is one, the default
// manual, read from the program and named by its content hash; drafting,
// sign-off, reading and the booklet come with their own issue.
//
// Invariants: a version is immutable and named by its hash; a case stays on the
// version it began with.
//
// Doors: none. Heard by: casework.
package manual

import (
	"bytes"
	_ "embed"
	"fmt"

	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/protocol"
)

//go:embed default/manual.yaml
var manualText []byte

//go:embed default/holidays.yaml
var holidayText []byte

// Service is the front door. It is safe for concurrent use.
type Service struct {
	manual   *protocol.Manual
	calendar *protocol.Calendar
}

// New reads the default manual and the holiday calendar. A manual with errors
// does not start: it would run nobody's case rightly.
func New() (*Service, error) {
	m, err := protocol.Parse(bytes.NewReader(manualText))
	if err != nil {
		return nil, err
	}
	for _, p := range protocol.Check(m) {
		if p.Severity == "error" {
			return nil, fmt.Errorf("manual: line %d: %s", p.Line, p.Message)
		}
	}
	c, err := protocol.ParseCalendar(bytes.NewReader(holidayText))
	if err != nil {
		return nil, err
	}
	return &Service{manual: m, calendar: c}, nil
}

// Active returns the version that new cases begin with.
func (s *Service) Active() *protocol.Manual { return s.manual }

// Default returns the manual that comes with the program, and its text.
func Default() (*protocol.Manual, []byte, error) {
	m, err := protocol.Parse(bytes.NewReader(manualText))
	return m, manualText, err
}

// Calendar returns the holidays.
func (s *Service) Calendar() *protocol.Calendar { return s.calendar }

// Version returns the manual of a content hash, or a NotFound fault.
func (s *Service) Version(hash string) (*protocol.Manual, error) {
	if hash == s.manual.Hash() {
		return s.manual, nil
	}
	return nil, fault.New(fault.NotFound, "fault.not_found")
}
