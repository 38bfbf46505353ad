package cassette

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// What content looks like.
const (
	looksPDF     = "pdf"
	looksPDFHead = "pdf-head"
)

// masker turns rows into their masked form.
type masker struct {
	ctx     context.Context
	archive edo.Archive
	text    int // bytes so far
}

func (m *masker) pack(op edo.Operation) (Package, error) {
	p := Package{
		ID: string(op.Key.Package), ToBox: string(op.To.Box), Flow: string(op.Flow), Answer: string(op.Answer), Channel: string(op.Channel),
		State: string(op.State), Reason: string(op.Reason),
	}
	for _, d := range op.Documents {
		looks, err := m.looks(d.Digest, d.Size)
		if err != nil {
			return p, err
		}
		p.Documents = append(p.Documents, Document{
			ID: string(d.ID), Name: d.Name, Type: d.Type, Kind: d.Kind, Number: d.Number, Size: d.Size, SHA256: d.Digest.String(), Looks: looks,
			NeedSign: d.NeedSign, NeedReceipt: d.NeedReceipt, State: string(d.State), Stamp: string(d.Stamp), StampReason: string(d.StampReason),
		})
	}
	return p, nil
}

func (m *masker) exchange(row directory.Exchange, begin time.Time) (Exchange, error) {
	e := Exchange{
		Operation: row.Operation, At: row.StartedAt.Sub(begin).Milliseconds(), Took: row.Duration().Milliseconds(), Outcome: string(row.Outcome),
		Code: row.Code, Request: Request{Size: row.RequestSize, Sent: row.RequestSent},
	}
	var err error
	if e.Request.Text, err = m.masked(row.Request); err != nil {
		return e, at(row, "request", err)
	}
	if row.HTTPStatus == 0 {
		return e, nil
	}
	e.Answer = &Answer{Status: row.HTTPStatus, Headers: headers(row.AnswerHead), Size: row.AnswerSize}
	if e.Answer.Text, err = m.masked(row.Answer); err != nil {
		return e, at(row, "answer", err)
	}
	return e, nil
}

func at(row directory.Exchange, side string, err error) error {
	var e *edo.Error
	if errors.As(err, &e) {
		e.Field = fmt.Sprintf("exchange %s: %s", row.ID, side)
	}
	return err
}

// masked names the places held free by what stands there, which survives a change of the text by hand.
func (m *masker) masked(body edo.Masked) (Text, error) {
	var t Text
	if m.text += len(body.Text); m.text > MaxText {
		return t, tooLarge("", fmt.Sprintf("the texts are larger than %d bytes", MaxText))
	}
	if t.Text = string(body.Text); !utf8.Valid(body.Text) {
		t.Text, t.Base64 = "", body.Text
	}
	if len(body.Holes) > MaxMasks {
		return t, tooLarge("", fmt.Sprintf("%d places are held free in one text", len(body.Holes)))
	}
	end, content := 0, int64(0)
	for _, h := range body.Holes {
		if h.Start < end || h.End <= h.Start || h.End > len(body.Text) {
			return t, &edo.Error{Kind: edo.Internal, Reason: Damaged, Op: "cassette.Collect", Message: fmt.Sprintf("the place %d..%d does not fit", h.Start, h.End)}
		}
		mark := body.Text[h.Start:h.End]
		k := Mask{Mark: string(mark), Skip: bytes.Count(body.Text[end:h.Start], mark), Kind: string(h.Kind), Name: h.Name}
		if k.Skip > MaxSkip {
			return t, tooLarge("", fmt.Sprintf("the parties write %q %d times", k.Mark, k.Skip))
		}
		if end = h.End; h.Kind != edo.HoleSecret {
			var err error
			if content += h.Size; content > MaxContent {
				return t, tooLarge("", fmt.Sprintf("one text stands for more than %d bytes of content", MaxContent))
			}
			if k.Looks, err = m.looks(h.Digest, h.Size); err != nil {
				return t, err
			}
			k.Size, k.SHA256 = h.Size, h.Digest.String()
		}
		t.Masks = append(t.Masks, k)
	}
	return t, nil
}

// looks reads the content for how it begins and ends.
func (m *masker) looks(d edo.Digest, size int64) (string, error) {
	if size > MaxContent {
		return "", tooLarge("", fmt.Sprintf("a content has %d bytes", size))
	}
	c, err := m.archive.Open(m.ctx, d)
	if errors.Is(err, edo.NotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	r, err := c.Open(m.ctx)
	if err != nil {
		return "", err
	}
	defer func() { _ = r.Close() }()
	var head [5]byte
	if n, err := io.ReadFull(r, head[:]); string(head[:n]) != "%PDF-" {
		return "", unlessShort(err)
	}
	var tail ending
	if _, err := io.Copy(&tail, r); err != nil {
		return "", err
	}
	if bytes.Contains(tail, []byte("%%EOF")) {
		return looksPDF, nil
	}
	return looksPDFHead, nil
}

func unlessShort(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

// ending keeps the last bytes that were written.
type ending []byte

// Write implements io.Writer.
func (e *ending) Write(p []byte) (int, error) {
	const most = 1024
	all := append(*e, p[max(len(p)-most, 0):]...)
	*e = all[max(len(all)-most, 0):]
	return len(p), nil
}

// headers are those of an answer's head that may be kept.
func headers(head string) map[string]string {
	kept := map[string]string{}
	for line := range strings.Lines(head) {
		name, value, found := strings.Cut(strings.TrimSpace(line), ":")
		i := slices.IndexFunc(Headers(), func(h string) bool { return strings.EqualFold(h, name) })
		if found && i >= 0 {
			kept[Headers()[i]] = strings.TrimSpace(value)
		}
	}
	return kept
}
