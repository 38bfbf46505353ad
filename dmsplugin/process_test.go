package dmsplugin_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
	"github.com/edokit/edokit/dmsplugin/internal/wire"
	"github.com/edokit/edokit/edo"
)

// launch starts the plugin process and ends it with the test.
func launch(t *testing.T, change ...func(*dmsplugin.Config)) *dmsplugin.Client {
	t.Helper()
	conf := dmsplugin.Config{Path: os.Args[0], Env: []string{"TEST_ARCHIVE=" + t.TempDir()}, Actor: "reader"}
	for _, c := range change {
		c(&conf)
	}
	client, err := dmsplugin.Launch(t.Context(), conf)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := client.Close(); err != nil {
			t.Error(err)
		}
	})
	return client
}

func content(b []byte) edo.Content {
	d, n, _ := edo.DigestOf(bytes.NewReader(b))
	return edo.Content{Size: n, Digest: d, Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }}
}

func letter(id edo.PackageID, bodies ...[]byte) edo.Package {
	p := edo.Package{ID: id, Subscriber: "our-firm", Actor: "ivanova", To: edo.Counterparty{INN: "7707083893", Name: "ПАО Покупатель"}}
	for i, b := range bodies {
		p.Documents = append(p.Documents, edo.Document{
			ID: edo.DocumentID("doc-" + string(rune('a'+i))), Name: "письмо.pdf", Kind: "Письмо", ExternalID: "card-17", Content: content(b), Signer: "head",
		})
	}
	return p
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	client, ctx := launch(t), t.Context()
	big := bytes.Repeat([]byte("0123456789abcdef"), 60_000) // 960 000 bytes: several chunks, the last one short
	pkg := letter("p-1", []byte("%PDF-1.4 first"), big)

	op, err := client.SendAndWait(ctx, pkg)
	if err != nil {
		t.Fatal(err)
	}
	if op.State != edo.StateSent || !op.Settled() || op.Revision != 3 || len(op.Documents) != 2 || op.Documents[1].Digest != pkg.Documents[1].Content.Digest {
		t.Errorf("operation: %+v", op)
	}
	var out bytes.Buffer
	version, err := client.Content(ctx, op.Key, "doc-b", edo.RoleOriginal, &out)
	if err != nil || !bytes.Equal(out.Bytes(), big) || version.Name != "письмо.pdf" {
		t.Errorf("content: %d bytes, %+v, %v", out.Len(), version, err)
	}
	events, err := client.Deliver(ctx, "our-firm", 0, 0)
	want := []edo.Event{{Seq: 1, Key: op.Key, Kind: edo.EventStatus, State: edo.StateAccepted, Revision: 1}}
	if diff := cmp.Diff(want, events); diff != "" || err != nil {
		t.Errorf("events: %v\n%s", err, diff)
	}
	if err := client.Acknowledge(ctx, "our-firm", "dms", 1); err != nil {
		t.Error(err)
	}
	if at, err := client.Acknowledged(ctx, "our-firm", "dms"); at != 1 || err != nil {
		t.Errorf("acknowledged: %d, %v", at, err)
	}
}

// TestInboundContent: a document that came in is read by the operator's id alone.
func TestInboundContent(t *testing.T) {
	t.Parallel()
	client, ctx := launch(t), t.Context()
	if _, err := client.Send(ctx, letter("m-1", []byte("first"), []byte("second"))); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	version, err := client.InboundContent(ctx, edo.InboundKey{Subscriber: "our-firm", Remote: "doc-b"}, edo.RoleOriginal, &out)
	if err != nil || out.String() != "second" || version.Role != edo.RoleOriginal {
		t.Errorf("%q, %+v, %v", out.String(), version, err)
	}
	_, err = client.InboundContent(ctx, edo.InboundKey{Subscriber: "our-firm", Remote: "none"}, edo.RoleOriginal, &out)
	if !errors.Is(err, edo.RequestUnknown) {
		t.Errorf("unknown: %v", err)
	}
	exchange, _ := client.Wire()
	stream, err := exchange.Content(ctx, &dmspb.ContentRequest{Key: wire.ToKey(edo.Key{Subscriber: "our-firm", Package: "m-1"}), Inbound: "doc-b", Role: dmspb.Role_ROLE_ORIGINAL})
	if err == nil {
		_, err = stream.Recv()
	}
	if got := wire.FromError("", err); !errors.Is(got, wire.StreamBroken) {
		t.Errorf("both ways: %v", got)
	}
}

func TestErrorsCrossTheBoundary(t *testing.T) {
	t.Parallel()
	client, ctx := launch(t), context.Background() // the cases outlive this function
	denied := letter("p-2", []byte("x"))
	denied.Actor = "petrov"
	wrong := letter("", []byte("x"), []byte("y"))
	wrong.To.INN, wrong.Documents[1].Name = "123", "../../etc/passwd"
	empty := letter("p-3")
	many := letter("p-4", make([][]byte, 1000)...)
	for name, tc := range map[string]struct {
		do   func() error
		want []error
	}{
		"not allowed":    {func() error { _, err := client.Send(ctx, denied); return err }, []error{edo.Denied, edo.UserNotAllowed}},
		"several faults": {func() error { _, err := client.Send(ctx, wrong); return err }, []error{edo.Invalid, edo.IDMissing, edo.INNMalformed, edo.NameMalformed}},
		"empty package":  {func() error { _, err := client.Send(ctx, empty); return err }, []error{edo.Invalid, edo.PackageEmpty}},
		"1000 documents": {func() error { _, err := client.Send(ctx, many); return err }, []error{edo.Invalid, edo.PackageTooMany}},
		"unknown": {func() error {
			_, err := client.Status(ctx, edo.Key{Subscriber: "our-firm", Package: "none"})
			return err
		}, []error{edo.NotFound}},
		"events of nobody":       {func() error { _, err := client.Deliver(ctx, "nobody", 0, 0); return err }, []error{edo.NotFound, edo.SubscriberUnknown}},
		"acknowledged by nobody": {func() error { return client.Acknowledge(ctx, "nobody", "dms", 1) }, []error{edo.SubscriberUnknown}},
		"place of nobody":        {func() error { _, err := client.Acknowledged(ctx, "nobody", "dms"); return err }, []error{edo.SubscriberUnknown}},
		"deliveries of nobody": {func() error {
			for _, err := range client.Deliveries(ctx, "nobody", "dms") {
				return err
			}
			return nil
		}, []error{edo.SubscriberUnknown}},
		"page too long": {func() error { _, err := client.Deliver(ctx, "our-firm", 0, 501); return err }, []error{edo.Invalid}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := tc.do()
			for _, want := range tc.want {
				if !errors.Is(err, want) {
					t.Errorf("%v is not %v", err, want)
				}
			}
			var typed *edo.Error
			if !errors.As(err, &typed) {
				t.Errorf("%T has no *edo.Error", err)
			}
		})
	}
	_, err := client.Send(ctx, wrong)
	var faults edo.Faults
	if !errors.As(err, &faults) || len(faults) != 3 {
		t.Errorf("faults: %v", err)
	}
}
