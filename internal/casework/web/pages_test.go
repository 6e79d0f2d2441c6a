package web

import (
	"testing"
	"time"

	"github.com/naungan/naungan/internal/casework"
	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/lang"
	"github.com/naungan/naungan/protocol"
)

// TestTodayIsACalendarDay: due today is what falls due before midnight in Jakarta
// and has not passed; second key-holders see theirs apart.
func TestTodayIsACalendarDay(t *testing.T) {
	now := time.Date(2026, 11, 25, 20, 0, 0, 0, clock.Jakarta)
	task := func(due time.Duration, s protocol.State, ours bool) protocol.Task {
		return protocol.Task{Step: &protocol.Step{ID: "A1"}, Due: now.Add(due), State: s, Ours: ours}
	}
	cv := caseView{Me: "saya"}
	cv.Head.Worker = "saya"
	cv.Eval.Tasks = []protocol.Task{
		task(3*time.Hour, protocol.Due, true), task(5*time.Hour, protocol.Due, true), // 23.00, and 01.00 of tomorrow
		task(-time.Hour, protocol.Overdue, true), task(-time.Hour, protocol.Blocked, true), task(-30*time.Hour, protocol.Blocked, true),
		task(time.Hour, protocol.Done, true), task(time.Hour, protocol.Due, false),
		{Step: &protocol.Step{ID: "B1"}, State: protocol.Due, Ours: true}, // no clock
	}
	var v todayView
	v.sort(now, cv)
	if len(v.Due) != 1 || len(v.Overdue) != 3 || len(v.Theirs) != 1 || len(v.Second) != 0 {
		t.Errorf("due %d, late %d, theirs %d, second %d", len(v.Due), len(v.Overdue), len(v.Theirs), len(v.Second))
	}
	cv.Head.Worker, v = "rekan", todayView{}
	v.sort(now, cv)
	if len(v.Due)+len(v.Overdue)+len(v.Theirs) != 0 || len(v.Second) != 5 {
		t.Errorf("as second key-holder: due %d, late %d, theirs %d, second %d", len(v.Due), len(v.Overdue), len(v.Theirs), len(v.Second))
	}
}

func TestReportersWayStandsInTheSummary(t *testing.T) {
	c, err := lang.Load(Texts())
	if err != nil {
		t.Fatal(err)
	}
	b := casework.Beginning{Situation: casework.SituationDoc{Summary: "Perlu pendampingan."}, Reporter: casework.Way{Contact: "code", Safe: "Sore hari."}}
	want := "Perlu pendampingan.\nCara menjawab pelapor (bukan anak): Kode aduan (kotak jawaban)\nYang aman bagi pelapor: Sore hari."
	if have := summaryOf(c.In(lang.ID), b); have != want {
		t.Errorf("%q", have)
	}
}
