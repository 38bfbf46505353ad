package wire

import (
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
	"github.com/edokit/edokit/edo"
)

// full fills every exported field of a word with a value that is not zero, so that a forgotten field shows.
func full(v reflect.Value, n int) {
	at := time.Date(2026, 11, 21, 12, 0, n, 5, time.UTC)
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(at))
		return
	case edo.State:
		v.SetString(string(edo.StateInDoubt))
		return
	case edo.StampState:
		v.SetString(string(edo.StampRejected))
		return
	case edo.Role:
		v.SetString(string(edo.RoleOperatorForm))
		return
	case edo.EventKind:
		v.SetString(string(edo.EventVersion))
		return
	case edo.VerdictState:
		v.SetString(string(edo.VerdictOperatorOnly))
		return
	case edo.Flow:
		v.SetString(string(edo.FlowInternal))
		return
	case edo.Channel:
		v.SetString(string(edo.ChannelPaper))
		return
	case edo.AnswerKind:
		v.SetString(string(edo.AnswerRevoke))
		return
	case edo.Class:
		v.SetString(string(edo.ClassRefusal))
		return
	case edo.InboundState:
		v.SetString(string(edo.InboundClosed))
		return
	case edo.TermState:
		v.SetString(string(edo.TermMet))
		return
	case edo.TaskState:
		v.SetString(string(edo.TaskOverdue))
		return
	case edo.CounterpartyState:
		v.SetString(string(edo.CounterpartyChoice))
		return
	case edo.RelationState:
		v.SetString(string(edo.RelationAsked))
		return
	case edo.Outcome:
		v.SetString(string(edo.OutcomeSilent))
		return
	case edo.Direction:
		v.SetString(string(edo.Inbound))
		return
	case edo.Place:
		v.SetString(string(edo.PlaceList))
		return
	case edo.CardCall:
		v.SetString(string(edo.CallDecide))
		return
	case edo.Action:
		v.SetString(string(edo.ActionRead))
		return
	case edo.UnverifiedPolicy:
		v.SetString(string(edo.RefuseUnverified))
		return
	case directory.Place:
		v.SetString(string(directory.PlaceCommand))
		return
	case directory.LoginKind:
		v.SetString(string(directory.LoginCertificate))
		return
	case edo.Masked: // never part of a row on the wire
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("текст-" + string(rune('a'+n%26)))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(1000 + n))
	case reflect.Uint8:
		v.SetUint(uint64(1 + n%250))
	case reflect.Array:
		for i := range v.Len() {
			full(v.Index(i), n+i)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			full(v.Index(i), n+i+1)
		}
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		full(key, n)
		full(value, n+1)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		full(v.Elem(), n)
	case reflect.Struct:
		for i := range v.NumField() {
			full(v.Field(i), n+i+1)
		}
	default:
	}
}

func filled[W any]() W {
	var w W
	full(reflect.ValueOf(&w).Elem(), 1)
	return w
}

// there converts word → message → bytes → message → word.
func there[W any, P interface {
	*M
	proto.Message
}, M any](t *testing.T, to func(W) P, from func(P) W, w W,
) W {
	t.Helper()
	raw, err := proto.Marshal(to(w))
	if err != nil {
		t.Fatal(err)
	}
	m := P(new(M))
	if err := proto.Unmarshal(raw, m); err != nil {
		t.Fatal(err)
	}
	return from(m)
}

// check runs the three rows that every conversion begins with: nil, zero and full.
func check[W any, P interface {
	*M
	proto.Message
}, M any](t *testing.T, name string, to func(W) P, from func(P) W,
) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		var zero W
		for row, got := range map[string]W{"nil": from(nil), "zero": there(t, to, from, zero)} {
			if diff := cmp.Diff(zero, got, enabledByDefault()); diff != "" {
				t.Errorf("%s (-want +got):\n%s", row, diff)
			}
		}
		want := filled[W]()
		if diff := cmp.Diff(want, there(t, to, from, want)); diff != "" {
			t.Errorf("full (-want +got):\n%s", diff)
		}
	})
}

// enabledByDefault: an absent "disabled" means enabled, the one place where absent is not the zero word.
func enabledByDefault() cmp.Option {
	return cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Enabled" }, cmp.Ignore())
}

func TestRoundTrips(t *testing.T) {
	t.Parallel()
	check(t, "key", ToKey, FromKey)
	check(t, "operation", ToOperation, FromOperation)
	check(t, "version", ToVersion, FromVersion)
	check(t, "event", toEvent, fromEvent)
	check(t, "counterparty", ToCounterparty, fromCounterparty)
	check(t, "address", toAddress, fromAddress)
	check(t, "signer info", toSignerInfo, fromSignerInfo)
	check(t, "subscriber", ToSubscriber, FromSubscriber)
	check(t, "user", ToUser, FromUser)
	check(t, "signer", ToSigner, FromSigner)
	check(t, "log row", ToLogRow, FromLogRow)
	check(t, "query", ToQuery, FromQuery)
	check(t, "card type", toCardType, fromCardType)
	check(t, "card state", toCardState, fromCardState)
	check(t, "answer", ToAnswer, FromAnswer)
	check(t, "inbound", ToInbound, FromInbound)
	check(t, "counterparty status", ToCounterpartyStatus, FromCounterpartyStatus)
	check(t, "decision", func(d edo.Decision) *dmspb.DecideRequest { return ToDecision(edo.Key{}, "", d) }, FromDecision)
}

// TestExplanationRoundTrip: a page has no jobs, attempts and mail on the wire, and of the exchanges the ids.
func TestExplanationRoundTrip(t *testing.T) {
	t.Parallel()
	want := filled[edo.Explanation]()
	want.Message, want.Counterparty, want.Box, want.Documents, want.Answers, want.Jobs, want.Attempts = nil, nil, nil, nil, nil, nil, nil
	want.Key = want.Operation.Key
	for i := range want.Calls {
		want.Calls[i] = edo.Call{ID: want.Calls[i].ID}
	}
	if diff := cmp.Diff(want, there(t, ToExplanation, FromExplanation, want)); diff != "" {
		t.Error(diff)
	}
}

func TestPackageRoundTrip(t *testing.T) {
	t.Parallel()
	want := edo.Package{ID: "p", Subscriber: "s", Actor: "a", To: edo.Counterparty{INN: "1", KPP: "2", Name: "3", Box: "4"}}
	want.Channel, want.Flow, want.InReplyTo, want.Set, want.Period = edo.ChannelEMail, edo.FlowInternal, "r", "run", "2026-11"
	want.Consents = []edo.Consent{{ID: "pd", Text: edo.Digest{2}, At: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC), Person: "Иванов"}}
	want.Documents = []edo.Document{{
		ID: "d", Name: "n", Kind: "k", Number: "5", Comment: "c", ExternalID: "e", Content: edo.Content{Size: 7, Digest: edo.Digest{1}},
		Signer: "head", Signature: []byte{1, 2}, NeedSign: true, NeedReceipt: true,
		Type: "Invoice", Date: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC), Sum: "1.50", Related: []edo.RemoteID{"x"},
	}}
	got, n, err := FromPackageHeader(ToPackageHeader(want))
	if err != nil || n != 1 {
		t.Fatal(n, err)
	}
	d, err := FromDocumentHeader("d", ToDocumentHeader(want.Documents[0]))
	if err != nil {
		t.Fatal(err)
	}
	got.Documents = append(got.Documents, d)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if p, n, err := FromPackageHeader(nil); err != nil || n != 0 || p.ID != "" {
		t.Error("nil header:", p, n, err)
	}
	if d, err := FromDocumentHeader("d", nil); err != nil || d.ID != "" {
		t.Error("nil document:", d, err)
	}
}

// TestEnumsAreComplete sees that every number of the contract has its word and the other way round.
func TestEnumsAreComplete(t *testing.T) {
	t.Parallel()
	complete(t, states(), dmspb.State_name)
	complete(t, stampStates(), dmspb.StampState_name)
	complete(t, roles(), dmspb.Role_name)
	complete(t, directions(), dmspb.Direction_name)
	complete(t, cardPlaces(), dmspb.Place_name)
	complete(t, cardCalls(), dmspb.CardCall_name)
	complete(t, verdicts(), dmspb.Verdict_name)
	complete(t, eventKinds(), dmspb.EventKind_name)
	complete(t, repeats(), dmspb.Repeat_name)
	complete(t, outcomes(), dmspb.Outcome_name)
	complete(t, policies(), dmspb.UnverifiedPolicy_name)
	complete(t, actions(), dmspb.Action_name)
	complete(t, loginKinds(), dmspb.LoginKind_name)
	complete(t, places(), dmspb.KeyPlace_name)
	complete(t, kinds()[1:], dmspb.Kind_name) // 0 is internal
	complete(t, answerKinds(), dmspb.AnswerKind_name)
	complete(t, flows(), dmspb.Flow_name)
	complete(t, channels(), dmspb.Channel_name)
	complete(t, classes(), dmspb.DocumentClass_name)
	complete(t, inboundStates(), dmspb.InboundState_name)
	complete(t, termStates(), dmspb.TermState_name)
	complete(t, taskStates(), dmspb.TaskState_name)
	complete(t, counterpartyStates(), dmspb.CounterpartyState_name)
	complete(t, relationStates(), dmspb.RelationState_name)
}

func complete[P ~int32, W comparable](t *testing.T, table []pair[P, W], names map[int32]string) {
	t.Helper()
	words := map[W]bool{}
	for _, p := range table {
		if words[p.word] || p.wire == 0 || names[int32(p.wire)] == "" {
			t.Errorf("%v stands twice, as 0 or for no number", p)
		}
		words[p.word] = true
	}
	if len(table) != len(names)-1 {
		t.Errorf("%T: %d words for %d numbers", table, len(table), len(names)-1)
	}
}
