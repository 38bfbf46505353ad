package synerdocs

import (
	"maps"

	"github.com/edokit/edokit/edo"
)

// class is what the contract advises to do about a fault code (5.5). It decides the remedy that people read and
// whether the session logs in again.
type class uint8

const (
	fixRequest    class = iota // the request is wrong; never repeat it as it is
	readState                  // the flow has moved on; may mean "already done"
	tryLater                   // the service failed; for a send only after asking whether it arrived
	logInAgain                 // the token is not valid
	fixAccess                  // rights or settings of the login or the box
	fixSignature               // signature or certificate
	fixRelation                // the relation with the counterparty
	alreadyThere               // what was asked for exists
	lookElsewhere              // what was named does not exist
	unknownClass               // a code that the contract does not list
)

// verdict is what one code means.
type verdict struct {
	kind     edo.Kind // of a definite fault, and of any fault of a call without effect
	class    class
	reason   edo.Reason
	definite bool // the operator has certainly not accepted the message that it answers
}

// sections are the groups of the table of all fault codes (contract 5.5). Two columns are ours to answer for:
//
//   - definite is false wherever the message, or an earlier copy of it, may be at the operator: failures of the service
//     itself, and the faults that say "this was already done" or may mean it;
//   - Refused is the operator's verdict on people, certificates and relations, Invalid its verdict on the request,
//     Denied its verdict on the login; all three are settled before anything is accepted.
func sections() []codes {
	return []codes{badRequests(), conflicts(), passing(), rights(), signatures(), relations(), absent()}
}

// codes is the whole table. A driver makes it once.
type codes map[string]verdict

func newCodes() codes {
	all := codes{}
	for _, s := range sections() {
		maps.Copy(all, s)
	}
	return all
}

// answerCodes is the table for an answer to a document. What is no proof about a package of its own is a definite
// verdict here: the flow has moved on, by an earlier copy of this answer or by somebody else's. Where it stands can be
// seen at the document itself.
func answerCodes() codes {
	all := newCodes()
	for code, v := range conflicts() {
		v.reason, v.definite = edo.AnswerNotOffered, true
		all[code] = v
	}
	return all
}

// of looks a code up; one that is not listed proves nothing about a send.
func (c codes) of(code string) verdict {
	if v, ok := c[code]; ok {
		return v
	}
	return verdict{edo.Unavailable, unknownClass, edo.AnswerUnreadable, false}
}

// remedy is what a person may do about a class.
func (c class) remedy() string {
	switch c {
	case fixRequest:
		return "correct the request"
	case readState:
		return "look at the document's state at the operator"
	case tryLater:
		return "try again later"
	case logInAgain:
		return "check the login"
	case fixAccess:
		return "have the operator or your administrator check the rights of this login and box"
	case fixSignature:
		return "sign again with a certificate that the operator accepts"
	case fixRelation:
		return "check the counterparty's address and the agreement to exchange documents with it"
	case alreadyThere:
		return "nothing to do: it exists already"
	case lookElsewhere:
		return "check the id"
	}
	return "look at the message log"
}
