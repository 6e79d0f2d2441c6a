package xlsform

import "strings"

// isName tells whether a name may be that of an XML element (a QName by https://www.w3.org/TR/xml-names with the characters
// of XML 1.0, fifth edition, section 2.3).
func isName(s string) bool {
	prefix, local, found := strings.Cut(s, ":")
	if found {
		return isNCName(prefix) && isNCName(local)
	}
	return isNCName(s)
}

func isNCName(s string) bool {
	for i, r := range s {
		if i == 0 && !nameStart(r) || i > 0 && !nameStart(r) && !nameMore(r) {
			return false
		}
	}
	return s != ""
}

func nameStart(r rune) bool {
	return r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' ||
		r >= 0xC0 && r <= 0xD6 || r >= 0xD8 && r <= 0xF6 || r >= 0xF8 && r <= 0x2FF || r >= 0x370 && r <= 0x37D ||
		r >= 0x37F && r <= 0x1FFF || r >= 0x200C && r <= 0x200D || r >= 0x2070 && r <= 0x218F || r >= 0x2C00 && r <= 0x2FEF ||
		r >= 0x3001 && r <= 0xD7FF || r >= 0xF900 && r <= 0xFDCF || r >= 0xFDF0 && r <= 0xFFFD || r >= 0x10000 && r <= 0xEFFFF
}

func nameMore(r rune) bool {
	return r == '-' || r == '.' || r >= '0' && r <= '9' || r == 0xB7 || r >= 0x300 && r <= 0x36F || r >= 0x203F && r <= 0x2040
}

// usualPrefix are the namespaces that every form declares.
var usualPrefix = set("h ev xsd jr orx odk entities")
