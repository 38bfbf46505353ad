package hosttest

import (
	"encoding/pem"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
)

// nobodysEvents: a subscriber that is misspelt is told so, instead of being waited for.
func nobodysEvents(t conformance.T, s *Suite) {
	h, ctx := s.common(t), t.Context()
	const wrong = "cut-of"
	follow, err := h.exchange.Follow(ctx, &dmspb.FollowRequest{Subscriber: wrong})
	if err == nil {
		_, err = follow.Recv()
	}
	for what, err := range map[string]error{
		"Deliver":      second(h.exchange.Deliver(ctx, &dmspb.DeliverRequest{Subscriber: wrong})),
		"Acknowledge":  second(h.exchange.Acknowledge(ctx, &dmspb.AcknowledgeRequest{Subscriber: wrong, Consumer: "dms", Seq: 1})),
		"Acknowledged": second(h.exchange.Acknowledged(ctx, &dmspb.AcknowledgedRequest{Subscriber: wrong, Consumer: "dms"})),
		"Follow":       err,
	} {
		refused(t, what+" of nobody", err, codes.NotFound, "subscriber-unknown")
	}
}

// administeredAgain: whoever administers repeats a call whose answer was lost.
func administeredAgain(t conformance.T, s *Suite) {
	h, ctx, o := s.common(t), t.Context(), s.Operator
	user := &dmspb.User{Actor: "again", Subscriber: silent, Actions: []dmspb.Action{dmspb.Action_ACTION_READ}}
	for what, call := range map[string]func() error{
		"PutSubscriber": func() error {
			return second(h.directory.PutSubscriber(ctx, &dmspb.PutSubscriberRequest{Subscriber: &dmspb.Subscriber{
				Id: "again", Title: "again", Operator: o.Name, Endpoint: o.Endpoint, Box: o.Box, Inn: o.INN, Kpp: o.KPP, LoginKind: dmspb.LoginKind_LOGIN_KIND_PASSWORD, Login: o.Login,
			}}))
		},
		"AllowUser": func() error { return second(h.directory.AllowUser(ctx, &dmspb.AllowUserRequest{User: user})) },
		"SetCredentials": func() error {
			return second(h.directory.SetCredentials(ctx, &dmspb.SetCredentialsRequest{
				Subscriber: silent, Login: &dmspb.SetCredentialsRequest_Password{Password: &dmspb.Password{Login: o.Login, Password: o.Password}},
			}))
		},
		"PutSigner": func() error {
			return second(h.directory.PutSigner(ctx, &dmspb.PutSignerRequest{
				Signer: &dmspb.Signer{Id: signer, Subscriber: silent}, Key: &dmspb.KeyPair{Certificate: o.Certificate, Key: o.Key},
			}))
		},
	} {
		for n := range 3 {
			if err := call(); err != nil {
				t.Errorf("%s, time %d: %v", what, n+1, err)
			}
		}
	}
	users, err := h.directory.ListUsers(ctx, &dmspb.ListUsersRequest{Subscriber: silent})
	n := 0
	for _, u := range users.GetUsers() {
		if u.GetActor() == user.GetActor() {
			n++
		}
	}
	if err != nil || n != 1 {
		t.Errorf("allowed three times, listed %d times, %v", n, err)
	}
}

// declined: what waits for a key of the host is listed, is not ended by nonsense, and ends once.
func declined(t conformance.T, s *Suite) {
	h, ctx := s.common(t), t.Context()
	const away = "away" // a signer whose key only the host has
	certificate, _ := pem.Decode(s.Operator.Certificate)
	if certificate == nil {
		t.Fatalf("the certificate is not PEM")
	}
	stored, err := h.directory.PutSigner(ctx, &dmspb.PutSignerRequest{Signer: &dmspb.Signer{
		Id: away, Subscriber: working, Certificate: certificate.Bytes, Place: dmspb.KeyPlace_KEY_PLACE_HOST,
	}})
	if err != nil {
		t.Fatalf("PutSigner: %v", err)
	}
	l := letterOf(working, "declined", []byte("Просим подписать."))
	parts := s.parts(l)
	parts[1].GetDocument().Signer = away
	if _, err := upload(ctx, h.wire, parts...); err != nil {
		t.Fatalf("Send: %v", err)
	}
	task := s.task(t, h, l)
	if !proto.Equal(task.GetRequired(), stored.GetSigner().GetInfo()) || task.GetSigner() != away || task.GetSize() != int64(len(l.bodies[0])) || task.GetDeadline() == nil {
		t.Errorf("the task: %v", task)
	}
	complete := func() error {
		return second(h.signing.Complete(ctx, &dmspb.CompleteRequest{Key: l.key(), Document: documentID(0), Actor: clerk, Signature: []byte("not a signature")}))
	}
	decline := func() error {
		return second(h.signing.Decline(ctx, &dmspb.DeclineRequest{Key: l.key(), Document: documentID(0), Actor: clerk, Text: "не подпишу"}))
	}
	refused(t, "nonsense as a signature", complete(), codes.InvalidArgument, "")
	if s.task(t, h, l) == nil {
		t.Errorf("nonsense has ended the task")
	}
	if err := decline(); err != nil {
		t.Errorf("Decline: %v", err)
	}
	if s.waiting(t, h, l) != nil {
		t.Errorf("the declined task still waits")
	}
	if err := complete(); err == nil {
		t.Errorf("a declined task can be completed")
	}
}

// task waits for the task of a package.
func (s *Suite) task(t conformance.T, h *host, l letter) *dmspb.SignatureTask {
	for {
		if task := s.waiting(t, h, l); task != nil {
			return task
		}
		select {
		case <-t.Context().Done():
			t.Fatalf("no task is listed")
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func (*Suite) waiting(t conformance.T, h *host, l letter) *dmspb.SignatureTask {
	r, err := h.signing.ListTasks(t.Context(), &dmspb.ListTasksRequest{Subscriber: l.subscriber, Actor: clerk})
	if err != nil {
		t.Fatalf("ListTasks: %v", err)
	}
	for _, task := range r.GetTasks() {
		if proto.Equal(task.GetKey(), l.key()) {
			return task
		}
	}
	return nil
}
