package protocol

import (
	"bytes"
	"math/rand/v2"
	"sync/atomic"
	"testing"
)

// synthetic returns a course of n events such as a case has: it opens, facts are
// set, steps are done in the order in which they are asked for, consents are
// given, something happens. The same seed gives the same course.
func synthetic(m *Manual, n int, seed uint64) []Event {
	r := rand.New(rand.NewPCG(seed, 1))
	facts, consents, forms, happens := keysOf(m.Facts), keysOf(m.Consents), keysOf(m.Forms), m.Recordable()
	out := make([]Event, 0, n)
	out = append(out, ev(Occurred, CaseOpened, "", 0), ev(Occurred, IntakeReceived, "", 0))
	hour := 0
	for len(out) < n {
		hour += r.IntN(30)
		e := Event{At: at(hour), By: "budi"}
		switch k := r.IntN(10); {
		case k < 3:
			e.Kind, e.Name = FactSet, facts[r.IntN(len(facts))]
			v := m.Facts[e.Name].Answers()
			e.Value = v[r.IntN(len(v))]
		case k < 6:
			e.Kind, e.Name = StepDone, m.Steps[r.IntN(len(m.Steps))].ID
		case k < 7:
			e.Kind, e.Name, e.Value = StepSkipped, m.Steps[r.IntN(len(m.Steps))].ID, "alasan"
		case k < 8:
			e.Kind, e.Name, e.Value = ConsentSet, consents[r.IntN(len(consents))], "given"
		case k < 9:
			e.Kind, e.Name = Occurred, happens[r.IntN(len(happens))]
			if m.LiesAhead(e.Name) {
				e.When = at(hour + 24*r.IntN(60))
			}
		default:
			e.Kind, e.Name = FormFilled, forms[r.IntN(len(forms))]
		}
		out = append(out, e)
	}
	return out[:n]
}

// A case of 500 events: below 2 ms.
func BenchmarkEvaluate500(b *testing.B) {
	m, cal := load(b)
	events := synthetic(m, 500, 1)
	now := events[499].At
	b.ReportAllocs()
	for b.Loop() {
		_ = Evaluate(m, events, now, cal)
	}
}

// Every case of a big agency is clocked anew, on all cores: a million in 60 s on
// two is 120 µs each. Run the million with
// -run NONE -bench Reclock -benchtime 1000000x.
func BenchmarkReclock(b *testing.B) {
	m, cal := load(b)
	lists := make([][]Event, b.N)
	for i := range lists {
		lists[i] = synthetic(m, 5+i%21, uint64(i)) // 5 to 25, on average 15
	}
	now := at(24 * 40)
	var next atomic.Int64
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if s := Reclock(m, lists[next.Add(1)-1], now, cal); s.Open < 0 {
				b.Fail()
			}
		}
	})
	b.ReportMetric(b.Elapsed().Seconds()*1e6/float64(b.N), "s/million")
}

func BenchmarkParse(b *testing.B) {
	text := manualText(b)
	for b.Loop() {
		if _, err := Parse(bytes.NewReader(text)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	m, _ := load(b)
	for b.Loop() {
		_ = Check(m)
	}
}

func BenchmarkWorkingDays(b *testing.B) {
	_, cal := load(b)
	for b.Loop() {
		_, _ = cal.AddWorkingDays(start, 60)
	}
}
