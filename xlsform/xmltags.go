package xlsform

import "bytes"

// opening takes a beginning tag, whose < is read.
func (s *xmlScanner) opening() error {
	tag, err := s.tag()
	if err != nil {
		return err
	}
	if s.alone = bytes.HasSuffix(tag, []byte("/")); s.alone {
		tag = tag[:len(tag)-1]
	}
	name, attrs := tag, []byte(nil)
	for i, c := range tag {
		if c <= ' ' {
			name, attrs = tag[:i], tag[i:]
			break
		}
	}
	if len(name) == 0 || len(s.marks) >= maxDepth || len(s.marks) == 0 && s.marks != nil {
		return errXML
	}
	s.marks = append(s.marks, len(s.names))
	s.names = append(s.names, name...)
	s.name, s.attrs = local(name), attrs
	return nil
}

// closing takes an end tag, whose </ is read; it must be that of the innermost open element.
func (s *xmlScanner) closing() error {
	tag, err := s.tag()
	if err != nil {
		return err
	}
	if len(s.marks) == 0 || !bytes.Equal(spaceless(tag), s.names[s.marks[len(s.marks)-1]:]) {
		return errXML
	}
	return s.pop()
}

func (s *xmlScanner) pop() error {
	last := len(s.marks) - 1
	s.name = local(s.names[s.marks[last]:])
	s.names, s.marks = s.names[:s.marks[last]], s.marks[:last]
	return nil
}

// attr gives the next attribute of the element just begun, its name with its prefix; namespace declarations are passed over. The
// value is good until the next call of next.
func (s *xmlScanner) attr() (name, value []byte, found bool, err error) {
	for {
		s.attrs = spaceless(s.attrs)
		if len(s.attrs) == 0 {
			return nil, nil, false, nil
		}
		equal := bytes.IndexByte(s.attrs, '=')
		if equal <= 0 {
			return nil, nil, false, errXML
		}
		name, value = spaceless(s.attrs[:equal]), spaceless(s.attrs[equal+1:])
		if len(value) < 2 || value[0] != '"' && value[0] != '\'' {
			return nil, nil, false, errXML
		}
		end := bytes.IndexByte(value[1:], value[0])
		if end < 0 {
			return nil, nil, false, errXML
		}
		value, s.attrs = value[1:end+1], value[end+2:]
		if !bytes.HasPrefix(name, []byte("xmlns")) {
			value, ok := unescape(value, 0)
			if !ok {
				return nil, nil, false, errXML
			}
			return name, value, true, nil
		}
	}
}

// attrOf gives the value of one attribute by its name without prefix; "" if there is none. It reads all of them.
func (s *xmlScanner) attrOf(want ...string) ([]string, error) {
	values := make([]string, len(want))
	for {
		name, value, found, err := s.attr()
		if !found || err != nil {
			return values, err
		}
		for i, w := range want {
			if string(local(name)) == w {
				values[i] = string(value)
			}
		}
	}
}

// text gathers the text of the element just begun, up to its end; that of elements within is left out.
func (s *xmlScanner) text() ([]byte, error) {
	s.texts = s.texts[:0]
	err := s.gatherText()
	return s.texts, err
}

// gatherText does the same after what was gathered before.
func (s *xmlScanner) gatherText() error {
	s.keeps = true
	defer func() { s.keeps = false }()
	for {
		switch e, err := s.next(); {
		case err != nil:
			return err
		case e != begin:
			return nil
		}
		s.keeps = false
		if err := s.skip(); err != nil {
			return err
		}
		s.keeps = true
	}
}

// skip goes to the end of the element just begun.
func (s *xmlScanner) skip() error {
	for depth := len(s.marks); ; {
		e, err := s.next()
		if err != nil {
			return err
		}
		if e == finish && len(s.marks) < depth {
			return nil
		}
	}
}

// each calls do at each element that begins within the one just begun, at any depth, until that ends. Attributes may be read
// in do, and the element may be read to its end there.
func (s *xmlScanner) each(do func() error) error {
	for depth := len(s.marks); ; {
		e, err := s.next()
		if err != nil {
			return err
		}
		switch e {
		case begin:
			if err := do(); err != nil {
				return err
			}
		case done:
			return nil
		case finish:
			if len(s.marks) < depth {
				return nil
			}
		}
	}
}

// local is a name without its prefix.
func local(name []byte) []byte {
	return name[bytes.IndexByte(name, ':')+1:]
}

// spaceless is b without the white space around it; it is bytes.TrimSpace without a look at Unicode, in a place that is hot.
func spaceless(b []byte) []byte {
	for len(b) > 0 && b[0] <= ' ' {
		b = b[1:]
	}
	for len(b) > 0 && b[len(b)-1] <= ' ' {
		b = b[:len(b)-1]
	}
	return b
}
