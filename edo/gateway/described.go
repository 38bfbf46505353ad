package gateway

import (
	"context"
	"io"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/edokit/edokit/edo"
)

// describe takes over what the operator says. What is known already (people, terms, answers) stays.
func (k *taking) describe(d edo.InboundDocument, in edo.IncomingDocument) edo.InboundDocument {
	d.From, d.OperatorTime, d.Exchange, d.Skew = k.in.From, k.in.OperatorTime, k.in.Exchange, k.cursor.Skew
	d.Name, d.Type, d.Class, d.Kind, d.Number, d.Date, d.Sum = safeName(in.Name), in.Type, in.Class, in.Kind, in.Number, in.Date, in.Sum
	d.Comment, d.CustomField, d.Parent, d.Root, d.Flow, d.Size = in.Comment, in.CustomField, in.Parent, in.Root, in.Flow, in.Size
	d.NeedSign, d.NeedReceipt, d.NoticeDue = in.NeedSign, in.NeedReceipt, in.NoticeDue
	d.Legitimate, d.NotLegitimate = in.Legitimate, in.NotLegitimate
	if d.OperatorTime.IsZero() {
		d.OperatorTime = k.cursor.OperatorNow(k.now)
	}
	text := in.Kind
	if text == "" {
		text = in.Type
	}
	if kind := edo.KindOfDocument(k.Kinds, edo.Inbound, text); kind != nil {
		d.KindID = kind.ID
		if d.Class == edo.ClassMain && d.Term.Due.IsZero() {
			d.Term = k.term(d, *kind)
		}
	}
	return d
}

// term opens the term of an answer, on the operator's clock.
func (k *taking) term(d edo.InboundDocument, kind edo.DocumentKind) edo.Term {
	if kind.AnswerIn <= 0 {
		return edo.Term{}
	}
	t := edo.Term{Due: d.OperatorTime.Add(kind.AnswerIn)}
	if kind.WarnBefore > 0 {
		t.Warn = t.Due.Add(-kind.WarnBefore)
	}
	t.State = t.At(d.Reply.OperatorTime, k.cursor.OperatorNow(k.now))
	return t
}

// text reads what the other side wrote into a refusal or a revocation offer. A text that cannot be read is no reason to
// withhold the document: its content is there for people.
func (k *taking) text(ctx context.Context, d edo.InboundDocument) (string, error) {
	reader, ok := k.session.(edo.Answerer)
	if !ok || d.State != edo.InboundStored || d.Class != edo.ClassRefusal && d.Class != edo.ClassRevocation {
		return d.Text, nil
	}
	r, err := k.read(ctx, d.Digest)
	if err != nil {
		return "", err
	}
	defer func() { _ = r.Close() }()
	text, err := reader.Text(d.Type, r)
	if err != nil {
		k.Logger.WarnContext(ctx, "no text in the answer", "document", d.Key.Remote, "error", err)
		return "", nil
	}
	return strings.ToValidUTF8(text, "\uFFFD"), nil
}

// signatures keeps every signature and checks it against the bytes that it signs, if we have them. The moment that
// counts for certificates is the operator's.
func (k *taking) signatures(ctx context.Context, content edo.Digest, in []edo.IncomingSignature) ([]edo.InboundSignature, error) {
	var out []edo.InboundSignature
	for _, s := range in {
		o := edo.InboundSignature{ID: s.ID, From: s.From, Operator: s.Valid, Verdict: edo.VerdictOperatorOnly, At: s.At, Stamped: s.Stamped}
		if len(s.CMS) == 0 { // nothing to keep, and nothing that the document's bytes could mend
			o.Verdict, o.Reason = edo.VerdictInvalid, edo.SignatureMalformed
			out = append(out, o)
			continue
		}
		var err error
		if o.CMS, err = k.keep(ctx, s.CMS); err != nil {
			return nil, err
		}
		if !content.IsZero() {
			v, err := k.verdict(ctx, content, s.CMS)
			if err != nil {
				return nil, err
			}
			o.Verdict, o.Reason, o.Signer = v.State, v.Reason, v.Signer
		}
		out = append(out, o)
	}
	return out, nil
}

func (k *taking) verdict(ctx context.Context, content edo.Digest, cms []byte) (edo.Verdict, error) {
	bad := edo.Verdict{State: edo.VerdictInvalid, Reason: edo.SignatureMalformed}
	if len(cms) > edo.MaxSignatureSize {
		return bad, nil
	}
	r, err := k.read(ctx, content)
	if err != nil {
		return edo.Verdict{}, err
	}
	defer func() { _ = r.Close() }()
	when := k.in.OperatorTime
	if when.IsZero() {
		when = k.now
	}
	v, err := k.Verifier.Check(ctx, r, cms, when)
	if edo.KindOf(err) == edo.Invalid { // nothing that could be checked: that is a finding, no trouble of ours
		return bad, nil
	}
	return v, err
}

// bounded refuses what is larger than a document may be.
type bounded struct {
	w    io.Writer
	left int64
	over bool
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.left -= int64(len(p)); b.left < 0 {
		b.over = true
		return 0, &edo.Error{Kind: edo.Refused, Reason: edo.PackageTooLarge, Message: "is larger than the limit"}
	}
	return b.w.Write(p)
}

// safeName keeps a foreign file name if it can stand on every system, else makes one that can and still tells the type.
func safeName(name string) string {
	if edo.CheckName("name", name) == nil {
		return name
	}
	name = strings.ToValidUTF8(name, "_")
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		if edo.CheckName("name", "a"+string(r)+"a") != nil {
			return '_'
		}
		return r
	}, name)
	name = strings.TrimSpace(strings.TrimRight(name, ". "))
	for ext := path.Ext(name); utf8.RuneCountInString(name) > edo.MaxNameLength; {
		stem := []rune(strings.TrimSuffix(name, ext))
		if len(stem) == 0 {
			break
		}
		name = string(stem[:max(len(stem)-1, 0)]) + ext
	}
	if edo.CheckName("name", name) == nil {
		return name
	}
	return "document"
}
