package acceptance

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
	"github.com/edokit/edokit/edo/evidence"
)

// theOperatorFixesTheDateWhateverTheChannel: a client without a box gets operator time and printed form by way of
// our own department or a service box, and the host is offered PDF, signature and evidence; where the operator gives no
// form that way the time is fixed and nothing is called stamped.
func (around Around) theOperatorFixesTheDateWhateverTheChannel(t conformance.T) {
	forms := map[string]struct {
		forms mockoperator.PrintForms
		stamp edo.StampState
	}{
		"form":             {mockoperator.PrintForms{Mode: mockoperator.FormReady}, edo.StampReady},
		"form later":       {mockoperator.PrintForms{Mode: mockoperator.FormAfterPolls, Polls: 3}, edo.StampReady},
		"form off":         {mockoperator.PrintForms{Mode: mockoperator.FormOff}, edo.StampNever},
		"not for internal": {mockoperator.PrintForms{Flow: "SentInternal", Mode: mockoperator.FormOff}, edo.StampNever},
		"without a stamp":  {mockoperator.PrintForms{Mode: mockoperator.FormNoStamp}, edo.StampReady},
		"original":         {mockoperator.PrintForms{Mode: mockoperator.FormEqualOriginal}, edo.StampRejected},
	}
	for name, row := range forms {
		for _, box := range []edo.BoxID{"", "perekrestok@mock.edo"} {
			if box != "" && row.forms.Flow != "" {
				continue
			}
			sub(t, fmt.Sprintf("%s to %q", name, box), func(t conformance.T) {
				s := around.newStand(t, mockoperator.Scenario{PrintForms: []mockoperator.PrintForms{row.forms}})
				company := s.side(0, options{subscriber: func(r *directory.Subscriber) { r.ServiceBox, r.Policy.Receive = box, false }})
				op := company.send(company.letter("p", company, func(p *edo.Package) {
					p.To, p.Channel = edo.Counterparty{Name: "Иванов И. И., client@example.ru"}, edo.ChannelEMail
				}))
				d := op.Documents[0]
				if !op.State.Sent() || op.OperatorTime.IsZero() || d.Stamp != row.stamp {
					t.Fatalf("%s at %v, stamp %s: %s", op.State, op.OperatorTime, d.Stamp, d.StampDetail)
				}
				e := company.event("hand-off", func(e edo.Event) bool { return e.Kind == edo.EventHandOff })
				op, err := company.gw.Status(t.Context(), op.Key)
				must(t, err)
				roles := map[edo.Role]edo.Digest{}
				for _, v := range op.Documents[0].Versions {
					roles[v.Role] = v.Digest
				}
				if roles[edo.RoleEvidence].IsZero() || !strings.Contains(e.Detail, roles[edo.RoleEvidence].String()) || !strings.Contains(e.Detail, d.Signature.String()) {
					t.Errorf("offered: %s", e.Detail)
				}
				if form, stamped := roles[edo.RoleOperatorForm]; stamped != (row.stamp == edo.StampReady) || stamped && !strings.Contains(e.Detail, form.String()) {
					t.Errorf("stamp %s, offered: %s", row.stamp, e.Detail)
				}
				if row.stamp != edo.StampReady && !strings.Contains(e.Detail, "time is fixed") {
					t.Errorf("without a form it says %q", e.Detail)
				}
			})
		}
	}
}

// theCompanyPaysAndTheCountIsTheLedgers: clients' packages are counted for who pays, and equal the operator's.
func (around Around) theCompanyPaysAndTheCountIsTheLedgers(t conformance.T) {
	s := around.newStand(t, mockoperator.Scenario{})
	company := s.side(0, options{})
	client := s.side(1, options{subscriber: func(r *directory.Subscriber) { r.Payer = "the-company" }})
	for i := range 3 {
		client.send(client.letter(edo.PackageID(fmt.Sprint("c", i)), company, func(p *edo.Package) {
			p.Documents[0].Name = fmt.Sprintf("%d.pdf", i)
			p.Documents = append(p.Documents, edo.Document{ID: "2", Name: "приложение.txt", Kind: "Приложение", Content: file(t, fmt.Sprint("приложение ", i)), Signer: "head"})
		}))
		company.got(fmt.Sprintf("%d.pdf", i))
	}
	company.send(company.letter("p", client))
	traffic := s.op.Traffic()
	for _, row := range []struct {
		side *side
		want edo.Usage
	}{
		{client, edo.Usage{Payer: "the-company", Packages: 3, Documents: 6}},
		{company, edo.Usage{Payer: company.id, Packages: 1, Documents: 1}},
	} {
		usage, err := row.side.home.Store.Usage(t.Context(), time.Time{}, time.Time{})
		must(t, err)
		ledger := traffic[strings.ToLower(row.side.org.Boxes[0])]
		if len(usage) != 1 || usage[0] != row.want || ledger.Documents != row.want.Documents {
			t.Errorf("counted %+v, want %+v; the ledger has %+v", usage, row.want, ledger)
		}
	}
}

// bothSignaturesVerifyInTheBundle: signed by both; the operator's archive alone proves it, whatever its names.
func (around Around) bothSignaturesVerifyInTheBundle(t conformance.T) {
	for _, names := range []string{"utf8", "cp866"} {
		sub(t, names, func(t conformance.T) {
			s := around.newStand(t, mockoperator.Scenario{Flow: mockoperator.Flow{ArchiveNames: names}})
			company, client := s.side(0, options{}), s.side(1, options{})
			company.send(company.letter("p", client, func(p *edo.Package) { p.Documents[0].NeedSign, p.Documents[0].Kind = true, "Договор" }))
			in := client.got("письмо.pdf")
			client.answer(edo.AnswerSign, in.Key.Remote, "")
			op := company.inState("p", edo.StateSigned)
			countersign := company.event("the signature", func(e edo.Event) bool {
				return e.Kind == edo.EventAnswer && e.Inbound != nil && e.Inbound.Class == edo.ClassSignature
			})
			var zip bytes.Buffer
			archivist, ok := company.session().(edo.Archivist)
			if !ok {
				t.Fatal("the driver gives no evidence")
			}
			_, err := archivist.FlowArchive(t.Context(), edo.Ref{Remote: op.Documents[0].Remote, Message: op.Message}, true, &zip)
			must(t, err)
			bundle, err := evidence.Read(t.Context(), bytes.NewReader(zip.Bytes()), int64(zip.Len()), evidence.Limits{})
			must(t, err)
			expect := evidence.Expect{Documents: []evidence.Expected{{
				Name: "письмо.pdf", Digest: op.Documents[0].Digest, Signatures: []edo.Digest{op.Documents[0].Signature, countersign.Inbound.Signatures[0].CMS}, At: op.OperatorTime,
			}}}
			report, err := bundle.Check(t.Context(), expect, cms.Verifier{})
			must(t, err)
			if !report.Complete() || len(report.Documents[0].Signatures) != 2 {
				t.Errorf("against the log:\n%s", strings.Join(report.English(), "\n"))
			}
			alone, err := bundle.VerifyAlone(t.Context(), cms.Verifier{})
			must(t, err)
			if !alone.Complete() {
				t.Errorf("alone:\n%s", strings.Join(alone.English(), "\n"))
			}
		})
	}
}

// everySendIsOneRow: what was sent, its result and the tries can be asked for by package, state and time.
func (around Around) everySendIsOneRow(t conformance.T) {
	begin := time.Now()
	s := around.newStand(t, mockoperator.Scenario{})
	s.op.Misbehave(mockoperator.Rule{Operation: "SendMessage", What: mockoperator.AnswerFault, Fault: mockoperator.Fault{Code: "Unauthorized"}})
	company, client := s.side(0, options{}), s.side(1, options{})
	company.send(company.letter("p", client))
	filter := directory.ExchangeFilter{Package: "p", Operation: "SendMessage", From: begin, To: time.Now().Add(time.Minute)}
	rows, err := company.home.Store.Exchanges(t.Context(), filter)
	must(t, err)
	filter.From, filter.To = time.Time{}, begin
	before, err := company.home.Store.Exchanges(t.Context(), filter)
	must(t, err)
	if len(before) != 0 || len(rows) != 2 || rows[0].Outcome != edo.OutcomeOK || rows[1].Code != "Unauthorized" { // newest first
		t.Errorf("rows: %+v, before that %d", rows, len(before))
	}
	sent, err := company.home.Store.Operations(t.Context(), edo.OperationFilter{Subscriber: company.id, States: []edo.State{edo.StateSent, edo.StateDelivered}})
	must(t, err)
	if n := len(slices.DeleteFunc(sent, func(op edo.Operation) bool { return op.Answer != "" })); n != 1 {
		t.Errorf("%d operations", n)
	}
	attempts, err := company.home.Store.Attempts(t.Context(), company.key("p"))
	must(t, err)
	if len(attempts) == 0 {
		t.Error("no attempts")
	}
}

// theLogHoldsWhatCrossedTheSocket: both directions, both sides of a conversation, byte for byte but for secrets
// and contents, whose places are known.
func (around Around) theLogHoldsWhatCrossedTheSocket(t conformance.T) {
	s := around.newStand(t, mockoperator.Scenario{})
	company, client := s.side(0, options{}), s.side(1, options{})
	company.send(company.letter("p", client, func(p *edo.Package) { p.Documents[0].NeedSign = true }))
	client.answer(edo.AnswerSign, client.got("письмо.pdf").Key.Remote, "")
	company.inState("p", edo.StateSigned)
	company.stop()
	client.stop()
	sent, got := map[string]bool{}, map[string]bool{}
	for _, e := range s.op.Wire() {
		sent[e.Request.SHA256], got[e.Response.SHA256] = true, true
	}
	count := 0
	for _, x := range []*side{company, client} {
		rows, err := x.home.Store.Exchanges(t.Context(), directory.ExchangeFilter{Subscriber: x.id, Limit: 500})
		must(t, err)
		for _, r := range rows {
			if !r.Finished() || r.Outcome != edo.OutcomeOK {
				continue
			}
			count++
			if !sent[r.RequestDigest.String()] || !got[r.AnswerDigest.String()] {
				t.Errorf("%s %s: the operator saw other bytes", x.id, r.Operation)
			}
			whole, err := x.home.Store.Exchange(t.Context(), r.ID)
			must(t, err)
			if text := fmt.Appendf(nil, "%s\n%s\n%s", whole.Endpoint, whole.RequestHead, whole.Request.Text); bytes.Contains(text, []byte(x.org.Password)) {
				t.Errorf("%s %s: the password is in the log", x.id, r.Operation)
			}
		}
	}
	if count < 20 {
		t.Errorf("%d exchanges were compared", count)
	}
}

// twentySevenHeadsSign: each document by the key that its field names; a wrong field never by somebody else's.
func (around Around) twentySevenHeadsSign(t conformance.T) {
	const heads = 27
	s := around.newStand(t, mockoperator.Scenario{}, func(c *mockoperator.Config) {
		c.Identities = nil
		org := &c.Organisations[0]
		for i := len(org.Heads); i < heads; i++ {
			org.Heads = append(org.Heads, mockoperator.Head{Surname: fmt.Sprintf("Начальник-%d", i), Given: "Иван Иванович", Title: "Начальник отдела", SNILS: "11223344595", INN: "770123456703"})
		}
	})
	company := s.side(0, options{subscriber: func(r *directory.Subscriber) { r.Policy.Receive = false }})
	keys, err := s.op.Identities(company.org.Boxes[0])
	must(t, err)
	for i, k := range keys {
		company.signer(edo.SignerID(fmt.Sprintf("head-%d", i)), k)
	}
	var all sync.WaitGroup
	for n := range 9 {
		all.Go(func() {
			id := edo.PackageID(fmt.Sprint("set-", n))
			op := company.send(company.letter(id, company, func(p *edo.Package) {
				p.To, p.Documents = edo.Counterparty{INN: s.organisation(1).INN}, nil
				for i := n * 3; i < n*3+3; i++ {
					p.Documents = append(p.Documents, edo.Document{
						ID: edo.DocumentID(fmt.Sprint(i)), Name: fmt.Sprintf("%d.txt", i), Kind: "Счет", Content: file(t, fmt.Sprint("счёт ", i)), Signer: edo.SignerID(fmt.Sprintf("head-%d", i)),
					})
				}
			}))
			for _, d := range op.Documents {
				var i int
				if _, err := fmt.Sscan(string(d.ID), &i); err != nil || d.SignedBy.Thumbprint != keys[i].Thumbprint() {
					t.Errorf("document %s is signed by %+v", d.ID, d.SignedBy)
				}
			}
		})
	}
	all.Wait()
	if n := s.op.Traffic()[strings.ToLower(company.org.Boxes[0])].Documents; n != heads {
		t.Errorf("%d documents at the operator", n)
	}
	_, err = company.gw.Send(t.Context(), company.letter("nobody", company, func(p *edo.Package) {
		p.To, p.Documents[0].Signer = edo.Counterparty{INN: s.organisation(1).INN}, "head-27"
	}))
	if edo.ReasonOf(err) != edo.SignerUnknown {
		t.Errorf("an unknown head: %v", err)
	}
}
