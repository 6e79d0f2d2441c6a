package xlsform

import (
	"context"
	"io"
)

// Compile reads an XLSForm and gives its form and all that was found wrong or doubtful. The form is nil when there are errors
// among the diagnostics. The error is for what is no fault of the form: ErrFormat, ErrTooLarge, the reader's, the context's.
func Compile(ctx context.Context, src Source, opts Options) (*Form, Diagnostics, error) {
	book, err := ReadWorkbook(ctx, src, opts.limits())
	if err != nil {
		return nil, nil, err
	}
	if opts.ID == "" {
		opts.ID = base(src.Name)
	}
	return CompileWorkbook(ctx, book, opts)
}

// CompileWorkbook does the same with a workbook that is read already.
func CompileWorkbook(ctx context.Context, book Workbook, opts Options) (*Form, Diagnostics, error) {
	return nil, nil, nil
}

// WriteXForm writes the form as XForm XML, element by element. Faults: the writer's own.
func (f *Form) WriteXForm(w io.Writer) error { return nil }

// WriteItemsets writes the table of external choices as itemsets.csv; it writes nothing when the form has none.
func (f *Form) WriteItemsets(w io.Writer) error { return nil }
