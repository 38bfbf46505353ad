package synerdocs

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/edo"
)

func operationsXML(names ...string) string {
	var b strings.Builder
	for _, n := range names {
		b.WriteString("<b:string>" + n + "</b:string>")
	}
	return "<a:AvailableOperations>-1</a:AvailableOperations><a:AvailableOperationsV2>" + b.String() + "</a:AvailableOperationsV2>"
}

func documentXML(id, rest string) string {
	return "<a:Document>" + rest + "<a:Id>" + id + "</a:Id></a:Document>"
}

func recipientXML(box, department string) string {
	return "<a:MessageRecipientWithStatus><a:DepartmentId>" + department + "</a:DepartmentId><a:OrganizationBoxId>" + box + "</a:OrganizationBoxId><a:OrganizationName>" + strings.ToUpper(box) + "</a:OrganizationName></a:MessageRecipientWithStatus>"
}

const offerID = "0d3c7a55-90a1-4f3e-a2f6-1c5a8f0e7b99"

func offerXML(from, sent, inner string) string {
	return "<a:FullDocumentInfo>" + inner + documentXML(strings.ReplaceAll(strings.ToUpper(offerID), "-", ""), "<a:DocumentType>RevocationOffer</a:DocumentType>") +
		"<a:From>" + from + "</a:From><a:RevocationOffers><a:FullDocumentInfo><a:Deep/></a:FullDocumentInfo></a:RevocationOffers><a:SentDate>" + sent + "</a:SentDate></a:FullDocumentInfo>"
}

const untypedStatus = `<a:Status i:type="a:UntypedDocumentFlowStatus"><a:AdditionalStatus i:nil="true"/><a:DeliveryStatus>DeliveredToRecipient</a:DeliveryStatus><a:SignStatus>WaitingForSign</a:SignStatus></a:Status>`

const severalStatus = "<a:MultiStatus><a:MultiDeliveryStatus>SentToRecipients</a:MultiDeliveryStatus><a:MultiSignStatus>SignRejected</a:MultiSignStatus><a:RecipientsCount>2</a:RecipientsCount></a:MultiStatus>"

func TestStandingAnswers(t *testing.T) {
	t.Parallel()
	toUs := "<a:From>box-b@example</a:From><a:FromDepartmentId>d2</a:FromDepartmentId><a:FromOrganizationtName>Василёк</a:FromOrganizationtName><a:MessageId>" + strings.ToUpper(messageID) + "</a:MessageId><a:Recipients>" +
		recipientXML("BOX-A@example", "") + recipientXML("box-c@example", "d3") + recipientXML("BOX-C@example", "D3") + recipientXML("box-b@example", "D2") + recipientXML("", "") + "</a:Recipients>"
	parties := []edo.Address{{Box: "box-b@example", Department: "d2", Name: "Василёк"}, {Box: "box-c@example", Department: "d3", Name: "BOX-C@EXAMPLE"}}
	base := edo.Standing{State: edo.StateDelivered, Parties: parties, Flow: edo.FlowSigned, Class: edo.ClassMain, Type: "Untyped", Message: messageID}
	with := func(edit func(*edo.Standing)) edo.Standing {
		st := base
		edit(&st)
		return st
	}
	sentStatus := strings.Replace(untypedStatus, "DeliveredToRecipient", "SentToRecipient", 1)
	untypedDoc := documentXML(remoteID, "<a:DocumentType>Untyped</a:DocumentType>")
	for name, tc := range map[string]struct {
		inner string
		want  edo.Standing
	}{
		"nothing offered": {inner: untypedDoc + toUs + untypedStatus, want: base},
		"all by name": {inner: operationsXML("None", "Sign", "Reject", "ConfirmReceipt", "Revoke", "SignCargoDeliveryByCarrier", "Novelty") + untypedDoc + toUs + untypedStatus, want: with(func(st *edo.Standing) {
			st.Offered, st.NoticeDue = []edo.AnswerKind{edo.AnswerReceipt, edo.AnswerSign, edo.AnswerRefuse, edo.AnswerRevoke}, true
		})},
		"a receipt is due though not offered": {inner: untypedDoc + toUs + sentStatus, want: with(func(st *edo.Standing) { st.State, st.NoticeDue = edo.StateSent, true })},
		"a receipt is due before hand-over": {inner: untypedDoc + toUs + strings.Replace(sentStatus, "SentToRecipient", "RecievedByService", 1), want: with(func(st *edo.Standing) {
			st.State, st.NoticeDue = edo.StateSent, true
		})},
		"no receipt after an error receipt": {inner: untypedDoc + toUs + strings.Replace(sentStatus, "SentToRecipient", "NotDeliveredToRecipient", 1), want: with(func(st *edo.Standing) { st.State = edo.StateSent })},
		"no receipt of what we sent": {inner: untypedDoc + strings.Replace(toUs, "<a:From>box-b@example", "<a:From>BOX-a@example", 1) + sentStatus, want: with(func(st *edo.Standing) {
			st.State, st.Parties = edo.StateSent, []edo.Address{parties[1], {Box: "box-b@example", Department: "D2", Name: "BOX-B@EXAMPLE"}}
		})},
		"no receipt of what we wrote": {inner: documentXML(remoteID, "<a:FromBoxId>box-a@example</a:FromBoxId>") + toUs + sentStatus, want: with(func(st *edo.Standing) { st.State = edo.StateSent })},
		"no receipt of an offer": {inner: documentXML(remoteID, "<a:DocumentType>RevocationOffer</a:DocumentType>") + toUs + sentStatus, want: with(func(st *edo.Standing) {
			st.State, st.Offer, st.Type, st.Class = edo.StateSent, remoteID, "RevocationOffer", edo.ClassRevocation
		})},
		"no receipt of a receipt": {inner: documentXML(remoteID, "<a:DocumentType>ServiceReceipt</a:DocumentType>") + toUs + sentStatus, want: with(func(st *edo.Standing) {
			st.State, st.Type, st.Class = edo.StateSent, "ServiceReceipt", edo.ClassReceipt
		})},
		"no receipt of what is revoked": {inner: untypedDoc + toUs + "<a:RevocationStatus>RevocationAccepted</a:RevocationStatus>" + sentStatus, want: with(func(st *edo.Standing) { st.State = edo.StateRevoked })},
		"no receipt in another flow":    {inner: untypedDoc + toUs + sentStatus + "<a:FlowType>SentUnsigned</a:FlowType>", want: with(func(st *edo.Standing) { st.State, st.Flow = edo.StateSent, edo.FlowUnsigned })},
		"our own state of several":      {inner: untypedDoc + toUs + untypedStatus + severalStatus, want: base},
		"the sum of several for the sender": {inner: untypedDoc + strings.Replace(toUs, "<a:From>box-b@example", "<a:From>BOX-a@example", 1) + untypedStatus + severalStatus, want: with(func(st *edo.Standing) {
			st.State, st.Parties = edo.StateRefused, []edo.Address{parties[1], {Box: "box-b@example", Department: "D2", Name: "BOX-B@EXAMPLE"}}
		})},
		"the mask alone says nothing": {inner: "<a:AvailableOperations>65535</a:AvailableOperations>" + untypedDoc + toUs + untypedStatus, want: base},
		"a notice of an invoice": {inner: documentXML(remoteID, "<a:DocumentType>Invoice</a:DocumentType><a:NoticeRequired>true</a:NoticeRequired>") + toUs, want: with(func(st *edo.Standing) {
			st.Offered, st.NoticeDue, st.Type, st.State = []edo.AnswerKind{edo.AnswerReceipt}, true, "Invoice", edo.StateSent
		})},
		"a title is answered by a title": {inner: operationsXML("Sign", "Reject") + documentXML(remoteID, "<a:DocumentType>GeneralTransferSeller</a:DocumentType>") + toUs, want: with(func(st *edo.Standing) {
			st.Offered, st.Type, st.State = []edo.AnswerKind{edo.AnswerRefuse}, "GeneralTransferSeller", edo.StateSent
		})},
		"an offer with operations": {inner: untypedDoc + toUs + "<a:RevocationOffers>" + offerXML("box-b@example", "2026-11-17T09:31:04Z", operationsXML("Sign", "Reject")) + "</a:RevocationOffers>" + untypedStatus, want: with(func(st *edo.Standing) {
			st.Offered, st.Offer = []edo.AnswerKind{edo.AnswerAcceptRevocation, edo.AnswerRefuseRevocation}, offerID
		})},
		"an offer by the status": {inner: untypedDoc + toUs + "<a:RevocationOffers>" + offerXML("box-b@example", "2026-11-17T09:31:04Z", "") + "</a:RevocationOffers><a:RevocationStatus>RevocationRequired</a:RevocationStatus>" + untypedStatus, want: with(func(st *edo.Standing) {
			st.Offered, st.Offer = []edo.AnswerKind{edo.AnswerAcceptRevocation, edo.AnswerRefuseRevocation}, offerID
		})},
		"an offer of ours":          {inner: untypedDoc + toUs + "<a:RevocationOffers>" + offerXML("BOX-A@example", "2026-11-17T09:31:04Z", operationsXML("Sign")) + "</a:RevocationOffers><a:RevocationStatus>RevocationAwaited</a:RevocationStatus>" + untypedStatus, want: base},
		"an offer that was refused": {inner: untypedDoc + toUs + "<a:RevocationOffers>" + offerXML("box-b@example", "2026-11-17T09:31:04Z", "") + "</a:RevocationOffers><a:RevocationStatus>RevocationRejected</a:RevocationStatus>" + untypedStatus, want: base},
		"the offer itself": {inner: operationsXML("Sign", "Reject") + documentXML(remoteID, "<a:DocumentType>RevocationOffer</a:DocumentType>") + toUs + untypedStatus, want: with(func(st *edo.Standing) {
			st.Offered, st.Offer, st.Type, st.Class = []edo.AnswerKind{edo.AnswerAcceptRevocation, edo.AnswerRefuseRevocation}, remoteID, "RevocationOffer", edo.ClassRevocation
		})},
		"unsigned": {inner: operationsXML("Sign", "Reject") + untypedDoc + toUs + "<a:FlowType>SentUnsigned</a:FlowType><a:Flows><a:DocumentFlow><a:FlowType>SentUnsigned</a:FlowType><a:RecipientStatus>SignReceived</a:RecipientStatus></a:DocumentFlow></a:Flows>", want: with(func(st *edo.Standing) {
			st.Offered, st.Flow, st.State = []edo.AnswerKind{edo.AnswerSign, edo.AnswerRefuse}, edo.FlowUnsigned, edo.StateSigned
		})},
		"forwarded, the author shown": {inner: untypedDoc + "<a:From>box-x@example</a:From><a:MessageId>" + messageID + "</a:MessageId><a:Recipients>" + recipientXML("box-b@example", "") + "</a:Recipients>" + forwardXML("box-b@example", "SignRequested"), want: with(func(st *edo.Standing) {
			st.Flow, st.Parties, st.State = edo.FlowForward, []edo.Address{{Box: "box-b@example", Department: "d2", Name: "Василёк"}}, edo.StateSent
		})},
		"forwarded, the forwarder shown": {inner: documentXML(remoteID, "<a:FromBoxId>box-x@example</a:FromBoxId>") + toUs + forwardXML("box-b@example", "SignRejected"), want: with(func(st *edo.Standing) {
			st.Flow, st.Parties, st.State = edo.FlowForward, []edo.Address{{Box: "box-b@example", Department: "d2", Name: "Василёк"}}, edo.StateRefused
		})},
		"forwarded by ourselves": {inner: untypedDoc + toUs + untypedStatus + strings.ReplaceAll(forwardXML("box-a@example", "SignRejected"), "BOX-A@example", "box-z@example"), want: base},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newScript(t)
			server.say("GetFlowDocumentInfo", resultOf("GetFlowDocumentInfo", "<a:Future/>"+tc.inner))
			got, err := server.open().Standing(t.Context(), edo.Ref{Remote: remoteID})
			if diff := cmp.Diff(tc.want, got); diff != "" || err != nil {
				t.Errorf("%v\n-want +got\n%s", err, diff)
			}
		})
	}
}

// forwardXML is a forward to our box.
func forwardXML(from, status string) string {
	flow := "<a:Flows><a:DocumentFlow><a:FlowType>SentForward</a:FlowType><a:RecipientOrganization><a:BoxAddress>BOX-A@example</a:BoxAddress></a:RecipientOrganization><a:RecipientStatus>" + status + "</a:RecipientStatus></a:DocumentFlow></a:Flows>"
	return "<a:Entries><a:DocumentEntry><a:DepartmentId>d2</a:DepartmentId><a:FlowType>SentForward</a:FlowType>" + flow + "<a:OrganizationBox>" + from + "</a:OrganizationBox><a:OrganizationName>Василёк</a:OrganizationName></a:DocumentEntry></a:Entries><a:FlowType>SentSigned</a:FlowType>" + flow
}

func TestStandingFaults(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		answer answer
		kind   edo.Kind
	}{
		"nil":              {ok(flowOp, "<"+flowOp+"Result i:nil='true'/>"), edo.NotFound},
		"denied":           {refusal("AccessDeniedError"), edo.Denied},
		"not found":        {refusal("DocumentNotFound"), edo.NotFound},
		"another document": {resultOf(flowOp, documentXML(offerID, "")), edo.Unavailable},
		"twice":            {resultOf(flowOp, "<a:FlowType>SentSigned</a:FlowType><a:FlowType>SentUnsigned</a:FlowType>"), edo.Unavailable},
		"half":             {answer{body: resultOf(flowOp, untypedStatus).body[:500]}, edo.Unavailable},
	} {
		server := newScript(t)
		server.say(flowOp, tc.answer)
		if got, err := server.open().Standing(t.Context(), edo.Ref{Remote: remoteID}); edo.KindOf(err) != tc.kind || got.State != "" {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	server := newScript(t)
	if _, err := server.open().Standing(t.Context(), edo.Ref{}); edo.KindOf(err) != edo.Invalid || len(server.operations()) != 0 {
		t.Error(err)
	}
}

func TestNoticeAnswers(t *testing.T) {
	t.Parallel()
	const op = "GetRequiredNotices"
	notice := func(content, parent, rest string) string {
		return "<a:ServiceNotice>" + content + "<a:DocumentType>ServiceReceipt</a:DocumentType><a:DocumentTypeInfo><a:DocumentType><a:Code>4</a:Code></a:DocumentType></a:DocumentTypeInfo><a:Future/><a:Name>n.xml</a:Name><a:ParentDocumentId>" + parent + "</a:ParentDocumentId>" + rest + "</a:ServiceNotice>"
	}
	content := "<a:Content>AAEC</a:Content>"
	to := "<a:Recipients><a:MessageRecipient><a:DepartmentId>d2</a:DepartmentId><a:OrganizationBoxId>box-b@example</a:OrganizationBoxId></a:MessageRecipient><a:MessageRecipient><a:OrganizationBoxId>BOX-A@example</a:OrganizationBoxId></a:MessageRecipient></a:Recipients>"
	want := []edo.Notice{{Type: "ServiceInvoiceReceipt", Class: edo.ClassReceipt, Name: "n.xml", Content: []byte{0, 1, 2}, Parent: remoteID, To: []edo.Address{{Box: "box-b@example", Department: "d2"}}}}
	readable := slices.Clone(want)
	readable[0].Name = "Извещение «1».xml"
	for name, tc := range map[string]struct {
		inner string
		want  []edo.Notice
		bad   bool
	}{
		"none":               {},
		"one":                {inner: "<a:ServiceNotice i:nil='true'/>" + notice(content, strings.ToUpper(remoteID), to+"<a:ToBoxId>other</a:ToBoxId>"), want: want},
		"a readable name":    {inner: strings.Replace(notice(content, remoteID, to), ">n.xml<", ">Извещение «1»<", 1), want: readable},
		"obsolete recipient": {inner: notice(content, remoteID, "<a:ToBoxId>box-b@example</a:ToBoxId><a:ToDepartmentId>d2</a:ToDepartmentId>"), want: want},
		"without parent":     {inner: notice(content, "", to), bad: true},
		"without content":    {inner: notice("<a:Content i:nil='true'/>", remoteID, to), bad: true},
		"too large":          {inner: notice("<a:Content>"+strings.Repeat("AAAA", maxNotice/3+1)+"</a:Content>", remoteID, to), bad: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newScript(t)
			server.say(op, resultOf(op, tc.inner))
			got, err := server.open().Notices(t.Context(), "")
			if diff := cmp.Diff(tc.want, got); diff != "" || (err != nil) != tc.bad {
				t.Errorf("%v\n-want +got\n%s", err, diff)
			}
			if !contains(server.bodies(op)[0], `<certThumbprint i:nil="true">`) {
				t.Error("an empty thumbprint is not nil")
			}
		})
	}
}

// TestNoticeNames: what the operator calls a notice is for people; what we send needs the name of a file.
func TestNoticeNames(t *testing.T) {
	t.Parallel()
	types := newDocTypes()
	for _, tc := range []struct{ title, typ, want string }{
		{"DP_IZVPOL.XML", serviceReceipt, "DP_IZVPOL.XML"},
		{"Извещение о получении документа «Счёт № 1»", serviceInvoiceReceipt, "Извещение о получении документа «Счёт № 1».xml"},
		{"Извещение от 17.11.2026", serviceReceipt, "Извещение от 17.11.2026.xml"},
		{"Счёт 17/2026.xml", serviceReceipt, "ServiceReceipt.xml"},
		{strings.Repeat("я", 300), serviceInvoiceReceipt, "ServiceInvoiceReceipt.xml"},
		{"", serviceReceipt, "ServiceReceipt.xml"},
		{"", "../x", "notice.xml"},
	} {
		if got := types.noticeName(tc.title, tc.typ); got != tc.want || edo.CheckName("name", got) != nil {
			t.Errorf("%q: %q, want %q", tc.title, got, tc.want)
		}
	}
}

func TestDraftAnswers(t *testing.T) {
	t.Parallel()
	types := newDocTypes()
	for _, tc := range []struct {
		kind             edo.AnswerKind
		answered, op, to string
	}{
		{edo.AnswerReceipt, "Untyped", "GenerateDeliveryConfirmationV2", "ServiceReceipt"},
		{edo.AnswerReceipt, "WaybillSeller", "GenerateDeliveryConfirmationV2", "ServiceReceipt"},
		{edo.AnswerReceipt, "Novelty", "GenerateDeliveryConfirmationV2", "ServiceReceipt"},
		{edo.AnswerReceipt, "InvoiceCorrection", "GenerateInvoiceReceiptV2", "ServiceInvoiceReceipt"},
		{edo.AnswerReceipt, "GeneralTransferCorrectionBuyer", "GenerateInvoiceReceiptV2", "ServiceInvoiceReceipt"},
		{edo.AnswerReceipt, "ServiceInvoiceConfirmation", "GenerateInvoiceReceiptV2", "ServiceInvoiceReceipt"},
		{edo.AnswerReceipt, "ServiceInvoiceAmendmentRequest", "GenerateInvoiceReceiptV2", "ServiceInvoiceReceipt"},
		{edo.AnswerRefuse, "Untyped", "GenerateAmendmentRequestV2", "ServiceAmendmentRequest"},
		{edo.AnswerRefuse, "GoodsTransferSeller", "GenerateAmendmentRequestV2", "ServiceAmendmentRequest"},
		{edo.AnswerRefuse, "Invoice", "GenerateInvoiceAmendmentRequestV2", "ServiceInvoiceAmendmentRequest"},
		{edo.AnswerRefuseRevocation, "Invoice", "GenerateAmendmentRequestV2", "ServiceAmendmentRequest"},
		{edo.AnswerRefuseRevocation, "RevocationOffer", "GenerateAmendmentRequestV2", "ServiceAmendmentRequest"},
		{edo.AnswerRevoke, "Invoice", "GenerateRevocationOffer", "RevocationOffer"},
	} {
		if got, known := types.draftOf(tc.kind, tc.answered); !known || got.operation != tc.op || got.writes != tc.to {
			t.Errorf("%s of %s: %+v", tc.kind, tc.answered, got)
		}
	}
	const op = "GenerateAmendmentRequestV2"
	q := edo.DraftRequest{Kind: edo.AnswerRefuse, Ref: edo.Ref{Remote: remoteID}, Text: "нет"}
	for name, tc := range map[string]struct {
		answer answer
		edit   func(*edo.DraftRequest)
		kind   edo.Kind
		reason edo.Reason
	}{
		"nil":          {answer: ok(op, "<"+op+"Result i:nil='true'/>"), kind: edo.Unavailable, reason: edo.AnswerUnreadable},
		"empty":        {answer: resultOf(op, "<a:Content/><a:Name>n</a:Name>"), kind: edo.Unavailable, reason: edo.AnswerUnreadable},
		"moved on":     {answer: refusal("WorkflowViolation"), kind: edo.Refused, reason: edo.OperatorRefused},
		"denied":       {answer: refusal("AccessDeniedError"), kind: edo.Denied, reason: edo.OperatorRefused},
		"no text":      {edit: func(q *edo.DraftRequest) { q.Text = "" }, kind: edo.Invalid, reason: edo.TextMissing},
		"no document":  {edit: func(q *edo.DraftRequest) { q.Ref.Remote = "" }, kind: edo.Invalid},
		"a bare sign":  {edit: func(q *edo.DraftRequest) { q.Kind = edo.AnswerSign }, kind: edo.Invalid},
		"accept":       {edit: func(q *edo.DraftRequest) { q.Kind = edo.AnswerAcceptRevocation }, kind: edo.Invalid},
		"unknown kind": {edit: func(q *edo.DraftRequest) { q.Kind = "wave" }, kind: edo.Invalid},
	} {
		server := newScript(t)
		server.say(op, tc.answer)
		q := q
		if tc.edit != nil {
			tc.edit(&q)
		}
		if _, err := server.open().Draft(t.Context(), q, io.Discard); edo.KindOf(err) != tc.kind || edo.ReasonOf(err) != tc.reason {
			t.Errorf("%s: %v", name, err)
		}
		if n := len(server.operations()); tc.edit != nil && n != 0 {
			t.Errorf("%s: %d requests left", name, n)
		}
	}
}

func TestArchiveAnswers(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		answer answer
		kind   edo.Kind
		reason edo.Reason
	}{
		"nil":     {ok(archiveOp, "<"+archiveOp+"Result i:nil='true'/>"), edo.NotReady, edo.EvidenceNotReady},
		"empty":   {resultOf(archiveOp, "<a:Content/>"), edo.NotReady, edo.EvidenceNotReady},
		"failed":  {refusal("DownloadDocumentFlowArchiveFailed"), edo.NotReady, edo.EvidenceNotReady},
		"unknown": {refusal("DocumentNotFound"), edo.NotReady, edo.EvidenceNotReady},
		"off":     {refusal("FeatureDisabled"), edo.NotSupported, edo.OperatorRefused},
		"denied":  {refusal("AccessDeniedError"), edo.Denied, edo.OperatorRefused},
		"broken":  {refusal("UnexpectedError"), edo.Unavailable, edo.OperatorUnavailable},
	} {
		server := newScript(t)
		server.say(archiveOp, tc.answer)
		if _, err := server.open().FlowArchive(t.Context(), edo.Ref{Remote: remoteID}, true, io.Discard); edo.KindOf(err) != tc.kind || edo.ReasonOf(err) != tc.reason {
			t.Errorf("%s: %v", name, err)
		}
	}
	server := newScript(t)
	server.say(archiveBareOp, resultOf(archiveBareOp, "<a:Content>UEsDBA==</a:Content><a:Name>a.zip</a:Name>"))
	var out bytes.Buffer
	got, err := server.open().FlowArchive(t.Context(), edo.Ref{Remote: remoteID}, false, &out)
	if diff := cmp.Diff(edo.Form{Name: "a.zip", Size: 4, Source: archiveBareOp}, got); diff != "" || err != nil || out.String() != "PK\x03\x04" {
		t.Errorf("%v, %q\n%s", err, out.String(), diff)
	}
}

func TestEnhancedAnswers(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		answer answer
		want   string
		kind   edo.Kind
		after  time.Duration
	}{
		"ready":            {answer: resultOf(enhancedOp, "<a:CreateStatus>Success</a:CreateStatus><a:CreateTime>2026-11-17T09:31:04</a:CreateTime><a:FailedInfo i:nil='true'/><a:Raw>Y21z</a:Raw>"), want: "cms"},
		"being made":       {answer: resultOf(enhancedOp, "<a:CreateStatus>InProgress</a:CreateStatus><a:CreateTime>2026-11-17T09:55:00</a:CreateTime>"), kind: edo.NotReady, after: 10 * time.Minute},
		"flags of nothing": {answer: resultOf(enhancedOp, "<a:CreateStatus></a:CreateStatus><a:CreateTime>2026-11-17T12:55:00+03:00</a:CreateTime>"), kind: edo.NotReady, after: 10 * time.Minute},
		"the time passed":  {answer: resultOf(enhancedOp, "<a:CreateStatus>InProgress</a:CreateStatus><a:CreateTime>2026-11-17T09:00:00Z</a:CreateTime>"), kind: edo.NotReady, after: enhancedPause},
		"far away":         {answer: resultOf(enhancedOp, "<a:CreateStatus>InProgress</a:CreateStatus><a:CreateTime>2036-11-17T09:00:00Z</a:CreateTime>"), kind: edo.NotReady, after: enhancedLonger},
		"ready and empty":  {answer: resultOf(enhancedOp, "<a:CreateStatus>Success</a:CreateStatus><a:Raw/>"), kind: edo.NotReady, after: enhancedPause},
		"impossible":       {answer: resultOf(enhancedOp, "<a:CreateStatus>Failed</a:CreateStatus><a:FailedInfo><a:Message>m</a:Message><a:Reason>SignerCertificateIsRevoked</a:Reason></a:FailedInfo>"), kind: edo.Refused},
		"not now":          {answer: resultOf(enhancedOp, "<a:CreateStatus>Failed</a:CreateStatus><a:FailedInfo><a:Reason>RevocationInfoUnavailable</a:Reason></a:FailedInfo>"), kind: edo.NotReady, after: enhancedPause},
		"not found":        {answer: refusal("EnhancedSignNotFound"), kind: edo.NotReady},
		"nil":              {answer: ok(enhancedOp, "<"+enhancedOp+"Result i:nil='true'/>"), kind: edo.NotReady, after: enhancedPause},
	} {
		server := newScript(t)
		server.say(enhancedOp, tc.answer)
		got, err := server.open().Enhanced(t.Context(), signatureID)
		if tc.kind != 0 {
			if e := asError(t, err); e.Kind != tc.kind || e.RetryAfter != tc.after {
				t.Errorf("%s: %v after %v", name, err, e.RetryAfter)
			}
			continue
		}
		if err != nil || string(got.CMS) != tc.want {
			t.Errorf("%s: %q, %v", name, got.CMS, err)
		}
	}
}
