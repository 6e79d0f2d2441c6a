// Package fault is the one kind of error that crosses a door: a kind that
// decides the status, a message key that a page translates, and a cause that is
// logged and never shown.
package fault

import (
	"context"
	"errors"
	"fmt"
)

// Kind says what sort of thing went wrong.
type Kind int

// The kinds. Internal is the zero value: an error nobody classified.
const (
	Internal        Kind = iota
	Invalid              // what was sent cannot be taken; Fields say why
	Denied               // the person may not do this
	NotFound             // not there, or not theirs: the same answer
	Conflict             // somebody else wrote since
	Busy                 // try again shortly
	Gone                 // was here, is not any more
	TooLarge             // more than is taken
	Unsupported          // a kind of content that is never taken
	Unauthenticated      // sign in first
	StepUp               // type the password again first
)

var names = [...]string{"internal", "invalid", "denied", "not_found", "conflict", "busy", "gone", "too_large", "unsupported", "unauthenticated", "step_up"}

// String returns the kind's name as it stands in logs.
func (k Kind) String() string {
	if k < 0 || int(k) >= len(names) {
		return names[Internal]
	}
	return names[k]
}

// Field is one form field and what is wrong with it: Key is a message key, Args
// its named values ("most", 300).
type Field struct {
	Name string
	Key  string
	Args []any
}

// Fault is an error with a kind. Make one by New, Wrap or Of.
type Fault struct {
	Kind   Kind
	Key    string
	Args   []any
	Fields []Field
	cause  error
}

// Error returns the text for logs; pages show the message of Key instead.
func (f *Fault) Error() string {
	s := f.Kind.String() + ": " + f.Key
	for _, fd := range f.Fields {
		s += fmt.Sprintf(" [%s: %s]", fd.Name, fd.Key)
	}
	if f.cause != nil {
		s += ": " + f.cause.Error()
	}
	return s
}

// Unwrap returns the cause, for errors.Is and errors.As.
func (f *Fault) Unwrap() error { return f.cause }

// New returns a fault with a message key and its named values.
func New(k Kind, key string, args ...any) error { return &Fault{Kind: k, Key: key, Args: args} }

// Wrap returns a fault over a cause that is logged and never shown.
func Wrap(k Kind, key string, cause error) error { return &Fault{Kind: k, Key: key, cause: cause} }

// Of returns an Invalid fault that names form fields.
func Of(fields ...Field) error {
	return &Fault{Kind: Invalid, Key: "fault.invalid", Fields: fields}
}

// KindOf returns the kind of the first fault in err's chain. Cancelled and timed
// out contexts are Busy; any other error is Internal.
func KindOf(err error) Kind {
	var f *Fault
	switch {
	case errors.As(err, &f):
		return f.Kind
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return Busy
	}
	return Internal
}

// Fields returns the fields of the first fault in err's chain.
func Fields(err error) []Field {
	var f *Fault
	if errors.As(err, &f) {
		return f.Fields
	}
	return nil
}

// Message returns the message key and named values of err; an unclassified
// error has the message of its kind and nothing else.
func Message(err error) (key string, args []any) {
	var f *Fault
	if errors.As(err, &f) && f.Key != "" {
		return f.Key, f.Args
	}
	return "fault." + KindOf(err).String(), nil
}
