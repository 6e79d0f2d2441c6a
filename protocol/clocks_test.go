package protocol

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// clocked is a manual of the steps given, one a line: id, trigger, and deadline as
// value, unit, anchor, with what else stands behind.
func clocked(steps ...string) []byte {
	var b strings.Builder
	b.WriteString("facts:\n  risk: {type: enum, label: a, values: [high, low]}\n  odd: {type: bool, label: a}\nevents: {come: a, gone: a, home: a}\n")
	b.WriteString("consents: {C: {id: a, evidence: b}, D: {id: a, evidence: b}}\nanchors: {done_a: {step_done: A}, done_b: {step_done: B}, agreed: {consents: [C]}, said: {consents: [D]}, risky: {fact_change: risk}}\n")
	b.WriteString("roles: {R: {id: a}}\nstages: [{id: S, title: a}]\nsteps:\n")
	for _, s := range steps {
		w := strings.SplitN(s, "|", 4)
		fmt.Fprintf(&b, "- {id: %s, stage: S, title: a, actor: R, next: [], trigger: {%s}", strings.TrimSpace(w[0]), strings.TrimSpace(w[1]))
		if d := strings.Fields(w[2]); len(d) == 3 {
			fmt.Fprintf(&b, ", deadline: {value: %s, unit: %s, anchor: %s, basis: guideline, certainty: text, binding: target}", d[0], d[1], d[2])
		}
		if len(w) > 3 && strings.TrimSpace(w[3]) != "" {
			b.WriteString(", " + w[3])
		}
		b.WriteString("}\n")
	}
	return []byte(b.String())
}

const (
	highOnly = "deadline_when: [{if: {fact: risk, op: eq, value: high}, value: 1, unit: hour, basis: guideline, certainty: text}]"
	lowOnly  = "deadline_when: [{if: {fact: risk, op: eq, value: low}, value: 9, unit: hour, basis: guideline, certainty: text}]"
)

// Each manual is told of exactly so: severity and part of the message, "" for none.
func TestContradictoryClocks(t *testing.T) {
	for name, c := range map[string]struct {
		want  string
		steps []string
	}{
		"later than what it waits for":    {"", []string{"A|event: come|2 hour come", "B|step_done: A|3 hour come"}},
		"as late":                         {"", []string{"A|event: come|2 hour come", "B|step_done: A|2 hour come"}},
		"earlier":                         {"error B (1 hour) is due before step A (2 hours)", []string{"A|event: come|2 hour come", "B|step_done: A|1 hour come"}},
		"two steps on":                    {"error C (1 hour) is due before step A (2 hours)", []string{"A|event: come|2 hour come", "B|step_done: A|", "C|step_done: B|1 hour come"}},
		"another beginning":               {"", []string{"A|event: come|2 hour come", "B|step_done: A|1 hour gone"}},
		"another way":                     {"", []string{"A|event: come|2 hour come", "B|any: [{step_done: A}, {event: gone}]|1 hour come"}},
		"every way":                       {"error D (1 hour) is due before step A (2 hours)", []string{"A|event: come|2 hour come", "B|step_done: A|", "C|step_done: A|", "D|any: [{step_done: B}, {step_done: C}]|1 hour come"}},
		"a power is never late":           {"", []string{"A|event: come|2 hour come", "B|step_done: A|1 hour come|sensitivity: case"}},
		"working days of one calendar":    {"error B (2 working days) is due before step A (3 working days)", []string{"A|event: come|3 working_day come", "B|step_done: A|2 working_day come"}},
		"hours before working days":       {"error B (16 hours) is due before step A (1 working day)", []string{"A|event: come|1 working_day come", "B|step_done: A|16 hour come"}},
		"hours that may be after":         {"", []string{"A|event: come|1 working_day come", "B|step_done: A|18 hour come"}},
		"working days, usually":           {"warning B (1 working day) is due before step A (4 days), which it waits for, unless holidays", []string{"A|event: come|4 calendar_day come", "B|step_done: A|1 working_day come"}},
		"working days, only in some week": {"", []string{"A|event: come|3 calendar_day come", "B|step_done: A|1 working_day come"}},
		"a beginning that lies before":    {"error C (1 hour) is due before step B (2 hours)", []string{"A|event: come|", "B|step_done: A|2 hour done_a", "C|step_done: B|1 hour come"}},
		"a beginning that lies after":     {"", []string{"A|event: come|", "B|step_done: A|2 hour come", "C|step_done: B|1 hour done_a"}},
		"only while high":                 {"error B (1 hour) is due before step A (2 hours)", []string{"A|event: come|2 hour come", "B|step_done: A|3 hour come|" + highOnly}},
		"what excludes itself":            {"", []string{"A|event: come|2 hour come|" + lowOnly, "B|step_done: A|9 hour come|when: {fact: risk, op: eq, value: low}"}},
		"low both":                        {"error B (8 hours) is due before step A (9 hours)", []string{"A|event: come|2 hour come|" + lowOnly, "B|step_done: A|8 hour come"}},
		"low and high":                    {"", []string{"A|event: come|30 minute come|" + lowOnly, "B|step_done: A|9 hour come|" + highOnly}},
		"a consent":                       {"error B (1 hour) is due before step A (2 hours)", []string{"A|event: come|2 hour agreed|consent: [C]", "B|step_done: A|1 hour agreed"}},
		"a consent that nobody asks":      {"error never begins: no step names those consents", []string{"A|event: come|2 hour said|consent: [C]"}},
		"a fact that asks for the step":   {"", []string{"A|fact_change: risk|2 hour risky", "B|step_done: A|1 hour risky"}},
		"a fact":                          {"error B (1 hour) is due before step A (2 hours)", []string{"A|event: come|2 hour risky", "B|step_done: A|1 hour risky"}},
		"before the first visit":          {"error A (10 days) is due before the first visit of step A (14 days) can begin", []string{"A|schedule: {anchor: home, offsets: [14, 30], unit: calendar_day}|10 calendar_day home"}},
		"on the day before the visit":     {"", []string{"A|schedule: {anchor: home, offsets: [14, 30], unit: calendar_day}|13 calendar_day home"}},
		"before the visit it waits for":   {"error B (3 days) is due before the first visit of step A (14 days)", []string{"A|schedule: {anchor: home, offsets: [14], unit: calendar_day}|", "B|step_done: A|3 calendar_day home"}},
		"no working days":                 {"warning 0 working days end at 17.00", []string{"A|event: come|0 working_day come"}},
		"at once":                         {"", []string{"A|event: come|0 hour come", "B|step_done: A|0 hour done_a"}},
		"at once, too late":               {"warning C is late when it begins", []string{"A|event: come|", "B|step_done: A|", "C|step_done: B|0 hour come"}},
		"a step that never begins":        {"error never begins: step B can never begin", []string{"A|event: come|1 hour done_b", "B|event: come||when: {all: [{fact: risk, op: eq, value: high}, {fact: risk, op: eq, value: low}]}"}},
		"a misspelt event":                {`warning counts from "cone"`, []string{"A|event: come|1 hour cone"}},
		"from each other":                 {"error none begins: A ↔ B", []string{"A|event: come|1 hour done_b", "B|event: come|1 hour done_a"}},
		"from each other over a step":     {"error none begins: A ↔ B ↔ C", []string{"A|event: come|1 hour done_b", "B|step_done: C|", "C|event: come|1 hour done_a"}},
	} {
		text := clocked(c.steps...)
		if name == "a power is never late" {
			text = edited(t, text, "power", "steps", "B", "deadline", "binding")
		}
		var got []string
		for _, p := range Check(parse(t, text)) {
			if p.Rule == RuleClock {
				got = append(got, p.Severity+" "+p.Message)
				line := bytes.Split(text, []byte("\n"))[p.Line-1]
				if at := string(line[p.Column-1:]); !strings.HasPrefix(at, "{") && !strings.HasPrefix(at, "done_") && !strings.HasPrefix(at, "cone") && !strings.HasPrefix(at, "said") {
					t.Errorf("%s: told at %q", name, at)
				}
				if m, h := p.In("id"); m == p.Message || h == p.Hint {
					t.Errorf("%s: no Indonesian: %q %q", name, m, h)
				}
			}
		}
		severity, says, _ := strings.Cut(c.want, " ")
		if c.want == "" && len(got) > 0 || c.want != "" && (len(got) != 1 || !strings.HasPrefix(got[0], severity) || !strings.Contains(got[0], says)) {
			t.Errorf("%s: %q, want %q\n%s", name, got, c.want, text)
		}
	}
}

func TestTwoLawsThatPullApartAreWarnedOf(t *testing.T) {
	text := clocked("A|event: come|2 hour come|refs: [S]", "B|step_done: A|1 hour come|refs: [S]")
	text = append(bytes.ReplaceAll(text, []byte("basis: guideline"), []byte("basis: law")), "sources: {S: {title: Contoh 2020, certainty: text}}\n"...)
	list := slices.DeleteFunc(Check(parse(t, text)), func(p Problem) bool { return p.Rule != RuleClock })
	if len(list) != 1 || list[0].Severity != Warning || !strings.Contains(list[0].Hint, "both are law") {
		t.Errorf("%+v", list)
	}
}

// What is said of two lengths of time holds from every moment: certain whatever
// the holidays, usual where there are none, longer where some moment shows it; and
// what is not said has a moment that shows why.
func TestLengthsOfTimeAreComparedSoundly(t *testing.T) {
	most := map[string]int{"minute": 9000, "hour": 200, "calendar_day": 14, "working_day": 10}
	span := rapid.Custom(func(t *rapid.T) Span {
		unit := rapid.SampledFrom(Units).Draw(t, "unit")
		return Span{rapid.IntRange(0, most[unit]).Draw(t, "value"), unit}
	})
	rapid.Check(t, func(t *rapid.T) {
		c := &checking{spans: map[Span]*[14]int64{}}
		a, b := span.Draw(t, "a"), span.Draw(t, "b")
		less := rapid.SampledFrom([]int64{0, 24 * 60 * 60}).Draw(t, "less")
		usual, certain := c.earlier(a, b, less)
		cal := &Calendar{days: map[int]string{}, years: map[int]Year{}}
		for range rapid.IntRange(0, 12).Draw(t, "holidays") {
			cal.days[number(starts[0])+rapid.IntRange(-30, 60).Draw(t, "day")] = "x"
		}
		from := starts[0].Add(time.Duration(rapid.Int64Range(0, 7*24*60*60-1).Draw(t, "from")) * time.Second)
		gap := func(cal *Calendar, from time.Time) int64 {
			x, _ := after(from, a.Value, a.Unit, cal)
			y, _ := after(from, b.Value, b.Unit, cal)
			return y.Unix() - x.Unix()
		}
		if certain && !usual || certain && gap(cal, from) <= less || usual && gap(nil, from) <= less {
			t.Fatalf("%v before %v: usual %v, certain %v, from %v the gap is %d", a, b, usual, certain, from, gap(cal, from))
		}
		if !c.longer(a, b) && gap(cal, from) < 0 {
			t.Fatalf("%v is longer than %v from %v", a, b, from)
		}
		if shown := false; !usual {
			for _, from := range starts {
				shown = shown || gap(nil, from) <= less
			}
			if !shown {
				t.Fatalf("%v is always before %v", a, b)
			}
		}
	})
}
