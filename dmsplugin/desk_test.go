package dmsplugin_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/edo"
)

// TestDesk: everything that people do reaches the engine whole, its answer comes back whole, and a stranger is refused.
func TestDesk(t *testing.T) {
	t.Parallel()
	client := launch(t)
	noon := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	key, in := edo.Key{Subscriber: "our-firm", Package: "p"}, edo.InboundKey{Subscriber: "our-firm", Remote: "r"}
	answer := edo.Answer{Subscriber: "our-firm", Kind: edo.AnswerRefuse, Document: "r", Text: "нет", Signer: "head", Signature: []byte("cms")}
	decision := edo.Decision{Accepted: true, Message: "m", OperatorTime: noon, Documents: map[edo.DocumentID]edo.RemoteID{"d": "r"}, Why: "видел"}
	who := edo.Introduction{Counterparty: edo.Counterparty{INN: "7707083893", KPP: "770701001"}, EMails: []string{"a@b"}}
	type actor = edo.ActorID
	for name, tc := range map[string]struct {
		call func(ctx context.Context, c *dmsplugin.Client, by actor) (any, error)
		want any
	}{
		"answer": {func(ctx context.Context, c *dmsplugin.Client, by actor) (any, error) {
			a := answer
			a.Actor = by
			return c.Answer(ctx, a)
		}, edo.Operation{
			Key: edo.Key{Subscriber: "our-firm", Package: answer.ID()}, Actor: "ivanova", Answer: edo.AnswerRefuse, Text: "нет", State: edo.StateAccepted,
			Documents: []edo.DocumentStatus{{ID: "d", Parent: "r", Signer: "head", Comment: "cms"}},
		}},
		"offers": {
			func(ctx context.Context, c *dmsplugin.Client, by actor) (any, error) {
				return c.Offers(ctx, by, "our-firm", "r")
			},
			[]edo.AnswerKind{edo.AnswerSign, edo.AnswerRefuse},
		},
		"term": {func(ctx context.Context, c *dmsplugin.Client, by actor) (any, error) {
			return c.SetTerm(ctx, by, in, edo.Term{Due: noon, Warn: noon.Add(-time.Hour)})
		}, edo.InboundDocument{Key: in, Term: edo.Term{Due: noon, Warn: noon.Add(-time.Hour)}}},
		"another way": {func(ctx context.Context, c *dmsplugin.Client, by actor) (any, error) {
			return c.AnswerOtherwise(ctx, by, in, edo.ChannelPaper, "просил на бумаге")
		}, edo.InboundDocument{Key: in, Reply: edo.Reply{Channel: edo.ChannelPaper, Reason: "просил на бумаге", Actor: "ivanova"}}},
		"complete": {func(ctx context.Context, c *dmsplugin.Client, by actor) (any, error) {
			return nil, c.Complete(ctx, by, edo.TaskKey{Key: key, Document: "d"}, []byte("cms"))
		}, nil},
		"decline": {func(ctx context.Context, c *dmsplugin.Client, by actor) (any, error) {
			return nil, c.Decline(ctx, by, edo.TaskKey{Key: key, Document: "d"}, "не подпишу")
		}, nil},
		"find": {func(ctx context.Context, c *dmsplugin.Client, by actor) (any, error) {
			return c.FindCounterparty(ctx, by, "our-firm", who.Counterparty)
		}, []edo.Address{{Box: "box", INN: "7707083893", KPP: "770701001", Active: true}}},
		"ensure": {func(ctx context.Context, c *dmsplugin.Client, by actor) (any, error) {
			return c.EnsureCounterparty(ctx, by, "our-firm", who)
		}, edo.CounterpartyStatus{Key: edo.CounterpartyKey{Subscriber: "our-firm", INN: "7707083893"}, Introduction: who, State: edo.CounterpartyInvited}},
		"retry": {func(ctx context.Context, c *dmsplugin.Client, by actor) (any, error) {
			return c.Retry(ctx, by, key, "why")
		}, edo.Operation{Key: key, Actor: "ivanova", Detail: "retry why"}},
		"cancel": {func(ctx context.Context, c *dmsplugin.Client, by actor) (any, error) {
			return c.Cancel(ctx, by, key, "why")
		}, edo.Operation{Key: key, Actor: "ivanova", Detail: "cancel why"}},
		"decide": {
			func(ctx context.Context, c *dmsplugin.Client, by actor) (any, error) {
				return c.Decide(ctx, by, key, decision)
			},
			edo.Operation{Key: key, Actor: "ivanova", Detail: "видел", Message: "m", OperatorTime: noon, Documents: []edo.DocumentStatus{{ID: "d", Remote: "r"}}},
		},
		"evaluate": {func(ctx context.Context, c *dmsplugin.Client, by actor) (any, error) {
			return c.EvaluateCards(ctx, by, []edo.CardRef{{Key: key, Document: "d", Kind: "Счёт"}})
		}, []edo.CardState{{Card: edo.CardRef{Key: key, Document: "d", Kind: "Счёт"}, Actions: []edo.ActionState{{ID: "send", Why: edo.Sentence{RU: "нет", EN: "no"}}}}}},
		"invoke": {func(ctx context.Context, c *dmsplugin.Client, by actor) (any, error) {
			return c.InvokeCard(ctx, edo.Invocation{Action: "retry", Card: edo.CardRef{Key: key}, Actor: by, Parameters: map[string]string{"why": "x"}})
		}, edo.Operation{Key: key, Actor: "ivanova", Detail: "retry x"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := tc.call(t.Context(), client, "ivanova")
			if diff := cmp.Diff(tc.want, got); diff != "" || err != nil {
				t.Errorf("%v\n%s", err, diff)
			}
			if _, err := tc.call(t.Context(), client, "stranger"); !errors.Is(err, edo.UserNotAllowed) {
				t.Errorf("a stranger: %v", err)
			}
		})
	}
	if _, err := client.SetTerm(t.Context(), "ivanova", in, edo.Term{}); !errors.Is(err, edo.Invalid) {
		t.Errorf("a term without end: %v", err)
	}
	types, err := client.CardTypes(t.Context())
	if err != nil || len(types) != 1 || types[0].Kind != "bill" || types[0].Actions[0].Call != edo.CallSend {
		t.Errorf("%+v, %v", types, err)
	}
	if tasks, err := client.Tasks(t.Context(), "ivanova", "our-firm"); err != nil || len(tasks) != 500 || tasks[499].Size != 499 {
		t.Errorf("%d tasks, %v", len(tasks), err)
	}
}

// TestExplainNeedsAReader: the page of a package is for those who may read, and for packages only.
func TestExplainNeedsAReader(t *testing.T) {
	t.Parallel()
	client := launch(t)
	op, err := client.Send(t.Context(), letter("stuck-1", []byte("x")))
	if err != nil {
		t.Fatal(err)
	}
	x, err := client.Explain(t.Context(), op.Key)
	if err != nil || x.Operation.Key != op.Key || x.State != edo.StateAccepted.Sentence() || len(x.Remedies) != 1 {
		t.Errorf("%+v, %v", x, err)
	}
	if _, err := client.As("stranger").Explain(t.Context(), op.Key); !errors.Is(err, edo.UserNotAllowed) {
		t.Errorf("a stranger: %v", err)
	}
	if _, err := client.Explain(t.Context(), edo.Key{Subscriber: "our-firm", Package: "none"}); !errors.Is(err, edo.NotFound) {
		t.Errorf("nothing: %v", err)
	}
}
