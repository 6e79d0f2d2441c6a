package xlsform

import "strings"

// vocabulary is what the headers of a sheet may be called.
type vocabulary struct {
	known   map[string]bool   // names that stand as they are
	aliases map[string]string // other names; a value may have a group before "::"
	texts   map[string]bool   // keys that may be given in several languages
}

func set(names string) map[string]bool {
	m := map[string]bool{}
	for n := range strings.FieldsSeq(names) {
		m[n] = true
	}
	return m
}

// The columns of each sheet: https://xlsform.org/en/ and, for the older names, what ODK's converter still accepts.
var (
	surveyWords = vocabulary{
		known: set(`type name label hint guidance_hint default parameters trigger choice_filter media bind control instance
			intent disabled query`),
		aliases: map[string]string{
			"command": "type", "tag": "name", "value": "name", "caption": "label", "list_name": "list_name",
			"read_only": "bind::readonly", "readonly": "bind::readonly", "relevant": "bind::relevant", "relevance": "bind::relevant",
			"required": "bind::required", "constraint": "bind::constraint", "calculation": "bind::calculate", "calculate": "bind::calculate",
			"constraining_message": "bind::jr:constraintMsg", "constraint_message": "bind::jr:constraintMsg",
			"required_message": "bind::jr:requiredMsg", "requiredmsg": "bind::jr:requiredMsg",
			"noapperrorstring": "bind::jr:noAppErrorString", "no_app_error_string": "bind::jr:noAppErrorString",
			"appearance": "control::appearance", "body": "control", "autoplay": "control::autoplay", "rows": "control::rows",
			"count": "control::jr:count", "repeat_count": "control::jr:count", "jr:count": "control::jr:count",
			"image": "media::image", "big-image": "media::big-image", "audio": "media::audio", "video": "media::video",
			"save_to": "bind::entities:saveto", "compact_tag": "instance::odk:tag",
		},
		texts: set(`label hint guidance_hint media::image media::big-image media::audio media::video
			bind::jr:constraintMsg bind::jr:requiredMsg bind::jr:noAppErrorString`),
	}
	choiceWords = vocabulary{
		known: set("list_name name label media"),
		aliases: map[string]string{
			"value": "name", "caption": "label", "list_name": "list_name",
			"image": "media::image", "big-image": "media::big-image", "audio": "media::audio", "video": "media::video",
		},
		texts: set("label media::image media::big-image media::audio media::video"),
	}
	settingWords = vocabulary{
		known: set(`title id_string version default_language instance_name public_key submission_url style name namespaces attribute
			auto_send auto_delete client_editable allow_choice_duplicates omit_instanceID clean_text_values instance_xmlns instance_id
			prefix delimiter sms_keyword sms_separator sms_allow_media sms_date_format sms_datetime_format sms_response flat`),
		aliases: map[string]string{
			"form_title": "title", "set_form_title": "title", "form_id": "id_string", "set_form_id": "id_string",
			"omit_instanceid": "omit_instanceID", "form_name": "name",
		},
	}
	entityWords = vocabulary{
		known:   set("dataset label entity_id create_if update_if repeat"),
		aliases: map[string]string{"list_name": "dataset"},
	}
)

// column understands a header. Names are taken in any case and with spaces for underscores; unknown ones keep their spelling, since
// expressions may use them. Groups are divided by "::", by ":" only in sheets without "::" (an old way, which the "jr:" of
// attribute names gets in the way of).
func (v vocabulary) column(header string, double bool) *column {
	col := &column{header: header}
	if snake := snakeCase(header); v.known[header] {
		col.key = header
		return col
	} else if v.known[snake] && v.aliases[snake] == "" {
		col.key = snake
		return col
	} else if alias := v.aliases[snake]; alias != "" {
		col.key = alias
		return col
	}
	parts := v.split(header, double)
	first := snakeCase(parts[0])
	switch {
	case v.aliases[first] != "":
		parts = append(strings.Split(v.aliases[first], "::"), parts[1:]...)
	case v.known[first]:
		parts[0] = first
	default:
		col.key = header
		return col
	}
	for n := len(parts); n > 0; n-- {
		if key := strings.Join(parts[:n], "::"); v.texts[key] {
			col.key, col.lang = key, strings.Join(parts[n:], "::")
			return col
		}
	}
	col.key = strings.Join(parts, "::")
	return col
}

func (v vocabulary) split(header string, double bool) []string {
	by := ":"
	if double || strings.Contains(header, "::") {
		by = "::"
	}
	parts := strings.Split(header, by)
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	for i := 0; by == ":" && i+1 < len(parts); i++ {
		if parts[i] == "jr" {
			parts = append(parts[:i], append([]string{"jr:" + parts[i+1]}, parts[i+2:]...)...)
		}
	}
	return parts
}

// snakeCase writes a header the standard way: "List Name" becomes "list_name".
func snakeCase(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), "_")) }
