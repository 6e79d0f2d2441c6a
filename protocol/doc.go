// Package protocol is the language of handling protocols and the engine that
// runs them: a manual that people read and software follows.
//
// Parse reads a manual (YAML) into a Manual; Check names every problem with its
// line; Evaluate is a pure function of (manual, events so far, now, calendar) to
// tasks, clocks and guards, each with the rule that put it there. Nothing is
// stored by the engine: evaluated again from the start it gives the same answer.
//
// Time: hours are wall-clock and run through weekends; working days skip
// Saturdays, Sundays and the days of a Calendar. The zone is fixed (+7) unless
// the manual names another offset; there is no daylight saving.
package protocol
