package gateway

import (
	"slices"

	"github.com/edokit/edokit/edo"
)

// unseenTries is how many tries to take a message fail before a person is told of it. It is tried further.
const unseenTries = 5

// toldMark begins the detail of a message that the administrator was told of: once is enough.
const toldMark = "the administrator was told; "

func (k *taking) mark() string {
	if k.told {
		return toldMark
	}
	return ""
}

// unseen is the event that tells the administrator of a message of which nobody would hear otherwise, because it cannot
// be taken. It names the message and no document. While the whole box cannot be read that is told there.
func (k *taking) unseen(why error) []edo.Event {
	if k.told || k.receiver == nil || k.turn.job.Tries < unseenTries || k.row.State != edo.InboundListed || k.cursor.Refusal != "" {
		return nil
	}
	d := edo.InboundDocument{
		Key: edo.InboundKey{Subscriber: k.row.Subscriber}, Message: k.row.Message, From: edo.Address{Box: k.row.From}, State: k.row.State,
		ReceivedAt: k.row.ListedAt, Skew: k.cursor.Skew,
	}
	admins := slices.DeleteFunc(slices.Clone(k.rules), func(r edo.Responsible) bool { return !administrator(r) })
	if d.Responsible, d.Why, k.told = route(admins, k.absences, k.Kinds, d, k.now); !k.told {
		return nil
	}
	reason := edo.ReasonOf(why)
	if reason == "" {
		reason = edo.ContentMissing
	}
	return []edo.Event{{
		Key: edo.Key{Subscriber: d.Key.Subscriber, Package: edo.PackageID(d.Message)}, Kind: edo.EventInbound, Reason: reason,
		Detail: "message " + string(d.Message) + " cannot be taken: " + plain(why), Inbound: &d, At: k.now,
	}}
}
