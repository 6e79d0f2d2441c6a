package xlsform

import (
	"fmt"
	"strings"
)

// XFormError says why XML is no XForm that can be read, and where.
type XFormError struct {
	Code  string // one of the keys of the table below, for example "xml-doctype"
	Line  int    // of the XML; 0 when it is about the whole document
	Found string // the name, path or text in question
}

// Error is the message in English, with the line.
func (e *XFormError) Error() string {
	if e.Line == 0 {
		return "xform: " + e.Message("en")
	}
	return fmt.Sprintf("xform: line %d: %s", e.Line, e.Message("en"))
}

// Message says what is wrong, without the line. Languages are "id" and "en"; another gives English.
func (e *XFormError) Message(lang string) string {
	w := xformFaults[e.Code]
	text := w.en
	if lang == "id" {
		text = w.id
	}
	return strings.ReplaceAll(text, "{found}", cutFound(e.Found))
}

// cutFound keeps a message short.
func cutFound(s string) string {
	if r := []rune(s); len(r) > 200 {
		return string(r[:199]) + "…"
	}
	return s
}

// twoTongues is a text in English and Indonesian, with {placeholders}.
type twoTongues struct{ en, id string }

var xformFaults = map[string]twoTongues{
	"xml-empty":     {"there is no XML at all", "tidak ada XML sama sekali"},
	"xml-broken":    {"the XML is broken: {found}", "XML-nya rusak: {found}"},
	"xml-encoding":  {"only UTF-8 can be read: {found}", "hanya UTF-8 yang dapat dibaca: {found}"},
	"xml-doctype":   {"a DOCTYPE is refused: forms have none, and entities in it can blow up a reader", "DOCTYPE ditolak: formulir tidak memakainya, dan entitas di dalamnya dapat membebani pembaca"},
	"xml-two-roots": {"a second document begins with <{found}>", "dokumen kedua dimulai dengan <{found}>"},
	"no-model":      {"this is no XForm: <{found}> holds no model", "ini bukan XForm: <{found}> tidak berisi model"},
	"no-instance":   {"the model has no instance with a root element", "model tidak punya instance dengan elemen akar"},
	"twice":         {"two nodes are {found} and none of them is a repeat", "dua node bernama {found} dan tidak ada yang berupa pengulangan"},
	"no-node":       {"{found} is not in the instance", "{found} tidak ada di instance"},
	"no-ref":        {"<{found}> does not say which node it is for", "<{found}> tidak menyebut node mana yang dimaksud"},
	"no-text":       {"there is no text {found} in the itext", "tidak ada teks {found} di dalam itext"},
	"text-twice":    {"the text {found} stands twice in one language", "teks {found} ada dua kali dalam satu bahasa"},
	"no-list":       {"there is no instance {found}", "tidak ada instance {found}"},
}
