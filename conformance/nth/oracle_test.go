package nth_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// judge compares the ledger, the rows, what the host is told, the archive and the log.
func (s *stand) judge() {
	s.t.Helper()
	ctx := s.t.Context()
	op, err := s.look.Operation(ctx, edo.Key{Subscriber: subscriber, Package: packageID})
	s.must(err)
	s.ledger(op)
	s.versions(ctx, op)
	s.inbound(ctx)
	if n, m := len(s.op.Registrations()), len(s.op.Invitations()); n != 1 || m > 1 {
		s.t.Errorf("%d registrations, %d invitations", n, m)
	}
	s.events(ctx, op)
	s.log(ctx)
}

// ledger: our package and our receipt, each once, byte for byte.
func (s *stand) ledger(op edo.Operation) {
	s.t.Helper()
	packages, receipts := 0, 0
	for _, e := range s.op.Ledger() {
		if e.From != s.ours.Boxes[0] {
			continue
		}
		for _, d := range e.Documents {
			if d.Parent != "" {
				receipts++
				continue
			}
			mine := op.Document(edo.DocumentID(documentOf(d.CustomField)))
			if mine == nil || hex.EncodeToString(mine.Digest[:]) != d.SHA256 || !strings.EqualFold(string(mine.Remote), d.ServiceID) || !strings.EqualFold(string(op.Message), e.MessageID) {
				s.t.Errorf("the ledger has %s %q of %s, we have %+v of %s", d.ServiceID, d.CustomField, e.MessageID, mine, op.Message)
			}
			packages++
		}
	}
	if packages != 2 || receipts != 1 {
		s.t.Errorf("%d documents of ours are at the operator, %d receipts", packages, receipts)
	}
}

// documentOf reads the mark that the driver leaves: version, package, document.
func documentOf(field string) string {
	words := strings.Fields(field)
	if len(words) < 3 {
		return ""
	}
	return words[2]
}

// versions: each document has exactly one second version, as the operator made it.
func (s *stand) versions(ctx context.Context, op edo.Operation) {
	s.t.Helper()
	forms := map[string]bool{}
	for _, e := range s.op.Ledger() {
		for _, d := range e.Documents {
			if d.Form != nil {
				forms[d.Form.SHA256] = true
			}
		}
	}
	for _, d := range op.Documents {
		if d.Stamp != edo.StampReady || len(d.Versions) != 1 {
			s.t.Errorf("document %s: stamp %s %s, %d versions", d.ID, d.Stamp, d.StampDetail, len(d.Versions))
			continue
		}
		if v := d.Versions[0].Digest; !forms[v.String()] {
			s.t.Errorf("document %s: version %s is none of the operator's forms", d.ID, v.Short())
		}
		for _, digest := range []edo.Digest{d.Digest, d.Signature, d.Versions[0].Digest} {
			s.must(s.readable(ctx, digest))
		}
	}
}

func (s *stand) readable(ctx context.Context, d edo.Digest) error {
	c, err := s.archive.Open(ctx, d)
	if err != nil {
		return err
	}
	r, err := c.Open(ctx)
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = io.Copy(io.Discard, r)
	return err
}

func (s *stand) inbound(ctx context.Context) {
	s.t.Helper()
	d, err := s.look.InboundDocument(ctx, edo.InboundKey{Subscriber: subscriber, Remote: s.planted})
	s.must(err)
	s.must(s.readable(ctx, d.Digest))
	if want := content("Заявка в наш ящик\n").Digest; d.Digest != want || len(d.Signatures) != 1 {
		s.t.Errorf("the inbound document is %s with %d signatures", d.Digest.Short(), len(d.Signatures))
	}
}

// events: every change was told, in an order that there is, and what happens once was told once.
func (s *stand) events(ctx context.Context, op edo.Operation) {
	s.t.Helper()
	all, err := s.look.Events(ctx, subscriber, 0, 1000)
	s.must(err)
	told, state := map[string]int{}, edo.State("")
	for _, e := range all {
		switch {
		case e.Kind == edo.EventStatus && e.Key.Package == packageID && e.Document == "":
			if !follows(state, e.State) {
				s.t.Errorf("told that the package went from %q to %q", state, e.State)
			}
			state = e.State
		case e.Kind == edo.EventVersion:
			told["version "+string(e.Document)]++
		case e.Kind == edo.EventInbound && e.Inbound.State == edo.InboundStored:
			told["inbound "+string(e.Document)]++
		case e.Kind == edo.EventReach && e.Reach.State == edo.CounterpartyReady:
			told["ready"]++
		}
	}
	if state != op.State {
		s.t.Errorf("told that the package is %s, it is %s", state, op.State)
	}
	for _, want := range []string{"version doc-1", "version doc-2", "inbound " + string(s.planted), "ready"} {
		if told[want] != 1 {
			s.t.Errorf("%q was told %d times: %v", want, told[want], told)
		}
	}
}

func follows(was, is edo.State) bool {
	ways := map[edo.State][]edo.State{
		"":                {edo.StateAccepted},
		edo.StateAccepted: {edo.StateWaiting, edo.StateSending},
		edo.StateWaiting:  {edo.StateSending},
		edo.StateSending:  {edo.StateSent, edo.StateInDoubt, edo.StateWaiting},
		edo.StateInDoubt:  {edo.StateSent, edo.StateAccepted},
	}
	return was == is && was != "" || slices.Contains(ways[was], is)
}

// log: whatever the operator has seen has a row, with the digest of what it has seen. One fault leaves one row without
// an answer at most.
func (s *stand) log(ctx context.Context) {
	s.t.Helper()
	rows, err := s.look.Exchanges(ctx, directory.ExchangeFilter{Subscriber: subscriber, Limit: 1000})
	s.must(err)
	written, open := map[string]int{}, 0
	digests := map[string]bool{}
	for _, r := range rows {
		if written[r.Operation]++; r.EndedAt.IsZero() {
			open++
		}
		digests[r.RequestDigest.String()] = true
	}
	if open > 1 {
		s.t.Errorf("%d rows of the log have no answer", open)
	}
	unknown := 0
	for _, e := range s.op.Wire() {
		if written[e.Operation]--; written[e.Operation] < 0 {
			s.t.Errorf("the operator has seen more of %s than the log has", e.Operation)
		}
		if whole(e) && !digests[e.Request.SHA256] {
			unknown++
		}
	}
	if unknown > open {
		s.t.Errorf("%d requests at the operator have other digests than the log", unknown)
	}
}

// whole: the operator has read the request to its end.
func whole(e mockoperator.Exchange) bool {
	return e.Request.SHA256 != "" && bytes.Contains(bytes.ToLower(e.Head), fmt.Appendf(nil, "content-length: %d\r\n", e.Request.Size))
}

func (f *fault) String() string {
	return fmt.Sprintf("the %d. call fails %s (%s), %v", f.n, f.when, f.struck(), f.err)
}
