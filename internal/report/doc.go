// Package report is the public reporting channel and its triage desk.
//
// Words: a Report (aduan) is what somebody told us; the desk is the team on
// duty that reads it; a lane says how fast it is looked at, never whether; a
// mailbox is what the reporter sees with the code; a proposal is what a second
// person outside the desk decides.
//
// Invariants:
//   - No report is refused, dropped or left to expire; a flood only changes its lane.
//   - The public channel holds no secret: it seals to the team's public key.
//   - The same form posted twice is stored once and shows the same code.
//   - The code opens the answers, never the report; it proves no identity.
//   - A reporter learns four words of state and nothing of a case.
//   - Closing without a case or accepted referral, lowering a risk and "not
//     ours" are decided by somebody else, outside the desk.
//   - A report about somebody who works here is sealed to the oversight team only.
//   - Words only: no picture, sound or film, in any disguise.
//
// Two halves: Service (permits, clear columns, leaves; boxes in and out) and
// opener.go (pure functions of keys and boxes).
//
// Doors: directory (numbers and answer times). Hears casework.status
// {report, status}.
package report
