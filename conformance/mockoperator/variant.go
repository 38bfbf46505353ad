package mockoperator

import (
	"context"
	"io"
	"os"
)

// variant gives a printed form that says less than it should. It is made once, as the good one.
func (o *Operator) variant(ctx context.Context, r *record, f PrintForms) (*Blob, error) {
	o.formMu.Lock()
	defer o.formMu.Unlock()
	if blob, ok := r.variants[f.Mode]; ok {
		return blob, nil
	}
	var blob *Blob
	var err error
	if f.Mode == FormNoStamp {
		blob, err = o.unstamped(r, f.Others)
	} else {
		facts := o.facts(r)
		facts.DocumentID, facts.Seal = "", ""
		blob, err = o.stamp(ctx, r, f.Others, facts)
	}
	if err != nil || blob == nil {
		return nil, err
	}
	if r.variants == nil {
		r.variants = map[FormMode]*Blob{}
	}
	r.variants[f.Mode] = blob
	return blob, nil
}

// unstamped is the document with a comment behind its end, which no page shows; of what is no PDF a blank sheet.
func (o *Operator) unstamped(r *record, others string) (*Blob, error) {
	source, err := os.Open(r.Path)
	if err != nil {
		return nil, err
	}
	defer source.Close()
	content := blankSheet()
	if isPDF(source) {
		if content, err = io.ReadAll(source); err != nil {
			return nil, err
		}
	} else if others == "nil" {
		return nil, nil
	}
	return o.keepBytes(append(content, "\n% form\n"...))
}
