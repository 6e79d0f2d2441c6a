// Package xlsform compiles XLSForms to ODK XForms 1.0, in process and without other services.
//
// An XLSForm is a form written as a spreadsheet (xlsform.org): a sheet "survey" with one question a row, a sheet "choices",
// perhaps "settings", "external_choices" and "entities". [Compile] reads one as .xlsx, .csv or Markdown, tells every fault at once
// with sheet, row and cell, and gives a [Form]: a typed model of questions, repeats, choices, texts in each language and
// bindings, in which every ${reference} is already a path. [Form.WriteXForm] writes the XML that ODK Collect, Enketo and the
// ODK web forms read; [ParseXForm] reads such XML back into the same model; [Compare] tells what changed between two versions
// of a form and whether the answers to both still make one series.
//
// The specifications followed are XLSForm (https://xlsform.org), ODK XForms (https://getodk.github.io/xforms-spec) with
// its entities part, and the XPath functions of JavaRosa. Where they leave a choice, the form is written as ODK's own converter
// writes it, so that a form compiled by either compares equal.
//
// Nothing here keeps state between calls: all functions may be called at once from several goroutines.
package xlsform
