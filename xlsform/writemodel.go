package xlsform

// formWriter writes one form.
type formWriter struct {
	*printer
	form      *Form
	triggered map[string][]triggered
}

type triggered struct {
	ref    string
	action Action
}

func (w *formWriter) model() {
	f := w.form
	attrs := []Attr{{"odk:xforms-version", "1.0.0"}}
	if v := f.Settings.EntitiesVersion; v != "" {
		attrs = append(attrs, Attr{"entities:entities-version", v})
	}
	w.open("model", attrs...)
	w.submission()
	w.itext()
	w.open("instance")
	w.instance()
	w.close("instance")
	for _, in := range f.Instances {
		w.empty("instance", Attr{"id", in.ID}, Attr{"src", in.Source})
	}
	for _, l := range f.Lists {
		if !l.Searched && !w.external(l.Name) {
			w.list(l)
		}
	}
	w.bindings(f.Items, "/"+f.Name)
	for i, it := range f.Meta {
		if i == f.entityAt() {
			w.entityBindings("/" + f.Name)
		}
		w.binding(it)
	}
	if len(f.Meta) == f.entityAt() {
		w.entityBindings("/" + f.Name)
	}
	w.close("model")
}

func (w *formWriter) external(id string) bool {
	for _, in := range w.form.Instances {
		if in.ID == id {
			return true
		}
	}
	return false
}

func (w *formWriter) submission() {
	s := w.form.Settings
	var a []Attr
	if s.SubmissionURL != "" {
		a = append(a, Attr{"action", s.SubmissionURL}, Attr{"method", "post"})
	}
	for _, p := range []Attr{{"base64RsaPublicKey", s.PublicKey}, {"orx:auto-send", s.AutoSend}, {"orx:auto-delete", s.AutoDelete}} {
		if p.Value != "" {
			a = append(a, p)
		}
	}
	if s.ClientEditable {
		a = append(a, Attr{"odk:client-editable", "true"})
	}
	if len(a) > 0 {
		w.empty("submission", a...)
	}
}

func (w *formWriter) itext() {
	x := w.form.itext()
	if len(x.languages) == 0 {
		return
	}
	w.open("itext")
	for _, lang := range x.languages {
		attrs := []Attr{{"lang", lang}}
		if lang == w.form.DefaultLanguage {
			attrs = append(attrs, Attr{"default", "true()"})
		}
		w.open("translation", attrs...)
		l := x.entries[lang]
		for _, id := range l.ids {
			w.open("text", Attr{"id", id})
			for _, form := range l.texts[id].forms {
				if form == "" {
					w.value("value", l.texts[id].values[form])
				} else {
					w.value("value", l.texts[id].values[form], Attr{"form", form})
				}
			}
			w.close("text")
		}
		w.close("translation")
	}
	w.close("itext")
}

func (w *formWriter) instance() {
	f, s := w.form, w.form.Settings
	attrs := append([]Attr{}, s.Attributes...)
	for _, a := range []Attr{{"id", f.ID}, {"xmlns", s.Xmlns}, {"version", f.Version}, {"odk:prefix", s.Prefix}, {"odk:delimiter", s.Delimiter}} {
		if a.Value != "" {
			attrs = with(attrs, a.Name, a.Value)
		}
	}
	w.open(f.Name, attrs...)
	w.nodes(f.Items, outside)
	entity := w.form.entityIn("/" + f.Name)
	if len(f.Meta) > 0 || entity != nil {
		w.open("meta")
		for i, it := range f.Meta {
			if i == f.entityAt() {
				w.entityNode(entity)
			}
			w.empty(it.Name, it.Attrs...)
		}
		if len(f.Meta) == f.entityAt() {
			w.entityNode(entity)
		}
		w.close("meta")
	}
	w.close(f.Name)
}

// within says where in the instance elements are written.
type within int

const (
	outside  within = iota // of every repeat
	template               // what is added to a repeat
	instance               // the first part of a repeat
)

// nodes writes the elements of items. A repeat is written twice, as the template of what is added and as the first part that is
// there. A repeat inside it is a template in the one and a part in the other.
func (w *formWriter) nodes(items []*Item, in within) {
	for _, it := range items {
		switch {
		case it.Kind == Question:
			w.text(it.Name, it.Default, it.Attrs...)
		case it.Kind == Group && in == template:
			w.container(it, nil, outside) // as ODK's converter has it: a group starts anew
		case it.Kind == Group:
			w.container(it, nil, in)
		default:
			if in != instance {
				w.container(it, []Attr{{"jr:template", ""}}, template)
			}
			if in != template {
				w.container(it, nil, instance)
			}
		}
	}
}

func (w *formWriter) container(it *Item, attrs []Attr, in within) {
	attrs = append(attrs, it.Attrs...)
	entity := w.form.entityIn(it.Path)
	if len(it.Children) == 0 && entity == nil {
		w.empty(it.Name, attrs...)
		return
	}
	w.open(it.Name, attrs...)
	w.nodes(it.Children, in)
	if entity != nil {
		w.open("meta")
		w.entityNode(entity)
		w.close("meta")
	}
	w.close(it.Name)
}

func (w *formWriter) list(l *List) {
	w.open("instance", Attr{"id", l.Name})
	w.open("root")
	for i, ch := range l.Choices {
		w.open("item")
		if l.Translated {
			w.text("itextId", l.Name+"-"+itoa(i))
		}
		w.text("name", ch.Name)
		if !l.Translated && !ch.Label.Empty() {
			w.text("label", ch.Label.Translations[0].Value.String())
		}
		for _, e := range ch.Extra {
			w.text(e.Name, e.Value)
		}
		w.close("item")
	}
	w.close("root")
	w.close("instance")
}

func (w *formWriter) bindings(items []*Item, container string) {
	for _, it := range items {
		w.binding(it)
		if it.Kind != Question {
			w.bindings(it.Children, it.Path)
			w.entityBindings(it.Path)
		}
	}
}

// binding writes the bind of an item, if there is anything to say, and the actions of the form's own events.
func (w *formWriter) binding(it *Item) {
	b := &it.Bind
	attrs := []Attr{{"nodeset", it.Path}}
	for _, a := range []Attr{{"type", b.Type}, {"readonly", b.ReadOnly}, {"required", b.Required}, {"relevant", b.Relevant},
		{"constraint", b.Constraint}, {"calculate", b.Calculate}, {"jr:preload", b.Preload}, {"jr:preloadParams", b.PreloadParams}} {
		if a.Value != "" {
			attrs = append(attrs, a)
		}
	}
	for _, m := range b.messages() {
		switch {
		case m.text.Empty():
		case m.text.translated() || m.text.dynamic():
			attrs = append(attrs, Attr{m.name, "jr:itext('" + it.Path + ":" + m.name + "')"})
		default:
			attrs = append(attrs, Attr{m.name, m.text.Translations[0].Value.String()})
		}
	}
	for _, s := range it.SaveTo {
		attrs = append(attrs, Attr{"entities:saveto", s.Property})
	}
	if attrs = append(attrs, b.Extra...); len(attrs) > 1 {
		w.empty("bind", attrs...)
	}
	for _, a := range it.Actions {
		if a.Trigger == "" && a.Events[0] != "odk-new-repeat" {
			w.action(it.Path, a)
		}
	}
}

func (w *formWriter) action(ref string, a Action) {
	attrs := []Attr{{"ref", ref}, {"event", joined(a.Events)}}
	if a.Value != "" {
		attrs = append(attrs, Attr{"value", a.Value})
	}
	w.empty(a.Element, append(attrs, a.Extra...)...)
}

func joined(events []string) string {
	s := ""
	for i, e := range events {
		if i > 0 {
			s += " "
		}
		s += e
	}
	return s
}
