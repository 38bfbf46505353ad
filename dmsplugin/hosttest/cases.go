package hosttest

import (
	"slices"

	"github.com/edokit/edokit/conformance"
)

// Where the contract says what a case asks.
const (
	docLaunch   = "dmsplugin/README.md, a host in another language: 1 to 3"
	docLife     = "dmsplugin/README.md, a host in another language: 4 to 6"
	docRules    = "dms.proto, rules for the whole file"
	docSend     = "dms.proto, Exchange.Send"
	docSendMany = "dms.proto, Exchange.SendMany"
	docEvents   = "dms.proto, Exchange.Deliver, Acknowledge, Follow"
	docContent  = "dms.proto, Exchange.Content"
	docErrors   = "dms.proto, ErrorDetail; dmsplugin/README.md, errors"
	docActors   = "dms.proto, Action; PackageHeader.actor"
	docDrain    = "dms.proto, Plugin.Drain"
)

// typedToo is what the suite looks at in every refusal, whatever it is for.
const typedToo = "; what is refused tells its kind, whether to repeat, and a sentence in Russian and in English"

// cases lists what every plugin of this contract does, in the order in which a host meets it.
func (s *Suite) cases() []conformance.Case {
	return slices.Concat(
		s.launchCases(), s.limitCases(), s.sendCases(), s.peopleCases(), s.eventCases(), s.inboxCases(), s.loadCases(), s.endCases(), s.secretCases(),
	)
}

// why says of each group what goes wrong without it.
func why() map[string]string {
	return map[string]string{
		"launch":  "a host that cannot start the plugin sends nothing, and whoever else can talk to it sends in the name of the clerk",
		"limits":  "a host with a fault would take the memory of all others, and half a document would leave as a letter",
		"sending": "a clerk presses again when no answer comes: the addressee must get one letter, and one that was accepted must not be lost",
		"people":  "only the list of the plugin says who may act for an organisation: whom it lets through signs in its name",
		"events":  "a host that misses an event or gets other bytes shows the clerk a state or a document that is not the true one",
		"inbox":   "terms run from the day on which a document comes in: nobody told is a term missed, and two answers contradict each other",
		"load":    "one host that is slow or greedy must not stop the letters of all others",
		"end":     "an update must not cut off a letter, and a process left behind holds the store, so that the next one cannot start",
		"secrets": "whoever finds a password or a key in a log or an answer can sign as the organisation",
	}
}
