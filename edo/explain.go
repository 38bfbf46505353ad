package edo

import "time"

// Explanation is everything that is known of one piece of work, on one page: a package, a message that came in, a
// counterparty, or a subscriber's box. Of the pointers that name it exactly one is set.
type Explanation struct {
	Key Key
	At  time.Time // as of when

	Operation    *Operation
	Message      *InboundMessage
	Counterparty *CounterpartyStatus
	Box          *Cursor

	Documents []InboundDocument // of the message
	Answers   []Operation       // our receipts for the documents of the message
	Tasks     []SignatureTask   // signatures of the package that are or were awaited

	State  Sentence  // of a package or a box, in plain words
	Reason Reason    // why it stands there; empty: all is well
	Detail string    // one line for people
	Person bool      // only a person can bring it on
	Next   Sentence  // what happens next
	NextAt time.Time // when; zero: nothing by itself, or now

	Jobs     []JobStatus // unfinished; State, Owner and Until say who holds one
	Attempts []Attempt   // oldest first
	Calls    []Call      // of the log, newest first
	Asked    *Asked      // of a package in doubt
	Remedies []Remedy    // what a person can do about it
}

// Call is one exchange of the message log in short.
type Call struct {
	Seq        int64
	ID         ExchangeID
	Operation  string // the operator's name of the call
	Document   DocumentID
	At         time.Time
	EndedAt    time.Time // zero: interrupted, or still running
	Outcome    Outcome   // empty: interrupted, or still running
	HTTPStatus int
	Code       string // the operator's code of a fault
	Note       string // for people
}

// Asked is what an operator was asked about a package in doubt, and what it said.
type Asked struct {
	CanBe      bool          // the operator has such a question
	From       time.Time     // nothing older was looked at, apart from the driver's own margin
	Missing    time.Time     // the operator's time of the first answer that did not show the package; zero: none yet
	NotFound   int           // sure answers "not found" in a row, after the visibility time
	Visibility time.Duration // how long what was accepted may stay invisible
	Said       string        // the last answer, for people
}

// Remedy is something that a person can do.
type Remedy string

// Remedies.
const (
	RemedyRetry  Remedy = "retry"  // let it go on now
	RemedyCancel Remedy = "cancel" // end it for good
	RemedyDecide Remedy = "decide" // say whether the operator has it
	RemedySign   Remedy = "sign"   // complete the signature task
	RemedyChoose Remedy = "choose" // choose one of several boxes
	RemedyMend   Remedy = "mend"   // mend what the reason names
)

// Sentence is the state in plain words.
func (s State) Sentence() Sentence {
	switch s {
	case StateAccepted:
		return Sentence{"принят, ещё не отправлен", "accepted, not sent yet"}
	case StateWaiting:
		return Sentence{"ожидает", "waiting"}
	case StateSending:
		return Sentence{"отправляется", "being sent"}
	case StateInDoubt:
		return Sentence{"исход неизвестен, идёт проверка у оператора", "outcome unknown, the operator is being asked"}
	case StateSent:
		return Sentence{"принят оператором", "accepted by the operator"}
	case StateDelivered:
		return Sentence{"получен контрагентом", "received by the counterparty"}
	case StateSigned:
		return Sentence{"подписан контрагентом", "signed by the counterparty"}
	case StateRefused:
		return Sentence{"контрагент отказал в подписи", "the counterparty refused to sign"}
	case StateRevoked:
		return Sentence{"аннулирован", "revoked"}
	case StatePartly:
		return Sentence{"контрагент ответил на документы по-разному", "the counterparty answered the documents differently"}
	case StateFailed:
		return Sentence{"не отправлен", "failed"}
	}
	return Sentence{string(s), string(s)}
}
