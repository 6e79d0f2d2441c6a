package xlsform

import (
	"bytes"
	"context"
	"errors"
	"io"
)

// xmlScanner reads a part of an .xlsx element by element. It exists because encoding/xml needs a second for the cells of a
// form with 10,000 rows, and copies every name and attribute. It knows XML without document types (which are refused: a
// workbook has none, and entities of one's own are how small files become large), in UTF-8, names without their prefixes.
type xmlScanner struct {
	ctx   context.Context
	r     io.Reader
	buf   []byte // from pos to end still to be read
	pos   int
	end   int
	names []byte // of the open elements, one after the other
	marks []int  // where each begins

	name  []byte // of the element that next found, without prefix; good until the next call
	attrs []byte // what of its attributes is still to be read
	alone bool   // <c/>: its end is told by the next call
	limit int    // bytes of text that text may gather
	texts []byte // what text gathers
	keeps bool
}

// The faults of a part. Those of the reader below are passed on.
var (
	errXML     = errors.New("not well-formed")
	errDoctype = errors.New("a document type")
	errLong    = errors.New("a text too long")
)

const (
	maxTag   = 4 << 20 // bytes of one tag; lists of cell ranges in attributes grow long
	maxDepth = 100
)

// event is what next found.
type event int

const (
	fault event = iota
	begin
	finish
	done // the document's end, all elements closed
)

func newXMLScanner(ctx context.Context, r io.Reader, limit int) *xmlScanner {
	s := &xmlScanner{ctx: ctx, r: r, buf: make([]byte, 1<<16), limit: limit}
	if head, err := s.peek(3); err == nil && bytes.Equal(head, []byte("\xef\xbb\xbf")) {
		s.pos += 3
	}
	return s
}

// fill reads more; the unread bytes stay where pos is after it. io.EOF says there is no more.
func (s *xmlScanner) fill() error {
	if err := s.ctx.Err(); err != nil {
		return err
	}
	if s.pos > 0 {
		s.end = copy(s.buf, s.buf[s.pos:s.end])
		s.pos = 0
	}
	if s.end == len(s.buf) {
		if len(s.buf) >= maxTag {
			return errLong
		}
		s.buf = append(s.buf, make([]byte, len(s.buf))...)
	}
	for range 100 {
		n, err := s.r.Read(s.buf[s.end:])
		s.end += n
		if n > 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return io.ErrNoProgress
}

func (s *xmlScanner) peek(n int) ([]byte, error) {
	for s.end-s.pos < n {
		if err := s.fill(); err != nil {
			return nil, err
		}
	}
	return s.buf[s.pos : s.pos+n], nil
}

// until takes what stands before mark, and mark itself.
func (s *xmlScanner) until(mark string) ([]byte, error) {
	for seen := 0; ; {
		if i := bytes.Index(s.buf[s.pos+seen:s.end], []byte(mark)); i >= 0 {
			start := s.pos
			s.pos += seen + i + len(mark)
			return s.buf[start : start+seen+i], nil
		}
		seen = max(0, s.end-s.pos-len(mark)+1)
		if err := s.more(); err != nil {
			return nil, err
		}
	}
}

// more is fill where the document must not end.
func (s *xmlScanner) more() error {
	if err := s.fill(); err != io.EOF {
		return err
	}
	return errXML
}

// tag takes a tag's inside, up to the > that is not quoted.
func (s *xmlScanner) tag() ([]byte, error) {
	quote := byte(0)
	for i := 0; ; {
		for b := s.buf[s.pos:s.end]; i < len(b); i++ {
			switch c := b[i]; {
			case quote != 0:
				if c == quote {
					quote = 0
				}
			case c == '"' || c == '\'':
				quote = c
			case c == '<':
				return nil, errXML
			case c == '>':
				s.pos += i + 1
				return b[:i], nil
			}
		}
		if err := s.more(); err != nil {
			return nil, err
		}
	}
}

// next goes to the next beginning or end of an element.
func (s *xmlScanner) next() (event, error) {
	if s.alone {
		s.alone = false
		return finish, s.pop()
	}
	for {
		if err := s.chars(); err == io.EOF {
			if len(s.marks) > 0 || s.marks == nil {
				return fault, errXML
			}
			return done, nil
		} else if err != nil {
			return fault, err
		}
		head, err := s.peek(2)
		if err != nil {
			return fault, errorOr(err, errXML)
		}
		switch head[1] {
		case '?':
			err = s.instruction()
		case '!':
			err = s.declaration()
		case '/':
			s.pos += 2
			return finish, s.closing()
		default:
			s.pos++
			return begin, s.opening()
		}
		if err != nil {
			return fault, err
		}
	}
}

// errorOr puts another fault in the place of the end of input.
func errorOr(err, other error) error {
	if err == io.EOF {
		return other
	}
	return err
}

// instruction passes <?…?>; the first may name the encoding.
func (s *xmlScanner) instruction() error {
	text, err := s.until("?>")
	if err != nil {
		return err
	}
	if low := bytes.ToLower(text); bytes.HasPrefix(low, []byte("<?xml ")) && bytes.Contains(low, []byte("encoding")) &&
		!bytes.Contains(low, []byte("utf-8")) && !bytes.Contains(low, []byte("ascii")) {
		return errXML
	}
	return nil
}

// declaration passes a comment, gathers a CDATA section and refuses all else.
func (s *xmlScanner) declaration() error {
	if head, err := s.peek(4); err == nil && string(head) == "<!--" {
		s.pos += 4
		_, err = s.until("-->")
		return err
	}
	const cdata = "<![CDATA["
	head, err := s.peek(len(cdata))
	if err != nil {
		return errorOr(err, errXML)
	}
	if string(head) != cdata {
		return errDoctype
	}
	s.pos += len(cdata)
	text, err := s.until("]]>")
	if err != nil {
		return err
	}
	return s.gather(text)
}
