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

var causes = []cause{
	means(`Groups and repeats can't be saved`, "save-group"),
	means(`Entity lists must have a name`, "entity-no-list"),
	means(`must not contain a period`, "entity-name-period"),
	means(`must not begin with two underscores`, "entity-name-reserved"),
	means(`'list_name' column must not have any duplicate names`, "entity-twice"),
	means(`at most one '#' delimiter`, "save-hash"),
	means(`a 'label' is required when creating`, "entity-no-label"),
	means(`an 'entity_id' is required when updating`, "entity-no-id"),
	means(`an 'update_if' is required when upserting`, "entity-no-update"),
	means(`names must be prefixed with the entity`, "save-which"),
	means(`may have only one entity declaration`, "entity-no-place"),
	means(`add an entities sheet and declare`, "save-no-entity"),
	means(`not compatible with this 'save_to'`, "save-scope"),
	means(`not compatible with the variable reference`, "entity-scope"),
	means(`must not be 'name' or 'label'`, "save-name-reserved"),
	means(`'parameters \(.*\)' value is invalid. Names must begin`, "parameter-name"),
	means(`'form_name' value is invalid`, "form-name"),
	means(`Names must begin with a letter`, "name-invalid"),
	means(`accepted parameter keys`, "parameter-unknown"),
	means(`'allow-mock-accuracy' parameter must be`, "parameter-value"),
	means(`must have a numeric value`, "parameter-number"),
	means(`Invalid value for quality`, "parameter-value"),
	means(`location-max-age', are required|location-priority', 'location-min-interval', and`, "audit-location"),
	means(`track-changes must be set|track-changes-reasons must be|randomize must be set`, "parameter-value"),
	means(`'calculation' column must be empty`, "background-geopoint-calculation"),
	means(`'trigger' column must not be empty`, "background-geopoint-trigger"),
	means(`Could not find the name`, "reference-unknown"),
	means(`Choice names must be unique`, "choice-twice"),
	means(`Choices must have a name`, "choice-no-name"),
	means(`same instance id will be generated`, "instance-clash"),
	means(`Instance names must be unique`, "instance-twice"),
	means(`Repeat names must unique`, "repeat-name-twice"),
	means(`Repeat names must not be the same as the survey root`, "repeat-as-root"),
	means(`must be unique within their nearest parent`, "name-twice"),
	means(`case-insensitive match`, "name-nearly-twice"),
	means(`Reference variables names must be unique`, "reference-ambiguous"),
	means(`should end with one of the supported file extensions`, "select-file-ending"),
	means(`List name not in external choices`, "external-list-unknown"),
	means(`Unknown question type`, "type-unknown", "type-misspelt"),
	means(`'incremental' parameter may either`, "parameter-value"),
	means(`'reference-geometry' parameter must either`, "geometry-unknown"),
	means(`Unmatched 'end_`, "end-unmatched"),
	means(`Unmatched 'begin_`, "begin-unmatched"),
	means(`has no label or hint`, "label-missing"),
	means(`Android package name`, "parameter-app"),
	means(`reserved for form metadata`, "name-meta"),
	means(`must have an integer value`, "parameter-integer"),
	means(`seed value must be`, "seed-value"),
	means(`randomize=true to use a seed`, "seed-alone"),
	means(`Parameters must be in the form`, "parameters-form"),
	means(`must not be larger than the range`, "range-too-large"),
	means(`must not be '0'`, "range-zero"),
	means(`'placeholder' must be a multiple`, "range-placeholder-step"),
	means(`'placeholder' must be between`, "range-placeholder-outside"),
	means(`choice values must all be numbers`, "range-labels-number"),
	means(`must be a number`, "parameter-number"),
	means(`only supported for the appearances`, "range-appearance"),
	means(`equal to the start of the range plus`, "range-labels-step"),
	means(`'tick_labelset' choices must be between`, "range-labels-outside"),
	means(`may onlymatch the range`, "range-labels-ends"),
	means(`must have only 2 items`, "range-labels-two"),
	means(`must be a choice list name`, "range-labels-list"),
	means(`select from file type, using 'search\(\)'`, "search-file"),
	means(`uses 'search\(\)', and its select type`, "search-mixed"),
	means(`required column headers were not found`, "column-missing"),
	means(`should be a choices sheet`, "choices-missing"),
	means(`should be an external_choices sheet`, "external-choices-missing"),
	means(`To use big-image`, "big-image-alone"),
	means(`Choice filter not supported with or_other`, "or-other-filter"),
	means(`must have a comma between`, "trigger-comma"),
	means(`is not user-visible`, "trigger-hidden"),
	means(`must start with '\$\{'`, "trigger-form"),
	means(`Missing calculation`, "calculation-missing"),
	means(`must have a sheet named 'survey'`, "survey-missing"),
	means(`Invalid headers provided`, "header-twice"),
	means(`max-pixels parameter to speed up`, "image-max-pixels"),
	means(`Repeat has no label`, "repeat-no-label"),
	means(`valid machine-readable codes`, "language-code"),
	means(`Choices should have a label`, "choice-no-label"),
	means(`uses or_other and translations`, "or-other-translated"),
	means(`only meant for filtered selects`, "external-no-filter"),
	means(`is missing the`, "translation-missing"),
	means(`similar names were found`, "sheet-misspelt"),
	means(`no longer supported on most devices`, "type-deprecated"),
	means(`form_id and id_string`, "settings-two-ids"),
}
