package gateway

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/edokit/edokit/edo"
)

// maxFormFaults is how often an operator may answer with something that is no printed form before we stop asking.
const maxFormFaults = 3

// stampStep asks once for the printed form of one document.
func (g *Gateway) stampStep(ctx context.Context, t *turn, op edo.Operation) error {
	d := op.Document(t.job.Document)
	if d == nil || d.Stamp.Final() {
		return g.settle(ctx, t.job, edo.Change{At: g.Now(), Done: true, Result: "nothing to do"})
	}
	session, account, err := g.sentSession(ctx, op)
	if err != nil {
		return g.formLater(ctx, t, &op, d, err)
	}
	printer, ok := session.(edo.Printer)
	if !ok {
		return g.formNever(ctx, t, &op, d, account, edo.FormNever, "the operator has no printed forms")
	}
	v, err := g.fetch(ctx, printer, op, d)
	switch {
	case err == nil:
		return g.formReady(ctx, t, &op, d, v)
	case errors.Is(err, edo.NotSupported):
		return g.formNever(ctx, t, &op, d, account, edo.FormNever, plain(err))
	case badForm(edo.ReasonOf(err)):
		return g.formBad(ctx, t, &op, d, err)
	case t.now().Sub(t.job.Born) > g.FormPatience:
		return g.formNever(ctx, t, &op, d, account, edo.FormNotReady, "the operator did not give the printed form in the time allowed: "+plain(err))
	}
	return g.formLater(ctx, t, &op, d, err)
}

// fetch reads the form into the archive, byte for byte as it came, and checks that it is one.
func (g *Gateway) fetch(ctx context.Context, p edo.Printer, op edo.Operation, d *edo.DocumentStatus) (edo.Version, error) {
	blob, err := g.Archive.Create(ctx)
	if err != nil {
		return edo.Version{}, err
	}
	defer blob.Abort()
	shape := &pdfShape{limit: g.MaxForm, w: blob}
	ref := edo.Ref{Package: op.Key.Package, Document: d.ID, Message: op.Message, Remote: d.Remote}
	form, err := p.Print(ctx, ref, shape)
	if shape.over {
		return edo.Version{}, shape.fault()
	}
	if err != nil {
		return edo.Version{}, err
	}
	g.Trace(ctx, "stamp.fetched")
	digest, size, err := blob.Commit(ctx)
	if err != nil {
		return edo.Version{}, err
	}
	g.Trace(ctx, "stamp.archived")
	if digest == d.Digest {
		return edo.Version{}, &edo.Error{Kind: edo.Refused, Reason: edo.FormOriginal, Op: "gateway.stamp", Message: "the printed form is the original without any change"}
	}
	if err := shape.fault(); err != nil {
		return edo.Version{}, err
	}
	remark, err := g.examine(ctx, op, d, digest)
	if err != nil {
		return edo.Version{}, err
	}
	return edo.Version{
		Document: d.ID, Role: edo.RoleOperatorForm, Name: copyName(d.Name, "печатная форма"), Digest: digest, Size: size,
		Source: form.Source, Exchange: form.Exchange, At: g.Now(), Remark: remark,
	}, nil
}

func (g *Gateway) formReady(ctx context.Context, t *turn, op *edo.Operation, d *edo.DocumentStatus, v edo.Version) error {
	d.Stamp, d.StampReason, d.StampDetail = edo.StampReady, "", v.Remark
	err := g.commitStamp(ctx, t, op, d, edo.Change{Done: true, Versions: []edo.Version{v}})
	g.Trace(ctx, "stamp.offered")
	return err
}

func (g *Gateway) formLater(ctx context.Context, t *turn, op *edo.Operation, d *edo.DocumentStatus, err error) error {
	d.StampReason, d.StampDetail = edo.ReasonOf(err), plain(err)
	if errors.Is(err, edo.NotReady) {
		d.StampReason, d.StampDetail = edo.FormNotReady, "the operator is still making the printed form"
	}
	return g.commitStamp(ctx, t, op, d, edo.Change{Release: true, Due: g.Now().Add(g.pause(pacePassing, t.job.Tries, err))})
}

// formBad asks again a few times: operators are known to answer nonsense first and the form later.
func (g *Gateway) formBad(ctx context.Context, t *turn, op *edo.Operation, d *edo.DocumentStatus, err error) error {
	if d.FormFaults++; d.FormFaults < maxFormFaults {
		return g.formLater(ctx, t, op, d, err)
	}
	d.Stamp, d.StampReason, d.StampDetail = edo.StampRejected, edo.ReasonOf(err), plain(err)
	return g.commitStamp(ctx, t, op, d, edo.Change{Done: true})
}

func (g *Gateway) formNever(ctx context.Context, t *turn, op *edo.Operation, d *edo.DocumentStatus, a edo.Account, reason edo.Reason, detail string) error {
	d.Stamp, d.StampReason, d.StampDetail = edo.StampNever, reason, detail
	if handedOff(*op) {
		d.StampDetail = noForm(*op) + "; " + detail
	}
	c := edo.Change{Done: true}
	if a.Policy.LocalMark && g.Marker != nil {
		v, undrawn, err := g.localMark(ctx, *op, *d)
		if err != nil {
			return err
		}
		if v.Role != "" {
			c.Versions = []edo.Version{v}
		}
		if r := edo.ReasonOf(undrawn); r == edo.FormNeedsConverter || r == edo.FormNotPrintable {
			d.StampReason = r
		}
		if undrawn != nil {
			d.StampDetail += "; the local mark could not be drawn: " + plain(undrawn)
		}
	}
	return g.commitStamp(ctx, t, op, d, c)
}

// localMark draws our own mark on a copy, or on a sheet of its own if that cannot be done with this document. Its role and
// words never claim to be the operator's. undrawn says why there is no copy: the same document would fail again.
func (g *Gateway) localMark(ctx context.Context, op edo.Operation, d edo.DocumentStatus) (v edo.Version, undrawn, err error) {
	original, err := g.Archive.Open(ctx, d.Digest)
	if err != nil {
		return edo.Version{}, nil, err
	}
	m := Mark{
		Name: d.Name, Kind: d.Kind, Number: d.Number, Date: d.Date, Recipient: op.To,
		Operator: op.Operator, Document: d.Remote, OperatorTime: op.OperatorTime, Signers: []edo.SignerInfo{d.SignedBy},
	}
	v = edo.Version{Document: d.ID, Role: edo.RoleLocalMark, Name: copyName(d.Name, "отметка отправителя"), Source: "edokit", Remark: edo.RemarkSender}
	final := func(err error) bool { return err != nil && ctx.Err() == nil && !errors.Is(err, edo.Unavailable) }
	undrawn = g.drawn(ctx, &v, func(w io.Writer) error {
		printed, err := g.Marker.Mark(ctx, original, m, w)
		if printed { // the whole name says of which file it is a view: акт.xml and акт.png may be in one package
			v.Name, v.Remark = d.Name+" (печатный вид, отметка отправителя).pdf", edo.RemarkSender+edo.RemarkPrinted
		}
		return err
	})
	if !final(undrawn) {
		return v, nil, undrawn
	}
	v.Name, v.Remark = d.Name+" (лист с отметкой отправителя).pdf", edo.RemarkSender+edo.RemarkSheet
	err = g.drawn(ctx, &v, func(w io.Writer) error { return g.Marker.Sheet(ctx, original, m, undrawn, w) })
	if final(err) {
		return edo.Version{}, undrawn, nil
	}
	return v, undrawn, err
}

// drawn stores what draw writes.
func (g *Gateway) drawn(ctx context.Context, v *edo.Version, draw func(io.Writer) error) error {
	blob, err := g.Archive.Create(ctx)
	if err != nil {
		return err
	}
	defer blob.Abort()
	if err := draw(blob); err != nil {
		return err
	}
	v.Digest, v.Size, err = blob.Commit(ctx)
	v.At = g.Now()
	return err
}

// commitStamp writes the stamp state and tells the host what changed: the state, and each new version.
func (g *Gateway) commitStamp(ctx context.Context, t *turn, op *edo.Operation, d *edo.DocumentStatus, c edo.Change) error {
	base := edo.Event{Key: op.Key, State: op.State, Document: d.ID, ExternalID: d.ExternalID, Stamp: d.Stamp, Reason: d.StampReason, Detail: d.StampDetail, At: g.Now()}
	for _, v := range c.Versions {
		e := base
		e.Kind, e.Version = edo.EventVersion, v
		c.Events = append(c.Events, e)
	}
	if was := t.was.Document(d.ID); was.Stamp != d.Stamp || was.StampReason != d.StampReason {
		base.Kind = edo.EventStamp
		c.Events = append(c.Events, base)
	}
	c.At, c.Reason, c.Result, c.Detail = g.Now(), d.StampReason, string(d.Stamp), d.StampDetail
	c.Documents = []edo.DocumentStatus{*d}
	return g.settle(ctx, t.job, c)
}

func copyName(name, what string) string {
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		name = name[:i]
	}
	return name + " (" + what + ").pdf"
}

func badForm(r edo.Reason) bool {
	switch r {
	case edo.FormNotPDF, edo.FormTruncated, edo.FormOriginal, edo.FormTooLarge, edo.FormBroken, edo.FormLocked, edo.FormPagesLost:
		return true
	}
	return false
}
