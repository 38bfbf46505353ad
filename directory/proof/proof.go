package proof

import (
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

// Proof is what one document says.
type Proof struct {
	Made        time.Time
	Checkpoints []directory.Checkpoint
	Message     *Message // nil: checkpoints alone
}

// Message is one package with every exchange about it, in the order of the log.
type Message struct {
	Operation edo.Operation // with documents and versions; what is only of use inside of the gateway is left out
	Exchanges []Exchange
}

// Exchange is a row of the log with its links. Heads and holes are always there, so that the links can be computed
// again; masked texts only if they were put in.
type Exchange struct {
	Row      directory.Exchange
	Request  Place
	Answer   Place // zero while there is no answer
	WithText bool  // the masked texts are there
}

// Place is a link with the digest of the one before it.
type Place struct {
	Position       int64
	Before, Digest edo.Digest
}

// check computes the links again.
func (e *Exchange) check() error {
	for half, p := range map[directory.Half]Place{directory.RequestHalf: e.Request, directory.AnswerHalf: e.Answer} {
		if p.Position == 0 && half == directory.AnswerHalf && !e.Row.Finished() {
			continue
		}
		before := directory.Link{Subscriber: e.Row.Subscriber, Position: p.Position - 1, Digest: p.Before}
		if before.Next(half, &e.Row).Digest != p.Digest || p.Position < 1 || (p.Position == 1) != p.Before.IsZero() {
			return refuse(LinkWrong, "the link of the "+half.String()+" of exchange "+string(e.Row.ID)+" is wrong", nil)
		}
	}
	if !e.WithText {
		return nil
	}
	if directory.TextDigest(e.Row.Request.Text) != e.Row.RequestText || e.Row.Finished() && directory.TextDigest(e.Row.Answer.Text) != e.Row.AnswerText {
		return refuse(LinkWrong, "the XML of exchange "+string(e.Row.ID)+" is not the one of the log", nil)
	}
	return nil
}
