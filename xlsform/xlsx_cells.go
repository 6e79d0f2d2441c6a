package xlsform

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// cellReader reads sheets with what they share: texts and styles.
type cellReader struct {
	*pkg
	is1904  bool
	strings []string
	styles  []shown // by the s attribute of cells
}

// prepare reads the shared parts, which a workbook may lack.
func (c *cellReader) prepare(relations map[string]relation) error {
	for _, id := range slices.Sorted(maps.Keys(relations)) {
		var err error
		switch r := relations[id]; r.kind {
		case "sharedStrings":
			err = c.readStrings(r.target)
		case "styles":
			err = c.readStyles(r.target)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *cellReader) readStrings(part string) error {
	c.strings = nil
	return c.read(part, func(s *xmlScanner) error {
		return s.each(func() error {
			if string(s.name) != "si" {
				return nil
			}
			text, err := richText(s)
			if c.strings = append(c.strings, text); len(c.strings) > c.in.Cells {
				return tooLarge("read-large-cells", "limit", itoa(c.in.Cells))
			}
			return err
		})
	})
}

// richText joins the runs of the element just begun; the reading aids of East Asian texts (rPh) are no part of them.
func richText(s *xmlScanner) (string, error) {
	s.texts = s.texts[:0]
	err := s.each(func() error {
		switch string(s.name) {
		case "t":
			return s.gatherText()
		case "rPh":
			return s.skip()
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	return cellText(s.texts)
}

// sheet reads one sheet's rows. A hidden sheet, row or column is read as any other.
func (c *cellReader) sheet(name, part string) (Sheet, error) {
	sheet := Sheet{Name: name}
	var merged []area
	err := c.read(part, func(s *xmlScanner) error {
		row := rowReader{cellReader: c, s: s}
		return s.each(func() error {
			switch string(s.name) {
			case "row":
				if err := row.read(); err != nil {
					return err
				}
				return c.in.row(&sheet, row.number, row.cells)
			case "mergeCell":
				v, err := s.attrOf("ref")
				if a, ok := areaOf(v[0]); ok {
					merged = append(merged, a)
				}
				return err
			}
			return nil
		})
	})
	if err != nil {
		return Sheet{}, err
	}
	slices.SortStableFunc(sheet.Rows, func(a, b Row) int { return a.Number - b.Number })
	return sheet, c.in.unmerge(&sheet, merged)
}

// rowReader reads row after row into the same cells.
type rowReader struct {
	*cellReader
	s      *xmlScanner
	number int
	cells  []string
}

// read takes the row just begun. A row or cell that does not say where it stands stands behind the one before.
func (r *rowReader) read() error {
	r.number++
	r.cells = r.cells[:0]
	for {
		name, value, found, err := r.s.attr()
		if err != nil {
			return err
		}
		if !found {
			break
		}
		if string(name) == "r" {
			if r.number, err = strconv.Atoi(string(value)); err != nil || r.number < 1 || r.number > 1<<24 {
				return errXML
			}
		}
	}
	column := -1
	for depth := len(r.s.marks); ; {
		e, err := r.s.next()
		if err != nil || e != begin && len(r.s.marks) < depth {
			return err
		}
		if e == begin && string(r.s.name) == "c" {
			if column, err = r.cell(column + 1); err != nil {
				return err
			}
		}
	}
}

// cell takes the cell just begun; column is where it stands if it does not say. It answers where it stood.
func (r *rowReader) cell(column int) (int, error) {
	kind, style := byte('n'), 0
	for {
		name, value, found, err := r.s.attr()
		if err != nil {
			return 0, err
		}
		if !found {
			break
		}
		switch string(name) {
		case "r":
			if column, err = columnOf(value); err != nil {
				return 0, err
			}
		case "t":
			kind = cellKind(string(value))
		case "s":
			style, _ = strconv.Atoi(string(value))
		}
	}
	text, err := r.value(kind, style)
	if err != nil || text == "" {
		return column, err
	}
	if column >= r.in.Columns {
		return 0, tooLarge("read-large-columns", "place", cellRef(column, r.number), "limit", itoa(r.in.Columns))
	}
	for len(r.cells) < column {
		r.cells = append(r.cells, "")
	}
	if column < len(r.cells) {
		r.cells[column] = text
	} else {
		r.cells = append(r.cells, text)
	}
	return column, nil
}

// cellKind makes one letter of a cell's type: i(nlineStr), f(ormula's string), and the others as they are: s b e d n.
func cellKind(t string) byte {
	switch t {
	case "inlineStr":
		return 'i'
	case "str":
		return 'f'
	case "s", "b", "e", "d", "n":
		return t[0]
	}
	return 'n'
}

// value reads a cell to its end: <v> or <is>; a formula itself is passed over for the value Excel kept of it.
func (r *rowReader) value(kind byte, style int) (text string, err error) {
	for depth := len(r.s.marks); ; {
		e, err := r.s.next()
		if err != nil || e != begin && len(r.s.marks) < depth {
			return text, err
		}
		if e != begin {
			continue
		}
		switch string(r.s.name) {
		case "is":
			text, err = richText(r.s)
		case "v":
			var raw []byte
			if raw, err = r.s.text(); err == nil && len(raw) > 0 {
				text, err = r.show(kind, style, raw)
			}
		case "f", "extLst":
			err = r.s.skip()
		}
		if err != nil {
			return "", err
		}
	}
}

// show writes a value as text, as the types and styles say.
func (r *rowReader) show(kind byte, style int, raw []byte) (string, error) {
	switch kind {
	case 's':
		i, err := strconv.Atoi(strings.TrimSpace(string(raw)))
		if err != nil || i < 0 || i >= len(r.strings) {
			return "", errXML
		}
		return r.strings[i], nil
	case 'b':
		if v := strings.TrimSpace(string(raw)); v == "1" || v == "true" {
			return "TRUE", nil
		}
		return "FALSE", nil
	case 'f', 'i', 'e':
		return cellText(raw)
	}
	how := asNumber
	if style >= 0 && style < len(r.styles) {
		how = r.styles[style]
	}
	if kind == 'd' {
		return isoText(string(raw), how), nil
	}
	return numberText(string(raw), how, r.is1904), nil
}
