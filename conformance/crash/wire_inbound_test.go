package crash_test

import (
	"path/filepath"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// identityToken is what another system gave us to log in with.
const identityToken = "identity-token <&> of another system"

// troubledInbound takes letters and an invoice in, whatever the operator does to every call, answers them, and fetches
// the archive of a flow with the command line.
func troubledInbound(s *stand) {
	s.Helper()
	s.reader(func(d *directory.Subscriber) { d.LoginKind, d.Login = directory.LoginIdentityToken, "" })
	s.ill(4)
	s.op.Misbehave(mockoperator.Rule{Operation: "GetMessages", Nth: 12, What: mockoperator.GzipUnasked}) // cannot be searched for secrets: the log withholds it
	ids := s.plant(4, func(i int, d *mockoperator.PlantedDocument) { d.BadSignature = i == 3 })
	s.plant(1, func(_ int, d *mockoperator.PlantedDocument) {
		d.Type, d.Kind, d.Name = "Invoice", "", "счёт-фактура.xml"
	})
	p := s.launch()
	s.must(p.SetIdentityToken(s.Context(), subscriber, edo.NewSecret(identityToken)))
	s.until("everything is confirmed", func() bool { return s.unconfirmed() == "" })
	by := []string{"--subscriber", string(subscriber), "--actor", string(clerk), "--signer", string(head(1))}
	s.heard.add(
		s.run(append([]string{"answer", "refuse", string(ids[0]), "--text", "Не по адресу & <сроку>"}, by...)...),
		s.run(append([]string{"answer", "sign", string(ids[1])}, by...)...),
	)
	for kind, id := range map[edo.AnswerKind]edo.RemoteID{edo.AnswerRefuse: ids[0], edo.AnswerSign: ids[1]} {
		p.reach(edo.Key{Subscriber: subscriber, Package: edo.AnswerID(kind, id)}, "answered", func(op edo.Operation) bool { return op.State == edo.StateSent })
	}
	n := s.exchanges("GetMessages")
	s.until("the box was read often enough", func() bool { return n >= 14 || s.exchanges("GetMessages") >= 14 })
	s.must(p.Close())
	s.heard.add(s.run("evidence", string(ids[1]), "--subscriber", string(subscriber), "--out", filepath.Join(s.TempDir(), "flow.zip")))
	if s.exchanges("DownloadDocumentFlowArchive") == 0 {
		s.Errorf("no archive of the flow was asked for\n%s", s.heard)
	}
}
