// Package directory is the room of institutions: who can be called, where to
// refer, which answer times a unit has promised.
//
// In this first version it holds what the public pages and the desk need from
// the installation's configuration: numbers to call, portals for content, and
// response times with the basis they rest on. Institutions, services, capacity,
// coverage and siting come with their own issue.
//
// Words: a Number is something a person can dial; a Portal is a page of another
// institution that we name but never open; a Response is a promised answer time.
//
// Invariants: nothing here is about a child. A number that no official source
// names is marked as not verified and shown so.
//
// Doors: none. Heard by: report, casework.
package directory
