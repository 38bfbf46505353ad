package edotest

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/edokit/edokit/edo"
)

// Answers scripts how documents are answered. Its fields may be set before use; nil functions change nothing.
type Answers struct {
	Stand   func(r edo.Ref, s *edo.Standing) error // changes what Standing says
	Draft   func(q edo.DraftRequest) error         // of Draft
	Notices func() []edo.Notice                    // of Notices; nil: none are due
	Archive func(r edo.Ref, n int) ([]byte, error) // the n-th archive of the flow of a document, from 1; nil: never

	archived map[edo.RemoteID]int
}

// Standing implements [edo.Answerer]: what is offered follows from what was accepted so far. A receipt is offered until
// it is given, a signature and a refusal where the sender asks to sign until one of them is given, a revocation always
// until it is offered.
func (s session) Standing(_ context.Context, r edo.Ref) (edo.Standing, error) {
	st, err := s.o.standing(r)
	if err == nil && s.o.Answer.Stand != nil {
		err = s.o.Answer.Stand(r, &st)
	}
	return st, err
}

func (o *Operator) standing(r edo.Ref) (edo.Standing, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	given := o.given(r.Remote)
	offer := func(st *edo.Standing, k edo.AnswerKind, unless ...edo.AnswerKind) {
		if !slices.ContainsFunc(append(unless, k), func(k edo.AnswerKind) bool { return slices.Contains(given, k) }) {
			st.Offered = append(st.Offered, k)
		}
	}
	for _, m := range o.In.messages {
		for _, d := range m.Documents {
			if d.Remote != r.Remote {
				continue
			}
			st := edo.Standing{State: edo.StateSent, Parties: []edo.Address{m.From}, Flow: d.Flow, Class: d.Class, Type: d.Type, Message: m.Message}
			if d.Class == edo.ClassRevocation {
				offer(&st, edo.AnswerAcceptRevocation, edo.AnswerRefuseRevocation)
				offer(&st, edo.AnswerRefuseRevocation, edo.AnswerAcceptRevocation)
				return st, nil
			}
			if d.NeedReceipt {
				offer(&st, edo.AnswerReceipt)
			}
			if d.NeedSign {
				offer(&st, edo.AnswerSign, edo.AnswerRefuse)
				offer(&st, edo.AnswerRefuse, edo.AnswerSign)
			}
			offer(&st, edo.AnswerRevoke)
			return st, nil
		}
	}
	for _, a := range o.ledger {
		for id, remote := range a.Sent.Documents {
			if remote == r.Remote {
				st := edo.Standing{State: edo.StateSent, Parties: a.Message.To, Flow: a.Message.Flow, Class: edo.ClassMain, Type: string(id), Message: a.ID}
				offer(&st, edo.AnswerRevoke)
				return st, nil
			}
		}
	}
	return edo.Standing{}, &edo.Error{Kind: edo.NotFound, Message: "no such document"}
}

// given are the answers to a document that were accepted.
func (o *Operator) given(r edo.RemoteID) []edo.AnswerKind {
	var kinds []edo.AnswerKind
	for _, a := range o.ledger {
		for _, d := range a.Message.Documents {
			if d.Parent == r {
				kinds = append(kinds, edo.AnswerKind(d.Type))
			}
		}
		for _, c := range a.Message.Signs {
			if c.Document == r {
				kinds = append(kinds, edo.AnswerSign, edo.AnswerAcceptRevocation)
			}
		}
		for _, f := range a.Message.Refusals {
			if f.Document == r {
				kinds = append(kinds, edo.AnswerRefuse)
			}
		}
	}
	return kinds
}

// Notices implements [edo.Answerer].
func (s session) Notices(context.Context, string) ([]edo.Notice, error) {
	if s.o.Answer.Notices == nil {
		return nil, nil
	}
	return s.o.Answer.Notices(), nil
}

// Draft implements [edo.Answerer]: four lines, which are the answer, the document, the thumbprint and the text. The type
// of the document is the name of the answer.
func (s session) Draft(_ context.Context, q edo.DraftRequest, w io.Writer) (edo.Draft, error) {
	if s.o.Answer.Draft != nil {
		if err := s.o.Answer.Draft(q); err != nil {
			return edo.Draft{}, err
		}
	}
	_, err := fmt.Fprintf(w, "%s\n%s\n%s\n%s", q.Kind, q.Ref.Remote, q.Thumbprint, q.Text)
	return edo.Draft{Name: string(q.Kind) + ".xml", Type: string(q.Kind)}, err
}

// Text implements [edo.Answerer]: the fourth line of what Draft writes.
func (s session) Text(_ string, content io.Reader) (string, error) {
	b, err := io.ReadAll(content)
	lines := strings.SplitN(string(b), "\n", 4)
	if len(lines) < 4 {
		return "", err
	}
	return lines[3], err
}

// FlowArchive implements [edo.Archivist].
func (s session) FlowArchive(_ context.Context, r edo.Ref, _ bool, w io.Writer) (edo.Form, error) {
	a := &s.o.Answer
	if a.Archive == nil {
		return edo.Form{}, &edo.Error{Kind: edo.NotSupported, Message: "no archives of flows"}
	}
	s.o.mu.Lock()
	if a.archived == nil {
		a.archived = map[edo.RemoteID]int{}
	}
	a.archived[r.Remote]++
	n := a.archived[r.Remote]
	s.o.mu.Unlock()
	b, err := a.Archive(r, n)
	if err != nil {
		return edo.Form{}, err
	}
	size, err := w.Write(b)
	return edo.Form{Name: "flow.zip", Size: int64(size), Source: "FlowArchive"}, err
}

// Enhanced implements [edo.Archivist]; there are none.
func (s session) Enhanced(context.Context, string) (edo.Enhanced, error) {
	return edo.Enhanced{}, &edo.Error{Kind: edo.NotSupported, Message: "no enhanced signatures"}
}
