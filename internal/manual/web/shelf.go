package web

import (
	"bytes"
	"context"
	"io"
	"slices"
	"sync"

	"github.com/naungan/naungan/internal/manual/book"
)

// shelf keeps books that were made: setting one takes seconds of a processor and
// megabytes, and anybody on the staff may ask for it. One is made at a time.
type shelf struct {
	turn chan struct{} // of length one: who holds it sets a book

	mu    sync.Mutex
	books []made // the one asked for last stands last
}

type made struct {
	key   string
	bytes []byte
}

// mostBooks bounds the shelf: two languages and two editions of two versions.
const mostBooks = 8

func newShelf() *shelf { return &shelf{turn: make(chan struct{}, 1)} }

// bookKey names a book by everything it is made of.
func bookKey(edition string, o book.Options) string { return edition + fingerprint(o) }

// get returns a book that stands there, or sets it. Who waits for a turn leaves
// when ctx ends, with its error. The bytes are not to be changed.
func (s *shelf) get(ctx context.Context, key string, set func(io.Writer) error) ([]byte, error) {
	if b, ok := s.take(key); ok {
		return b, nil
	}
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if b, ok := s.take(key); ok { // somebody set it meanwhile
		return b, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := set(&b); err != nil {
		return nil, err
	}
	s.put(made{key, b.Bytes()})
	return b.Bytes(), nil
}

func (s *shelf) take(key string) ([]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.books, func(m made) bool { return m.key == key })
	if i < 0 {
		return nil, false
	}
	b := s.books[i]
	s.books = append(slices.Delete(s.books, i, i+1), b)
	return b.bytes, true
}

func (s *shelf) put(m made) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.books) >= mostBooks {
		s.books = slices.Delete(s.books, 0, 1)
	}
	s.books = append(s.books, m)
}
