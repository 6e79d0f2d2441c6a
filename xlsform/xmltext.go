package xlsform

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// chars passes, or gathers, text up to the next <.
func (s *xmlScanner) chars() error {
	from := len(s.texts)
	for {
		i := bytes.IndexByte(s.buf[s.pos:s.end], '<')
		stop := s.pos + i
		if i < 0 {
			stop = s.end
		}
		if err := s.gather(s.buf[s.pos:stop]); err != nil {
			return err
		}
		if s.pos = stop; i >= 0 {
			return s.decode(from)
		}
		if err := s.fill(); err != nil {
			return err
		}
	}
}

func (s *xmlScanner) gather(text []byte) error {
	if !s.keeps {
		return nil
	}
	if len(s.texts)+len(text) > s.limit {
		return errLong
	}
	s.texts = append(s.texts, text...)
	return nil
}

// decode puts characters in the place of the references in what was gathered since from.
func (s *xmlScanner) decode(from int) error {
	var ok bool
	s.texts, ok = unescape(s.texts, from)
	if !ok {
		return errXML
	}
	return nil
}

// unescape decodes &lt; and its like in b[from:], in place: a reference is never shorter than its character.
func unescape(b []byte, from int) ([]byte, bool) {
	i := bytes.IndexByte(b[from:], '&')
	if i < 0 {
		return b, true
	}
	out := b[:from+i]
	for rest := b[from+i:]; ; {
		end := bytes.IndexByte(rest[:min(len(rest), 12)], ';')
		if end < 0 {
			return b, false
		}
		c, ok := reference(string(rest[1:end]))
		if !ok {
			return b, false
		}
		out = utf8.AppendRune(out, c)
		rest = rest[end+1:]
		next := bytes.IndexByte(rest, '&')
		if next < 0 {
			return append(out, rest...), true
		}
		out = append(out, rest[:next]...)
		rest = rest[next:]
	}
}

func reference(name string) (rune, bool) {
	switch name {
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "amp":
		return '&', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	if len(name) < 2 || name[0] != '#' {
		return 0, false
	}
	digits, base := name[1:], 10
	if digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	return rune(n), err == nil && n > 0 && n <= utf8.MaxRune && utf8.ValidRune(rune(n))
}
