package edo

import (
	"slices"
	"strings"
	"time"
)

// PersonReasons are the reasons for which work waits until a person has mended or decided something. It goes on by
// itself when that is done, except with [DecisionNeeded].
func PersonReasons() []Reason {
	return []Reason{
		DecisionNeeded, LoginRefused, LoginLimited, AccountChanged, AdministratorMissing, SubscriberUnknown, SubscriberDisabled,
		SignerMissing, SignerUnknown, SignerExpired, SignerNotAuthorised, BoxMissing, BoxForeign, RulesNotAccepted, ContentMissing,
	}
}

// NeedsPerson reports whether what waits for this reason can be brought on by a person only.
func (r Reason) NeedsPerson() bool { return slices.Contains(PersonReasons(), r) }

// Decision is what a person says about a package in doubt, after a look at the operator's own pages.
type Decision struct {
	Accepted     bool                    // the operator has it; false: it does not, and it is sent again
	Message      MessageID               // with Accepted: the operator's id of the message; an answer may have none
	OperatorTime time.Time               // with Accepted: when the operator fixed it
	Documents    map[DocumentID]RemoteID // with Accepted, as far as known: the operator's ids; of the others no printed form is asked for
	Why          string                  // what the person has seen; kept
}

// Check reports everything that is wrong with the decision, as [Faults]. now is the latest moment an operator can have
// fixed anything, apart from a day for clocks and zones.
func (d Decision) Check(now time.Time) error {
	var f Faults
	add := func(err error) {
		if err != nil {
			f = append(f, err)
		}
	}
	add(CheckWhy("decision.why", d.Why))
	if !d.Accepted {
		if d.Message != "" || !d.OperatorTime.IsZero() || len(d.Documents) > 0 {
			add(invalid(TextMalformed, "decision", "says that the operator does not have it, and names what the operator has", "say one of them"))
		}
		return f.Err()
	}
	if d.Message != "" {
		add(CheckRemote("decision.message", RemoteID(d.Message)))
	}
	if d.OperatorTime.IsZero() || d.OperatorTime.After(now.Add(24*time.Hour)) {
		add(invalid(TextMalformed, "decision.operator_time", "is missing, or lies in the future", "give the time that the operator shows"))
	}
	if len(d.Documents) > MaxDocuments {
		add(invalid(PackageTooMany, "decision.documents", "are too many", "give one id for each document of the package"))
		return f.Err()
	}
	for id, remote := range d.Documents {
		add(CheckRemote("decision.documents["+string(id)+"]", remote))
	}
	return f.Err()
}

// CheckWhy reports what is wrong with the words in which a person says why: one line that is not empty.
func CheckWhy(field, text string) error {
	if text == "" {
		return invalid(TextMissing, field, "is empty", "say why in a few words; it is kept")
	}
	if strings.ContainsAny(text, "\n\t") {
		return invalid(TextMalformed, field, "is more than one line", "say it in one line")
	}
	return CheckText(field, text)
}
