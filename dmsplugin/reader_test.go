package dmsplugin_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/edo"
)

// TestReadersAreNamed: who is not named, or may not read, gets neither content, nor raw XML, nor rows.
func TestReadersAreNamed(t *testing.T) {
	t.Parallel()
	client, ctx := launch(t), t.Context()
	op, err := client.Send(ctx, letter("m-1", []byte("first"), []byte("second")))
	if err != nil {
		t.Fatal(err)
	}
	rows := directory.ExchangeFilter{Subscriber: "our-firm"}
	for actor, want := range map[edo.ActorID]edo.Reason{"": edo.UserNotAllowed, "stranger": edo.UserNotAllowed, "os:root": edo.UserNotAllowed, "reader": ""} {
		as := client.As(actor)
		var out bytes.Buffer
		_, content := as.Content(ctx, op.Key, "doc-b", edo.RoleOriginal, &out)
		_, inbound := as.InboundContent(ctx, edo.InboundKey{Subscriber: "our-firm", Remote: "doc-b"}, edo.RoleOriginal, &out)
		_, raw := as.RawXML(ctx, "e-1", dmsplugin.RequestSide, &out)
		_, log := as.Log(ctx, rows)
		for what, err := range map[string]error{"content": content, "inbound content": inbound, "raw XML": raw, "rows": log} {
			if edo.ReasonOf(err) != want || (err == nil) != (want == "") {
				t.Errorf("%q, %s: %v", actor, what, err)
			}
		}
		if want != "" && out.Len() > 0 {
			t.Errorf("%q was given %q", actor, out.String())
		}
	}
	_, err = client.As("stranger").InboundContent(ctx, edo.InboundKey{Subscriber: "our-firm", Remote: "none"}, edo.RoleOriginal, &bytes.Buffer{})
	if !errors.Is(err, edo.UserNotAllowed) {
		t.Errorf("a stranger learns what is not there: %v", err)
	}
	if _, err := client.Log(ctx, directory.ExchangeFilter{}); !errors.Is(err, edo.Invalid) {
		t.Errorf("rows of everybody: %v", err)
	}
}

// TestAdministratorsAreAsked: a change in the name of a user needs the right; the host itself is asked nothing.
func TestAdministratorsAreAsked(t *testing.T) {
	t.Parallel()
	client, ctx := launch(t), t.Context()
	row := directory.Subscriber{ID: "our-firm", Operator: "synerdocs", Endpoint: "https://service.example/", INN: "7707083893", Login: "x", LoginKind: directory.LoginPassword, Enabled: true}
	for name, tc := range map[string]struct {
		client *dmsplugin.Client
		denied bool
	}{"host": {client, false}, "boss": {client.As("boss"), false}, "clerk": {client.As("clerk"), true}} {
		_, signer := tc.client.PutSigner(ctx, directory.Signer{ID: "s", Subscriber: "our-firm", Info: edo.SignerInfo{Owner: "x"}, Certificate: []byte{1}}, nil)
		for what, err := range map[string]error{
			"subscriber": tc.client.PutSubscriber(ctx, row),
			"user":       tc.client.AllowUser(ctx, directory.User{Actor: "a", Subscriber: "our-firm", Actions: []edo.Action{edo.ActionSend}}),
			"revoke":     tc.client.RevokeUser(ctx, "our-firm", "a"),
			"password":   tc.client.SetPassword(ctx, "our-firm", "x", edo.NewSecret("p")),
			"token":      tc.client.SetAccessToken(ctx, "our-firm", edo.NewSecret("p")),
			"next":       tc.client.Next().SetPassword(ctx, "our-firm", "x", edo.NewSecret("q")),
			"signer":     signer,
		} {
			if got := errors.Is(err, edo.UserNotAllowed); got != tc.denied {
				t.Errorf("%s, %s: %v", name, what, err)
			}
		}
	}
}
