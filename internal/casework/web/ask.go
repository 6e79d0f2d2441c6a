package web

import (
	"context"
	"net/url"
	"strings"

	"github.com/naungan/naungan/internal/casework"
	"github.com/naungan/naungan/internal/platform/ui"
	"github.com/naungan/naungan/protocol"
)

// askName is the id of a fact's question inside a step; the facts of the whole
// case are asked elsewhere on the page.
func askName(step, fact string) string { return "fact-" + step + "-" + fact }

// askedNow returns what was just typed of a fact in a step, else what is known.
func askedNow(v caseView, step, fact string) string {
	if typedAt(v, step) && v.Form.Values.Has("fact."+fact) {
		return v.Form.Get("fact." + fact)
	}
	return v.Said(fact)
}

// wasSaid is what was known of a fact when its question was first shown: what is
// changed since by somebody else is told, once.
func wasSaid(v caseView, typed bool, field, fact string) string {
	if typed && v.Form.Values.Has("was."+fact) && !v.Form.Wrong(field) {
		return v.Form.Get("was." + fact)
	}
	return v.Said(fact)
}

func askDescribed(v caseView, name, fact string, wrong bool) string {
	var ids []string
	if v.Manual.Facts[fact].UnknownAs != "" {
		ids = append(ids, name+"-hint")
	}
	if wrong {
		ids = append(ids, name+"-error")
	}
	return strings.Join(ids, " ")
}

// wants lists the facts that a step asks for: none of one that was left out or
// that does not stand yet.
func wants(v caseView, t protocol.Task) []string {
	if v.Closed() || !t.State.Open() && t.State != protocol.Done {
		return nil
	}
	return v.Wants(v.Manual, t.Step.ID)
}

// fillingDeed says what is to be done about a form of a step: open, continue or
// change.
func fillingDeed(e casework.Entry[casework.FillingDoc], has bool) string {
	switch {
	case !has:
		return "open"
	case e.Doc.Draft:
		return "continue"
	}
	return "change"
}

// fillingState says where a filling stands, whose it is, and of which day.
func fillingState(ctx context.Context, v caseView, e casework.Entry[casework.FillingDoc]) string {
	key := "casework.filling.finished"
	if e.Doc.Draft {
		key = "casework.filling.unfinished"
	}
	return ui.T(ctx, key, "name", v.Names[e.Author], "day", ui.V(ctx).P.DayNumber(e.Day))
}

// fillingName names a filling among others of its form.
func fillingName(ctx context.Context, v caseView, e casework.Entry[casework.FillingDoc]) string {
	key := "casework.filling.named"
	if e.Doc.Draft {
		key = "casework.filling.named_draft"
	}
	name := ui.T(ctx, key, "name", v.Names[e.Author], "day", ui.V(ctx).P.DayNumber(e.Day), "n", e.Seq)
	if e.Doc.Step == "" {
		return name
	}
	return ui.T(ctx, "casework.filling.named_step", "what", name, "step", e.Doc.Step)
}

// newerContact returns a finished safe-contact form (F-03, casework.SafeContactDoc)
// that is newer than the box in view: nobody may be called by what is outdated.
func newerContact(v caseView) (e casework.Entry[casework.FillingDoc], ok bool) {
	for _, e := range reversed(v.Fillings) {
		if e.Doc.Form == "F-03" && !e.Doc.Draft {
			return e, e.Seq > v.Seqs[casework.SafeContact]
		}
	}
	return e, false
}

func finishLabel(ctx context.Context, v fillView) string {
	if v.Theirs != nil {
		return ui.T(ctx, "casework.filling.finish_mine")
	}
	return ui.T(ctx, "casework.filling.finish")
}

func fieldLabel(ctx context.Context, d protocol.Field) string {
	label := d.Label.In(ui.V(ctx).P.Lang())
	if label == "" {
		label = d.ID
	}
	if d.Required {
		label += " " + ui.T(ctx, "casework.filling.required")
	}
	return label
}

// fieldHint is a field's own hint, that it is noted as a fact, and a colleague's
// answer.
func fieldHint(ctx context.Context, v fillView, d protocol.Field) string {
	parts := []string{d.Hint.In(ui.V(ctx).P.Lang())}
	if d.Fact != "" {
		parts = append(parts, ui.T(ctx, "casework.filling.is_fact", "fact", factTitle(ui.V(ctx).P, v.Manual, d.Fact)))
	}
	return strings.TrimSpace(strings.Join(append(parts, v.theirs(ctx, d)), " "))
}

func with(path, key, value string) string {
	sep := "?"
	if strings.Contains(path, "?") {
		sep = "&"
	}
	return path + sep + key + "=" + url.QueryEscape(value)
}
