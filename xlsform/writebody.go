package xlsform

func (w *formWriter) body() {
	var attrs []Attr
	if s := w.form.Settings.Style; s != "" {
		attrs = append(attrs, Attr{"class", s})
	}
	if !inBody(w.form.Items) {
		w.empty("h:body", attrs...)
		return
	}
	w.open("h:body", attrs...)
	w.controls(w.form.Items)
	w.close("h:body")
}

// inBody tells whether any of the items stands in the body.
func inBody(items []*Item) bool {
	for _, it := range items {
		if it.Control.Element != "" {
			return true
		}
	}
	return false
}

func (w *formWriter) controls(items []*Item) {
	for _, it := range items {
		switch {
		case it.Control.Element == "":
		case it.Kind == Question:
			w.control(it)
		case it.Kind == Group:
			w.group(it)
		default:
			w.repeat(it)
		}
	}
}

func (w *formWriter) group(it *Item) {
	attrs := w.controlAttrs(it, Attr{"ref", it.Path})
	w.block("group", attrs, func() {
		w.texts(it, false)
		w.controls(it.Children)
	})
}

func (w *formWriter) controlAttrs(it *Item, attrs ...Attr) []Attr {
	c := it.Control
	if c.MediaType != "" {
		attrs = append(attrs, Attr{"mediatype", c.MediaType})
	}
	if c.Appearance != "" {
		attrs = append(attrs, Attr{"appearance", c.Appearance})
	}
	if c.Query != "" {
		attrs = append(attrs, Attr{"query", c.Query})
	}
	for _, a := range c.Extra {
		if a.Name != "query" || c.Query == "" {
			attrs = append(attrs, a)
		}
	}
	return attrs
}

// texts writes label and hint; a question always has a label element.
func (w *formWriter) texts(it *Item, always bool) {
	switch {
	case it.Label.translated():
		w.empty("label", Attr{"ref", "jr:itext('" + it.Path + ":label')"})
	case !it.Label.Empty():
		w.value("label", it.Label.Translations[0].Value)
	case always:
		w.empty("label")
	}
	switch {
	case it.Hint.translated() || !it.Guidance.Empty():
		w.empty("hint", Attr{"ref", "jr:itext('" + it.Path + ":hint')"})
	case !it.Hint.Empty():
		w.value("hint", it.Hint.Translations[0].Value)
	}
}

func (w *formWriter) repeat(it *Item) {
	w.open("group", Attr{"ref", it.Path})
	w.texts(it, true)
	attrs := []Attr{{"nodeset", it.Path}}
	if it.Count != "" {
		attrs = append(attrs, Attr{"jr:count", it.Count})
	}
	attrs = append(attrs, w.controlAttrs(it)...)
	w.block("repeat", attrs, func() {
		w.controls(it.Children)
		w.added(it)
	})
	w.close("group")
}

// added writes what is set when the repeat gets a new part: for its own questions, not for those of repeats inside it.
func (w *formWriter) added(repeat *Item) {
	walk(repeat.Children, repeat, func(it, _ *Item) bool {
		for _, a := range it.Actions {
			if a.Trigger == "" && a.Events[0] == "odk-new-repeat" {
				w.action(it.Path, a)
			}
		}
		return it.Kind != Repeat
	})
	w.entityAdded(repeat)
}

func (w *formWriter) control(it *Item) {
	w.open(it.Control.Element, w.controlAttrs(it, Attr{"ref", it.Path})...)
	w.texts(it, true)
	if it.Choices != nil && it.Control.Query == "" {
		w.choices(it)
	}
	for _, t := range w.triggered[it.Path] {
		w.action(t.ref, t.action)
	}
	w.close(it.Control.Element)
}

func (w *formWriter) choices(it *Item) {
	k := it.Choices
	if !k.Search {
		w.open("itemset", Attr{"nodeset", k.Nodeset})
		w.empty("value", Attr{"ref", k.Value})
		w.empty("label", Attr{"ref", k.LabelField})
		w.close("itemset")
		return
	}
	l := w.form.List(k.List)
	if l == nil {
		return
	}
	for i, ch := range l.Choices {
		w.open("item")
		switch {
		case l.Translated:
			w.empty("label", Attr{"ref", "jr:itext('" + l.Name + "-" + itoa(i) + "')"})
		case !ch.Label.Empty():
			w.value("label", ch.Label.Translations[0].Value)
		}
		w.text("value", ch.Name)
		w.close("item")
	}
}
