package xlsform

// questionType says how a question of one type stands in the XForm: its data type, its control, what is filled in by itself.
type questionType struct {
	name                 string // XLSForm's own name
	bind                 string // data type
	element, mediaType   string // control; none for what people never see
	readOnly             string
	constraint, hint     string // of the few old types that bring their own
	preload, preloadWhat string
}

// questionTypes are the types of a question that are neither selects nor structure, by their names and the older ones
// that ODK's converter still accepts (https://xlsform.org/en/#question-types).
var questionTypes = func() map[string]questionType {
	m := map[string]questionType{}
	add := func(t questionType, names ...string) {
		for _, n := range append(names, t.name) {
			m[n] = t
		}
	}
	input := func(name, bind string, names ...string) {
		add(questionType{name: name, bind: bind, element: "input"}, names...)
	}
	input("text", "string", "string", "q string", "add text prompt")
	input("integer", "int", "int", "q int", "add integer prompt")
	input("decimal", "decimal", "q decimal", "add decimal prompt")
	input("date", "date", "q date", "add date prompt")
	input("time", "time")
	input("dateTime", "dateTime", "datetime", "date time", "q date time", "q dateTime", "add date time prompt", "add dateTime prompt")
	input("geopoint", "geopoint", "location", "gps", "q geopoint", "q location", "add location prompt")
	input("geotrace", "geotrace")
	input("geoshape", "geoshape")
	input("barcode", "barcode", "q barcode", "add barcode prompt")
	add(questionType{name: "note", bind: "string", element: "input", readOnly: "true()"}, "q note", "add note prompt")
	add(questionType{name: "acknowledge", bind: "string", element: "trigger"}, "q acknowledge", "add acknowledge prompt")
	add(questionType{name: "trigger", element: "trigger"})
	add(questionType{name: "range", bind: "int", element: "range"})
	upload := func(name, media string, names ...string) {
		add(questionType{name: name, bind: "binary", element: "upload", mediaType: media}, names...)
	}
	upload("image", "image/*", "photo", "q picture", "q image", "add image prompt", "add photo prompt")
	upload("audio", "audio/*", "q audio", "add audio prompt")
	upload("video", "video/*", "q video", "add video prompt")
	upload("file", "application/*", "add file prompt")
	add(questionType{name: "calculate", bind: "string"}, "q calculate", "add calculate prompt")
	add(questionType{name: "hidden", bind: "string"})
	add(questionType{name: "start-geopoint", bind: "geopoint"})
	add(questionType{name: "background-geopoint", bind: "geopoint"})
	add(questionType{name: "background-audio", bind: "binary"})
	add(questionType{name: "audit", bind: "binary"})
	filled := func(name, bind, preload, what string, names ...string) {
		add(questionType{name: name, bind: bind, preload: preload, preloadWhat: what}, names...)
	}
	filled("start", "dateTime", "timestamp", "start", "start time", "get start time")
	filled("end", "dateTime", "timestamp", "end", "end time", "get end time")
	filled("today", "date", "date", "today", "get today")
	filled("deviceid", "string", "property", "deviceid", "device id", "get device id", "imei")
	filled("phonenumber", "string", "property", "phonenumber", "get phone number")
	filled("simserial", "string", "property", "simserial", "sim id", "get sim id")
	filled("subscriberid", "string", "property", "subscriberid", "subscriber id", "get subscriber id")
	filled("username", "string", "property", "username")
	filled("email", "string", "property", "email")
	for _, n := range []string{"deviceid", "phonenumber", "simserial", "subscriberid", "username", "email"} {
		filled("uri:"+n, "string", "property", "uri:"+n)
	}
	bounded := func(name, constraint, hint string) {
		add(questionType{name: name, bind: "int", element: "input", constraint: constraint, hint: hint})
	}
	bounded("percentage", "0 <= . and . <= 100", "")
	bounded("number of days in last month", "0 <= . and . <= 31", "Enter a number 0-31.")
	bounded("number of days in last six months", "0 <= . and . <= 183", "Enter a number 0-183.")
	bounded("number of days in last year", "0 <= . and . <= 365", "Enter a number 0-365.")
	add(questionType{name: "phone number", bind: "string", element: "input", constraint: `regex(., '^\d*$')`, hint: "Enter numbers only."})
	return m
}()

// selectTypes are the words that begin a select's type, longest first where one begins another.
var selectTypes = []struct {
	words, name string
	file        bool
}{
	{"select_multiple_from_file", "select_multiple", true}, {"select multiple from file", "select_multiple", true},
	{"select_one_from_file", "select_one", true}, {"select one from file", "select_one", true},
	{"select_one_external", "select_one_external", false}, {"select one external", "select_one_external", false},
	{"add select multiple prompt using", "select_multiple", false}, {"add select one prompt using", "select_one", false},
	{"select all that apply from", "select_multiple", false}, {"select multiple from", "select_multiple", false},
	{"select multiple using", "select_multiple", false}, {"select all that apply", "select_multiple", false},
	{"select_multiple", "select_multiple", false}, {"select multiple", "select_multiple", false},
	{"select one from", "select_one", false}, {"select one using", "select_one", false},
	{"select_one", "select_one", false}, {"select one", "select_one", false}, {"select1", "select_one", false},
	{"rank", "rank", false},
}

// optionalLabel are the structural types whose label nobody misses.
var yes = map[string]bool{
	"yes": true, "Yes": true, "YES": true, "true": true, "True": true, "TRUE": true, "true()": true,
}
var no = map[string]bool{
	"no": true, "No": true, "NO": true, "false": true, "False": true, "FALSE": true, "false()": true,
}

// truth writes yes and no, in any of their spellings, as XPath; other texts are expressions already.
func truth(s string) string {
	switch {
	case yes[s]:
		return "true()"
	case no[s]:
		return "false()"
	}
	return s
}
