package mockoperator

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/edokit/edokit/stamping/signstamp"
)

// printDocument gives the printed form as the newer operation does: inside a response with a status.
func (o *Operator) printDocument(x *exchange, p *node) (*body, error) {
	c, req := p.child("credentials"), p.child("request")
	if c.null || req.null {
		return nil, refuse("NotFilledRequiredField", "credentials", "Нужны credentials и request")
	}
	s, err := o.inBox(c.child("AuthToken"), "credentials.AuthToken", c.child("BoxAddress"), "credentials.BoxAddress")
	if err != nil {
		return nil, err
	}
	r := o.document(s.org, req.str("DocumentId"))
	if r == nil {
		return nilResult("PrintDocument"), nil
	}
	if err := o.readable(r, s.org, "request.DocumentId"); err != nil {
		return nil, err
	}
	form, err := o.form(x.ctx, "PrintDocument", r)
	if err != nil {
		return nil, err
	}
	return result("PrintDocument", func(b *body) {
		b.wrap("m:Status", func() { enumMembers(b, 0, "Success") })
		if form == nil {
			b.raw(`<m:NamedContent i:nil="true"/>`)
			return
		}
		b.wrap("m:NamedContent", func() { namedContent(b, r, form) })
	}), nil
}

// downloadPDF gives the printed form as the older operation does: a file or nil.
func (o *Operator) downloadPDF(x *exchange, p *node) (*body, error) {
	s, err := o.inBox(p.child("authToken"), "authToken", p.child("boxId"), "boxId")
	if err != nil {
		return nil, err
	}
	r := o.document(s.org, p.str("documentId"))
	if r == nil {
		return nilResult("DownloadPdfDocument"), nil
	}
	if err := o.readable(r, s.org, "documentId"); err != nil {
		return nil, err
	}
	form, err := o.form(x.ctx, "DownloadPdfDocument", r)
	if err != nil {
		return nil, err
	}
	if form == nil {
		return nilResult("DownloadPdfDocument"), nil
	}
	return result("DownloadPdfDocument", func(b *body) { namedContent(b, r, form) }), nil
}

func namedContent(b *body, r *record, form *Blob) {
	b.file("m:Content", form.Path, form.Size)
	b.element("m:Name", strings.TrimSuffix(r.Name, path.Ext(r.Name))+".pdf")
}

// form gives what the scenario makes of the printed form of a document; nil means that there is none (yet).
func (o *Operator) form(ctx context.Context, operation string, r *record) (*Blob, error) {
	f := o.formRule(operation, r)
	if f.Mode != "" && f.Mode != FormReady && f.Mode != FormAfterPolls {
		o.count("print-forms")
	}
	if r.Type == "Untyped" && o.behaviour().Flow.FormsForUntyped == FormsNil {
		return nil, nil
	}
	switch f.Mode {
	case FormOff:
		return nil, refuse("FeatureDisabled", "documentId", "Печатные формы отключены")
	case FormNever:
		return nil, nil
	case FormAfterPolls:
		o.mu.Lock()
		r.polls[operation]++
		early := r.polls[operation] <= f.Polls || o.now().Before(r.entry.Time.Add(f.After))
		o.mu.Unlock()
		if early {
			o.count("print-forms")
			return nil, nil
		}
	case FormHTML:
		return o.keepBytes([]byte("<!DOCTYPE html><html><body>Форма не построена</body></html>\n"))
	case FormPNG:
		var b bytes.Buffer
		if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
			return nil, err
		}
		return o.keepBytes(b.Bytes())
	case FormFile:
		b, err := os.ReadFile(f.File)
		if err != nil {
			return nil, err
		}
		return o.keepBytes(b)
	case FormEqualOriginal:
		return &r.Blob, nil
	case FormNoStamp, FormNoIDs:
		return o.variant(ctx, r, f)
	}
	form, err := o.render(ctx, r, f.Others)
	if err != nil || form == nil || f.Mode != FormTruncated && f.Mode != FormBroken {
		return form, err
	}
	whole, err := os.ReadFile(form.Path)
	if err != nil {
		return nil, err
	}
	if f.Mode == FormBroken {
		return o.keepBytes(slices.Concat(whole[:len(whole)/4], whole[len(whole)/2:]))
	}
	return o.keepBytes(whole[:len(whole)/2])
}

func (o *Operator) formRule(operation string, r *record) PrintForms {
	var out PrintForms
	for _, f := range o.behaviour().PrintForms {
		if (f.Operation == "" || f.Operation == operation) && (f.Kind == "" || f.Kind == r.Kind) && (f.Flow == "" || f.Flow == r.flow()) {
			out = f
		}
	}
	return out
}

func (o *Operator) keepBytes(b []byte) (*Blob, error) {
	blob, err := o.spool.keep(new(bytes.Buffer), func(w io.Writer) error { _, err := w.Write(b); return err })
	return &blob, err
}

// PrintedForm makes the stamped form of a document now, as the first request for it would, and returns it. It is made once
// and the same bytes are given ever after.
func (o *Operator) PrintedForm(ctx context.Context, serviceID string) (*Blob, error) {
	o.mu.Lock()
	r := o.byID[plainID(serviceID)]
	o.mu.Unlock()
	if r == nil {
		return nil, fmt.Errorf("mockoperator: no document %q in the ledger", serviceID)
	}
	return o.render(ctx, r, "sheet")
}

func (o *Operator) render(ctx context.Context, r *record, others string) (*Blob, error) {
	o.formMu.Lock()
	defer o.formMu.Unlock()
	if f := o.formOf(r); f != nil {
		return f, nil
	}
	facts := o.facts(r)
	if len(facts.Signers) == 0 {
		return nil, nil // nothing to certify
	}
	blob, err := o.stamp(ctx, r, others, facts)
	if err != nil || blob == nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	r.Form = blob
	return blob, nil
}

// stamp prints a mark on a document, or on a sheet of its own.
func (o *Operator) stamp(ctx context.Context, r *record, others string, facts signstamp.Facts) (*Blob, error) {
	source, err := os.Open(r.Path)
	if err != nil {
		return nil, err
	}
	defer source.Close()
	var in io.ReadSeeker = source
	if !isPDF(source) {
		if others == "nil" {
			return nil, nil
		}
		in = bytes.NewReader(blankSheet())
	}
	// The form belongs to the document, not to the request that happened to be first: a client that goes away must not
	// leave a document without a form.
	ctx = context.WithoutCancel(ctx)
	blob, err := o.spool.keep(new(bytes.Buffer), func(w io.Writer) error {
		_, err := signstamp.Apply(ctx, in, w, facts, signstamp.Style{}, nil)
		return err
	})
	if err != nil {
		return nil, refuse("DocumentConversionError", "documentId", "Печатная форма не построена: %v", err)
	}
	return &blob, nil
}

func (o *Operator) formOf(r *record) *Blob {
	o.mu.Lock()
	defer o.mu.Unlock()
	return r.Form
}

func (o *Operator) facts(r *record) signstamp.Facts {
	f := signstamp.Facts{Operator: OperatorName, DocumentID: r.ServiceID, OperatorTime: r.entry.Time, Seal: r.Seal}
	for _, s := range o.signs(r) {
		f.Signers = append(f.Signers, signstamp.Signer{
			Owner: s.Owner, Organisation: s.Organisation, INN: s.INN, Serial: s.Serial,
			ValidFrom: s.ValidFrom, ValidTo: s.ValidTo, SignedAt: s.SignedAt,
		})
	}
	return f
}

func isPDF(f io.ReaderAt) bool {
	head := make([]byte, 5)
	_, err := f.ReadAt(head, 0)
	return err == nil && string(head) == "%PDF-"
}

// blankSheet is an empty A4 page on which the mark of a document that is no PDF is printed.
func blankSheet() []byte { return sheetWith("") }

// sheetWith is an empty page with a comment of one line, which no page shows.
func sheetWith(comment string) []byte {
	var b bytes.Buffer
	var offsets []int
	b.WriteString("%PDF-1.4\n")
	if comment != "" {
		b.WriteString("%" + comment + "\n")
	}
	for i, obj := range []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> /Contents 4 0 R >>",
		"<< /Length 0 >>\nstream\n\nendstream",
	} {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, obj)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, at := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, xref)
	return b.Bytes()
}
