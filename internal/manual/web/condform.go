package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/naungan/naungan/internal/platform/plain"
	"github.com/naungan/naungan/internal/platform/ui"
	"github.com/naungan/naungan/protocol"
)

// branch is a condition as a form shows it: a line (a fact and its answers) or a
// group of lines and groups. Its fields are named by the way to it: "when.mode",
// "when.0.fact", "when.1.mode", "when.1.0.value".
type branch struct {
	Mode   string // of a group: all, any, none or notall hold; of the whole also always
	Subs   []branch
	Fact   string // of a line
	Not    bool   // it is none of the answers
	Values []string
}

// A form shows at most so many groups in each other and parts of a group.
const (
	deepest  = 6
	mostRows = 40
)

var groupModes = []string{"all", "any", "none", "notall"}

// branchOf is a condition as a form shows it; false where it is no condition of the
// language, or too deep or wide for a form.
func branchOf(c *protocol.Cond) (branch, bool) {
	if c == nil {
		return branch{Mode: "always"}, true
	}
	b, ok := grown(*c, 0)
	if b.Fact != "" {
		b = branch{Mode: "all", Subs: []branch{b}}
	}
	return b, ok
}

func grown(c protocol.Cond, depth int) (branch, bool) {
	subs := func(mode string, list []protocol.Cond) (branch, bool) {
		b := branch{Mode: mode}
		for _, s := range list {
			sub, ok := grown(s, depth+1)
			if !ok {
				return b, false
			}
			b.Subs = append(b.Subs, sub)
		}
		return b, len(list) <= mostRows
	}
	parts := 0
	for _, is := range []bool{len(c.All) > 0, len(c.Any) > 0, c.Not != nil, c.Fact != ""} {
		if is {
			parts++
		}
	}
	switch {
	case parts != 1 || depth > deepest:
		return branch{}, false
	case len(c.All) > 0:
		return subs("all", c.All)
	case len(c.Any) > 0:
		return subs("any", c.Any)
	case c.Fact != "":
		return branch{Fact: c.Fact, Not: c.Op == "ne" || c.Op == "not_in", Values: c.Value}, true
	case len(c.Not.All) > 0:
		return subs("notall", c.Not.All)
	case len(c.Not.Any) > 0:
		return subs("none", c.Not.Any)
	}
	return subs("none", []protocol.Cond{*c.Not})
}

// cond is the condition that a branch says; nil where it says none. Lines without
// an answer and groups without a line are none.
func (b branch) cond() *protocol.Cond {
	if b.Fact != "" {
		if len(b.Values) == 0 {
			return nil
		}
		op := map[bool]map[bool]string{false: {false: "eq", true: "ne"}, true: {false: "in", true: "not_in"}}[len(b.Values) > 1][b.Not]
		return &protocol.Cond{Fact: b.Fact, Op: op, Value: b.Values}
	}
	var list []protocol.Cond
	for _, s := range b.Subs {
		if c := s.cond(); c != nil {
			list = append(list, *c)
		}
	}
	switch {
	case len(list) == 0 || b.Mode == "always":
		return nil
	case b.Mode == "any":
		return &protocol.Cond{Any: list}
	case b.Mode == "none" && len(list) == 1 && list[0].Fact != "":
		return &protocol.Cond{Not: &list[0]}
	case b.Mode == "none":
		return &protocol.Cond{Not: &protocol.Cond{Any: list}}
	case b.Mode == "notall":
		return &protocol.Cond{Not: &protocol.Cond{All: list}}
	}
	return &protocol.Cond{All: list}
}

// readBranch reads a branch as it was sent; false where nothing of it was.
func readBranch(v url.Values, at string, depth int) (b branch, ok bool) {
	if fact := v.Get(at + ".fact"); fact != "" {
		return branch{Fact: fact, Not: v.Get(at+".op") == "not", Values: v[at+".value"]}, true
	}
	if _, ok = v[at+".mode"]; !ok || depth > deepest {
		return b, false
	}
	b.Mode = v.Get(at + ".mode")
	for i := range mostRows {
		sub, ok := readBranch(v, at+"."+strconv.Itoa(i), depth+1)
		if !ok {
			break
		}
		b.Subs = append(b.Subs, sub)
	}
	return b, true
}

// after is a branch after a button of it was pressed: a line or group added, or one
// taken out.
func (b branch) after(at, deed, place, fact string) branch {
	if b.Fact != "" {
		return b
	}
	b.Subs = slices.Clone(b.Subs)
	if at == place && b.Mode == "always" && deed != "drop" {
		b.Mode = "all"
	}
	switch {
	case at == place && deed == "line" && fact != "" && len(b.Subs) < mostRows:
		b.Subs = append(b.Subs, branch{Fact: fact})
	case at == place && deed == "group" && len(b.Subs) < mostRows && strings.Count(at, ".") < deepest:
		b.Subs = append(b.Subs, branch{Mode: "any"})
	}
	for i := range b.Subs {
		here := at + "." + strconv.Itoa(i)
		if here == place && deed == "drop" {
			b.Subs = slices.Delete(b.Subs, i, i+1)
			break
		}
		b.Subs[i] = b.Subs[i].after(here, deed, place, fact)
	}
	return b
}

// modeOf is what a whole is shown as: the first of what it may be, where it says
// nothing yet.
func modeOf(b branch, modes []string) string {
	if slices.Contains(modes, b.Mode) {
		return b.Mode
	}
	return modes[0]
}

// condDeed splits what the button of a condition says: "cond:line:when.1".
func condDeed(pressed string) (deed, place string, ok bool) {
	rest, ok := strings.CutPrefix(pressed, "cond:")
	deed, place, _ = strings.Cut(rest, ":")
	return deed, place, ok
}

// shownBranch is the branch that a form shows: as it was sent and after what was
// pressed, or else as it is stored.
func shownBranch(f ui.Form, at string, stored *protocol.Cond) (branch, bool) {
	b, ok := readBranch(f.Values, at, 0)
	if !ok {
		return branchOf(stored)
	}
	if deed, place, pressed := condDeed(f.Get("go")); pressed {
		b = b.after(at, deed, place, f.Get(place+".add"))
	}
	return b, true
}

// typedCond is a condition as it was sent: the stored one where nothing of it was
// sent, or nothing else was said. What would be lost is a fault.
func typedCond(k *plain.Checker, v url.Values, at string, stored *protocol.Cond) *protocol.Cond {
	b, ok := readBranch(v, at, 0)
	if !ok {
		return stored
	}
	b.pending(k, v, at)
	switch old, _ := branchOf(stored); {
	case fingerprint(old) == fingerprint(b):
		return stored
	case b.Mode == "always" && stored == nil && len(b.Subs) > 0:
		k.Add(at+".mode", "manual.edit.always")
	case b.Mode == "always": // taken out on purpose
	default:
		b.faults(k, v, at)
	}
	return b.cond()
}

// pending notes what was chosen to be added and was not.
func (b branch) pending(k *plain.Checker, v url.Values, at string) {
	if b.Fact == "" && v.Get(at+".add") != "" {
		k.Add(at+".add", "manual.edit.not_added")
	}
	for i, s := range b.Subs {
		s.pending(k, v, at+"."+strconv.Itoa(i))
	}
}

func (b branch) faults(k *plain.Checker, v url.Values, at string) {
	if b.Fact != "" {
		if len(b.Values) == 0 {
			k.Add(at+".value", "manual.edit.needs_value")
		}
		k.Count(at+".value", len(b.Values), 50)
		for _, x := range append(slices.Clone(b.Values), b.Fact) {
			k.Text(at+".value", x, 200)
		}
		return
	}
	if len(b.Subs) == 0 && v.Get(at+".add") == "" {
		k.Add(at+".add", "manual.cond.empty")
	}
	k.Must(at+".mode", b.Mode)
	k.Code(at+".mode", b.Mode, groupModes)
	for i, s := range b.Subs {
		s.faults(k, v, at+"."+strconv.Itoa(i))
	}
}

// asking is what conditions of a form may ask for: the facts of the manual, or the
// fields of a sheet.
type asking struct {
	Facts   []ui.Option
	Answers func(fact string) []ui.Option
	Say     func(c protocol.Cond) string
}

// name is what a fact or field is called.
func (a asking) name(id string) string {
	for _, o := range a.Facts {
		if o.Value == id {
			return o.Label
		}
	}
	return id
}

// answers lists what can be chosen of a fact: its answers, and whatever is chosen.
func (a asking) answers(b branch) []ui.Option {
	out := a.Answers(b.Fact)
	for _, x := range b.Values {
		if !slices.ContainsFunc(out, func(o ui.Option) bool { return o.Value == x }) {
			out = append(out, ui.Option{Value: x, Label: x})
		}
	}
	return out
}

// factAsking asks for facts; "not known" can be chosen of each.
func factAsking(v view) asking {
	return asking{factOptions(v), func(fact string) []ui.Option {
		out := valueOptions(v, fact)
		if !slices.ContainsFunc(out, func(o ui.Option) bool { return o.Value == "unknown" }) {
			out = append(out, ui.Option{Value: "unknown", Label: protocol.Word("unknown").In(v.L)})
		}
		return out
	}, v.Words.Cond}
}

// waiting is a fact that keeps a condition from holding while nobody knows it, and
// the step whose decision or sheet asks for it, nil where none does.
type waiting struct {
	Fact string
	Step *protocol.Step
}

// waitsFor lists what a condition waits to be told.
func waitsFor(v view, c *protocol.Cond) (out []waiting) {
	if c == nil {
		return nil
	}
	for _, f := range v.Manual.WaitsFor(*c) {
		out = append(out, waiting{f, askedAt(v.Manual, f)})
	}
	return out
}

// askedAt is the first step that decides by a fact or fills a sheet with a field of
// its name.
func askedAt(m *protocol.Manual, fact string) *protocol.Step {
	for _, s := range m.Steps {
		decides := slices.ContainsFunc(s.Decide, func(d protocol.Decide) bool { return d.If != nil && asksFor(*d.If, fact) })
		fills := slices.ContainsFunc(s.Outputs, func(id string) bool { f := m.Forms[id]; return f.Field(fact) != nil })
		if decides || fills {
			return s
		}
	}
	return nil
}

func asksFor(c protocol.Cond, fact string) bool {
	in := func(s protocol.Cond) bool { return asksFor(s, fact) }
	return c.Fact == fact || slices.ContainsFunc(c.All, in) || slices.ContainsFunc(c.Any, in) || c.Not != nil && asksFor(*c.Not, fact)
}
