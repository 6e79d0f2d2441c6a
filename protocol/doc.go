// Package protocol is the language of handling protocols and the engine that
// runs them: a manual that people read and software follows. docs/protocol.md is
// the reference of the language, Schema its shape.
//
// Parse reads a manual (YAML) into a Manual; Check names every problem with its
// place, rule and hint. Evaluate is a pure function of (manual, events so far,
// now, calendar) to tasks, clocks and guards, each with the rule that put it
// there; Reclock gives only what is due next. Nothing is stored by the engine:
// evaluated again from the start it gives the same answer.
//
// Diff tells what changed between two versions in sentences, Migrate what moving a
// case means, Edit changes one value of a manual's text and no other byte.
//
// Time: hours are wall-clock and run through weekends; working days skip
// Saturdays, Sundays and the days of a Calendar. The zone is fixed, +7 (Zone):
// there is no daylight saving.
package protocol
