package gateway

import (
	"time"

	"github.com/edokit/edokit/edo"
)

// service acts where nobody pressed a button: receipts and notices.
const service edo.ActorID = "edokit"

// answerOperation is the operation that gives one answer to one document. It is drafted, signed and sent by its send
// job; its id follows from what is answered, so that the same answer is given once.
func answerOperation(a edo.Answer, operator string, now time.Time) edo.Operation {
	return edo.Operation{
		Key: edo.Key{Subscriber: a.Subscriber, Package: a.ID()}, Operator: operator, Actor: a.Actor, Answer: a.Kind, Text: a.Text,
		State: edo.StateAccepted, CreatedAt: now, UpdatedAt: now, Revision: 1,
		Documents: []edo.DocumentStatus{{ID: edo.DocumentID(a.Kind), Parent: a.Document, Signer: a.Signer, Stamp: edo.StampNone}},
	}
}
