package protocol_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/naungan/naungan/protocol"
)

const text = `
schema: handling-protocol/v1
protocol: {id: contoh, version: 1.0.0, status: draft, language: [id, en]}
facts:
  risk: {type: enum, label: {id: Tingkat risiko, en: Risk level}, values: [high, low, unknown], unknown_as: high}
roles:
  R-A: {id: Pendamping, en: Companion, external: false}
forms:
  F-1:
    title: {id: Catatan, en: Note}
    fields:
      - {id: safe, label: {id: Aman, en: Safe}, type: yes_no, required: true}
      - {id: calls, label: {id: Panggilan, en: Calls}, type: number, max: 20}
stages:
  - {id: S, title: {id: Awal, en: Beginning}}
steps:
  - id: P1
    stage: S
    title: {id: Terima, en: Receive}
    actor: R-A
    trigger: {event: intake_received}
    deadline: {value: 3, unit: working_day, anchor: intake_received, basis: law, certainty: text, binding: duty}
    deadline_when:
      - {if: {fact: risk, op: eq, value: high}, value: 1, unit: hour, basis: guideline, certainty: unverified}
    refs: [S-1]
    next: []
sources:
  S-1: {title: Peraturan contoh, url: "https://example.org", date: "2020-01-31", certainty: text}
global_guards: # each action that the engine can lock is locked
  - {id: G-1, rule: {id: Aman dahulu, en: Safety first}, forbids: [contact_guardian, mediate, upload_media, record_child_as_offender, contact_suspect]}
`

const holidays = `
years:
  - year: 2026
    source: contoh
    certainty: unverified
    days: {"2026-03-18": "", "2026-03-19": "", "2026-03-20": "", "2026-03-23": "", "2026-03-24": ""}
`

func read(text string) *protocol.Manual {
	m, err := protocol.Parse(strings.NewReader(text))
	if err != nil {
		panic(err)
	}
	return m
}

var monday = time.Date(2026, 3, 16, 9, 0, 0, 0, protocol.Zone)

func Example() {
	m := read(text)
	for _, p := range protocol.Check(m) {
		fmt.Println(p.Line, p.Column, p.Rule, p.Message)
	}
	fmt.Println(m.DeadlineText(m.Steps[0].Deadline).EN)
	// Output: 3 working days from intake_received
}

func ExampleEvaluate() {
	calendar, err := protocol.ParseCalendar(strings.NewReader(holidays))
	if err != nil {
		panic(err)
	}
	events := []protocol.Event{{Kind: protocol.Occurred, Name: protocol.IntakeReceived, At: monday}}
	show := func(now time.Time) {
		p1, _ := protocol.Evaluate(read(text), events, now, calendar).Task("P1")
		last := p1.Why[len(p1.Why)-1]
		fmt.Println(p1.State, p1.Due.Format("Mon 2 Jan 15:04"), last.Rule, last.Facts)
	}
	show(monday)
	events = append(events, protocol.Event{Kind: protocol.FactSet, Name: "risk", Value: "low", At: monday.Add(30 * time.Minute)})
	show(monday.Add(30 * time.Minute))
	// Output:
	// due Mon 16 Mar 10:00 deadline [{risk high true}]
	// due Thu 26 Mar 17:00 deadline []
}

func ExampleCheck() {
	bad := read(strings.Replace(text, "unit: working_day", "unit: workday", 1))
	for _, p := range protocol.Check(bad) {
		fmt.Printf("%d:%d %s: %s (%s)\n", p.Line, p.Column, p.Rule, p.Message, p.Hint)
	}
	// Output: 22:32 unknown-value: "workday" is not known here (there is: minute, hour, calendar_day, working_day)
}

func ExampleEdit() {
	longer, err := protocol.Edit([]byte(text), []string{"steps", "P1", "deadline", "value"}, 5)
	if err != nil {
		panic(err)
	}
	for _, c := range protocol.Diff(read(text), read(string(longer))) {
		fmt.Println(c.Sentence("id"))
		fmt.Println(c.Sentence("en"))
	}
	// Output:
	// Langkah P1 “Terima” (Pendamping): tenggat berubah dari “3 hari kerja sejak intake_received” menjadi “5 hari kerja sejak intake_received”.
	// Step P1 “Receive” (Companion): by when changed from “3 working days from intake_received” to “5 working days from intake_received”.
}

func ExampleMigrate() {
	next := strings.Replace(text, "value: 1, unit: hour", "value: 2, unit: hour", 1)
	events := []protocol.Event{{Kind: protocol.Occurred, Name: protocol.IntakeReceived, At: monday}}
	report := protocol.Migrate(read(text), read(next), events, monday, nil)
	for _, move := range report.Clocks() {
		fmt.Println(move.Sentence("en"))
	}
	fmt.Println(protocol.Version(append(events, report.Event), "") == read(next).Hash())
	// Output:
	// Step P1 “Receive”: its clock counts otherwise; due changes from 16 March 2026, 10:00 WIB to 16 March 2026, 11:00 WIB.
	// true
}

func ExampleForm_Validate() {
	for _, f := range read(text).Forms["F-1"].Validate(map[string][]string{"calls": {"21"}}) {
		fmt.Println(f.Field, f.Rule, f.Sentence("en"))
	}
	// Output:
	// safe required Safe must be filled in.
	// calls max Calls is at most 20.
}
