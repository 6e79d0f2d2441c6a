// Package casework is the room of accompaniment: one child, one case, one
// worker with a second key-holder, a team, and the handling manual running with
// its clocks until the case is closed.
//
// Words (Inter-Agency Guidelines for Case Management and Child Protection):
// a Case is the record of one child; its worker (pendamping) acts, its second
// can open it when the worker is away, a supervisor of the team approves. The
// course is the list of what happened in terms of the manual (events, facts,
// steps done or skipped); tasks and clocks are computed from it, never stored.
//
// Invariants:
//   - Identity is a document of its own under its own key; reading it asks a reason.
//   - A case changes status only along Transitions, each with a reason.
//   - Nobody's change is overwritten: a document carries the sequence it was read
//     at, and a newer one is a Conflict.
//   - Closing runs the check-list and is decided by somebody other than the one
//     who proposed it.
//   - What the manual forbids (contacting a guardian not yet assessed, mediation,
//     media, recording a child as an offender) is refused here, not only hidden.
//   - A case runs by the version of the manual it began with until its worker or a
//     supervisor moves it; what that changed is sealed into its history.
//   - A walled case has a new key and a restricted team; those it is walled from
//     cannot tell that it exists.
//
// Two halves: Service (permits, clear columns, leaves; sealed boxes in and out)
// and the functions of opener.go (pure, Keyring × Box).
//
// Doors: report (the report a case came from), manual (the version it runs),
// directory. Announces casework.status (report, coarse status) and statistical
// facts of completed spells; hears access.epoch.
package casework
