package web

import (
	"context"
	"net/url"
	"slices"
	"strconv"

	"github.com/naungan/naungan/internal/platform/plain"
	"github.com/naungan/naungan/internal/platform/ui"
	"github.com/naungan/naungan/protocol"
)

// The parts of a step of which there are several, each in its own rows: clocks of
// other agencies, decisions, deadlines under a condition. A row that is marked is
// taken out; the last row is empty, to write one more.

// rowReader reads the rows of a step's form and notes what is wrong.
type rowReader struct {
	k *plain.Checker
	v url.Values
}

func (r rowReader) get(name string) string { return plain.Clean(r.v.Get(name)) }

func (r rowReader) text(name string) protocol.Text {
	t := protocol.Text{ID: r.get(name + ".id"), EN: r.get(name + ".en")}
	r.k.Text(name+".id", t.ID, 2000)
	r.k.Text(name+".en", t.EN, 2000)
	return t
}

// number reads a whole number from 0; unit "" means that none is asked for.
func (r rowReader) number(name, unit string) int {
	n, err := strconv.Atoi(r.get(name))
	if unit != "" && (err != nil || n < 0 || n > 100_000) {
		r.k.Add(name, "manual.edit.number")
	}
	return n
}

// tracks reads the clocks of other agencies.
func (r rowReader) tracks(old []protocol.Track) (out []protocol.Track) {
	if _, shown := r.v["track.shown"]; !shown {
		return old
	}
	for i := range len(old) + 1 {
		n := "track." + strconv.Itoa(i)
		var was protocol.Track
		if i < len(old) {
			was = old[i]
			if _, shown := r.v[n+".unit"]; !shown { // somebody else wrote it meanwhile
				out = append(out, was)
				continue
			}
		}
		t := protocol.Track{What: r.text(n + ".what"), Unit: r.v.Get(n + ".unit"), Anchor: r.v.Get(n + ".anchor"), Basis: r.v.Get(n + ".basis"),
			Certainty: r.v.Get(n + ".certainty"), Binding: r.v.Get(n + ".binding"), Refs: listed(was.Refs, r.v[n+".refs"])}
		switch {
		case r.v.Get(n+".remove") == "yes":
			continue
		case i == len(old) && t.What == (protocol.Text{}) && !anyTyped(r.v, n+".value", n+".unit", n+".anchor", n+".basis", n+".certainty", n+".binding") && len(t.Refs) == 0:
			continue
		}
		r.k.Must(n+".what.id", t.What.ID)
		r.k.Must(n+".unit", t.Unit)
		r.k.Must(n+".anchor", t.Anchor)
		t.Value = r.number(n+".value", t.Unit)
		out = append(out, t)
	}
	return out
}

// decides reads where the way goes on: the decisions, then the step for all else.
func (r rowReader) decides(old []protocol.Decide) []protocol.Decide {
	if _, shown := r.v["decide.shown"]; !shown {
		return old
	}
	var out, rest []protocol.Decide
	ifs, other := split(old)
	for i := range len(ifs) + 1 {
		n := "decide." + strconv.Itoa(i)
		then := r.v.Get(n + ".then")
		if r.v.Get(n+".remove") == "yes" {
			continue
		}
		var stored *protocol.Cond
		if i < len(ifs) {
			stored = ifs[i].If
			if _, shown := r.v[n+".then"]; !shown {
				out = append(out, ifs[i])
				continue
			}
		} else if b, _ := readBranch(r.v, n+".if", 0); then == "" && len(b.Subs) == 0 && r.v.Get(n+".if.add") == "" {
			continue
		}
		c := typedCond(r.k, r.v, n+".if", stored)
		r.k.Must(n+".then", then)
		out = append(out, protocol.Decide{If: c, Then: then})
	}
	if e := r.v.Get("decide.else"); e != "" {
		rest = []protocol.Decide{{Else: e}}
	}
	if out = append(out, rest...); !decidesAlike(append(ifs, other...), out) {
		return out
	}
	return old // whatever the order in which it stands
}

// split tells the decisions with a condition from the rest.
func split(list []protocol.Decide) (ifs, other []protocol.Decide) {
	for _, d := range list {
		if d.If != nil {
			ifs = append(ifs, protocol.Decide{If: d.If, Then: d.Then})
		}
		if d.Else != "" && len(other) == 0 {
			other = append(other, protocol.Decide{Else: d.Else})
		}
	}
	return ifs, other
}

func decidesAlike(a, b []protocol.Decide) bool {
	return slices.EqualFunc(a, b, func(x, y protocol.Decide) bool {
		return x.Then == y.Then && x.Else == y.Else && fingerprint(x.If.Unplaced()) == fingerprint(y.If.Unplaced())
	})
}

// whens reads the deadlines under a condition. An emptied one is taken out.
func (r rowReader) whens(old []protocol.DeadlineWhen) (out []protocol.DeadlineWhen) {
	for i := range len(old) + 1 {
		n := "." + strconv.Itoa(i)
		w := protocol.DeadlineWhen{Unit: r.v.Get("dw.unit" + n), Basis: r.v.Get("dw.basis" + n), Certainty: r.v.Get("dw.certainty" + n)}
		var stored *protocol.Cond
		if i < len(old) {
			stored = &old[i].If
			if _, shown := r.v["dw.unit"+n]; !shown {
				out = append(out, old[i])
				continue
			}
		}
		b, _ := readBranch(r.v, "dw.if"+n, 0)
		asked := len(b.Subs) > 0 || r.v.Get("dw.if"+n+".add") != ""
		switch {
		case w.Unit == "" && r.get("dw.value"+n) == "" && i < len(old): // taken out on purpose
			continue
		case !asked && i == len(old) && !anyTyped(r.v, "dw.value"+n, "dw.unit"+n, "dw.basis"+n, "dw.certainty"+n):
			continue
		case w.Unit == "":
			r.k.Add("dw.unit"+n, "manual.edit.needs_unit")
		}
		w.Value = r.number("dw.value"+n, w.Unit)
		if c := typedCond(r.k, r.v, "dw.if"+n, stored); c != nil {
			w.If = *c
		} else if !asked {
			r.k.Add("dw.if"+n+".add", "manual.edit.needs_if")
		}
		out = append(out, w)
	}
	return out
}

// partsForm fills the rows of a step's form.
func partsForm(f ui.Form, s protocol.Step) {
	set := func(n string, pairs ...string) {
		for i := 0; i+1 < len(pairs); i += 2 {
			f.Values.Set(n+pairs[i], pairs[i+1])
		}
	}
	for i, w := range s.DeadlineWhen {
		n := "." + strconv.Itoa(i)
		set("dw.", "value"+n, strconv.Itoa(w.Value), "unit"+n, w.Unit, "basis"+n, w.Basis, "certainty"+n, w.Certainty)
	}
	for i, t := range s.Track {
		n := "track." + strconv.Itoa(i) + "."
		set(n, "what.id", t.What.ID, "what.en", t.What.EN, "value", strconv.Itoa(t.Value), "unit", t.Unit, "anchor", t.Anchor, "basis", t.Basis, "certainty", t.Certainty, "binding", t.Binding)
		f.Values[n+"refs"] = t.Refs
	}
	ifs, other := split(s.Decide)
	for i, d := range ifs {
		set("decide."+strconv.Itoa(i), ".then", d.Then)
	}
	if len(other) > 0 {
		set("decide.else", "", other[0].Else)
	}
	f.Values["outputs"], f.Values["overdue"], f.Values["refs"] = s.Outputs, s.OnOverdue, s.Refs
	set("", "track.shown", "yes", "decide.shown", "yes", "codes.shown", "yes")
}

// stepOptions lists the steps by name.
func stepOptions(v view) (out []ui.Option) {
	for _, s := range v.Manual.Steps {
		out = append(out, ui.Option{Value: s.ID, Label: v.Words.Step(s.ID)})
	}
	return out
}

// namedOptions lists ids of a part with what each is called.
func namedOptions(v view, part string, ids []string) (out []ui.Option) {
	for _, id := range ids {
		out = append(out, ui.Option{Value: id, Label: v.Manual.Named(part, id).In(v.L)})
	}
	return out
}

func overdueOptions(ctx context.Context) []ui.Option {
	return wordOptions(ctx, "manual.overdue", protocol.Overdues...)
}

func (e stepEdit) path() string { return draftPath(e.Full.ID) + "/langkah/" + e.Typed.ID }

// shownWhen is the condition of the step as the page shows it.
func (e stepEdit) shownWhen() *protocol.Cond {
	stored := e.Old.When
	if b, ok := shownBranch(e.Form, "when", stored); ok {
		return b.cond()
	}
	return stored
}

func (e stepEdit) storedWhen(i int) *protocol.Cond {
	if list := e.Old.DeadlineWhen; i < len(list) {
		return &list[i].If
	}
	return nil
}

func storedIf(list []protocol.Decide, i int) *protocol.Cond {
	if i < len(list) {
		return list[i].If
	}
	return nil
}

// rowLegend names a row of a kind; the last is to write one more.
func rowLegend(ctx context.Context, kind string, i, stored int) string {
	if i == stored {
		return ui.T(ctx, "manual.edit.new_"+kind)
	}
	return ui.T(ctx, "manual.edit.nth_"+kind, "n", i+1)
}
