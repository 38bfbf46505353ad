package storetest

import (
	"errors"
	"time"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/edo"
)

// received is an inbound document with every field filled.
func received(remote edo.RemoteID) edo.InboundDocument {
	return edo.InboundDocument{
		Key: edo.InboundKey{Subscriber: "ours", Remote: remote}, Message: "m-1",
		From: edo.Address{Box: "b-7", INN: "7707083893", Name: "ООО «Ромашка»", Roaming: true},
		Name: "заявка.pdf", Type: "Untyped", Class: edo.ClassMain, Kind: "Заявка", KindID: "application", Number: "1", Date: noon.Add(-time.Hour),
		Sum: "10.50", Comment: "строка 1\nстрока 2", CustomField: "field", Text: "текст", Parent: "r-0", Root: "r-00", Flow: edo.FlowUnsigned,
		NeedSign: true, NeedReceipt: true, NoticeDue: true, State: edo.InboundStored, Digest: edo.Digest{5}, Size: 77,
		Signatures: []edo.InboundSignature{{
			ID: "s-1", From: "b-7", CMS: edo.Digest{6}, Operator: true, Verdict: edo.VerdictOperatorOnly, Reason: edo.SignatureUnverified,
			Signer: edo.SignerInfo{Owner: "Иванов", NotBefore: noon, NotAfter: noon.Add(time.Hour)}, At: noon, Stamped: noon.Add(time.Microsecond),
		}},
		Legitimate: true, NotLegitimate: []string{"reason"}, OperatorTime: noon.Add(-time.Second), ReceivedAt: noon, Skew: time.Second,
		Fate: edo.StateDelivered, About: edo.Key{Subscriber: "ours", Package: "p1"}, Document: "a", Responsible: "clerk",
		Why: edo.Sentence{RU: "потому", EN: "because"}, Term: edo.Term{Due: noon.Add(time.Hour), Warn: noon.Add(time.Minute), State: edo.TermOpen},
		Reply:    edo.Reply{Package: "p2", OperatorTime: noon, Channel: edo.ChannelPaper, Reason: "просил", Actor: "clerk", At: noon},
		Exchange: "e-1", Revision: 1,
	}
}

// step commits a change as a job of the given kind would.
func step(t conformance.T, s box, kind edo.JobKind, pack edo.PackageID, c edo.Change) error {
	t.Helper()
	j := edo.Job{Key: edo.Key{Subscriber: "ours", Package: pack}, Kind: kind, Due: noon}
	must(t, s.Start(t.Context(), j))
	j = claim(t, s, "w", noon)
	if j.Kind != kind || j.Key.Package != pack {
		t.Fatalf("claimed %+v", j)
	}
	c.At, c.Done = noon, true
	return s.Settle(t.Context(), j, c)
}

// settleAll ends what is due.
func settleAll(t conformance.T, s outbox) {
	t.Helper()
	for {
		j, found, err := s.Claim(t.Context(), "w", noon.Add(time.Hour), noon.Add(2*time.Hour))
		must(t, err)
		if !found {
			return
		}
		must(t, s.Settle(t.Context(), j, edo.Change{At: noon, Done: true}))
	}
}

func take(t conformance.T, s box, c edo.Change) {
	t.Helper()
	must(t, step(t, s, edo.JobTake, "m-1", c))
}

func takeKeepsEverything(t conformance.T, h Harness) {
	var s box = h.temp(t)
	ctx := t.Context()
	first, second := received("r-1"), received("r-2")
	message := edo.InboundMessage{
		Subscriber: "ours", Message: "m-1", From: "b-7", State: edo.InboundStored, Found: "cursor", Detail: "d", ListedAt: noon, StoredAt: noon.Add(time.Microsecond),
	}
	event := edo.Event{Kind: edo.EventInbound, Inbound: &second, At: noon}
	skew := edo.Event{Key: edo.Key{Subscriber: "ours", Package: "p1"}, Kind: edo.EventAnswer, Inbound: &first, At: noon, Revision: 9}
	take(t, s, edo.Change{
		Messages: []edo.InboundMessage{message}, Inbound: []edo.InboundDocument{second, first}, Events: []edo.Event{event, skew},
		Jobs: []edo.Job{{Key: edo.Key{Subscriber: "ours"}, Document: "r-1", Kind: edo.JobReceipt, Due: noon.Add(time.Hour)}},
	})
	gotMessage, err := s.InboundMessage(ctx, "ours", "m-1")
	must(t, err)
	same(t, "message", message, gotMessage)
	got, err := s.InboundDocument(ctx, first.Key)
	must(t, err)
	same(t, "document", first, got)
	of, err := s.InboundOf(ctx, "ours", "m-1")
	must(t, err)
	same(t, "documents in order", []edo.InboundDocument{second, first}, of)
	answers, err := s.Answers(ctx, "ours", "r-0")
	must(t, err)
	same(t, "answers", of, answers)
	event.Seq, event.Key.Subscriber, skew.Seq = 1, "ours", 2
	events, err := s.Events(ctx, "ours", 0, 10)
	must(t, err)
	same(t, "events", []edo.Event{event, skew}, events)
	if j := claim(t, s, "w", noon.Add(time.Hour)); j.Kind != edo.JobReceipt || j.Document != "r-1" {
		t.Errorf("job %+v", j)
	}
	for what, err := range map[string]error{
		"message":              second2(s.InboundMessage(ctx, "theirs", "m-1")),
		"document":             second2(s.InboundDocument(ctx, edo.InboundKey{Subscriber: "theirs", Remote: "r-1"})),
		"changes of a package": step(t, s, edo.JobPull, "", edo.Change{Operation: &edo.Operation{}}),
	} {
		if !errors.Is(err, edo.NotFound) && what != "changes of a package" || err == nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func second2[T any](_ T, err error) error { return err }

// signaturesWithoutID: two signatures to which the operator gives no id are two; the same one again is none.
func signaturesWithoutID(t conformance.T, h Harness) {
	s := h.temp(t)
	d := received("r-1")
	one, two := edo.InboundSignature{CMS: edo.Digest{1}}, edo.InboundSignature{CMS: edo.Digest{2}}
	d.Signatures = []edo.InboundSignature{one}
	take(t, s, edo.Change{Inbound: []edo.InboundDocument{d}})
	d.Revision, d.Signatures = 1, []edo.InboundSignature{two, one}
	take(t, s, edo.Change{Inbound: []edo.InboundDocument{d}})
	got, err := s.InboundDocument(t.Context(), d.Key)
	must(t, err)
	same(t, "signatures", []edo.InboundSignature{one, two}, got.Signatures)
}

// takenAgain holds what a second look may change of a document, and what not.
func takenAgain(t conformance.T, h Harness) {
	s := h.temp(t)
	first := received("r-1")
	take(t, s, edo.Change{Inbound: []edo.InboundDocument{first}})
	again := edo.InboundDocument{
		Key: first.Key, Message: "m-2", From: edo.Address{Box: "b-8"}, Name: "новое.pdf", Class: edo.ClassMain, State: edo.InboundClosed, Comment: "c",
		Signatures: []edo.InboundSignature{{ID: "s-2", Operator: false}, {ID: "s-1", Operator: false, Verdict: edo.VerdictInvalid}},
		ReceivedAt: noon.Add(time.Hour), NotLegitimate: []string{"x"}, OperatorTime: noon, Exchange: "e-2", Revision: 1,
	}
	take(t, s, edo.Change{Inbound: []edo.InboundDocument{again}})
	want := first
	want.From, want.Name, want.Comment, want.Exchange, want.OperatorTime = again.From, again.Name, again.Comment, again.Exchange, again.OperatorTime
	want.Type, want.Kind, want.Number, want.Date, want.Sum, want.CustomField, want.Parent, want.Root, want.Flow = "", "", "", time.Time{}, "", "", "", "", ""
	want.NeedSign, want.NeedReceipt, want.NoticeDue, want.Legitimate, want.NotLegitimate = false, false, false, false, []string{"x"}
	want.Signatures = []edo.InboundSignature{again.Signatures[1], again.Signatures[0]}
	want.Revision = 2
	got, err := s.InboundDocument(t.Context(), first.Key)
	must(t, err)
	same(t, "document", want, got)

	if err := step(t, s, edo.JobTake, "m-1", edo.Change{Inbound: []edo.InboundDocument{again}}); !errors.Is(err, edo.Conflict) {
		t.Errorf("a row that was read before somebody changed it: %v", err)
	}
	settleAll(t, s)

	open := again
	open.Revision = 2
	open.State, open.Digest, open.Size, open.Text = edo.InboundStored, edo.Digest{9}, 5, "новый"
	take(t, s, edo.Change{Inbound: []edo.InboundDocument{open}})
	got, err = s.InboundDocument(t.Context(), first.Key)
	must(t, err)
	if got.Digest != open.Digest || got.Size != 5 || got.Text != "новый" || got.Revision != 3 {
		t.Errorf("content: %+v", got)
	}
}

func messageNeverGoesBack(t conformance.T, h Harness) {
	row := func(state edo.InboundState, found, detail string) edo.InboundMessage {
		return edo.InboundMessage{Subscriber: "ours", Message: "m-1", State: state, Found: found, Detail: detail, ListedAt: noon}
	}
	for name, tc := range map[string]struct{ was, now, want edo.InboundMessage }{
		"listed by both ways":       {row("listed", "cursor", ""), row("listed", "check", ""), row("listed", "cursor", "")},
		"listed keeps its detail":   {row("listed", "cursor", "denied"), row("listed", "check", ""), row("listed", "cursor", "denied")},
		"listed gets a detail":      {row("listed", "cursor", "a"), row("listed", "cursor", "b"), row("listed", "cursor", "b")},
		"closed":                    {row("listed", "cursor", "a"), row("closed", "cursor", ""), row("closed", "cursor", "")},
		"stored":                    {row("closed", "cursor", "a"), row("stored", "cursor", ""), row("stored", "cursor", "")},
		"late listing after closed": {row("closed", "cursor", "a"), row("listed", "check", ""), row("closed", "cursor", "a")},
		"late listing after stored": {row("stored", "cursor", ""), row("listed", "check", "x"), row("stored", "cursor", "")},
		"closed after stored":       {row("stored", "cursor", ""), row("closed", "cursor", "x"), row("stored", "cursor", "")},
	} {
		func(t conformance.T) {
			s := h.temp(t)
			take(t, s, edo.Change{Messages: []edo.InboundMessage{tc.was}})
			take(t, s, edo.Change{Messages: []edo.InboundMessage{tc.now}})
			got, err := s.InboundMessage(t.Context(), "ours", "m-1")
			must(t, err)
			same(t, "message", tc.want, got)
		}(conformance.Part(t, name))
	}
}

func unlisted(t conformance.T, h Harness) {
	s := h.temp(t)
	take(t, s, edo.Change{Messages: []edo.InboundMessage{{Subscriber: "ours", Message: "m-2"}, {Subscriber: "theirs", Message: "m-3"}}})
	for name, tc := range map[string]struct{ ask, want []edo.MessageID }{
		"in order": {[]edo.MessageID{"m-9", "m-2", "m-3", "m-1"}, []edo.MessageID{"m-9", "m-3", "m-1"}},
		"none":     {nil, nil}, "quotes": {[]edo.MessageID{`"','`}, []edo.MessageID{`"','`}},
	} {
		got, err := s.Unlisted(t.Context(), "ours", tc.ask)
		must(t, err)
		same(t, name, tc.want, got)
	}
}

func cursor(t conformance.T, h Harness) {
	s := h.temp(t)
	read := func() edo.Cursor {
		t.Helper()
		c, err := s.Cursor(t.Context(), "ours")
		must(t, err)
		return c
	}
	same(t, "at first", edo.Cursor{Subscriber: "ours"}, read())
	first := edo.Cursor{Subscriber: "ours", Last: []edo.MessageID{"a", "b"}, AsOf: noon, ReadAt: noon.Add(time.Microsecond), Skew: time.Second, Refusal: "r"}
	must(t, step(t, s, edo.JobPull, "", edo.Change{Cursor: &first}))
	same(t, "after a pull", first, read())
	// The check has read the cursor before the pull moved it, and moves its own mark only.
	must(t, step(t, s, edo.JobCheck, "", edo.Change{Cursor: &edo.Cursor{Subscriber: "ours", CheckedTo: noon, Last: []edo.MessageID{"old"}}}))
	first.CheckedTo = noon
	same(t, "after a check", first, read())
	must(t, step(t, s, edo.JobCheck, "", edo.Change{Cursor: &edo.Cursor{Subscriber: "ours", CheckedTo: noon.Add(-time.Microsecond)}}))
	next := edo.Cursor{Subscriber: "ours", Last: []edo.MessageID{"c"}}
	must(t, step(t, s, edo.JobPull, "", edo.Change{Cursor: &next}))
	next.CheckedTo = noon
	same(t, "the mark stays", next, read())
}

func fates(t conformance.T, h Harness) {
	states := []edo.State{"", edo.StateDelivered, edo.StateSigned, edo.StateRefused, edo.StateRevoked}
	s := h.temp(t)
	for i, was := range states {
		for j, now := range states {
			d := received(edo.RemoteID(string(was) + "-" + string(now)))
			d.Fate = was
			take(t, s, edo.Change{Inbound: []edo.InboundDocument{d}})
			take(t, s, edo.Change{Fates: []edo.Fate{{Key: d.Key, State: now}, {Key: edo.InboundKey{Subscriber: "ours", Remote: "never came"}, State: now}}})
			got, err := s.InboundDocument(t.Context(), d.Key)
			must(t, err)
			if want := states[max(i, j)]; got.Fate != want {
				t.Errorf("%q then %q: %q", was, now, got.Fate)
			}
		}
	}
}

func earliestReplyStays(t conformance.T, h Harness) {
	reply := func(p edo.PackageID, after time.Duration) edo.Replied {
		return edo.Replied{Key: edo.InboundKey{Subscriber: "ours", Remote: "r-1"}, Package: p, OperatorTime: noon.Add(after)}
	}
	unknown := edo.Replied{Key: edo.InboundKey{Subscriber: "ours", Remote: "r-1"}, Package: "timeless"}
	for name, tc := range map[string]struct {
		replies []edo.Replied
		want    edo.PackageID
	}{
		"first":                     {[]edo.Replied{reply("a", 1)}, "a"},
		"later one":                 {[]edo.Replied{reply("a", 1), reply("b", 2)}, "a"},
		"earlier one found late":    {[]edo.Replied{reply("a", 2), reply("b", 1)}, "b"},
		"same time":                 {[]edo.Replied{reply("a", 1), reply("b", 1)}, "a"},
		"time not known":            {[]edo.Replied{unknown}, "timeless"},
		"time not known, then one":  {[]edo.Replied{unknown, reply("a", 1)}, "a"},
		"known, then one not known": {[]edo.Replied{reply("a", 1), unknown}, "a"},
	} {
		func(t conformance.T) {
			s := h.temp(t)
			d := received("r-1")
			d.Reply = edo.Reply{Channel: edo.ChannelPaper, Reason: "просил"}
			take(t, s, edo.Change{Inbound: []edo.InboundDocument{d}})
			take(t, s, edo.Change{Replied: tc.replies})
			got, err := s.InboundDocument(t.Context(), d.Key)
			must(t, err)
			if got.Reply.Package != tc.want || got.Reply.Reason != "просил" {
				t.Errorf("%+v", got.Reply)
			}
		}(conformance.Part(t, name))
	}
}

func update(t conformance.T, h Harness) {
	s := h.temp(t)
	d := received("r-1")
	take(t, s, edo.Change{Inbound: []edo.InboundDocument{d}})
	changed := d
	changed.Term, changed.Responsible, changed.Reply = edo.Term{Due: noon, State: edo.TermMissed}, "boss", edo.Reply{}
	watch := edo.Job{Key: edo.Key{Subscriber: "ours"}, Document: "r-1", Kind: edo.JobTerm, Due: noon.Add(-time.Hour)}
	must(t, s.Update(t.Context(), changed, 1, []edo.Event{{Kind: edo.EventTerm, Inbound: &changed, At: noon}}, []edo.Job{watch}))
	got, err := s.InboundDocument(t.Context(), d.Key)
	must(t, err)
	changed.Revision = 2
	same(t, "document", changed, got)
	if err := s.Update(t.Context(), changed, 1, []edo.Event{{Kind: edo.EventTerm, At: noon}}, nil); !errors.Is(err, edo.Conflict) {
		t.Errorf("stale: %v", err)
	}
	other := d
	other.Key.Remote = "never came"
	if err := s.Update(t.Context(), other, 1, nil, nil); !errors.Is(err, edo.NotFound) {
		t.Errorf("unknown: %v", err)
	}
	if events, _ := s.Events(t.Context(), "ours", 0, 10); len(events) != 1 {
		t.Errorf("%d events", len(events))
	}
	j := claim(t, s, "w", noon)
	if j.Kind != edo.JobTerm {
		t.Fatalf("%+v", j)
	}
	must(t, s.Settle(t.Context(), j, edo.Change{At: noon, Done: true}))
	must(t, s.Update(t.Context(), changed, 2, nil, []edo.Job{watch}))
	if j := claim(t, s, "w", noon); j.Kind != edo.JobTerm {
		t.Errorf("a job that had ended was not made due: %+v", j)
	}
}

func inboundFilter(t conformance.T, h Harness) {
	s := h.temp(t)
	var docs []edo.InboundDocument
	for i, id := range []edo.RemoteID{"r0", "r1", "r2", "r3"} {
		d := received(id)
		d.ReceivedAt, d.Term = noon.Add(time.Duration(i)*time.Minute), edo.Term{}
		docs = append(docs, d)
	}
	docs[1].Class, docs[2].Term.State, docs[3].Key.Subscriber = edo.ClassReceipt, edo.TermWarned, "theirs"
	take(t, s, edo.Change{Inbound: docs})
	for name, tc := range map[string]struct {
		filter edo.InboundFilter
		want   []edo.RemoteID
	}{
		"all, newest first":  {edo.InboundFilter{}, []edo.RemoteID{"r3", "r2", "r1", "r0"}},
		"of a subscriber":    {edo.InboundFilter{Subscriber: "ours"}, []edo.RemoteID{"r2", "r1", "r0"}},
		"of classes":         {edo.InboundFilter{Classes: []edo.Class{edo.ClassReceipt, edo.ClassError}}, []edo.RemoteID{"r1"}},
		"of terms":           {edo.InboundFilter{Subscriber: "ours", Terms: []edo.TermState{edo.TermOpen, edo.TermWarned}}, []edo.RemoteID{"r2"}},
		"in a period":        {edo.InboundFilter{From: noon.Add(time.Minute), To: noon.Add(3 * time.Minute)}, []edo.RemoteID{"r2", "r1"}},
		"limited":            {edo.InboundFilter{Limit: 1}, []edo.RemoteID{"r3"}},
		"none by such a box": {edo.InboundFilter{Subscriber: "ours' OR 1=1 --"}, nil},
	} {
		func(t conformance.T) {
			all, err := s.InboundDocuments(t.Context(), tc.filter)
			must(t, err)
			var got []edo.RemoteID
			for _, d := range all {
				got = append(got, d.Key.Remote)
			}
			same(t, "documents", tc.want, got)
		}(conformance.Part(t, name))
	}
	if _, err := s.InboundDocuments(t.Context(), edo.InboundFilter{Limit: 1001}); !errors.Is(err, edo.Invalid) {
		t.Errorf("limit 1001: %v", err)
	}
}

func sentAsAndReplies(t conformance.T, h Harness) {
	s := h.temp(t)
	letter, answer, sign := Sample("letter"), Sample("answer"), Sample("sign")
	letter.InReplyTo, answer.InReplyTo, sign.InReplyTo = "r-request", "", "r-request"
	letter.Documents[1].Remote, answer.Documents[0].Remote, answer.Documents[0].Parent = "r-1", "r-2", "r-1"
	sign.Documents[0].Remote, sign.Documents[0].Parent = "r-theirs", "r-theirs" // a bare countersignature
	for _, op := range []edo.Operation{letter, answer, sign} {
		accept(t, s, op, noon)
	}
	for remote, want := range map[edo.RemoteID]struct {
		key      edo.Key
		document edo.DocumentID
	}{"r-1": {letter.Key, letter.Documents[1].ID}, "r-2": {answer.Key, answer.Documents[0].ID}, "r-theirs": {}, "r-0": {}, "": {}} {
		k, d, err := s.SentAs(t.Context(), "ours", remote)
		if want.key == (edo.Key{}) != errors.Is(err, edo.NotFound) || k != want.key || d != want.document {
			t.Errorf("%q: %v %q, %v", remote, k, d, err)
		}
	}
	if _, _, err := s.SentAs(t.Context(), "theirs", "r-1"); !errors.Is(err, edo.NotFound) {
		t.Errorf("of another subscriber: %v", err)
	}
	replies, err := s.Replies(t.Context(), "ours", "r-request")
	must(t, err)
	same(t, "replies", []edo.Operation{letter, sign}, replies)
	if none, err := s.Replies(t.Context(), "ours", ""); err != nil || len(none) > 0 {
		t.Errorf("replies to nothing: %d, %v", len(none), err)
	}
}
