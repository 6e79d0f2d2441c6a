package xlsform

import (
	"math/big"
	"slices"
	"strings"
)

// rangeQuestion takes a range: start, end and step (1, 10 and 1 unless given), and the marks along the line.
// https://getodk.github.io/xforms-spec/#range
func (c *compiler) rangeQuestion(it *Item, rec *record, p params) {
	c.allow(p, "start", "end", "step", "tick_interval", "placeholder", "tick_labelset")
	value := map[string]*big.Rat{"start": big.NewRat(1, 1), "end": big.NewRat(10, 1), "step": big.NewRat(1, 1)}
	text := map[string]string{"start": "1", "end": "10", "step": "1"}
	for _, k := range []string{"start", "end", "step", "tick_interval", "placeholder"} {
		if !p.has(k) {
			continue
		}
		r, good := new(big.Rat).SetString(p.of(k))
		if !good || !isNumber(p.of(k)) {
			c.fault("parameter-number", in(rec, p.field), "key", k, "value", p.of(k))
			return
		}
		value[k], text[k] = r, p.of(k)
		if strings.Contains(p.of(k), ".") {
			it.Bind.Type = "decimal"
		}
	}
	for _, k := range []string{"start", "end", "step"} {
		it.Control.extra(k, text[k])
	}
	if p.has("tick_interval") {
		it.Control.extra("odk:tick-interval", text["tick_interval"])
	}
	if p.has("placeholder") {
		it.Control.extra("odk:placeholder", text["placeholder"])
	}
	c.checkRange(it, p, value)
	if p.has("tick_labelset") {
		c.rangeLabels(it, p, value)
	}
}

func (c *compiler) checkRange(it *Item, p params, v map[string]*big.Rat) {
	fault := func(code, key string) { c.fault(code, in(p.rec, p.field), "key", key, "value", p.of(key)) }
	if marks := p.has("tick_interval") || p.has("placeholder") || p.has("tick_labelset"); marks && !markedAppearance(it.Control.Appearance) {
		fault("range-appearance", "appearance")
		return
	}
	width := new(big.Rat).Sub(v["end"], v["start"])
	width.Abs(width)
	for _, k := range []string{"step", "tick_interval"} {
		if v[k] == nil {
			continue
		}
		if v[k].Sign() == 0 {
			fault("range-zero", k)
		} else if new(big.Rat).Abs(v[k]).Cmp(width) > 0 {
			fault("range-too-large", k)
		}
	}
	if at := v["placeholder"]; at != nil && v["step"].Sign() != 0 {
		if !between(at, v) {
			fault("range-placeholder-outside", "placeholder")
		} else if !multiple(at, v["start"], v["step"]) {
			fault("range-placeholder-step", "placeholder")
		}
	}
}

// markedAppearance tells whether a range of this look shows marks along its line.
func markedAppearance(a string) bool {
	for w := range strings.FieldsSeq(a) {
		if w != "vertical" && w != "no-ticks" {
			return false
		}
	}
	return true
}

func between(x *big.Rat, v map[string]*big.Rat) bool {
	low, high := v["start"], v["end"]
	if low.Cmp(high) > 0 {
		low, high = high, low
	}
	return low.Cmp(x) <= 0 && x.Cmp(high) <= 0
}

// multiple tells whether x is start plus a whole number of steps.
func multiple(x, start, step *big.Rat) bool {
	if step.Sign() == 0 {
		return false
	}
	d := new(big.Rat).Sub(x, start)
	return d.Quo(d, step).IsInt()
}

// rangeLabels takes the choice list whose labels stand at marks of the range.
func (c *compiler) rangeLabels(it *Item, p params, v map[string]*big.Rat) {
	name := p.of("tick_labelset")
	it.Choices = &Choices{List: name, Value: "name", LabelField: "label"}
	fault := func(code, value string) { c.fault(code, in(p.rec, p.field), "list", name, "value", value) }
	l := c.lists[name]
	if l == nil {
		fault("range-labels-list", "")
		return
	}
	step := v["step"]
	if v["tick_interval"] != nil {
		step = v["tick_interval"]
	}
	noTicks := slices.Contains(strings.Fields(it.Control.Appearance), "no-ticks")
	if noTicks && len(l.Choices) > 2 {
		fault("range-labels-two", "")
		return
	}
	for _, ch := range l.Choices {
		at, good := new(big.Rat).SetString(ch.Name)
		switch {
		case ch.Name == "":
		case !good || !isNumber(ch.Name):
			fault("range-labels-number", ch.Name)
		case !between(at, v):
			fault("range-labels-outside", ch.Name)
		case noTicks && at.Cmp(v["start"]) != 0 && at.Cmp(v["end"]) != 0:
			fault("range-labels-ends", ch.Name)
		case !noTicks && !multiple(at, v["start"], step):
			fault("range-labels-step", ch.Name)
		}
	}
}
