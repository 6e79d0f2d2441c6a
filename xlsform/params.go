package xlsform

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// params are the key=value pairs of the parameters column; keys in lower case.
type params struct {
	keys  []string
	value map[string]string
	field *field
	rec   *record
}

// has and of ask for one parameter.
func (p params) has(key string) bool  { _, found := p.value[key]; return found }
func (p params) of(key string) string { return p.value[key] }

var spacedEqual = regexp.MustCompile(`\s*=\s*`)

// readParams parses "key=value key2=value2", divided by spaces, commas or semicolons; spaces may stand around the "=".
func (c *compiler) readParams(rec *record) params {
	p := params{value: map[string]string{}, rec: rec, field: rec.field("parameters")}
	if p.field == nil {
		return p
	}
	text := spacedEqual.ReplaceAllString(p.field.text, "=")
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == ';' }) {
		key, value, found := strings.Cut(part, "=")
		key = strings.ToLower(strings.TrimSpace(key))
		if !found || key == "" || strings.Contains(value, "=") {
			c.fault("parameters-form", in(rec, p.field))
			return params{value: map[string]string{}, rec: rec, field: p.field}
		}
		if !p.has(key) {
			p.keys = append(p.keys, key)
		}
		p.value[key] = strings.TrimSpace(value)
	}
	return p
}

// allow tells parameters that the type does not know.
func (c *compiler) allow(p params, allowed ...string) {
	var unknown []string
	for _, k := range p.keys {
		if !slices.Contains(allowed, k) {
			unknown = append(unknown, k)
		}
	}
	if len(unknown) == 0 {
		return
	}
	near := ""
	if n := nearest(unknown[0], allowed); n != "" {
		near = n
	}
	c.fault("parameter-unknown", in(p.rec, p.field), "unknown", strings.Join(unknown, ", "), "allowed", strings.Join(allowed, ", "), "near", near)
}

// oneOf tells whether a parameter that is there has one of the values, and tells when it has not.
func (c *compiler) oneOf(p params, key string, values ...string) bool {
	if !p.has(key) {
		return false
	}
	if slices.Contains(values, "true") { // yes and no in all spellings
		if w, found := map[string]string{"true()": "true", "false()": "false"}[truth(p.of(key))]; found {
			p.value[key] = w
		}
	}
	if low := strings.ToLower(p.of(key)); slices.Contains(values, low) {
		p.value[key] = low // such words are taken in any case
	}
	if !slices.Contains(values, p.of(key)) {
		c.fault("parameter-value", in(p.rec, p.field), "key", key, "value", p.of(key), "allowed", strings.Join(values, ", "))
		return false
	}
	return true
}

// whole and number tell whether a parameter that is there is a number of that kind, and tell when it is not.
func (c *compiler) whole(p params, key string) bool {
	if !p.has(key) {
		return false
	}
	if _, err := strconv.Atoi(p.of(key)); err != nil {
		c.fault("parameter-integer", in(p.rec, p.field), "key", key, "value", p.of(key))
		return false
	}
	return true
}

func (c *compiler) number(p params, key string) bool {
	if !p.has(key) {
		return false
	}
	if !isNumber(p.of(key)) {
		c.fault("parameter-number", in(p.rec, p.field), "key", key, "value", p.of(key))
		return false
	}
	return true
}

var plainNumber = regexp.MustCompile(`^[+-]?(\d+(\.\d*)?|\.\d+)$`)

func isNumber(s string) bool { return plainNumber.MatchString(s) }

func (b *Bind) extra(name, value string)    { b.Extra = with(b.Extra, name, value) }
func (k *Control) extra(name, value string) { k.Extra = with(k.Extra, name, value) }

// with sets an attribute, in its place if it is there.
func with(attrs []Attr, name, value string) []Attr {
	for i := range attrs {
		if attrs[i].Name == name {
			attrs[i].Value = value
			return attrs
		}
	}
	return append(attrs, Attr{name, value})
}

// parameters takes the parameters of a question, by its type.
func (c *compiler) parameters(it *Item, rec *record, words string) {
	p := c.readParams(rec)
	switch it.Type {
	case "range":
		c.rangeQuestion(it, rec, p)
	case "text":
		c.allow(p, "rows")
		if c.whole(p, "rows") {
			it.Control.extra("rows", p.of("rows"))
		}
	case "image":
		c.imageParameters(it, rec, p)
	case "audio":
		c.allow(p, "quality")
		if c.oneOf(p, "quality", "voice-only", "low", "normal", "external") {
			it.Bind.extra("odk:quality", p.of("quality"))
		}
	case "background-audio":
		c.allow(p, "quality")
		a := Action{Element: "odk:recordaudio", Events: []string{"odk-instance-load"}}
		if c.oneOf(p, "quality", "voice-only", "low", "normal") {
			a.Extra = []Attr{{"odk:quality", p.of("quality")}}
		}
		it.Actions = append(it.Actions, a)
	case "geopoint", "geotrace", "geoshape":
		c.geoParameters(it, p)
	}
}

// androidName is the shape of an Android package: https://developer.android.com/build/configure-app-module#set-application-id
var androidName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)+$`)

func (c *compiler) imageParameters(it *Item, rec *record, p params) {
	c.allow(p, "max-pixels", "app")
	if !p.has("max-pixels") {
		c.fault("image-max-pixels", in(rec, rec.field("type")), "name", it.Name)
	} else if c.whole(p, "max-pixels") {
		it.Bind.extra("orx:max-pixels", p.of("max-pixels"))
	}
	if a := it.Control.Appearance; p.has("app") && (a == "" || a == "annotate") {
		if !androidName.MatchString(p.of("app")) {
			c.fault("parameter-app", in(p.rec, p.field), "value", p.of("app"))
			return
		}
		it.Control.extra("intent", p.of("app"))
	}
}

func (c *compiler) geoParameters(it *Item, p params) {
	if it.Type == "geopoint" {
		c.allow(p, "allow-mock-accuracy", "capture-accuracy", "reference-geometry", "warning-accuracy")
	} else {
		c.allow(p, "allow-mock-accuracy", "incremental", "reference-geometry")
	}
	if c.oneOf(p, "allow-mock-accuracy", "true", "false") {
		it.Bind.extra("odk:allow-mock-accuracy", p.of("allow-mock-accuracy"))
	}
	if c.number(p, "capture-accuracy") {
		it.Control.extra("accuracyThreshold", p.of("capture-accuracy"))
	}
	if c.number(p, "warning-accuracy") {
		it.Control.extra("unacceptableAccuracyThreshold", p.of("warning-accuracy"))
	}
	if it.Type != "geopoint" && c.oneOf(p, "incremental", "true") {
		it.Control.extra("incremental", "true")
	}
	if p.has("reference-geometry") {
		c.geometries = append(c.geometries, geometry{it, p})
	}
}

// geometry is a question that shows the shapes of a list, a file or a repeat; they are found when the form is whole.
type geometry struct {
	it *Item
	p  params
}

// audit is the log of how the form was filled in; it stands in meta and is always called so.
func (c *compiler) audit(rec *record) {
	it := &Item{Type: "audit", Name: "audit", Row: rec.row, Bind: Bind{Type: "binary"}}
	c.records[it] = rec
	if f := rec.field("name"); f != nil && f.text != "audit" {
		c.fault("audit-name", in(rec, f))
	}
	c.bind(it, rec)
	p := c.readParams(rec)
	c.allow(p, "identify-user", "location-max-age", "location-min-interval", "location-priority", "track-changes", "track-changes-reasons")
	if c.oneOf(p, "track-changes", "true", "false") {
		it.Bind.extra("odk:track-changes", p.of("track-changes"))
	}
	if c.oneOf(p, "track-changes-reasons", "on-form-edit") {
		it.Bind.extra("odk:track-changes-reasons", p.of("track-changes-reasons"))
	}
	if c.oneOf(p, "identify-user", "true", "false") {
		it.Bind.extra("odk:identify-user", p.of("identify-user"))
	}
	c.auditLocation(it, p)
	c.form.Meta = append(c.form.Meta, it)
}

func (c *compiler) auditLocation(it *Item, p params) {
	n := 0
	for _, k := range []string{"location-priority", "location-min-interval", "location-max-age"} {
		if p.has(k) {
			n++
		}
	}
	if n == 0 {
		return
	}
	if n < 3 {
		c.fault("audit-location", in(p.rec, p.field))
		return
	}
	good := c.oneOf(p, "location-priority", "no-power", "low-power", "balanced", "high-accuracy")
	if !c.whole(p, "location-min-interval") || !c.whole(p, "location-max-age") || !good {
		return
	}
	least, _ := strconv.Atoi(p.of("location-min-interval"))
	age, _ := strconv.Atoi(p.of("location-max-age"))
	if least < 0 || age < least {
		c.fault("audit-location-order", in(p.rec, p.field))
		return
	}
	for _, k := range []string{"location-max-age", "location-min-interval", "location-priority"} {
		it.Bind.extra("odk:"+k, p.of(k))
	}
}
