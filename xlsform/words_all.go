package xlsform

// The messages of all codes. A part in << >> is left out when one of its placeholders is empty.
var explanations = func() map[string]Explanation {
	m := map[string]Explanation{}
	for _, list := range [][]Explanation{aboutReading, aboutWorkbook, aboutQuestions, aboutChoices} {
		for _, e := range list {
			m[e.Code] = e
		}
	}
	return m
}()
