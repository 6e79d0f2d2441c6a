package report

import _ "embed"

// Policy is the room's policies in Cedar: who may do what to a report.
//
//go:embed access.cedar
var Policy []byte
