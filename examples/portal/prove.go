package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
	"github.com/edokit/edokit/edo/evidence"
)

// prove shows that the term was met by the operator's clock, and that the operator's archives hold what we hold.
func (p *play) prove(ctx context.Context) error {
	e, err := p.utility.await(ctx, "the term", func(e edo.Event) bool { return e.Kind == edo.EventTerm && e.Inbound.Term.State == edo.TermMet })
	if err != nil {
		return err
	}
	line, err := p.utility.gateway.Evidence(ctx, e.Inbound.Key)
	if err != nil {
		return err
	}
	p.said.evidence = line
	stamped := "none"
	for _, v := range line.Versions {
		if v.Role == edo.RoleOperatorForm {
			stamped = v.Digest.Short()
		}
	}
	p.sayf("   request %s, operator's time %s; reply %s, stamped version %s, operator's time %s, ours %s, skew %v; due %s: %s",
		line.Request.Key.Remote, clock(line.Request.OperatorTime), line.Reply.Key.Package, stamped, clock(line.OperatorTime), clock(line.LocalTime),
		line.Skew.Round(time.Millisecond), clock(line.Term.Due), line.Term.State)
	for _, id := range []edo.PackageID{conditions, contract, letter} {
		report, view, err := p.archive(ctx, id)
		if err != nil {
			return err
		}
		p.said.archives = append(p.said.archives, view)
		lines := report.English()
		p.sayf("   archive of the flow of %s: %s", id, lines[len(lines)-1])
		if !report.Complete() {
			return fmt.Errorf("%s: %q", id, lines)
		}
	}
	return nil
}

// archive has the operator write the archive of a document's flow beside the page, and checks it against what the utility
// holds: the document, its own signature, and the client's.
func (p *play) archive(ctx context.Context, id edo.PackageID) (report evidence.Report, v archiveView, err error) {
	op, err := p.utility.gateway.Status(ctx, p.utility.key(id))
	if err != nil {
		return report, v, err
	}
	d := op.Documents[0]
	want, err := p.expected(ctx, op)
	if err != nil {
		return report, v, err
	}
	v = archiveView{Title: numbered(d.Kind, d.Number), Link: "evidence/" + string(id) + ".zip", Signatures: len(want.Signatures)}
	f, err := os.OpenFile(filepath.Join(p.out, v.Link), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o644)
	if err != nil {
		return report, v, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := p.flowArchive(ctx, edo.Ref{Package: id, Message: op.Message, Remote: d.Remote}, f); err != nil {
		return report, v, err
	}
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return report, v, err
	}
	bundle, err := evidence.Read(ctx, f, size, evidence.Limits{})
	if err != nil {
		return report, v, err
	}
	report, err = bundle.Check(ctx, evidence.Expect{Documents: []evidence.Expected{want}}, cms.Verifier{})
	lines := report.Russian()
	v.Lines, v.Result = lines[:len(lines)-1], lines[len(lines)-1]
	return report, v, err
}

// expected is what the utility's rows say of a document: its bytes, the own signature, and the client's if there is one.
func (p *play) expected(ctx context.Context, op edo.Operation) (evidence.Expected, error) {
	d := op.Documents[0]
	want := evidence.Expected{Name: d.Name, Digest: d.Digest, Signatures: []edo.Digest{d.Signature}, At: op.OperatorTime}
	answers, err := p.utility.home.Store.Answers(ctx, utilityID, d.Remote)
	for _, a := range answers {
		if a.Class == edo.ClassSignature {
			for _, s := range a.Signatures {
				want.Signatures = append(want.Signatures, s.CMS)
			}
		}
	}
	return want, err
}

// flowArchive asks the operator itself: proof that stands without our rows.
func (p *play) flowArchive(ctx context.Context, r edo.Ref, w io.Writer) error {
	account, err := p.utility.home.Vault.Account(ctx, utilityID)
	if err != nil {
		return err
	}
	session, err := p.utility.driver.Open(ctx, account)
	if err != nil {
		return err
	}
	archivist, ok := session.(edo.Archivist)
	if !ok {
		return errors.Join(errors.New("the operator gives no archives"), session.Close())
	}
	_, err = archivist.FlowArchive(ctx, r, true, w)
	return errors.Join(err, session.Close())
}

// pay compares what both sides have counted with the operator's own ledger.
func (p *play) pay(ctx context.Context) error {
	traffic := p.operator.Traffic()
	for _, s := range []*side{p.portal, p.utility} {
		account, err := s.home.Vault.Account(ctx, s.subscriber)
		if err != nil {
			return err
		}
		usage, err := s.home.Store.Usage(ctx, time.Time{}, time.Time{})
		if err != nil {
			return err
		}
		if len(usage) != 1 || usage[0].Payer != utilityID {
			return fmt.Errorf("%s: %+v", s.subscriber, usage)
		}
		ledger := traffic[string(account.Box)].Documents
		if usage[0].Documents != ledger {
			return fmt.Errorf("%s counts %d documents, the operator %d", s.subscriber, usage[0].Documents, ledger)
		}
		p.sayf("   sent by %s: %d packages, %d documents, the operator counts %d; paid by %s",
			s.subscriber, usage[0].Packages, usage[0].Documents, ledger, usage[0].Payer)
		p.said.usage = append(p.said.usage, usageView{Title: p.title(s.subscriber), Usage: usage[0], Ledger: ledger})
	}
	return nil
}
