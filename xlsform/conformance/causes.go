package main

import "regexp"

// cause maps a message of the recorded converter to the codes that say the same.
type cause struct {
	message *regexp.Regexp
	codes   []string
}

// codesFor gives the codes that mean what a recorded message says; nil when no line of causes matches. The first match counts.
func codesFor(message string) []string {
	for _, c := range causes {
		if c.message.MatchString(message) {
			return c.codes
		}
	}
	return nil
}

func means(pattern string, codes ...string) cause { return cause{regexp.MustCompile(pattern), codes} }

// causes stand from the narrow to the wide.
var causes = []cause{
	// sheets and headers
	means(`must have a sheet named 'survey'`, "survey-missing"),
	means(`should be a choices sheet`, "choices-missing"),
	means(`should be an external_choices sheet`, "external-choices-missing"),
	means(`required column headers were not found`, "column-missing"),
	means(`List name not in external choices sheet`, "external-list-unknown"),
	means(`Unknown question type`, "type-unknown", "type-misspelt"),
	means(`form_id and id_string`, "settings-two-ids"),
	means(`looking for a sheet named '\w+', the following`, "sheet-misspelt"),

	// names
	means(`'form_name' value is invalid`, "form-name"),
	means(`'parameters \((value|label)\)' value is invalid. Names must`, "parameter-name"),
	means(`'save_to' value is invalid. Names must begin with a letter`, "save-to-invalid"),
	means(`'name' value is invalid. Names must begin`, "name-invalid"),
	means(`reserved for form metadata`, "name-meta"),
	means(`Repeat names must unique`, "repeat-twice", "name-twice"),
	means(`must be unique within their nearest parent`, "name-twice"),
	means(`case-insensitive match to another name`, "name-nearly-twice"),
	means(`must not be the same as the survey root`, "repeat-as-root"),
	means(`Unmatched 'end_`, "end-unmatched"),
	means(`Unmatched 'begin_`, "begin-unmatched"),

	// entities
	means(`Groups and repeats can't be saved as entity`, "save-to-group"),
	means(`Entity lists must have a name`, "entity-no-name"),
	means(`'dataset' value is invalid. Names used here must not contain a period`, "entity-name"),
	means(`'dataset' value is invalid. Names used here must not begin with two`, "entity-name"),
	means(`'dataset' value is invalid`, "entity-name"),
	means(`'list_name' column must not have any duplicate`, "entity-twice"),
	means(`at most one '#' delimiter`, "save-to-form"),
	means(`does not have a label, but a 'label' is required`, "entity-no-label"),
	means(`'entity_id' is required when updating`, "entity-no-id"),
	means(`'update_if' is required when upserting`, "entity-no-update"),
	means(`'entity_id' is required when upserting`, "entity-no-id"),
	means(`names must be prefixed with the entity`, "save-to-which"),
	means(`add an entities sheet and declare`, "save-to-no-entities"),
	means(`no valid containers available`, "entity-no-container"),
	means(`not compatible with this 'save_to' reference`, "entity-scope"),
	means(`not compatible with the variable reference`, "entity-scope"),
	means(`'save_to' value is invalid. Names used here must not`, "save-to-reserved"),

	// references and triggers
	means(`must contain a name from the 'survey'`, "reference-unknown"),
	means(`names must be unique anywhere in the 'survey'`, "reference-ambiguous"),
	means(`'trigger' value is invalid. Reference variables must start with`, "trigger-form"),
	means(`lists must have a comma`, "trigger-comma"),
	means(`not user-visible so it can't be used as a calculation trigger`, "trigger-hidden"),
	means(`must start with '\$\{'`, "reference-form"),
	means(`For 'background-geopoint' questions, the 'calculation'`, "background-geopoint-calculation"),
	means(`For 'background-geopoint' questions, the 'trigger'`, "background-geopoint-trigger"),
	means(`Missing calculation`, "calculation-missing"),
	means(`same instance id will be generated`, "instance-clash"),

	// parameters
	means(`accepted parameter keys`, "parameter-unknown"),
	means(`Parameters must be in the form`, "parameters-form"),
	means(`'(allow-mock-accuracy|incremental)' parameter (must|may)`, "parameter-value"),
	means(`must have a numeric value`, "parameter-number"),
	means(`Invalid value for quality`, "parameter-value"),
	means(`location-max-age' are required`, "audit-location"),
	means(`track-changes(-reasons)? must be set`, "parameter-value"),
	means(`'reference-geometry' parameter must`, "geometry-unknown"),
	means(`invalid Android package name`, "parameter-app"),
	means(`rows must have an integer`, "parameter-integer"),
	means(`randomize must be set`, "parameter-value"),
	means(`seed value must be`, "seed-value"),
	means(`randomize=true to use a seed`, "seed-alone"),
	means(`only supported for the appearances`, "range-appearance"),
	means(`must not be '0' \(zero\)`, "range-zero"),
	means(`must not be larger than the range`, "range-too-large"),
	means(`'range' question type, the parameter '\w+' must be a number`, "parameter-number"),
	means(`'placeholder' must be a multiple`, "range-placeholder-step"),
	means(`'placeholder' must be between`, "range-placeholder-outside"),
	means(`choice values must all be numbers`, "range-labels-number"),
	means(`start of the range plus a multiple`, "range-labels-step"),
	means(`choices must be between the 'start'`, "range-labels-outside"),
	means(`may only ?match the range`, "range-labels-ends"),
	means(`must have only 2 items`, "range-labels-two"),
	means(`must be a choice list name`, "range-labels-list"),
	means(`max-pixels parameter`, "image-max-pixels"),

	// choices and texts
	means(`Choice names must be unique`, "choice-twice"),
	means(`Choices must have a name`, "choice-no-name"),
	means(`Choices should have a label`, "choice-no-label"),
	means(`should end with one of the supported file extensions`, "select-file-ending"),
	means(`Choice filter not supported with or_other`, "or-other-filter"),
	means(`uses or_other and translations`, "or-other-translated"),
	means(`select from file type, using 'search\(\)'`, "search-file"),
	means(`uses 'search\(\)', and its select type`, "search-mixed"),
	means(`only meant for filtered selects`, "external-no-filter"),
	means(`has no label or hint`, "label-missing"),
	means(`Repeat has no label`, "repeat-no-label"),
	means(`To use big-image`, "big-image-alone"),
	means(`valid machine-readable codes`, "language-code"),
	means(`^Language '.*' is missing the`, "translation-missing"),
	means(`is no longer supported on most devices`, "type-deprecated"),
}
