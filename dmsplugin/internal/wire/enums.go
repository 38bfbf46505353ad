package wire

import (
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
	"github.com/edokit/edokit/edo"
)

// pair is one row of an enum table: the number on the wire and the word.
type pair[P, W comparable] struct {
	wire P
	word W
}

// toEnum finds the number of a word. An unknown word becomes 0, "unspecified": a newer store may know more than this
// contract does.
func toEnum[P, W comparable](table []pair[P, W], word W) P {
	for _, p := range table {
		if p.word == word {
			return p.wire
		}
	}
	var zero P
	return zero
}

// fromEnum finds the word of a number, the zero word for an unknown one.
func fromEnum[P, W comparable](table []pair[P, W], wire P) W {
	for _, p := range table {
		if p.wire == wire {
			return p.word
		}
	}
	var zero W
	return zero
}

func states() []pair[dmspb.State, edo.State] {
	return []pair[dmspb.State, edo.State]{
		{dmspb.State_STATE_ACCEPTED, edo.StateAccepted},
		{dmspb.State_STATE_WAITING, edo.StateWaiting},
		{dmspb.State_STATE_SENDING, edo.StateSending},
		{dmspb.State_STATE_IN_DOUBT, edo.StateInDoubt},
		{dmspb.State_STATE_SENT, edo.StateSent},
		{dmspb.State_STATE_DELIVERED, edo.StateDelivered},
		{dmspb.State_STATE_SIGNED, edo.StateSigned},
		{dmspb.State_STATE_REFUSED, edo.StateRefused},
		{dmspb.State_STATE_REVOKED, edo.StateRevoked},
		{dmspb.State_STATE_FAILED, edo.StateFailed},
		{dmspb.State_STATE_PARTLY, edo.StatePartly},
	}
}

func stampStates() []pair[dmspb.StampState, edo.StampState] {
	return []pair[dmspb.StampState, edo.StampState]{
		{dmspb.StampState_STAMP_STATE_NONE, edo.StampNone},
		{dmspb.StampState_STAMP_STATE_WAITING, edo.StampWaiting},
		{dmspb.StampState_STAMP_STATE_READY, edo.StampReady},
		{dmspb.StampState_STAMP_STATE_NEVER, edo.StampNever},
		{dmspb.StampState_STAMP_STATE_REJECTED, edo.StampRejected},
	}
}

func roles() []pair[dmspb.Role, edo.Role] {
	return []pair[dmspb.Role, edo.Role]{
		{dmspb.Role_ROLE_ORIGINAL, edo.RoleOriginal},
		{dmspb.Role_ROLE_OPERATOR_FORM, edo.RoleOperatorForm},
		{dmspb.Role_ROLE_LOCAL_MARK, edo.RoleLocalMark},
		{dmspb.Role_ROLE_SIGNATURE, edo.RoleSignature},
		{dmspb.Role_ROLE_EVIDENCE, edo.RoleEvidence},
	}
}

func verdicts() []pair[dmspb.Verdict, edo.VerdictState] {
	return []pair[dmspb.Verdict, edo.VerdictState]{
		{dmspb.Verdict_VERDICT_VALID, edo.VerdictValid},
		{dmspb.Verdict_VERDICT_INVALID, edo.VerdictInvalid},
		{dmspb.Verdict_VERDICT_OPERATOR_ONLY, edo.VerdictOperatorOnly},
	}
}

func eventKinds() []pair[dmspb.EventKind, edo.EventKind] {
	return []pair[dmspb.EventKind, edo.EventKind]{
		{dmspb.EventKind_EVENT_KIND_STATUS, edo.EventStatus},
		{dmspb.EventKind_EVENT_KIND_STAMP, edo.EventStamp},
		{dmspb.EventKind_EVENT_KIND_VERSION, edo.EventVersion},
		{dmspb.EventKind_EVENT_KIND_INBOUND, edo.EventInbound},
		{dmspb.EventKind_EVENT_KIND_ANSWER, edo.EventAnswer},
		{dmspb.EventKind_EVENT_KIND_TERM, edo.EventTerm},
		{dmspb.EventKind_EVENT_KIND_TASK, edo.EventTask},
		{dmspb.EventKind_EVENT_KIND_HAND_OFF, edo.EventHandOff},
		{dmspb.EventKind_EVENT_KIND_SKEW, edo.EventSkew},
		{dmspb.EventKind_EVENT_KIND_COUNTERPARTY, edo.EventReach},
	}
}

func kinds() []pair[dmspb.Kind, edo.Kind] {
	return []pair[dmspb.Kind, edo.Kind]{
		{dmspb.Kind_KIND_UNSPECIFIED, edo.Internal},
		{dmspb.Kind_KIND_INVALID, edo.Invalid},
		{dmspb.Kind_KIND_DENIED, edo.Denied},
		{dmspb.Kind_KIND_NOT_FOUND, edo.NotFound},
		{dmspb.Kind_KIND_CONFLICT, edo.Conflict},
		{dmspb.Kind_KIND_REFUSED, edo.Refused},
		{dmspb.Kind_KIND_UNAVAILABLE, edo.Unavailable},
		{dmspb.Kind_KIND_IN_DOUBT, edo.InDoubt},
		{dmspb.Kind_KIND_NOT_READY, edo.NotReady},
		{dmspb.Kind_KIND_NOT_SUPPORTED, edo.NotSupported},
		{dmspb.Kind_KIND_AMBIGUOUS, edo.Ambiguous},
	}
}

func repeats() []pair[dmspb.Repeat, edo.Repeat] {
	return []pair[dmspb.Repeat, edo.Repeat]{
		{dmspb.Repeat_REPEAT_NEVER, edo.RepeatNever},
		{dmspb.Repeat_REPEAT_SAFE, edo.RepeatSafe},
		{dmspb.Repeat_REPEAT_AFTER_FIX, edo.RepeatAfterFix},
		{dmspb.Repeat_REPEAT_ASK_FIRST, edo.RepeatAskFirst},
	}
}

func outcomes() []pair[dmspb.Outcome, edo.Outcome] {
	return []pair[dmspb.Outcome, edo.Outcome]{
		{dmspb.Outcome_OUTCOME_OK, edo.OutcomeOK},
		{dmspb.Outcome_OUTCOME_FAULT, edo.OutcomeFault},
		{dmspb.Outcome_OUTCOME_UNAVAILABLE, edo.OutcomeUnavailable},
		{dmspb.Outcome_OUTCOME_UNREADABLE, edo.OutcomeUnreadable},
		{dmspb.Outcome_OUTCOME_SILENT, edo.OutcomeSilent},
	}
}

func policies() []pair[dmspb.UnverifiedPolicy, edo.UnverifiedPolicy] {
	return []pair[dmspb.UnverifiedPolicy, edo.UnverifiedPolicy]{
		{dmspb.UnverifiedPolicy_UNVERIFIED_POLICY_FORWARD, edo.ForwardUnverified},
		{dmspb.UnverifiedPolicy_UNVERIFIED_POLICY_REFUSE, edo.RefuseUnverified},
	}
}

func actions() []pair[dmspb.Action, edo.Action] {
	return []pair[dmspb.Action, edo.Action]{
		{dmspb.Action_ACTION_SEND, edo.ActionSend},
		{dmspb.Action_ACTION_READ, edo.ActionRead},
		{dmspb.Action_ACTION_ANSWER, edo.ActionAnswer},
		{dmspb.Action_ACTION_INVITE, edo.ActionInvite},
		{dmspb.Action_ACTION_SIGN, edo.ActionSign},
		{dmspb.Action_ACTION_DECIDE, edo.ActionDecide},
		{dmspb.Action_ACTION_READ_LOG, edo.ActionReadLog},
		{dmspb.Action_ACTION_READ_CONTENT, edo.ActionReadContent},
		{dmspb.Action_ACTION_EXPORT, edo.ActionExport},
		{dmspb.Action_ACTION_ADMIN, edo.ActionAdmin},
	}
}

func loginKinds() []pair[dmspb.LoginKind, directory.LoginKind] {
	return []pair[dmspb.LoginKind, directory.LoginKind]{
		{dmspb.LoginKind_LOGIN_KIND_PASSWORD, directory.LoginPassword},
		{dmspb.LoginKind_LOGIN_KIND_CERTIFICATE, directory.LoginCertificate},
		{dmspb.LoginKind_LOGIN_KIND_CERTIFICATE_PASSWORD, directory.LoginCertificatePassword},
		{dmspb.LoginKind_LOGIN_KIND_IDENTITY_TOKEN, directory.LoginIdentityToken},
		{dmspb.LoginKind_LOGIN_KIND_ACCESS_TOKEN, directory.LoginAccessToken},
	}
}

func places() []pair[dmspb.KeyPlace, directory.Place] {
	return []pair[dmspb.KeyPlace, directory.Place]{
		{dmspb.KeyPlace_KEY_PLACE_KEY, directory.PlaceKey},
		{dmspb.KeyPlace_KEY_PLACE_HOST, directory.PlaceHost},
		{dmspb.KeyPlace_KEY_PLACE_COMMAND, directory.PlaceCommand},
	}
}
