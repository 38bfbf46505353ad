package hosttest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
)

func forgedActors(t conformance.T, s *Suite) {
	h := s.common(t)
	for i, actor := range []string{
		stranger, other, reading, "IVANOVA", "ivanova2", "ivan", "*", "%", "ivanova for head", "nobody for ivanova", "ivanova;petrov",
	} {
		l := letterOf(cut, fmt.Sprintf("forged-%d", i), []byte("x"))
		l.actor = actor
		_, err := upload(t.Context(), h.wire, s.parts(l)...)
		if actor == stranger || actor == other || actor == reading {
			refused(t, actor, err, codes.PermissionDenied, "user-not-allowed")
		} else if !deniedOrInvalid(err) {
			t.Errorf("%q: %v", actor, err)
		}
		nothingKept(t, h.wire, l)
	}
	for i, actor := range []string{"", " ", "ivanova ", " ivanova", "ivanova\n", "ivanova\x00"} {
		l := letterOf(cut, fmt.Sprintf("unnamed-%d", i), []byte("x"))
		l.actor = actor
		_, err := upload(t.Context(), h.wire, s.parts(l)...)
		if !deniedOrInvalid(err) {
			t.Errorf("%q: %v", actor, err)
		}
		if _, faults := detailOf(err); len(faults) > 0 {
			t.Errorf("%q: %q", actor, faults)
		}
		nothingKept(t, h.wire, l)
	}
}

func revokedActor(t conformance.T, s *Suite) {
	h, ctx := s.common(t), t.Context()
	user := &dmspb.User{Actor: "visitor", Subscriber: cut, Actions: []dmspb.Action{dmspb.Action_ACTION_SEND}}
	try := func(id string) error {
		l := letterOf(cut, id, []byte("x"))
		l.actor = user.Actor
		_, err := upload(ctx, h.wire, s.parts(l)...)
		return err
	}
	refused(t, "before he was allowed", try("visitor-1"), codes.PermissionDenied, "user-not-allowed")
	if _, err := h.directory.AllowUser(ctx, &dmspb.AllowUserRequest{User: user}); err != nil {
		t.Fatalf("%v", err)
	}
	if err := try("visitor-2"); err != nil {
		t.Errorf("allowed: %v", err)
	}
	if _, err := h.directory.RevokeUser(ctx, &dmspb.RevokeUserRequest{Subscriber: cut, Actor: user.Actor}); err != nil {
		t.Fatalf("%v", err)
	}
	refused(t, "revoked", try("visitor-3"), codes.PermissionDenied, "user-not-allowed")
	user.From = timestamppb.New(s.Now().Add(time.Hour))
	if _, err := h.directory.AllowUser(ctx, &dmspb.AllowUserRequest{User: user}); err != nil {
		t.Fatalf("%v", err)
	}
	refused(t, "not yet", try("visitor-4"), codes.PermissionDenied, "")
}

// asked are all calls that name a user, with everything else in order.
func asked(s *Suite, l letter) map[string]func(ctx context.Context, w wire, actor string) error {
	key := l.key()
	subscriber, document := l.subscriber, "no-such-document"
	return map[string]func(ctx context.Context, w wire, actor string) error{
		"Exchange.Send": func(ctx context.Context, w wire, actor string) error {
			mine := letterOf(subscriber, "asked", []byte("x"))
			mine.actor = actor
			_, err := upload(ctx, w, s.parts(mine)...)
			return err
		},
		"Exchange.Content": func(ctx context.Context, w wire, actor string) error {
			r := original(l, 0)
			r.Actor = actor
			_, _, _, err := content(ctx, w, r)
			return err
		},
		"Answers.Answer": func(ctx context.Context, w wire, actor string) error {
			_, err := w.answers.Answer(ctx, &dmspb.AnswerRequest{Subscriber: subscriber, Actor: actor, Kind: dmspb.AnswerKind_ANSWER_KIND_SIGN, Document: document, Signer: signer})
			return err
		},
		"Answers.Offers": func(ctx context.Context, w wire, actor string) error {
			_, err := w.answers.Offers(ctx, &dmspb.OffersRequest{Subscriber: subscriber, Actor: actor, Document: document})
			return err
		},
		"Answers.SetTerm": func(ctx context.Context, w wire, actor string) error {
			_, err := w.answers.SetTerm(ctx, &dmspb.SetTermRequest{Subscriber: subscriber, Actor: actor, Document: document, Due: timestamppb.New(s.Now().Add(time.Hour))})
			return err
		},
		"Answers.AnswerOtherwise": func(ctx context.Context, w wire, actor string) error {
			_, err := w.answers.AnswerOtherwise(ctx, &dmspb.AnswerOtherwiseRequest{
				Subscriber: subscriber, Actor: actor, Document: document, Channel: dmspb.Channel_CHANNEL_PAPER, Reason: "так просили",
			})
			return err
		},
		"Signing.ListTasks": func(ctx context.Context, w wire, actor string) error {
			_, err := w.signing.ListTasks(ctx, &dmspb.ListTasksRequest{Subscriber: subscriber, Actor: actor})
			return err
		},
		"Signing.Complete": func(ctx context.Context, w wire, actor string) error {
			_, err := w.signing.Complete(ctx, &dmspb.CompleteRequest{Key: key, Document: documentID(0), Actor: actor, Signature: []byte("x")})
			return err
		},
		"Signing.Decline": func(ctx context.Context, w wire, actor string) error {
			_, err := w.signing.Decline(ctx, &dmspb.DeclineRequest{Key: key, Document: documentID(0), Actor: actor, Text: "нет"})
			return err
		},
		"Counterparties.Find": func(ctx context.Context, w wire, actor string) error {
			_, err := w.counterparties.Find(ctx, &dmspb.FindRequest{Subscriber: subscriber, Actor: actor, Counterparty: &dmspb.Counterparty{Inn: s.Operator.ToINN}})
			return err
		},
		"Counterparties.Ensure": func(ctx context.Context, w wire, actor string) error {
			_, err := w.counterparties.Ensure(ctx, &dmspb.EnsureRequest{
				Subscriber: subscriber, Actor: actor, Introduction: &dmspb.Introduction{Counterparty: &dmspb.Counterparty{Inn: s.Operator.ToINN}},
			})
			return err
		},
		"Work.Explain": func(ctx context.Context, w wire, actor string) error {
			_, err := w.work.Explain(ctx, &dmspb.ExplainRequest{Key: key, Actor: actor})
			return err
		},
		"Work.Retry": func(ctx context.Context, w wire, actor string) error {
			_, err := w.work.Retry(ctx, &dmspb.RetryRequest{Key: key, Actor: actor, Why: "видно"})
			return err
		},
		"Work.Cancel": func(ctx context.Context, w wire, actor string) error {
			_, err := w.work.Cancel(ctx, &dmspb.CancelRequest{Key: key, Actor: actor, Why: "видно"})
			return err
		},
		"Work.Decide": func(ctx context.Context, w wire, actor string) error {
			_, err := w.work.Decide(ctx, &dmspb.DecideRequest{Key: key, Actor: actor, Why: "видно"})
			return err
		},
		"Actions.Invoke": func(ctx context.Context, w wire, actor string) error {
			_, err := w.actions.Invoke(ctx, &dmspb.InvokeRequest{Action: "retry", Card: &dmspb.CardRef{Key: key}, Actor: actor, Parameters: map[string]string{"why": "видно"}})
			return err
		},
		"MessageLog.Query": func(ctx context.Context, w wire, actor string) error {
			_, err := w.log.Query(ctx, &dmspb.QueryRequest{Subscriber: subscriber, Actor: actor})
			return err
		},
	}
}

func everyCallAsks(t conformance.T, s *Suite) {
	h, l := s.common(t), letterOf(cut, "asked-about", []byte("x"))
	s.send(t, h.wire, l)
	for what, call := range asked(s, l) {
		refused(t, what+" by nobody known", call(t.Context(), h.wire, stranger), codes.PermissionDenied, "user-not-allowed")
		refused(t, what+" by somebody else's user", call(t.Context(), h.wire, other), codes.PermissionDenied, "user-not-allowed")
		err := call(t.Context(), h.wire, "")
		if !deniedOrInvalid(err) {
			t.Errorf("%s by no user: %v", what, err)
		}
		if _, faults := detailOf(err); err != nil && len(faults) > 0 {
			t.Errorf("%s by no user: %q", what, faults)
		}
	}
	for what, err := range map[string]error{
		"PutSubscriber": second(h.directory.PutSubscriber(t.Context(), &dmspb.PutSubscriberRequest{Subscriber: &dmspb.Subscriber{Id: cut}, By: stranger})),
		"AllowUser": second(h.directory.AllowUser(t.Context(), &dmspb.AllowUserRequest{
			User: &dmspb.User{Actor: stranger, Subscriber: cut, Actions: []dmspb.Action{dmspb.Action_ACTION_SEND}}, By: stranger,
		})),
		"RevokeUser": second(h.directory.RevokeUser(t.Context(), &dmspb.RevokeUserRequest{Subscriber: cut, Actor: clerk, By: stranger})),
		"SetCredentials": second(h.directory.SetCredentials(t.Context(), &dmspb.SetCredentialsRequest{
			Subscriber: cut, By: stranger, Login: &dmspb.SetCredentialsRequest_Password{Password: &dmspb.Password{Login: "x", Password: "x"}},
		})),
		"PutSigner": second(h.directory.PutSigner(t.Context(), &dmspb.PutSignerRequest{Signer: &dmspb.Signer{Id: signer, Subscriber: cut}, By: stranger})),
	} {
		refused(t, "Directory."+what+" by nobody known", err, codes.PermissionDenied, "user-not-allowed")
	}
}

func second[A any](_ A, err error) error { return err }

func notFound(t conformance.T, s *Suite) {
	h, none := s.common(t), &dmspb.Key{Subscriber: cut, Package: "none"}
	_, err := h.exchange.Status(t.Context(), &dmspb.StatusRequest{Key: none})
	refused(t, "Status of no package", err, codes.NotFound, "")
	_, err = h.work.Explain(t.Context(), &dmspb.ExplainRequest{Key: none, Actor: clerk})
	refused(t, "Explain of no package", err, codes.NotFound, "")
	_, _, _, err = content(t.Context(), h.wire, original(letterOf(cut, "none"), 0))
	refused(t, "Content of no package", err, codes.NotFound, "")
	watch, err := h.exchange.Watch(t.Context(), &dmspb.WatchRequest{Key: none})
	if err == nil {
		_, err = watch.Recv()
	}
	refused(t, "Watch of no package", err, codes.NotFound, "")
}

// nonsense calls everything with nothing in it.
func nonsense(t conformance.T, s *Suite) {
	h := s.common(t)
	services := dmspb.File_dms_proto.Services()
	for i := range services.Len() {
		methods := services.Get(i).Methods()
		for j := range methods.Len() {
			m := methods.Get(j)
			if m.Name() == "Drain" {
				continue // it would end what others need
			}
			err := blank(t.Context(), h.conn, m)
			if err == nil || status.Code(err) == codes.DeadlineExceeded {
				continue // some need nothing, and whoever follows nobody hears nothing
			}
			for _, f := range second2(detailOf(err)) {
				t.Errorf("%s: %s", m.FullName(), f)
			}
		}
	}
}

func second2[A, B any](_ A, b B) B { return b }

// blank sends one empty message and waits for the first answer.
func blank(ctx context.Context, conn *grpc.ClientConn, m protoreflect.MethodDescriptor) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	name := "/" + string(m.Parent().FullName()) + "/" + string(m.Name())
	stream, err := conn.NewStream(ctx, &grpc.StreamDesc{ServerStreams: m.IsStreamingServer(), ClientStreams: m.IsStreamingClient()}, name)
	if err != nil {
		return err
	}
	if err := stream.SendMsg(proto.Message(dynamicpb.NewMessage(m.Input()))); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if err := stream.CloseSend(); err != nil {
		return err
	}
	err = stream.RecvMsg(dynamicpb.NewMessage(m.Output()))
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

func unknownCall(t conformance.T, s *Suite) {
	h := s.common(t)
	for _, method := range []string{"/edokit.dms.v1.Exchange/Unheard", "/edokit.dms.v1.Unheard/Call", "/edokit.dms.v2.Exchange/Send"} {
		err := h.conn.Invoke(t.Context(), method, &dmspb.GetInfoRequest{}, &dmspb.GetInfoResponse{})
		refused(t, method, err, codes.Unimplemented, "")
	}
}

func manyFaults(t conformance.T, s *Suite) {
	h := s.common(t)
	l := letterOf(cut, "faults-100", slices.Repeat([][]byte{[]byte("x")}, 100)...)
	parts := s.parts(l)
	for _, p := range parts[1:101] {
		d := p.GetDocument()
		d.Name, d.Signer, d.Sum = "/"+strings.Repeat("длинное/", 20), "", "много"
	}
	_, err := upload(t.Context(), h.wire, parts...)
	refused(t, "a hundred wrong documents", err, codes.InvalidArgument, "")
	if d, _ := detailOf(err); int(d.GetLeftOut())+len(d.GetFaults()) < 300 || len(d.GetFaults()) < 3 {
		t.Errorf("%d faults, %d left out", len(d.GetFaults()), d.GetLeftOut())
	}
}
