package xlsform

import "slices"

// typeGroups sorts XLSForm's types by what an answer is, for the table of type changes. Types that are not here stand for themselves.
var typeGroups = map[string]string{
	"text": "words", "barcode": "words",
	"integer": "number", "decimal": "number", "range": "number",
	"select_one": "one", "select_one_from_file": "one", "select_one_external": "one",
	"select_multiple": "many", "select_multiple_from_file": "many",
	"date": "day", "dateTime": "day", "time": "time of day",
	"geopoint": "point", "start-geopoint": "point", "background-geopoint": "point", "geotrace": "line", "geoshape": "area",
	"image": "media", "audio": "media", "video": "media", "file": "media", "background-audio": "media", "audit": "media",
	"acknowledge": "tick", "trigger": "tick", "rank": "rank", "note": "note",
	"calculate": "filled in", "hidden": "filled in", "start": "filled in", "end": "filled in", "today": "filled in", "deviceid": "filled in",
	"phonenumber": "filled in", "simserial": "filled in", "subscriberid": "filled in", "username": "filled in", "email": "filled in",
}

// typePairs are the changes of type whose reason is known by the very types, in both directions.
var typePairs = []struct{ a, b, reason string }{
	{"integer", "decimal", "type-fractions"},
	{"integer", "range", "type-slider"}, {"decimal", "range", "type-slider"},
	{"text", "barcode", "type-scanned"},
	{"date", "dateTime", "type-time-of-day"},
	{"calculate", "hidden", "type-filled-in"},
	{"image", "file", "type-upload"}, {"audio", "file", "type-upload"}, {"video", "file", "type-upload"},
	{"acknowledge", "trigger", "type-same"},
}

// groupPairs are those known by what an answer is, in both directions.
var groupPairs = []struct{ a, b, reason string }{
	{"words", "number", "type-words-number"},
	{"words", "one", "type-open-closed"}, {"words", "many", "type-open-closed"},
	{"number", "one", "type-number-classes"}, {"number", "many", "type-number-classes"},
	{"one", "many", "type-one-many"},
	{"one", "rank", "type-rank"}, {"many", "rank", "type-rank"},
	{"one", "one", "type-list-source"}, {"many", "many", "type-list-source"},
	{"point", "point", "type-where-measured"},
	{"point", "line", "type-geometry"}, {"point", "area", "type-geometry"}, {"line", "area", "type-geometry"},
	{"words", "day", "type-words-number"},
	{"tick", "one", "type-tick"},
}

// typeChange is the code of the reason why a change of type bears on the series.
func typeChange(old, new string) string {
	is := func(a, b, x, y string) bool { return a == x && b == y || a == y && b == x }
	for _, p := range typePairs {
		if is(old, new, p.a, p.b) {
			return p.reason
		}
	}
	a, b := typeGroups[old], typeGroups[new]
	for _, p := range groupPairs {
		if is(a, b, p.a, p.b) {
			return p.reason
		}
	}
	switch {
	case a == "note" && b != "filled in":
		return "type-first-asked"
	case b == "note":
		return "type-not-asked"
	case slices.Contains([]string{a, b}, "filled in"):
		return "type-source"
	}
	return "type-other"
}
