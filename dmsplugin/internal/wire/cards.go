package wire

import (
	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
	"github.com/edokit/edokit/edo"
)

func directions() []pair[dmspb.Direction, edo.Direction] {
	return []pair[dmspb.Direction, edo.Direction]{
		{dmspb.Direction_DIRECTION_INBOUND, edo.Inbound},
		{dmspb.Direction_DIRECTION_OUTBOUND, edo.Outbound},
	}
}

func cardPlaces() []pair[dmspb.Place, edo.Place] {
	return []pair[dmspb.Place, edo.Place]{
		{dmspb.Place_PLACE_MENU, edo.PlaceMenu},
		{dmspb.Place_PLACE_CARD, edo.PlaceCard},
		{dmspb.Place_PLACE_LIST, edo.PlaceList},
	}
}

func cardCalls() []pair[dmspb.CardCall, edo.CardCall] {
	return []pair[dmspb.CardCall, edo.CardCall]{
		{dmspb.CardCall_CARD_CALL_INVOKE, edo.CallInvoke},
		{dmspb.CardCall_CARD_CALL_SEND, edo.CallSend},
		{dmspb.CardCall_CARD_CALL_CONTENT, edo.CallContent},
		{dmspb.CardCall_CARD_CALL_LOG, edo.CallLog},
		{dmspb.CardCall_CARD_CALL_DECIDE, edo.CallDecide},
		{dmspb.CardCall_CARD_CALL_TASK, edo.CallTask},
	}
}

// ToCardTypes converts the catalogue of actions.
func ToCardTypes(t []edo.CardType) []*dmspb.CardType { return toEach(t, toCardType) }

// FromCardTypes converts it back.
func FromCardTypes(t []*dmspb.CardType) []edo.CardType { return fromEach(t, fromCardType) }

func toCardType(t edo.CardType) *dmspb.CardType {
	return &dmspb.CardType{
		Direction: toEnum(directions(), t.Direction), Kind: t.Kind, Title: toSentence(t.Title), Names: t.Names, Actions: toEach(t.Actions, toCardAction),
	}
}

func fromCardType(t *dmspb.CardType) edo.CardType {
	return edo.CardType{
		Direction: fromEnum(directions(), t.GetDirection()), Kind: t.GetKind(), Title: fromSentence(t.GetTitle()), Names: t.GetNames(),
		Actions: fromEach(t.GetActions(), fromCardAction),
	}
}

func toCardAction(a edo.CardAction) *dmspb.CardAction {
	out := &dmspb.CardAction{
		Id: a.ID, Title: toSentence(a.Title), Order: int32(a.Order), Needs: toEnum(actions(), a.Needs), Many: a.Many, Call: toEnum(cardCalls(), a.Call),
		Parameters: toEach(a.Parameters, func(p edo.Parameter) *dmspb.Parameter {
			return &dmspb.Parameter{Name: p.Name, Title: toSentence(p.Title), Required: p.Required}
		}),
		Conditions: toEach(a.When, func(c edo.Condition) *dmspb.Condition {
			return &dmspb.Condition{Fact: string(c.Fact), Values: c.Values, None: c.Not, Otherwise: toSentence(c.Else)}
		}),
	}
	for _, p := range a.Places {
		out.Places = append(out.Places, toEnum(cardPlaces(), p))
	}
	return out
}

func fromCardAction(a *dmspb.CardAction) edo.CardAction {
	out := edo.CardAction{
		ID: a.GetId(), Title: fromSentence(a.GetTitle()), Order: int(a.GetOrder()), Needs: fromEnum(actions(), a.GetNeeds()), Many: a.GetMany(),
		Call: fromEnum(cardCalls(), a.GetCall()),
		Parameters: fromEach(a.GetParameters(), func(p *dmspb.Parameter) edo.Parameter {
			return edo.Parameter{Name: p.GetName(), Title: fromSentence(p.GetTitle()), Required: p.GetRequired()}
		}),
		When: fromEach(a.GetConditions(), func(c *dmspb.Condition) edo.Condition {
			return edo.Condition{Fact: edo.Fact(c.GetFact()), Values: c.GetValues(), Not: c.GetNone(), Else: fromSentence(c.GetOtherwise())}
		}),
	}
	for _, p := range a.GetPlaces() {
		if word := fromEnum(cardPlaces(), p); word != "" { // a newer plugin may know more places
			out.Places = append(out.Places, word)
		}
	}
	return out
}

// ToCardRefs names cards.
func ToCardRefs(c []edo.CardRef) []*dmspb.CardRef { return toEach(c, ToCardRef) }

// FromCardRefs reads names of cards.
func FromCardRefs(c []*dmspb.CardRef) []edo.CardRef { return fromEach(c, FromCardRef) }

// ToCardRef names one card.
func ToCardRef(c edo.CardRef) *dmspb.CardRef {
	return &dmspb.CardRef{Key: ToKey(c.Key), Document: string(c.Document), Inbound: string(c.Inbound), Kind: c.Kind}
}

// FromCardRef reads the name of one card.
func FromCardRef(c *dmspb.CardRef) edo.CardRef {
	return edo.CardRef{Key: FromKey(c.GetKey()), Document: edo.DocumentID(c.GetDocument()), Inbound: edo.RemoteID(c.GetInbound()), Kind: c.GetKind()}
}

// ToCardStates converts what was evaluated.
func ToCardStates(s []edo.CardState) []*dmspb.CardState { return toEach(s, toCardState) }

// FromCardStates converts it back.
func FromCardStates(s []*dmspb.CardState) []edo.CardState { return fromEach(s, fromCardState) }

func toCardState(s edo.CardState) *dmspb.CardState {
	out := &dmspb.CardState{Card: ToCardRef(s.Card), Facts: map[string]string{}}
	for fact, value := range s.Facts {
		out.Facts[string(fact)] = value
	}
	out.Actions = toEach(s.Actions, func(a edo.ActionState) *dmspb.ActionState {
		return &dmspb.ActionState{Id: a.ID, Enabled: a.Enabled, Why: toSentence(a.Why)}
	})
	return out
}

func fromCardState(s *dmspb.CardState) edo.CardState {
	out := edo.CardState{Card: FromCardRef(s.GetCard())}
	for fact, value := range s.GetFacts() {
		if out.Facts == nil {
			out.Facts = map[edo.Fact]string{}
		}
		out.Facts[edo.Fact(fact)] = value
	}
	out.Actions = fromEach(s.GetActions(), func(a *dmspb.ActionState) edo.ActionState {
		return edo.ActionState{ID: a.GetId(), Enabled: a.GetEnabled(), Why: fromSentence(a.GetWhy())}
	})
	return out
}
