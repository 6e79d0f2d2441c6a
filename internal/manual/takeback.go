package manual

import (
	"context"
	"math"
	"strconv"
	"strings"

	"github.com/naungan/naungan/internal/manual/internal/store"
	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/fault"
)

// KeptTexts is how many earlier texts of a draft are kept.
const KeptTexts = 20

// back begins the About of a deed that brought an earlier text back; the number of
// the deed after which it stood follows.
const back = "back/"

// Earlier is a text that a draft had: the one that stood before Undoes was done.
type Earlier struct {
	Seq    int64 // the deed after which it stood
	Undoes Deed
}

// keep stores the text that a save replaces, and forgets the oldest beyond KeptTexts.
func (s *Service) keep(tx *db.Tx, f Full) error {
	err := s.q(tx).KeepText(tx.Ctx(), store.KeepTextParams{Jurisdiction: s.Jurisdiction, Edition: f.ID, Seq: f.Seq, Text: f.Text})
	if err != nil {
		return err
	}
	list, err := s.q(tx).ListKept(tx.Ctx(), store.ListKeptParams{Jurisdiction: s.Jurisdiction, Edition: f.ID})
	if err != nil || len(list) <= KeptTexts {
		return err
	}
	return s.q(tx).ForgetKept(tx.Ctx(), store.ForgetKeptParams{Jurisdiction: s.Jurisdiction, Edition: f.ID, Before: list[KeptTexts-1]})
}

// forget drops every kept text of an edition that is written no more.
func (s *Service) forget(tx *db.Tx, edition string) error {
	return s.q(tx).ForgetKept(tx.Ctx(), store.ForgetKeptParams{Jurisdiction: s.Jurisdiction, Edition: edition, Before: math.MaxInt64})
}

// Earlier lists the texts of a draft that can be brought back, the newest first;
// those that say what stands now are left out.
func (s *Service) Earlier(ctx context.Context, e Edition) (out []Earlier, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		list, err := s.q(tx).ListKept(tx.Ctx(), store.ListKeptParams{Jurisdiction: s.Jurisdiction, Edition: e.ID})
		for _, seq := range list {
			if seq > 0 && seq < int64(len(e.Deeds)) && e.Deeds[seq-1].Hash != e.Hash {
				out = append(out, Earlier{seq, e.Deeds[seq]})
			}
		}
		return err
	})
	return out, err
}

// Last returns the one of a list that the next taking back brings: the text before
// the last change, or, where that was a taking back itself, the one before the text
// that it brought. False where there is none.
func Last(e Edition, list []Earlier) (Earlier, bool) {
	before := int64(len(e.Deeds)) + 1
	if n := len(e.Deeds); n > 0 && strings.HasPrefix(e.Deeds[n-1].About, back) {
		if seq, err := strconv.ParseInt(strings.TrimPrefix(e.Deeds[n-1].About, back), 10, 64); err == nil {
			before = seq
		}
	}
	for _, x := range list {
		if x.Seq < before {
			return x, true
		}
	}
	return Earlier{}, false
}

// TakeBack brings the text that a draft had after its deed seq back. seen is the hash
// of the text that stands: a newer one is a Conflict. It is a change like any other:
// the text that it replaces is kept, and it is taken back in the same way. A text
// that is kept no longer is NotFound.
func (s *Service) TakeBack(ctx context.Context, who access.Who, draft, seen string, seq int64, reason string) error {
	if err := s.check(ctx, who, "manual.write", draft); err != nil {
		return err
	}
	var text []byte
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		f, err := s.find(tx, draft)
		if err != nil {
			return err
		}
		if text, err = s.q(tx).GetKept(tx.Ctx(), store.GetKeptParams{Jurisdiction: s.Jurisdiction, Edition: f.ID, Seq: seq}); err != nil {
			return db.NotFound(err)
		}
		if seq < 1 || seq > int64(len(f.Deeds)) || f.Deeds[seq-1].Hash != HashOf(text) {
			return fault.New(fault.Conflict, "manual.broken") // not what its deeds say that it was
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.Save(ctx, who, draft, seen, text, back+strconv.FormatInt(seq, 10), reason)
}

// unnamed is an Invalid fault of a field where another edition has the name of a
// version: two of one name cannot be told apart in talk. A dropped draft leaves its
// name.
func (s *Service) unnamed(tx *db.Tx, edition, name, field string) error {
	ids, err := s.q(tx).EditionNamed(tx.Ctx(), store.EditionNamedParams{Jurisdiction: s.Jurisdiction, Version: name})
	if err != nil {
		return err
	}
	for _, one := range ids {
		if one != edition {
			return fault.Of(fault.Field{Name: field, Key: "manual.begin.taken", Args: []any{"version", name}})
		}
	}
	return nil
}
