package hosttest

import (
	"errors"
	"io"

	"google.golang.org/protobuf/proto"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
)

// noSecretBack gives credentials in every way, lets some of them be refused, works with them, and then asks for all that a
// host can read. The log is at its most talkative. What was heard is searched when the plugin has ended.
func noSecretBack(t conformance.T, s *Suite) {
	h, ctx, o := s.furnished(t, func(e environment) { e[envLog] = "debug" }), t.Context(), s.Operator
	for _, login := range []*dmspb.SetCredentialsRequest{
		{Login: &dmspb.SetCredentialsRequest_Certificate{Certificate: &dmspb.KeyPair{Certificate: o.Certificate, Key: o.Key, Password: o.Password}}},
		{Login: &dmspb.SetCredentialsRequest_CertificatePassword{CertificatePassword: &dmspb.CertificatePassword{Certificate: o.Certificate, Password: o.Password}}},
		{Login: &dmspb.SetCredentialsRequest_Identity{Identity: &dmspb.ForeignToken{Token: o.Password}}},
		{Login: &dmspb.SetCredentialsRequest_Access{Access: &dmspb.ForeignToken{Token: o.Password}}},
		{Login: &dmspb.SetCredentialsRequest_Password{Password: &dmspb.Password{Login: "", Password: o.Password}}},
		{Login: &dmspb.SetCredentialsRequest_Password{Password: &dmspb.Password{Login: o.Login, Password: o.Password}}, Next: true},
	} {
		for _, subscriber := range []string{silent, "unheard"} {
			one := proto.CloneOf(login)
			one.Subscriber = subscriber
			_, _ = h.directory.SetCredentials(ctx, one) // refused or not, it is heard
		}
	}
	for _, key := range []*dmspb.KeyPair{
		{Certificate: []byte("no certificate"), Key: o.Key},
		{Certificate: o.Certificate, Key: append([]byte("broken "), o.Key...)},
		{Key: []byte(o.Password), Password: o.Password},
	} {
		if _, err := h.directory.PutSigner(ctx, &dmspb.PutSignerRequest{Signer: &dmspb.Signer{Id: "broken", Subscriber: silent}, Key: key}); err == nil {
			t.Errorf("a signer without a usable key is stored")
		}
	}
	l := letterOf(working, "p", []byte("письмо"))
	s.send(t, h.wire, l)
	stream, err := h.exchange.Watch(ctx, &dmspb.WatchRequest{Key: l.key()})
	if err != nil {
		t.Fatalf("%v", err)
	}
	for ; err == nil; _, err = stream.Recv() {
	}
	if !errors.Is(err, io.EOF) {
		t.Fatalf("%v", err)
	}
	for _, subscriber := range []string{working, cut} {
		_, _ = h.directory.ListSigners(ctx, &dmspb.ListSignersRequest{Subscriber: subscriber})
		_, _ = h.directory.ListUsers(ctx, &dmspb.ListUsersRequest{Subscriber: subscriber})
		everything(t, h.wire, subscriber)
	}
	_, _ = h.directory.ListSubscribers(ctx, &dmspb.ListSubscribersRequest{})
	_, _ = h.work.Explain(ctx, &dmspb.ExplainRequest{Key: l.key(), Actor: clerk})
	rows, err := h.log.Query(ctx, &dmspb.QueryRequest{Subscriber: working, Actor: clerk})
	if err != nil || len(rows.GetRows()) < 3 {
		t.Fatalf("%d rows of the log, %v", len(rows.GetRows()), err)
	}
	for _, row := range rows.GetRows() {
		for _, side := range []dmspb.Side{dmspb.Side_SIDE_REQUEST, dmspb.Side_SIDE_ANSWER} {
			raw, err := h.log.RawXML(ctx, &dmspb.RawXMLRequest{Id: row.GetId(), Side: side, Actor: clerk})
			for ; err == nil; _, err = raw.Recv() {
			}
			if !errors.Is(err, io.EOF) {
				t.Errorf("%v of row %s: %v", side, row.GetId(), err)
			}
		}
	}
	order(t, h)
}
