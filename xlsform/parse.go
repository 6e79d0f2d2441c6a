package xlsform

import (
	"errors"
	"io"
)

// ParseXForm reads XForm XML into a Form.
func ParseXForm(r io.Reader, limits Limits) (*Form, error) { return nil, errors.ErrUnsupported }
