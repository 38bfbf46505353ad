package edo

import (
	"strings"
	"time"
)

// LocalActor begins the name of a user of this machine's system, as "os:root". No host can act under such a name: rows
// that hold one come from the command line.
const LocalActor = "os:"

// standsFor joins the two names of a substitution in a row. Ids hold no spaces.
const standsFor = " for "

// For is how rows name somebody who stands in for another (замещение): "B for A". For nobody it is the actor alone.
func (a ActorID) For(principal ActorID) ActorID {
	if principal == "" {
		return a
	}
	return a + standsFor + principal
}

// Acting takes apart what [ActorID.For] has joined: who acted, and for whom; nobody if it was in the actor's own right.
func (a ActorID) Acting() (actor, principal ActorID) {
	who, whom, _ := strings.Cut(string(a), standsFor)
	return ActorID(who), ActorID(whom)
}

// Reader is who reads.
type Reader struct {
	Actor ActorID
	Local bool // as in [AccessRequest]
}

// Reading is one row of who was given something to read: raw XML, content or an export. It is on stable storage before
// the first byte is given out.
type Reading struct {
	Seq        int64
	Actor      ActorID
	Principal  ActorID // whom the actor stood in for, empty: nobody
	Action     Action
	Subscriber SubscriberID
	What       string // id of the exchange, digest of the document, or the filter of an export
	At         time.Time
}

// MaxWhat bounds [Reading.What] in characters; a longer text is cut.
const MaxWhat = 4000
