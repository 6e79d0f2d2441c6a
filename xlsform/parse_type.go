package xlsform

import (
	"slices"
	"strings"
)

// inputTypes are XLSForm's names of what an input asks, by the bind's type; all else is "text".
var inputTypes = map[string]string{
	"int": "integer", "integer": "integer", "decimal": "decimal", "double": "decimal", "float": "decimal", "date": "date",
	"time": "time", "dateTime": "dateTime", "geopoint": "geopoint", "geotrace": "geotrace", "geoshape": "geoshape",
	"barcode": "barcode", "binary": "file",
}

// typeOf derives XLSForm's own name of a question's type (https://xlsform.org/en/#question-types) from bind, control, preload and
// actions. "" is answered for what only converters add: instanceID and instanceName.
func typeOf(it *Item, meta bool) string {
	if it.Control.Element == "" {
		return hiddenType(it, meta)
	}
	from := ""
	if it.Choices != nil && it.Choices.File != "" {
		from = "_from_file"
	}
	switch it.Control.Element {
	case "select1":
		return "select_one" + from
	case "select":
		return "select_multiple" + from
	case "odk:rank":
		return "rank"
	case "range":
		return "range"
	case "trigger":
		if it.Bind.Type == "" {
			return "trigger"
		}
		return "acknowledge"
	case "upload":
		return uploadType(it.Control.MediaType)
	}
	return inputType(it)
}

func inputType(it *Item) string {
	switch {
	case it.Control.Query != "":
		return "select_one_external"
	case inputTypes[it.Bind.Type] != "":
		return inputTypes[it.Bind.Type]
	case it.Bind.ReadOnly == "true()" && it.Bind.Calculate == "" && it.Default == "" && len(it.Actions) == 0:
		return "note"
	}
	return "text"
}

func uploadType(media string) string {
	kind, _, _ := strings.Cut(media, "/")
	if slices.Contains([]string{"image", "audio", "video"}, kind) {
		return kind
	}
	return "file"
}

// hiddenType is the type of what nobody is asked.
func hiddenType(it *Item, meta bool) string {
	if meta && it.Name == "audit" {
		return "audit"
	}
	if t := preloadType(it.Bind); t != "" || it.Bind.Preload == "uid" {
		return t
	}
	if meta {
		return ""
	}
	for _, a := range it.Actions {
		switch {
		case a.Element == "odk:recordaudio":
			return "background-audio"
		case a.Element == "odk:setgeopoint" && a.Trigger != "":
			return "background-geopoint"
		case a.Element == "odk:setgeopoint":
			return "start-geopoint"
		}
	}
	calculated := func(a Action) bool { return a.Trigger != "" }
	if it.Bind.Calculate != "" || slices.ContainsFunc(it.Actions, calculated) {
		return "calculate"
	}
	return "hidden"
}

func preloadType(b Bind) string {
	switch b.Preload {
	case "timestamp":
		return b.PreloadParams
	case "date":
		return "today"
	case "property":
		return strings.TrimPrefix(b.PreloadParams, "uri:")
	}
	return ""
}
