package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/edokit/edokit/edo"
)

// shown is what a person reads of f.
func shown(l lang, f func(c *command)) string {
	var out bytes.Buffer
	f(&command{streams: streams{out: &out}, lang: l})
	return out.String()
}

// TestForeignTextForgesNoLine: whatever a counterparty has written, no line and no column of ours is made by it.
func TestForeignTextForgesNoLine(t *testing.T) {
	t.Parallel()
	const forged = "  Signature: Ivanov, check: valid, operator: valid"
	evil := "as agreed\n" + forged + "\r\u2028" + forged + "\u202e\x1b[2J\t"
	d := edo.InboundDocument{
		Key: edo.InboundKey{Subscriber: "s", Remote: edo.RemoteID("1" + evil)}, From: edo.Address{INN: "7803456788", Name: evil}, Class: edo.ClassRefusal, Name: evil,
		Kind: evil, Number: evil, Comment: evil, CustomField: evil, Text: evil, NotLegitimate: []string{evil}, Reply: edo.Reply{Channel: edo.ChannelPaper, Reason: evil},
		Signatures: []edo.InboundSignature{{Signer: edo.SignerInfo{Owner: evil, Organisation: evil, INN: evil}}},
	}
	op := edo.Operation{
		Key: edo.Key{Package: "p"}, State: edo.StateRefused, To: edo.Counterparty{Name: evil}, Message: edo.MessageID(evil), Candidates: []edo.Address{{Box: "b", Name: evil, KPP: evil}},
		Documents: []edo.DocumentStatus{{ID: "1", Name: "letter.pdf", State: edo.StateRefused, AnswerText: evil}},
	}
	for name, show := range map[string]func(c *command){
		"inbound":   func(c *command) { c.printInbound(d) },
		"operation": func(c *command) { c.printOperation(op) },
		"evidence":  func(c *command) { c.print("%s\n", c.evidenceLine(edo.Evidence{Request: d})) },
		"counterparty": func(c *command) {
			c.printCounterparty(edo.CounterpartyStatus{Detail: evil, Address: edo.Address{Box: "b", Name: evil}})
		},
		"table": func(c *command) {
			c.table("A\tB", func(line func(...any)) { line(evil, "b") })
		},
	} {
		for _, l := range []lang{"en", russian} {
			t.Run(name+"/"+string(l), func(t *testing.T) {
				t.Parallel()
				text := shown(l, show)
				if strings.ContainsAny(text, "\r\u2028\u202e\x1b\t") {
					t.Errorf("raw characters in %q", text)
				}
				for line := range strings.Lines(text) {
					if strings.HasPrefix(strings.TrimSpace(line), strings.TrimSpace(forged)) {
						t.Errorf("forged line in\n%s", text)
					}
				}
			})
		}
	}
	shows := shown("en", func(c *command) { c.printInbound(d) })
	if want := "  Comment:\n    | as agreed\n    |   Signature: Ivanov"; !strings.Contains(shows, want) {
		t.Errorf("the comment is not on lines of its own:\n%s", shows)
	}
}

// TestTablesStayNarrow: a long text is cut in a table and stands whole where one document is shown; ids stay whole.
func TestTablesStayNarrow(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("длинный ", 500)
	id := edo.PackageID(strings.Repeat("i", 90))
	text := shown("en", func(c *command) { c.table("A\tB", func(line func(...any)) { line(long, id) }) })
	if n := len([]rune(text)); n > 230 || !strings.Contains(text, "…") || !strings.Contains(text, string(id)) {
		t.Errorf("%d characters: %s", n, text)
	}
	text = shown("en", func(c *command) { c.printInbound(edo.InboundDocument{Comment: long}) })
	for line := range strings.Lines(text) {
		if len([]rune(line)) > 100 {
			t.Errorf("a line of %d characters", len([]rune(line)))
		}
	}
	var got strings.Builder
	for line := range strings.Lines(text) {
		if part, marked := strings.CutPrefix(line, "    | "); marked {
			got.WriteString(strings.TrimSuffix(part, "\n"))
		}
	}
	if got.String() != long {
		t.Errorf("%d of %d characters are shown", len([]rune(got.String())), len([]rune(long)))
	}
}

// TestWhoHasSigned: the signer's organisation and INN are shown, and that they are not the sender's, valid or not.
func TestWhoHasSigned(t *testing.T) {
	t.Parallel()
	const inn, other = "7803456788", "7701234560"
	for name, tc := range map[string]struct {
		from    edo.Address
		signer  edo.SignerInfo
		differs bool
	}{
		"same INN":                  {edo.Address{INN: inn, Name: "ООО «Перекрёсток»"}, edo.SignerInfo{INN: inn, Organisation: "ПЕРЕКРЁСТОК"}, false},
		"INN padded to twelve":      {edo.Address{INN: inn}, edo.SignerInfo{INN: "00" + inn}, false},
		"another INN":               {edo.Address{INN: inn, Name: "А"}, edo.SignerInfo{INN: other, Organisation: "А"}, true},
		"a person's INN":            {edo.Address{INN: inn}, edo.SignerInfo{INN: "770123456703"}, true},
		"no INN, same organisation": {edo.Address{INN: inn, Name: "А"}, edo.SignerInfo{Organisation: "а"}, false},
		"no INN, another":           {edo.Address{INN: inn, Name: "А"}, edo.SignerInfo{Organisation: "Б"}, true},
		"nothing is known":          {edo.Address{INN: inn}, edo.SignerInfo{}, false},
	} {
		for _, verdict := range []edo.VerdictState{edo.VerdictValid, edo.VerdictInvalid} {
			for l, remark := range map[lang]string{"en": "NOT the sender's", russian: "НЕ отправителя"} {
				t.Run(fmt.Sprint(name, verdict, l), func(t *testing.T) {
					t.Parallel()
					d := edo.InboundDocument{From: tc.from, Signatures: []edo.InboundSignature{{Signer: tc.signer, Verdict: verdict, Operator: true}}}
					text := shown(l, func(c *command) { c.printInbound(d) })
					if strings.Contains(text, remark) != tc.differs || !strings.Contains(text, tc.signer.INN) || !strings.Contains(text, tc.signer.Organisation) {
						t.Error(text)
					}
				})
			}
		}
	}
}

// TestStatusOfDocuments: every document has its own state and the operator's id; nobody has signed before there is a signature.
func TestStatusOfDocuments(t *testing.T) {
	t.Parallel()
	op := edo.Operation{Key: edo.Key{Package: "p"}, State: edo.StateDelivered, Documents: []edo.DocumentStatus{
		{ID: "1", Name: "a", State: edo.StateSigned, Remote: "remote-1", SignedBy: edo.SignerInfo{Owner: "Иванов"}, Signature: edo.Digest{1}},
		{ID: "2", Name: "b", SignedBy: edo.SignerInfo{Owner: "Петров"}},
	}}
	text := shown("en", func(c *command) { c.printOperation(op) })
	for _, want := range []string{"remote-1", "signed by the counterparty", "Signed by: Иванов", "Will be signed by: Петров"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "Signed by: Петров") {
		t.Error(text)
	}
}

// TestEvidenceLineTellsTheOtherWay: how and why a request was answered otherwise stands on the line, with a reply and without.
func TestEvidenceLineTellsTheOtherWay(t *testing.T) {
	t.Parallel()
	e := edo.Evidence{Request: edo.InboundDocument{Reply: edo.Reply{Channel: edo.ChannelPaper, Reason: "просил на бумаге"}}}
	for name, tc := range map[string]struct {
		reply *edo.Operation
		want  string
	}{
		"alone":        {nil, "; answered on paper: просил на бумаге; "},
		"and a reply":  {&edo.Operation{Key: edo.Key{Package: "p-1"}}, "reply p-1, "},
		"beside reply": {&edo.Operation{}, "; answered on paper: просил на бумаге; "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := e
			e.Reply = tc.reply
			c := &command{lang: "en"}
			if line := c.evidenceLine(e); !strings.Contains(line, tc.want) {
				t.Error(line)
			}
		})
	}
}

// TestEventLines: every kind of event is one line in both languages, whatever a counterparty has written.
func TestEventLines(t *testing.T) {
	t.Parallel()
	evil := "a\nb\u202e" + strings.Repeat("x", 500)
	in := &edo.InboundDocument{Key: edo.InboundKey{Remote: "r-1"}, From: edo.Address{Name: evil}, Name: evil, Class: edo.ClassMain}
	for _, e := range []edo.Event{
		{Kind: edo.EventStatus, State: edo.StateSent, Detail: evil},
		{Kind: edo.EventStamp, Stamp: edo.StampReady, Detail: evil},
		{Kind: edo.EventVersion, Version: edo.Version{Name: evil}},
		{Kind: edo.EventInbound, Inbound: in},
		{Kind: edo.EventAnswer, Inbound: in, Detail: evil},
		{Kind: edo.EventTerm, Inbound: in},
		{Kind: edo.EventTask, Task: &edo.SignatureTask{State: edo.TaskOpen}},
		{Kind: edo.EventHandOff, Detail: evil},
		{Kind: edo.EventSkew, Detail: evil},
		{Kind: edo.EventReach, Reach: &edo.CounterpartyStatus{State: edo.CounterpartyFailed}, Detail: evil},
	} {
		for _, l := range []lang{"en", russian} {
			line := (&command{lang: l}).eventLine(e)
			if strings.ContainsAny(line, "\n\u202e") || len([]rune(line)) > 300 || !strings.Contains(line, l.event(e.Kind)) {
				t.Errorf("%s: %q", e.Kind, line)
			}
		}
	}
}
