package lang

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"
	xmessage "golang.org/x/text/message"
	"golang.org/x/text/number"
)

// Printer says texts, dates and numbers in one language. The nil Printer says
// keys, so a page without one still renders.
type Printer struct {
	lang  string
	texts map[string]message
}

type contextKey struct{}

// With returns a context that carries p.
func With(ctx context.Context, p *Printer) context.Context {
	return context.WithValue(ctx, contextKey{}, p)
}

// From returns the Printer of ctx, or nil.
func From(ctx context.Context) *Printer {
	p, _ := ctx.Value(contextKey{}).(*Printer)
	return p
}

// Lang returns the code of the Printer's language.
func (p *Printer) Lang() string {
	if p == nil {
		return ID
	}
	return p.lang
}

// Has tells whether key has a text.
func (p *Printer) Has(key string) bool {
	if p == nil {
		return false
	}
	_, ok := p.texts[key]
	return ok
}

// T returns the text of key with its placeholders filled from args, which are
// pairs of name and value: T("desk.waiting", "n", 3). Numbers and times are
// written the way of the language; anything else as fmt does. A missing key
// or value panics in tests and shows the key or the bare {name} otherwise.
func (p *Printer) T(key string, args ...any) string {
	if !p.Has(key) {
		complain("no text %q in %s", key, p.Lang())
		return key
	}
	if len(args)%2 != 0 {
		complain("%s: values come in pairs of name and value, got %d", key, len(args))
	}
	var b strings.Builder
	for _, part := range p.texts[key] {
		b.WriteString(p.say(key, part, args))
	}
	return b.String()
}

func (p *Printer) say(key string, part part, args []any) string {
	if part.name == "" {
		return part.text
	}
	value, ok := find(args, part.name)
	if !ok {
		complain("%s: no value for {%s}", key, part.name)
		return "{" + part.name + "}"
	}
	if len(part.forms) == 0 {
		return p.Value(value)
	}
	n, ok := whole(value)
	if !ok {
		complain("%s: {%s} needs a whole number, got %T", key, part.name, value)
	}
	return form(p.lang, part.forms, n)
}

func find(args []any, name string) (any, bool) {
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] == name {
			return args[i+1], true
		}
	}
	return nil, false
}

func whole(v any) (int, bool) {
	switch v := v.(type) {
	case int:
		return v, true
	case int64:
		return int(v), true
	case int32:
		return int(v), true
	}
	return 0, false
}

// Value returns v the way a placeholder shows it.
func (p *Printer) Value(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case time.Time:
		return p.DateTime(v)
	case time.Duration:
		return p.Span(v)
	case float64:
		return p.Decimal(v, 1)
	}
	if n, ok := whole(v); ok {
		return p.Number(int64(n))
	}
	return fmt.Sprint(v)
}

// Number returns n with the language's grouping: 1.234 or 1,234.
func (p *Printer) Number(n int64) string { return p.number(number.Decimal(n)) }

// Decimal returns f with digits places after the language's decimal sign.
func (p *Printer) Decimal(f float64, digits int) string {
	return p.number(number.Decimal(f, number.MinFractionDigits(digits), number.MaxFractionDigits(digits)))
}

// Percent returns the share f (0.25 is 25 %) with digits places.
func (p *Printer) Percent(f float64, digits int) string {
	return p.number(number.Percent(f, number.MinFractionDigits(digits), number.MaxFractionDigits(digits)))
}

func (p *Printer) number(f number.Formatter) string {
	return xmessage.NewPrinter(language.Make(p.Lang())).Sprint(f)
}

// List joins items as a sentence does: "a, b dan c", "a, b and c".
func (p *Printer) List(items ...string) string {
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	last := len(items) - 1
	return strings.Join(slices.Clone(items[:last]), ", ") + " " + p.T("lang.and") + " " + items[last]
}
