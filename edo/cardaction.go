package edo

import "slices"

// CardAction is something a host may show for a card: an entry of its context menu, a button, an entry over a list. Whether
// it can be used now follows from facts that the host has anyway, so that drawing a menu asks nobody; see
// [CardAction.Blocked]. Everything is checked again when it is done.
type CardAction struct {
	ID         string // stable, see the constants
	Title      Sentence
	Places     []Place
	Order      int    // the smaller, the further up
	Needs      Action // the right of the user
	Many       bool   // over several cards at once
	Call       CardCall
	Parameters []Parameter
	When       []Condition // all must hold
}

// Ids of card actions. Those of answers are the words of [AnswerKind].
const (
	CardSend     = "send"      // hand the card's documents over to be sent
	CardForm     = "open-form" // open the stamped second version
	CardOpen     = "open"      // open a document that came in
	CardLog      = "show-log"  // show the exchanges with the operator
	CardRetry    = "retry"     // let a package go on now
	CardCancel   = "cancel"    // end a package of which nothing has left
	CardDecide   = "decide"    // say whether the operator has it
	CardSignTask = "sign-task" // complete the signature tasks of a package
)

// Place is where a host shows an action.
type Place string

// Places.
const (
	PlaceMenu Place = "menu" // context menu of a card
	PlaceCard Place = "card" // button in a card
	PlaceList Place = "list" // over selected cards of a list
)

// CardCall says how a host does an action.
type CardCall string

// Calls. All but CallInvoke need more than a few words, and have calls of their own.
const (
	CallInvoke  CardCall = "invoke"  // with the parameters
	CallSend    CardCall = "send"    // a package with content
	CallContent CardCall = "content" // read bytes
	CallLog     CardCall = "log"     // read rows of the message log
	CallDecide  CardCall = "decide"  // see [Decision]
	CallTask    CardCall = "task"    // see [SignatureTask]
)

// Parameter is what a person is asked for before an action is done.
type Parameter struct {
	Name     string // see the constants
	Title    Sentence
	Required bool
}

// Names of parameters.
const (
	ParameterWhy    = "why"    // what the person has seen; kept
	ParameterText   = "text"   // read by the other side
	ParameterSigner = "signer" // id of the person whose key signs
)

// Fact is something that a host knows of a card: from the events it has applied.
type Fact string

// Facts. A fact that a host does not have is empty.
const (
	FactState   Fact = "state"   // of the package, a [State]; empty: never sent
	FactReason  Fact = "reason"  // of that state, a [Reason]
	FactStamp   Fact = "stamp"   // of the document, a [StampState]
	FactTask    Fact = "task"    // of its signature task, a [TaskState]
	FactInbound Fact = "inbound" // of a document that came in, an [InboundState]
	FactFate    Fact = "fate"    // of a document that came in: Fate, a [State]
	FactClass   Fact = "class"   // of a document that came in, a [Class]
	FactWanted  Fact = "wanted"  // "signature" if its sender asks for one
)

// WantedSignature is the word of [FactWanted].
const WantedSignature = "signature"

// Condition holds when a fact has one of the values, or, with Not, none of them.
type Condition struct {
	Fact   Fact
	Values []string
	Not    bool
	Else   Sentence // why the action cannot be used
}

// Holds looks at the facts of one card.
func (c Condition) Holds(facts map[Fact]string) bool {
	return slices.Contains(c.Values, facts[c.Fact]) != c.Not
}

// Blocked says why an action cannot be used with the facts of one card; false: it can. The right of the user is not looked at.
func (a CardAction) Blocked(facts map[Fact]string) (Sentence, bool) {
	for _, c := range a.When {
		if !c.Holds(facts) {
			return c.Else, true
		}
	}
	return Sentence{}, false
}

// CardType is a kind of cards with its actions: documents of one direction, of a configured kind, or, with an empty Kind,
// of all others.
type CardType struct {
	Direction Direction
	Kind      string // id of the kind
	Title     Sentence
	Names     []string     // other texts by which cards name the kind, see [KindOfDocument]
	Actions   []CardAction // in their order
}

// CardRef names one card: a package that we send, by its key and possibly a document, or a document that came in. Kind is
// what the card's main document is, while nothing is known of the package yet.
type CardRef struct {
	Key      Key
	Document DocumentID
	Inbound  RemoteID // instead of Key.Package and Document
	Kind     string
}

// Direction is who wrote the card's document.
func (c CardRef) Direction() Direction {
	if c.Inbound != "" {
		return Inbound
	}
	return Outbound
}

// MaxCards is how many cards are evaluated at once.
const MaxCards = 200

// CardState is which actions one card has now, with the facts that decided.
type CardState struct {
	Card    CardRef
	Facts   map[Fact]string
	Actions []ActionState
}

// ActionState says whether an action can be used now, and if not, why.
type ActionState struct {
	ID      string
	Enabled bool
	Why     Sentence
}

// Invocation asks for an action of one card to be done.
type Invocation struct {
	Action     string
	Card       CardRef
	Actor      ActorID
	Parameters map[string]string
}
