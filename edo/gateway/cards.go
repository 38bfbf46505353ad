package gateway

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/edokit/edokit/edo"
)

// EvaluateCards says for each card which of its actions a user can use now, and why not. It reads our own rows and asks no
// operator: what only the operator knows is found out when the action is done. A refusal is told and leaves no row. An inbound
// document that nobody knows has no actions. Errors:
// more than [edo.MaxCards] cards, and those of the store.
func (g *Gateway) EvaluateCards(ctx context.Context, actor edo.ActorID, cards []edo.CardRef) ([]edo.CardState, error) {
	if len(cards) > edo.MaxCards {
		return nil, &edo.Error{
			Kind: edo.Invalid, Op: "gateway.EvaluateCards", Field: "cards", Message: fmt.Sprintf("are %d", len(cards)), Remedy: fmt.Sprintf("ask for at most %d at once", edo.MaxCards),
		}
	}
	may := g.glances(actor)
	all := make([]edo.CardState, len(cards))
	for i, c := range cards {
		card, err := g.card(ctx, c)
		if errors.Is(err, edo.NotFound) { // one card that is gone must not take the others with it
			all[i] = edo.CardState{Card: c}
			continue
		}
		if err != nil {
			return nil, wrap("gateway.EvaluateCards", err)
		}
		if all[i], err = card.state(ctx, may); err != nil {
			return nil, wrap("gateway.EvaluateCards", err)
		}
	}
	return all, nil
}

// card is one card with what our rows say of it.
type card struct {
	edo.CardRef
	kind  edo.CardType
	named string // the kind as its document names it: what rights are asked for
	facts map[edo.Fact]string
	about edo.RemoteID // what an answer would be to; empty: nothing yet
}

func (g *Gateway) card(ctx context.Context, ref edo.CardRef) (card, error) {
	if ref.Direction() == edo.Inbound {
		return g.inboundCard(ctx, ref)
	}
	c := card{CardRef: ref, named: ref.Kind, facts: map[edo.Fact]string{}}
	op, err := g.Outbox.Operation(ctx, ref.Key)
	switch {
	case errors.Is(err, edo.NotFound): // never sent
	case err != nil:
		return c, err
	case len(op.Documents) == 0:
		c.facts[edo.FactState], c.facts[edo.FactReason] = string(op.State), string(op.Reason)
	default:
		d := op.Document(ref.Document)
		if d == nil {
			d = &op.Documents[0]
		}
		c.named, c.about = d.Kind, d.Remote
		c.facts[edo.FactState], c.facts[edo.FactReason], c.facts[edo.FactStamp] = string(op.State), string(op.Reason), string(d.Stamp)
		if c.facts[edo.FactTask], err = g.taskFact(ctx, edo.TaskKey{Key: op.Key, Document: d.ID}); err != nil {
			return c, err
		}
	}
	c.kind = g.cardType(edo.Outbound, c.named)
	return c, nil
}

func (g *Gateway) taskFact(ctx context.Context, k edo.TaskKey) (string, error) {
	if g.Config.Tasks == nil {
		return "", nil
	}
	task, err := g.Config.Tasks.Task(ctx, k)
	if errors.Is(err, edo.NotFound) {
		return "", nil
	}
	return string(task.State), err
}

func (g *Gateway) inboundCard(ctx context.Context, ref edo.CardRef) (card, error) {
	c := card{CardRef: ref, about: ref.Inbound}
	if g.Inbox == nil {
		return c, notConfigured("Inbox")
	}
	d, err := g.Inbox.InboundDocument(ctx, edo.InboundKey{Subscriber: ref.Key.Subscriber, Remote: ref.Inbound})
	if err != nil {
		return c, err
	}
	c.named = d.Kind
	c.facts = map[edo.Fact]string{edo.FactInbound: string(d.State), edo.FactFate: string(d.Fate), edo.FactClass: string(d.Class)}
	if d.NeedSign {
		c.facts[edo.FactWanted] = edo.WantedSignature
	}
	kind := d.KindID
	if kind == "" {
		kind = d.Kind
	}
	c.kind = g.cardType(edo.Inbound, kind)
	return c, nil
}

func (c card) state(ctx context.Context, may func(context.Context, edo.AccessRequest) error) (edo.CardState, error) {
	s := edo.CardState{Card: c.CardRef}
	for _, a := range c.kind.Actions {
		state := edo.ActionState{ID: a.ID}
		err := may(ctx, c.request(a))
		blocked := false
		switch {
		case errors.Is(err, edo.Denied):
			state.Why = edo.Sentence{RU: "нет права: обратитесь к администратору обмена", EN: "you have no right to do this: ask the exchange administrator"}
		case err != nil:
			return s, err
		default:
			s.Facts = c.facts // who may do nothing with a card learns nothing of it
			state.Why, blocked = a.Blocked(c.facts)
			state.Enabled = !blocked
		}
		s.Actions = append(s.Actions, state)
	}
	return s, nil
}

func (c card) request(a edo.CardAction) edo.AccessRequest {
	r := edo.AccessRequest{Action: a.Needs, Subscriber: c.Key.Subscriber, Glance: true}
	if c.named != "" && (a.Needs == edo.ActionSend || a.Needs == edo.ActionReadContent || a.Needs == edo.ActionDecide) {
		r.Kinds = []string{c.named}
	}
	return r
}

// glances asks for rights without leaving a row, each once.
func (g *Gateway) glances(actor edo.ActorID) func(context.Context, edo.AccessRequest) error {
	asked := map[string]error{}
	return func(ctx context.Context, r edo.AccessRequest) error {
		name := fmt.Sprint(r.Action, "\x00", r.Subscriber, "\x00", r.Kinds)
		err, known := asked[name]
		if !known {
			r.Actor = actor
			_, err = g.acting(ctx, r)
			asked[name] = err
		}
		return err
	}
}

// InvokeCard does an action of a card: what its type does not have, or what its facts do not allow, is refused with
// [edo.StateUnsuited] before anything else happens. Only actions with [edo.CallInvoke] are done so.
func (g *Gateway) InvokeCard(ctx context.Context, i edo.Invocation) (edo.Operation, error) {
	op, err := g.invokeCard(ctx, i)
	return op, wrap("gateway.InvokeCard", err)
}

func (g *Gateway) invokeCard(ctx context.Context, i edo.Invocation) (edo.Operation, error) {
	c, err := g.card(ctx, i.Card)
	if errors.Is(err, edo.NotFound) { // who may not act learns that first, also of what is not there
		if _, denied := g.acting(ctx, edo.AccessRequest{Actor: i.Actor, Action: edo.ActionAnswer, Subscriber: i.Card.Key.Subscriber}); denied != nil {
			err = denied
		}
	}
	if err != nil {
		return edo.Operation{}, err
	}
	at := slices.IndexFunc(c.kind.Actions, func(a edo.CardAction) bool { return a.ID == i.Action })
	if at < 0 {
		return edo.Operation{}, unfit("is no action of this card", "use one that the catalogue lists for it")
	}
	a := c.kind.Actions[at]
	r := c.request(a)
	r.Actor, r.Glance = i.Actor, false
	if _, err := g.acting(ctx, r); err != nil {
		return edo.Operation{}, err
	}
	if a.Call != edo.CallInvoke {
		return edo.Operation{}, unfit("is done by a call of its own", "use the call that the catalogue names")
	}
	if why, blocked := a.Blocked(c.facts); blocked {
		return edo.Operation{}, unfit("cannot be used now: "+why.EN, "look at the card again")
	}
	if err := parametersFit(a, i.Parameters); err != nil {
		return edo.Operation{}, err
	}
	switch i.Action {
	case edo.CardRetry:
		return g.Retry(ctx, i.Actor, i.Card.Key, i.Parameters[edo.ParameterWhy])
	case edo.CardCancel:
		return g.Cancel(ctx, i.Actor, i.Card.Key, i.Parameters[edo.ParameterWhy])
	}
	return g.Answer(ctx, edo.Answer{
		Subscriber: i.Card.Key.Subscriber, Actor: i.Actor, Kind: edo.AnswerKind(i.Action), Document: c.about,
		Text: i.Parameters[edo.ParameterText], Signer: edo.SignerID(i.Parameters[edo.ParameterSigner]),
	})
}

func unfit(message, remedy string) error {
	return &edo.Error{Kind: edo.Conflict, Reason: edo.StateUnsuited, Field: "action", Message: message, Remedy: remedy}
}

// parametersFit wants what is required, and nothing that would be dropped silently.
func parametersFit(a edo.CardAction, given map[string]string) error {
	var f edo.Faults
	for _, p := range a.Parameters {
		if p.Required && given[p.Name] == "" {
			f = append(f, &edo.Error{Kind: edo.Invalid, Field: "parameters." + p.Name, Message: "is missing", Remedy: "ask the user for it"})
		}
	}
	for name := range given {
		if !slices.ContainsFunc(a.Parameters, func(p edo.Parameter) bool { return p.Name == name }) {
			f = append(f, &edo.Error{Kind: edo.Invalid, Field: "parameters", Message: fmt.Sprintf("hold %q, which the action does not take", name), Remedy: "leave it out"})
		}
	}
	return f.Err()
}
