package wire

import (
	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
	"github.com/edokit/edokit/edo"
)

func answerKinds() []pair[dmspb.AnswerKind, edo.AnswerKind] {
	return []pair[dmspb.AnswerKind, edo.AnswerKind]{
		{dmspb.AnswerKind_ANSWER_KIND_RECEIPT, edo.AnswerReceipt},
		{dmspb.AnswerKind_ANSWER_KIND_SIGN, edo.AnswerSign},
		{dmspb.AnswerKind_ANSWER_KIND_REFUSE, edo.AnswerRefuse},
		{dmspb.AnswerKind_ANSWER_KIND_REVOKE, edo.AnswerRevoke},
		{dmspb.AnswerKind_ANSWER_KIND_ACCEPT_REVOCATION, edo.AnswerAcceptRevocation},
		{dmspb.AnswerKind_ANSWER_KIND_REFUSE_REVOCATION, edo.AnswerRefuseRevocation},
	}
}

func flows() []pair[dmspb.Flow, edo.Flow] {
	return []pair[dmspb.Flow, edo.Flow]{
		{dmspb.Flow_FLOW_SIGNED, edo.FlowSigned},
		{dmspb.Flow_FLOW_UNSIGNED, edo.FlowUnsigned},
		{dmspb.Flow_FLOW_FORWARD, edo.FlowForward},
		{dmspb.Flow_FLOW_INTERNAL, edo.FlowInternal},
	}
}

func channels() []pair[dmspb.Channel, edo.Channel] {
	return []pair[dmspb.Channel, edo.Channel]{
		{dmspb.Channel_CHANNEL_OPERATOR, edo.ChannelOperator},
		{dmspb.Channel_CHANNEL_E_MAIL, edo.ChannelEMail},
		{dmspb.Channel_CHANNEL_PAPER, edo.ChannelPaper},
	}
}

func classes() []pair[dmspb.DocumentClass, edo.Class] {
	return []pair[dmspb.DocumentClass, edo.Class]{
		{dmspb.DocumentClass_DOCUMENT_CLASS_MAIN, edo.ClassMain},
		{dmspb.DocumentClass_DOCUMENT_CLASS_REPLY, edo.ClassReply},
		{dmspb.DocumentClass_DOCUMENT_CLASS_RECEIPT, edo.ClassReceipt},
		{dmspb.DocumentClass_DOCUMENT_CLASS_REFUSAL, edo.ClassRefusal},
		{dmspb.DocumentClass_DOCUMENT_CLASS_REVOCATION, edo.ClassRevocation},
		{dmspb.DocumentClass_DOCUMENT_CLASS_CONFIRMATION, edo.ClassConfirmation},
		{dmspb.DocumentClass_DOCUMENT_CLASS_ERROR, edo.ClassError},
		{dmspb.DocumentClass_DOCUMENT_CLASS_SIGNATURE, edo.ClassSignature},
	}
}

func inboundStates() []pair[dmspb.InboundState, edo.InboundState] {
	return []pair[dmspb.InboundState, edo.InboundState]{
		{dmspb.InboundState_INBOUND_STATE_LISTED, edo.InboundListed},
		{dmspb.InboundState_INBOUND_STATE_CLOSED, edo.InboundClosed},
		{dmspb.InboundState_INBOUND_STATE_STORED, edo.InboundStored},
	}
}

func termStates() []pair[dmspb.TermState, edo.TermState] {
	return []pair[dmspb.TermState, edo.TermState]{
		{dmspb.TermState_TERM_STATE_OPEN, edo.TermOpen},
		{dmspb.TermState_TERM_STATE_WARNED, edo.TermWarned},
		{dmspb.TermState_TERM_STATE_MET, edo.TermMet},
		{dmspb.TermState_TERM_STATE_MISSED, edo.TermMissed},
	}
}

func taskStates() []pair[dmspb.TaskState, edo.TaskState] {
	return []pair[dmspb.TaskState, edo.TaskState]{
		{dmspb.TaskState_TASK_STATE_OPEN, edo.TaskOpen},
		{dmspb.TaskState_TASK_STATE_OVERDUE, edo.TaskOverdue},
		{dmspb.TaskState_TASK_STATE_SIGNED, edo.TaskSigned},
		{dmspb.TaskState_TASK_STATE_REFUSED, edo.TaskRefused},
	}
}

func counterpartyStates() []pair[dmspb.CounterpartyState, edo.CounterpartyState] {
	return []pair[dmspb.CounterpartyState, edo.CounterpartyState]{
		{dmspb.CounterpartyState_COUNTERPARTY_STATE_LOOKING, edo.CounterpartyLooking},
		{dmspb.CounterpartyState_COUNTERPARTY_STATE_REGISTERING, edo.CounterpartyRegistering},
		{dmspb.CounterpartyState_COUNTERPARTY_STATE_INVITED, edo.CounterpartyInvited},
		{dmspb.CounterpartyState_COUNTERPARTY_STATE_READY, edo.CounterpartyReady},
		{dmspb.CounterpartyState_COUNTERPARTY_STATE_CHOICE, edo.CounterpartyChoice},
		{dmspb.CounterpartyState_COUNTERPARTY_STATE_FORBIDDEN, edo.CounterpartyForbidden},
		{dmspb.CounterpartyState_COUNTERPARTY_STATE_FAILED, edo.CounterpartyFailed},
	}
}

func relationStates() []pair[dmspb.RelationState, edo.RelationState] {
	return []pair[dmspb.RelationState, edo.RelationState]{
		{dmspb.RelationState_RELATION_STATE_NONE, edo.RelationNone},
		{dmspb.RelationState_RELATION_STATE_INVITED, edo.RelationInvited},
		{dmspb.RelationState_RELATION_STATE_ASKED, edo.RelationAsked},
		{dmspb.RelationState_RELATION_STATE_ACTIVE, edo.RelationActive},
		{dmspb.RelationState_RELATION_STATE_REJECTED, edo.RelationRejected},
		{dmspb.RelationState_RELATION_STATE_FORBIDDEN, edo.RelationForbidden},
		{dmspb.RelationState_RELATION_STATE_WITHDRAWN, edo.RelationWithdrawn},
		{dmspb.RelationState_RELATION_STATE_UNKNOWN, edo.RelationUnknown},
	}
}
