package manual

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"io/fs"
	"sync"

	"github.com/naungan/naungan/internal/manual/internal/store"
	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/audit"
	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/id"
	"github.com/naungan/naungan/protocol"
)

// Room is the name under which this room audits and asks for permits.
const Room = "manual"

// Policy is the room's policies in Cedar: who may read, write and sign.
//
//go:embed access.cedar
var Policy []byte

//go:embed default/manual.yaml
var manualText []byte

//go:embed default/holidays.yaml
var holidayText []byte

// earlier holds the manuals that the program came with before versions were
// stored: cases were opened under them.
//
//go:embed default/earlier/*.yaml
var earlier embed.FS

// Deps is what the room stands on.
type Deps struct {
	DB           *db.DB
	Clock        clock.Clock
	Audit        *audit.Log
	Policy       *access.Engine
	Jurisdiction string
}

// Service is the front door. It is safe for concurrent use.
type Service struct {
	Deps
	calendar *protocol.Calendar

	mu     sync.Mutex
	parsed map[string]*protocol.Manual // by hash; the texts themselves lie in the store
}

// Default returns the manual that comes with the program, and its text. A manual
// with errors does not start: it would run nobody's case rightly.
func Default() (*protocol.Manual, []byte, error) {
	m, err := protocol.Parse(bytes.NewReader(manualText))
	if err != nil {
		return nil, nil, err
	}
	for _, p := range protocol.Check(m) {
		if p.Severity == "error" {
			return nil, nil, fmt.Errorf("manual: line %d: %s", p.Line, p.Message)
		}
	}
	return m, manualText, nil
}

// New returns the service; Migrate follows. The holiday calendar comes with the
// program.
func New(d Deps) (*Service, error) {
	c, err := protocol.ParseCalendar(bytes.NewReader(holidayText))
	if err != nil {
		return nil, err
	}
	return &Service{Deps: d, calendar: c, parsed: map[string]*protocol.Manual{}}, nil
}

// Tables makes the room's tables and puts nothing into them, as a restore needs.
func (s *Service) Tables(ctx context.Context) error {
	return s.DB.Migrate(ctx, Room, store.Schema())
}

// Migrate makes the tables and brings the program's manual.
func (s *Service) Migrate(ctx context.Context) error {
	if err := s.Tables(ctx); err != nil {
		return err
	}
	return s.Bring(ctx)
}

// Bring stores the program's manual as a version, once. It runs where nothing does
// yet, or where an earlier one of the program does; a manual that people signed is
// never replaced by an update.
func (s *Service) Bring(ctx context.Context) error {
	have := false // at nearly every start: then nothing is parsed or written
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		_, err := s.q(tx).GetVersion(tx.Ctx(), store.GetVersionParams{Jurisdiction: s.Jurisdiction, Hash: HashOf(manualText)})
		if err = db.NotFound(err); fault.KindOf(err) == fault.NotFound {
			return nil
		}
		have = err == nil
		return err
	})
	if have || err != nil {
		return err
	}
	m, text, err := Default()
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error { return s.bring(tx, m, text) })
}

func (s *Service) q(tx *db.Tx) *store.Queries { return store.New(tx) }
func (s *Service) today() int64               { return clock.Day(s.Clock.Now()) }

// Calendar returns the holidays.
func (s *Service) Calendar() *protocol.Calendar { return s.calendar }

// Active returns the version that new cases begin with.
func (s *Service) Active(ctx context.Context) (*protocol.Manual, error) {
	hash, err := s.ActiveHash(ctx)
	if err != nil {
		return nil, err
	}
	return s.Version(ctx, hash)
}

// ActiveHash names the version that new cases begin with: one that came with the
// program, or that two people signed who wrote none of it. A Conflict where the
// store says another.
func (s *Service) ActiveHash(ctx context.Context) (hash string, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		e, err := s.running(tx)
		hash = e.Hash
		return err
	})
	return hash, err
}

// Version returns the manual of a content hash, or a NotFound fault. Drafts have
// none.
func (s *Service) Version(ctx context.Context, hash string) (*protocol.Manual, error) {
	if m, ok := s.known(hash); ok {
		return m, nil
	}
	if id.Valid(hash) {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	f, err := s.Find(ctx, hash)
	if err != nil {
		return nil, err
	}
	if f.Manual.Hash() != hash {
		return nil, fmt.Errorf("manual: the text of version %.12s was changed", hash)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.parsed) >= keptParsed {
		clear(s.parsed)
	}
	s.parsed[hash] = f.Manual
	return f.Manual, nil
}

// keptParsed bounds the versions kept parsed: an office has a handful.
const keptParsed = 32

func (s *Service) known(hash string) (*protocol.Manual, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, ok := s.parsed[hash]
	return m, ok
}

// May tells whether a deed is permitted: for buttons.
func (s *Service) May(who access.Who, action string) bool {
	return s.Policy.Check(who, action, access.Resource{Room: Room}) == nil
}

func (s *Service) check(ctx context.Context, who access.Who, action, id string) error {
	err := s.Policy.Check(who, action, access.Resource{Room: Room})
	if err != nil {
		s.Audit.Denied(ctx, who.Actor(), action, id, "policy")
	}
	return err
}

// earlierEdition returns an earlier manual of the program by its hash, or the
// error given where there is none. It has no row: its text is part of the program.
func earlierEdition(hash string, none error) (Full, error) {
	names, err := fs.Glob(earlier, "default/earlier/*.yaml")
	if err != nil {
		return Full{}, err
	}
	for _, name := range names {
		text, err := earlier.ReadFile(name)
		if err != nil {
			return Full{}, err
		}
		if HashOf(text) == hash {
			m, err := protocol.Parse(bytes.NewReader(text))
			if err != nil {
				return Full{}, err
			}
			return Full{Edition: Edition{ID: hash, State: Past, Origin: OfProgram, Name: m.Protocol.Version, Hash: hash}, Text: text, Manual: m}, nil
		}
	}
	return Full{}, none
}
