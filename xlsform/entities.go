package xlsform

// declared is a row of the entities sheet while the form is made.
type declared struct {
	*Entity
	rec *record
}

// entitySheet reads the entities sheet. https://getodk.github.io/xforms-spec/entities
func (c *compiler) entitySheet() {
	sheet := c.book.sheet("entities")
	if sheet == nil {
		c.misspelt("entities", "sheet-misspelt")
		return
	}
	t := c.readTable(sheet, "entities", entityWords, cleaning{quotes: true})
	for i := range t.records {
		rec := &t.records[i]
		e := &Entity{List: rec.get("dataset"), Label: rec.get("label"), ID: rec.get("entity_id"), CreateIf: rec.get("create_if"),
			UpdateIf: rec.get("update_if"), Row: rec.row}
		e.Creates = e.CreateIf != "" || e.UpdateIf == "" && e.ID == ""
		e.Updates = e.UpdateIf != "" || e.ID != ""
		d := &declared{e, rec}
		c.declared = append(c.declared, d)
		c.entities[e.List] = d
		c.form.Entities = append(c.form.Entities, e)
	}
}

// saveTo binds a question to a property of an entity list: "property" or "list#property".
func (c *compiler) saveTo(it *Item, rec *record, f field) {
	it.SaveTo = append(it.SaveTo, SaveTo{Property: f.text})
}

// placeEntities decides for each entity in which container's meta it stands.
func (c *compiler) placeEntities() {
	for _, d := range c.declared {
		d.Container = "/" + c.form.Name
		c.form.Settings.EntitiesVersion = "2024.1.0"
	}
}
