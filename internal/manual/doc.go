// Package manual is the room of the handling manual: one text that people read
// and the software runs.
//
// Words: an Edition is a draft while it is written and a version once it is
// signed; a version is named by the SHA-256 of its text. A Deed is what somebody
// did to an edition, with their reason. The default manual comes with the program
// and is the first version: nobody signed it, and pages say so.
//
// Invariants:
//   - An edition goes draft → reviewed → active → past, or is dropped. Whoever
//     wrote any of it signs nothing; whoever signed "reviewed" does not sign "active".
//   - What was reviewed is what becomes active: the text of a reviewed edition
//     cannot change, and it was compared with the version that it replaces.
//   - A version's text never changes and stays readable for ever; a case stays on
//     the version it began with until somebody migrates it (room casework).
//   - Where an edition stands follows from its deeds. A row that says something else
//     is Broken: no version, begins no case, and is named by verify.
//   - A draft is begun from a version, never from a draft: a copy would hide who wrote it.
//   - Deeds are a chain; its head stands in the audit leaf of each, so that a changed
//     text, reason or signature is named by `naungan audit verify`.
//
// Nothing here is sealed: a manual, its history and the contacts of offices are
// published and about no child. Pages say so where somebody types.
//
// Doors: none. Heard by: casework.
package manual
