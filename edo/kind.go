package edo

import (
	"slices"
	"strings"
	"time"
)

// Direction says who writes documents of a kind.
type Direction string

// Directions.
const (
	Inbound  Direction = "inbound"
	Outbound Direction = "outbound"
)

// DocumentKind is a kind of document as the utility names it: data, not code.
type DocumentKind struct {
	ID          string
	Direction   Direction
	Title       Sentence
	Match       []string // free texts by which senders name it, compared without case; the titles match too
	Attachments AttachmentRule
	Consents    []string // ids of consents that a submission must carry
	Actions     []AnswerKind
	AnswerIn    time.Duration // term of an answer from the operator's time of the request; 0: none
	WarnBefore  time.Duration
	NeedSign    bool
}

// AttachmentRule bounds the documents of a package that come with the main one.
type AttachmentRule struct {
	Min, Max   int      // Max 0: no bound
	Extensions []string // with dot, lower case; empty: any
}

// KindOfDocument finds the kind that a free text names, nil if none does.
func KindOfDocument(kinds []DocumentKind, d Direction, text string) *DocumentKind {
	for i := range kinds {
		k := &kinds[i]
		is := func(s string) bool {
			return s != "" && strings.EqualFold(strings.TrimSpace(s), strings.TrimSpace(text))
		}
		if k.Direction == d && (is(k.ID) || is(k.Title.RU) || is(k.Title.EN) || slices.ContainsFunc(k.Match, is)) {
			return k
		}
	}
	return nil
}

// Consent is what a person agreed to before signing; it rides with the submission.
type Consent struct {
	ID     string
	Text   Digest // of the text that was shown
	At     time.Time
	Person string
}

// Responsible says who gets inbound documents. The rule that fits best is the counterparty's, then the box's, then the
// exchange administrator's; within each a rule for the kind goes before one for all kinds.
type Responsible struct {
	Scope Scope
	INN   string // with [ScopeCounterparty]
	KPP   string // empty: all branches
	Kind  string // id of a kind, empty: all
	Actor ActorID
}

// Scope is how wide a rule for responsible people reaches.
type Scope string

// Scopes, the narrowest first.
const (
	ScopeCounterparty  Scope = "counterparty"
	ScopeBox           Scope = "box"
	ScopeAdministrator Scope = "administrator"
)

// Absence says that a person is away. Until is the first moment back.
type Absence struct {
	Actor       ActorID
	From, Until time.Time
}

// Usage is what a paying subscriber has used: packages that the operator has accepted.
type Usage struct {
	Payer     SubscriberID
	Packages  int
	Documents int
	Roaming   int // packages for boxes at other operators
}

// Readiness is what keeps a client from sending, each a typed error; none: he is ready.
type Readiness struct {
	Lacks Faults
}
