package xlsform

// entityIn gives the entity whose meta stands in a container, nil if none does.
func (f *Form) entityIn(container string) *Entity {
	for _, e := range f.Entities {
		if e.Container == container {
			return e
		}
	}
	return nil
}

// entityAt is the place of the survey's own entity in meta: behind the log of the form, before the ids.
func (f *Form) entityAt() int {
	for i, it := range f.Meta {
		if it.Type != "audit" {
			return i
		}
	}
	return len(f.Meta)
}

// entityNode writes the element of an entity. https://getodk.github.io/xforms-spec/entities#declaring-that-a-form-creates-entities
func (w *formWriter) entityNode(e *Entity) {
	if e == nil {
		return
	}
	attrs := []Attr{{"dataset", e.List}}
	if e.Creates {
		attrs = append(attrs, Attr{"create", "1"})
	}
	if e.Updates {
		attrs = append(attrs, Attr{"update", "1"})
	}
	if e.ID != "" {
		attrs = append(attrs, Attr{"baseVersion", ""}, Attr{"trunkVersion", ""}, Attr{"branchId", ""})
	}
	attrs = append(attrs, Attr{"id", ""})
	if e.Label == "" {
		w.empty("entity", attrs...)
		return
	}
	w.open("entity", attrs...)
	w.empty("label")
	w.close("entity")
}

func (w *formWriter) entityBindings(container string) {
	e := w.form.entityIn(container)
	if e == nil {
		return
	}
	path := container + "/meta/entity"
	bind := func(node, calculate string) {
		attrs := []Attr{{"nodeset", path + node}}
		if calculate != "" {
			attrs = append(attrs, Attr{"calculate", calculate})
		}
		w.empty("bind", append(attrs, Attr{"readonly", "true()"}, Attr{"type", "string"})...)
	}
	if e.CreateIf != "" {
		bind("/@create", e.CreateIf)
	}
	if e.UpdateIf != "" {
		bind("/@update", e.UpdateIf)
	}
	if e.ID != "" {
		bind("/@baseVersion", e.Known+"/__version")
		bind("/@trunkVersion", e.Known+"/__trunkVersion")
		bind("/@branchId", e.Known+"/__branchId")
	}
	bind("/@id", e.ID)
	if e.Creates && e.ID == "" {
		w.action(path+"/@id", Action{Element: "setvalue", Events: []string{"odk-instance-first-load"}, Value: "uuid()"})
	}
	if e.Label != "" {
		bind("/label", e.Label)
	}
}

// entityAdded gives an entity inside a repeat a new id whenever the repeat gets a new part.
func (w *formWriter) entityAdded(repeat *Item) {
	id := func(container string) {
		if e := w.form.entityIn(container); e != nil && e.Creates && e.ID == "" {
			w.action(container+"/meta/entity/@id", Action{Element: "setvalue", Events: []string{"odk-new-repeat"}, Value: "uuid()"})
		}
	}
	var inner func(it *Item)
	inner = func(it *Item) {
		for _, child := range it.Children {
			if child.Kind == Group {
				inner(child)
			}
		}
		id(it.Path)
	}
	inner(repeat)
}
