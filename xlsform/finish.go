package xlsform

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// trigger is a question that is set anew when another's answer changes.
type trigger struct {
	it    *Item
	names []string
	rec   *record
}

// trigger reads the column of that name: references divided by commas.
func (c *compiler) trigger(it *Item, rec *record) {
	f := rec.field("trigger")
	if f == nil {
		return
	}
	t := trigger{it: it, rec: rec}
	for part := range strings.SplitSeq(f.text, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		found, bad := marks(part)
		if bad != "" || len(found) == 0 || found[0].start != 0 || found[len(found)-1].end != len(part) || found[0].lastSaved {
			c.fault("trigger-form", in(rec, f))
			return
		}
		if len(found) > 1 {
			c.fault("trigger-comma", in(rec, f))
			return
		}
		t.names = append(t.names, found[0].name)
	}
	c.triggers = append(c.triggers, t)
}

// actions hangs what triggers set off on the questions that set it off: a calculation with a trigger is worked out only then.
func (c *compiler) actions() {
	for _, t := range c.triggers {
		a := Action{Element: "setvalue", Events: []string{"xforms-value-changed"}, Value: t.it.Bind.Calculate}
		if t.it.Type == "background-geopoint" {
			a.Element = "odk:setgeopoint"
		}
		t.it.Bind.Calculate = ""
		for _, name := range t.names {
			from := c.named(name, in(t.rec, t.rec.field("trigger")))
			if from == nil {
				continue
			}
			if from.Kind != Question {
				c.fault("trigger-group", in(t.rec, t.rec.field("trigger")), "name", name)
				continue
			}
			if !c.visible(from) {
				c.fault("trigger-hidden", in(t.rec, t.rec.field("trigger")), "name", name, "target", t.it.Name)
			}
			one := a
			one.Trigger = from.Path
			t.it.Actions = append(t.it.Actions, one)
		}
	}
}

// visible tells whether people see a question. A type with a control is still hidden when it is calculated or triggered and has
// neither label nor hint: only then is it a calculation with a data type.
func (c *compiler) visible(it *Item) bool {
	if it.Control.Element == "" || it.Kind != Question {
		return it.Kind != Question
	}
	rec := c.records[it]
	worked := it.Bind.Calculate != "" || rec != nil && it.Row != 0 && (rec.field("trigger") != nil || rec.field("bind::calculate") != nil)
	return !worked || hasWords(it.Label) || !it.Hint.Empty()
}

func hasWords(t Text) bool {
	return slices.ContainsFunc(t.Translations, func(tr Translation) bool { return tr.Value != nil })
}

// checkControls takes the control from hidden questions and tells visible ones that say nothing.
func (c *compiler) checkControls() {
	c.form.Walk(func(it, _ *Item) bool {
		if it.Kind != Question || it.Control.Element == "" {
			return true
		}
		if !c.visible(it) {
			it.Control.Element = ""
			return true
		}
		if it.Label.Empty() && it.Hint.Empty() && c.records[it].field("media") == nil {
			c.fault("label-missing", in(c.records[it], nil), "name", it.Name)
		}
		return true
	})
}

// meta adds what every form has: the id of a submission, and its name if the settings give one.
func (c *compiler) meta() {
	if !yes[c.set.get("omit_instanceID")] {
		c.form.Meta = append(c.form.Meta, &Item{Type: "calculate", Name: "instanceID",
			Bind: Bind{Type: "string", ReadOnly: "true()", Preload: first(c.set.get("instance_id"), "uid")}})
	}
	if f := c.set.field("instance_name"); f != nil {
		c.form.Meta = append(c.form.Meta, &Item{Type: "calculate", Name: "instanceName", Bind: Bind{Type: "string", Calculate: f.text}})
	}
	for _, it := range c.form.Meta {
		it.Path = "/" + c.form.Name + "/meta/" + it.Name
	}
}

var pulls = regexp.MustCompile(`pulldata\s*\(\s*([^,]*),`)

// source is an instance with where it comes from, to tell two that clash.
type source struct {
	Instance
	kind string
	rec  *record
}

// instances collects the secondary instances, in the order in which the form needs them.
func (c *compiler) instances() {
	var all []source
	rest := c.externals
	c.form.Walk(func(it, _ *Item) bool {
		for len(rest) > 0 && it.Row > 0 && rest[0].rec.row < it.Row {
			all, rest = append(all, rest[0].source()), rest[1:]
		}
		all = append(all, c.pulled(it)...)
		if k := it.Choices; k != nil && k.File != "" {
			ext := path.Ext(k.File)
			all = append(all, source{Instance{strings.TrimSuffix(k.File, ext), "jr://" + fileEndings[ext] + "/" + k.File}, "file", c.records[it]})
		}
		return true
	})
	for _, e := range rest {
		all = append(all, e.source())
	}
	if c.lastSaved {
		all = append(all, source{Instance{"__last-saved", "jr://instance/last-saved"}, "last-saved", nil})
	}
	for _, l := range c.form.Lists {
		if !l.Searched {
			all = append(all, source{Instance{l.Name, ""}, "choices", nil})
		}
	}
	c.distinct(all)
}

func (e external) source() source {
	folder := "file"
	if e.kind == "csv" {
		folder = "file-csv"
	}
	return source{Instance{e.name, "jr://" + folder + "/" + e.name + "." + e.kind}, "external", e.rec}
}

// pulled finds the files that pulldata() asks in an item's expressions.
func (c *compiler) pulled(it *Item) []source {
	var out []source
	rec := c.records[it]
	for _, key := range []string{"bind::calculate", "bind::constraint", "bind::readonly", "bind::required", "bind::relevant", "choice_filter", "default"} {
		for _, m := range pulls.FindAllStringSubmatch(rec.get(key), -1) {
			name := strings.TrimSpace(strings.NewReplacer("'", "", `"`, "").Replace(m[1]))
			out = append(out, source{Instance{name, "jr://file-csv/" + name + ".csv"}, "pulldata", rec})
		}
	}
	return out
}

// distinct keeps each instance once; the same name for two files is a fault.
func (c *compiler) distinct(all []source) {
	seen := map[string]source{}
	for _, s := range all {
		prior, found := seen[s.ID]
		switch {
		case !found:
			seen[s.ID] = s
			if s.kind != "choices" {
				c.form.Instances = append(c.form.Instances, s.Instance)
			}
		case s.kind == "external" && prior.kind == "external":
			c.fault("instance-twice", in(s.rec, nil), "name", s.ID)
		case prior.Source != s.Source:
			c.fault("instance-clash", in(s.rec, nil), "name", s.ID, "one", prior.describe(), "other", s.describe())
		}
	}
}

func (s source) describe() string {
	if s.Source == "" {
		return "choices: " + s.ID
	}
	return s.Source
}
