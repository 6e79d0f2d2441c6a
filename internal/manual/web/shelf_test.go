package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/naungan/naungan/internal/manual/book"
)

// TestABookIsSetOnce: whoever asks at the same time gets the same one, and one is
// set at a time.
func TestABookIsSetOnce(t *testing.T) {
	s := newShelf()
	var set, at atomic.Int32
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			key := fmt.Sprint(i % 4)
			b, err := s.get(context.Background(), key, func(w io.Writer) error {
				set.Add(1)
				if at.Add(1) != 1 {
					t.Error("two books are set at once")
				}
				defer at.Add(-1)
				_, err := io.WriteString(w, "book "+key)
				return err
			})
			if err != nil || string(b) != "book "+key {
				t.Errorf("%q, %v", b, err)
			}
		})
	}
	all.Wait()
	if set.Load() != 4 {
		t.Errorf("%d books were set", set.Load())
	}
}

// TestTheShelfIsBounded: the one not asked for longest goes; a failure is not kept.
func TestTheShelfIsBounded(t *testing.T) {
	s, set := newShelf(), 0
	ask := func(key string) {
		t.Helper()
		if _, err := s.get(context.Background(), key, func(io.Writer) error { set++; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	for i := range mostBooks {
		ask(fmt.Sprint(i))
	}
	ask("0")
	ask("one more")
	if len(s.books) != mostBooks || set != mostBooks+1 {
		t.Errorf("%d stand there, %d were set", len(s.books), set)
	}
	if ask("0"); set != mostBooks+1 {
		t.Error("the one asked for last was thrown out")
	}
	if ask("1"); set != mostBooks+2 {
		t.Error("the oldest stands there still")
	}
	wrong := errors.New("wrong")
	if _, err := s.get(context.Background(), "x", func(io.Writer) error { return wrong }); !errors.Is(err, wrong) {
		t.Error(err)
	}
	ask("x")
}

// TestWhoLeavesDoesNotWait for a book that somebody else sets.
func TestWhoLeavesDoesNotWait(t *testing.T) {
	s := newShelf()
	s.turn <- struct{}{} // somebody sets one
	gone, leave := context.WithCancel(context.Background())
	leave()
	if _, err := s.get(gone, "a", func(io.Writer) error { t.Error("it was set"); return nil }); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestABookOfOtherContactsIsAnother, and so is one of another language or edition.
func TestABookOfOtherContactsIsAnother(t *testing.T) {
	keys := map[string]bool{}
	for _, o := range []book.Options{{Hash: "a"}, {Hash: "b"}, {Hash: "a", Lang: "en"}, {Hash: "a", Status: "active"}, {Hash: "a", Contacts: []book.Contact{{Name: "Kantor", Number: "1"}}}, {Hash: "a", Contacts: []book.Contact{{Name: "Kantor", Number: "2"}}}} {
		keys[bookKey("pdf", o)], keys[bookKey("html", o)] = true, true
	}
	if len(keys) != 12 {
		t.Errorf("%d keys", len(keys))
	}
}
