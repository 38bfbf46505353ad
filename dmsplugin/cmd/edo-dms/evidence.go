package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
	"github.com/edokit/edokit/edo/evidence"
)

type evidenceOf struct {
	document `embed:""`
	Out      string `placeholder:"ZIP" help:"Have the operator's archive of the flow written to this file, which must not exist, and check it."`
}

// Run prints the line, and writes the archive if that is wanted; exit code 1 if the archive does not prove what we hold.
func (e evidenceOf) Run(c *command) error {
	return c.with(func(p *parts) error {
		line, err := p.gateway.Evidence(c.ctx, e.key())
		if err != nil {
			return err
		}
		if e.Out == "" {
			return c.emit(map[string]any{"evidence": line}, func() { c.print("%s\n", c.evidenceLine(line)) })
		}
		report, err := p.proof(c.ctx, line.Request, e.Out)
		if err != nil {
			return err
		}
		err = c.emit(map[string]any{"evidence": line, "archive": report, "complete": report.Complete()}, func() {
			c.print("%s\n", c.evidenceLine(line))
			texts := report.English()
			if c.lang == russian {
				texts = report.Russian()
			}
			for _, text := range texts {
				c.print("  %s\n", printable(text))
			}
		})
		if err == nil && !report.Complete() {
			err = errReported
		}
		return err
	})
}

// evidenceLine is request, stamped version, both clocks and the term.
func (c *command) evidenceLine(e edo.Evidence) string {
	say := c.lang.say
	stamped := say("печатной формы нет", "no printed form")
	for _, v := range e.Versions {
		if v.Role == edo.RoleOperatorForm {
			stamped = say("печатная форма ", "printed form ") + v.Digest.Short()
		}
	}
	reply := say("ответа нет", "no reply")
	if e.Reply != nil {
		reply = fmt.Sprintf("%s %s, %s, %s %s, %s %s, %s %v", say("ответ", "reply"), e.Reply.Key.Package, stamped,
			say("время оператора", "operator's time"), when(e.OperatorTime), say("наше", "ours"), when(e.LocalTime),
			say("расхождение", "skew"), e.Skew.Round(time.Millisecond))
	}
	return printable(fmt.Sprintf("%s %s, %s %s; %s; %s %s", say("запрос", "request"), e.Request.Key.Remote, say("время оператора", "operator's time"), when(e.Request.OperatorTime),
		reply, say("срок", "term"), c.lang.term(e.Term)))
}

// proof writes the operator's archive of a document's flow to a new file and checks it against what is stored here. A
// file that could not be written whole is removed again.
func (p *parts) proof(ctx context.Context, d edo.InboundDocument, out string) (report evidence.Report, err error) {
	archivist, done, err := p.archivist(ctx, d.Key.Subscriber)
	if err != nil {
		return report, err
	}
	defer done()
	f, err := os.OpenFile(out, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return report, usage("out", out+" exists", "name a new file, or remove that one first")
	}
	if err != nil {
		return report, err
	}
	defer func() {
		err = errors.Join(err, f.Close())
		if err != nil {
			_ = os.Remove(out)
		}
	}()
	if _, err := archivist.FlowArchive(ctx, edo.Ref{Message: d.Message, Remote: d.Key.Remote}, true, f); err != nil {
		return report, err
	}
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return report, err
	}
	if err := f.Sync(); err != nil {
		return report, err
	}
	bundle, err := evidence.Read(ctx, f, size, evidence.Limits{})
	if err != nil {
		return report, err
	}
	return bundle.Check(ctx, expected(d), cms.Verifier{})
}

// expected is what our rows hold of a document: its bytes and its signatures.
func expected(d edo.InboundDocument) evidence.Expect {
	one := evidence.Expected{Name: d.Name, Digest: d.Digest, Role: string(d.Class), At: d.OperatorTime}
	for _, s := range d.Signatures {
		one.Signatures = append(one.Signatures, s.CMS)
	}
	return evidence.Expect{Documents: []evidence.Expected{one}}
}

// archivist is a session of the subscriber's operator that gives archives of flows.
func (p *parts) archivist(ctx context.Context, s edo.SubscriberID) (edo.Archivist, func(), error) {
	account, err := p.Vault.Account(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	none := &edo.Error{Kind: edo.NotSupported, Field: "subscriber.operator", Message: account.Operator + " gives no archives of flows here", Remedy: "take them from the operator's own pages"}
	driver := p.driver(account.Operator)
	if driver == nil {
		return nil, nil, none
	}
	session, err := driver.Open(ctx, account)
	if err != nil {
		return nil, nil, err
	}
	archivist, able := session.(edo.Archivist)
	if !able {
		return nil, nil, errors.Join(none, session.Close())
	}
	return archivist, func() { _ = session.Close() }, nil
}
