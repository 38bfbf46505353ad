package stamping

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/pdfcpu/pdfcpu/pkg/filter"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// config is complete in itself: pdfcpu's defaults would come from a folder in the user's home.
func config(o *Options) *model.Configuration {
	return &model.Configuration{
		CreationDate:      "2006-01-02 15:04",
		Version:           model.VersionStr,
		Reader15:          true,
		ValidationMode:    model.ValidationRelaxed,
		Eol:               types.EolLF,
		WriteObjectStream: true,
		WriteXRefStream:   true,
		Offline:           true,
		TimestampFormat:   "2006-01-02 15:04",
		DateFormat:        "2006-01-02",
		Limits: model.ResourceLimits{
			MaxStreamBytes:       o.MaxBytes,
			MaxDecodeBytes:       o.MaxDecode,
			MaxImagePixels:       1 << 20,
			MaxImageBytes:        1 << 20, // images are copied, never decoded
			MaxObjectCount:       maxObjects,
			MaxObjectStreamCount: 100_000,
			MaxObjectStreamFirst: 4 << 20,
			MaxXRefEntries:       maxObjects,
			MaxRecursionDepth:    100,
		},
	}
}

// load takes the whole file into memory, within the limit, and checks it before pdfcpu sees it.
func load(in io.ReadSeeker, o *Options) ([]byte, error) {
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return nil, fail(Unreadable, 0, err, "the input cannot be read from its start")
	}
	var held bytes.Buffer
	if known, ok := in.(interface{ Len() int }); ok { // one piece of the right size instead of ever larger ones
		held.Grow(int(min(int64(known.Len()), o.MaxBytes)) + 2*bytes.MinRead)
	}
	if _, err := held.ReadFrom(io.LimitReader(in, o.MaxBytes+1)); err != nil {
		return nil, fail(Unreadable, 0, err, "the input broke off")
	}
	b := held.Bytes()
	if int64(len(b)) > o.MaxBytes {
		return nil, fail(TooLarge, 0, nil, "the limit is %d bytes", o.MaxBytes)
	}
	if len(b) == 0 {
		return nil, fail(Unreadable, 0, nil, "the file is empty")
	}
	return b, checkNumbers(b)
}

// parse reads a PDF that may be copied: one without any encryption.
func parse(ctx context.Context, b []byte, o *Options) (*model.Context, error) {
	pdf, err := open(ctx, b, o)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, TooLarge):
		return nil, err
	case err != nil && bytes.Contains(b, []byte("/Encrypt")), err == nil && pdf.Encrypt != nil:
		return nil, fail(Encrypted, 0, err, "send a copy without password and restrictions")
	}
	return pdf, err
}

// open reads a PDF into pdfcpu's model, also one that is encrypted and opens without a password.
func open(ctx context.Context, b []byte, o *Options) (*model.Context, error) {
	pdf, err := read(ctx, withoutSign(b), o)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, filter.ErrDecodeLimitExceeded):
		return nil, fail(TooLarge, 0, err, "it unpacks to more than %d bytes", o.MaxDecode)
	case errors.Is(err, pdfcpu.ErrWrongPassword):
		return nil, fail(Encrypted, 0, err, "it opens only with a password")
	case err != nil:
		return nil, fail(Unreadable, 0, err, "not a PDF or damaged")
	case pdf.Read != nil && pdf.Read.Hybrid && hides(pdf):
		return nil, fail(Undecided, 0, nil, "it hides objects from old readers, and from this one")
	}
	return pdf, nil
}

// read takes a panic of pdfcpu's reader, for which some damage is enough, as a failure to read.
func read(ctx context.Context, b []byte, o *Options) (pdf *model.Context, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the PDF library gave up: %v", p)
		}
	}()
	if pdf, err = pdfcpu.ReadWithContext(ctx, bytes.NewReader(b), config(o)); err == nil && pdf.Encrypt == nil {
		wholeStreams(pdf, b)
	}
	return pdf, err
}

// wholeStreams takes streams up to their end where Length says less, as other readers do: the copy would lose what they show.
func wholeStreams(pdf *model.Context, b []byte) {
	const end = "endstream"
	for _, e := range pdf.Table {
		if e == nil {
			continue
		}
		sd, ok := e.Object.(types.StreamDict)
		if !ok || sd.StreamOffset <= 0 || sd.StreamOffset > int64(len(b)) || !bytes.HasPrefix(b[sd.StreamOffset:], sd.Raw) {
			continue
		}
		rest := b[sd.StreamOffset+int64(len(sd.Raw)):]
		after := bytes.TrimLeft(rest[:min(len(rest), 64)], "\x00\t\n\f\r ")
		if bytes.HasPrefix(after, []byte(end)) || bytes.HasPrefix(after, []byte("endobj")) {
			continue
		}
		n := bytes.Index(rest, []byte(end))
		if n < 0 {
			continue
		}
		whole := b[sd.StreamOffset : sd.StreamOffset+int64(len(sd.Raw)+n)]
		whole = bytes.TrimSuffix(bytes.TrimSuffix(whole, []byte("\n")), []byte("\r"))
		size := int64(len(whole))
		sd.Raw, sd.Content, sd.StreamLength = whole, nil, &size
		sd.Dict["Length"] = types.Integer(size)
		e.Object = sd
	}
}

// withoutSign gives the file with a place of its table that can be none, instead of a negative one: pdfcpu then looks for the
// objects themselves, as other readers do in both cases.
func withoutSign(b []byte) []byte {
	const key = "startxref"
	i := bytes.LastIndex(b, []byte(key))
	if i < 0 {
		return b
	}
	i += len(key)
	for i < len(b) && space(b[i]) {
		i++
	}
	if i == len(b) || b[i] != '-' {
		return b
	}
	own := bytes.Clone(b)
	own[i] = '9'
	return own
}

// decoded gives the content of a stream without keeping it in the document.
func decoded(pdf *model.Context, o types.Object, limit int64) ([]byte, error) {
	sd, _, err := pdf.DereferenceStreamDict(o)
	if err != nil {
		return nil, err
	}
	if sd == nil {
		return nil, nil
	}
	if limit <= 0 {
		return nil, filter.ErrDecodeLimitExceeded
	}
	own := *sd
	if err := own.DecodeWithLimit(limit); err != nil {
		return nil, err
	}
	return own.Content, nil
}

// contentStreams lists the content streams of the page and leaves out what is none, as readers do.
func contentStreams(pdf *model.Context, p *page) ([]types.IndirectRef, error) {
	o, err := pdf.Dereference(p.dict["Contents"])
	if err != nil {
		return nil, fail(Unreadable, p.nr, err, "its content")
	}
	list, ok := o.(types.Array)
	if !ok {
		list = types.Array{p.dict["Contents"]}
	}
	var out []types.IndirectRef
	for _, o := range list {
		ref, ok := o.(types.IndirectRef)
		if !ok {
			continue
		}
		if sd, _, err := pdf.DereferenceStreamDict(ref); err == nil && sd != nil {
			out = append(out, ref)
		}
	}
	return out, nil
}

func contentError(p *page, err error) error {
	if errors.Is(err, filter.ErrDecodeLimitExceeded) {
		return fail(TooLarge, p.nr, err, "its content unpacks to more than the limit")
	}
	return fail(Unreadable, p.nr, err, "its content")
}
