package dmsplugin_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
	"github.com/edokit/edokit/edo"
)

// TestSendMany: every package has its own answer, and a refused one stops nobody.
func TestSendMany(t *testing.T) {
	t.Parallel()
	client := launch(t)
	stranger, wrong := letter("b", []byte("b")), letter("d", []byte("d"))
	stranger.Actor, wrong.To.INN = "stopped-early", "1"
	packages := []edo.Package{letter("a", []byte("a")), stranger, letter("c", bytes.Repeat([]byte("c"), 1<<20)), wrong, letter("a", []byte("a"))}
	var got []string
	for taken, err := range client.SendMany(t.Context(), slices.Values(packages)) {
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case taken.Err == nil:
			got = append(got, string(taken.Key.Package)+" "+string(taken.Operation.State))
		case errors.Is(taken.Err, edo.UserNotAllowed):
			got = append(got, string(taken.Key.Package)+" stranger")
		case errors.Is(taken.Err, edo.INNMalformed):
			got = append(got, string(taken.Key.Package)+" INN")
		default:
			t.Errorf("%+v", taken)
		}
	}
	if diff := cmp.Diff([]string{"a accepted", "b stranger", "c accepted", "d INN", "a accepted"}, got); diff != "" {
		t.Error(diff)
	}
	for _, err := range client.SendMany(t.Context(), slices.Values(packages)) {
		if err != nil {
			t.Error(err)
		}
		break // and goleak sees that nothing stays behind
	}
}

// TestSendManyBroken: parts in a wrong order refuse their package; the next one begins with its header.
func TestSendManyBroken(t *testing.T) {
	t.Parallel()
	client := launch(t)
	exchange, _ := client.Wire()
	x := []byte("x")
	good := func(id string) []*dmspb.SendRequest {
		h := header(1)
		h.GetPackage().Key.Package = id
		return []*dmspb.SendRequest{h, document("d", 1), chunk(x), end("d", x)}
	}
	for name, tc := range map[string]struct {
		parts []*dmspb.SendRequest
		want  []string
	}{
		"cut off by the next": {append([]*dmspb.SendRequest{header(1), document("d", 1), chunk(x)}, good("next")...), []string{"broken refused", "next ok"}},
		"a wrong digest":      {append([]*dmspb.SendRequest{header(1), document("d", 1), chunk(x), end("d", []byte("y"))}, good("next")...), []string{"broken refused", "next ok"}},
		"too long":            {append([]*dmspb.SendRequest{header(1), document("d", 1), chunk(x), chunk(x), chunk(x), end("d", x)}, good("next")...), []string{"broken refused", "next ok"}},
		"a tail":              {append(good("first"), append([]*dmspb.SendRequest{chunk(x), end("d", x)}, good("next")...)...), []string{"first ok", "next ok"}},
		"cut off at the end":  {append(good("first"), header(1), document("d", 1)), []string{"first ok", "broken refused"}},
		"nothing":             {nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stream, err := exchange.SendMany(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range tc.parts {
				if err := stream.Send(p); err != nil {
					t.Fatal(err)
				}
			}
			if err := stream.CloseSend(); err != nil {
				t.Fatal(err)
			}
			var got []string
			for {
				r, err := stream.Recv()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				word := " ok"
				if faults := r.GetError().GetFaults(); len(faults) > 0 {
					word = " refused"
				}
				got = append(got, r.GetKey().GetPackage()+word)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestFollow: events come once, as they happen, and from any place.
func TestFollow(t *testing.T) {
	t.Parallel()
	client := launch(t)
	ids := []edo.PackageID{"a", "b", "c"}
	send := func(id edo.PackageID) {
		if _, err := client.Send(t.Context(), letter(id, []byte(id))); err != nil {
			t.Fatal(err)
		}
	}
	send(ids[0])
	for after := range ids {
		var got []edo.PackageID
		for e, err := range client.Follow(t.Context(), "our-firm", int64(after)) {
			if err != nil {
				t.Fatal(err)
			}
			if got = append(got, e.Key.Package); len(got) == len(ids)-after {
				break
			}
			send(ids[len(got)]) // the first time it is new, and comes while somebody follows
		}
		if diff := cmp.Diff(ids[after:], got); diff != "" {
			t.Error(diff)
		}
	}
}

// sendSoon sends packages one after another while somebody follows.
func sendSoon(t *testing.T, client *dmsplugin.Client, ids ...edo.PackageID) {
	t.Helper()
	done := make(chan error, 1)
	go func() {
		var err error
		for _, id := range ids {
			_, one := client.Send(context.Background(), letter(id, []byte(id)))
			err = errors.Join(err, one)
		}
		done <- err
	}()
	t.Cleanup(func() {
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// TestDeliveries: what the body of the loop has finished is acknowledged, what it left comes again.
func TestDeliveries(t *testing.T) {
	t.Parallel()
	client := launch(t)
	sendSoon(t, client, "a", "b", "c")
	read := func(n int) []string {
		var got []string
		for e, err := range client.Deliveries(t.Context(), "our-firm", "dms") {
			if err != nil {
				t.Fatal(err)
			}
			if got = append(got, string(e.Key.Package)); len(got) == n {
				break
			}
		}
		return got
	}
	if diff := cmp.Diff([]string{"a", "b"}, read(2)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"b", "c"}, read(2)); diff != "" { // b was left by break
		t.Error(diff)
	}
}

// TestHeartbeat: a silent stream says that it lives, with the place it stands at; a mad interval is refused.
func TestHeartbeat(t *testing.T) {
	t.Parallel()
	client := launch(t)
	exchange, _ := client.Wire()
	stream, err := exchange.Follow(t.Context(), &dmspb.FollowRequest{Subscriber: "our-firm", After: 7, Heartbeat: durationpb.New(time.Second)})
	if err != nil {
		t.Fatal(err)
	}
	r, err := stream.Recv()
	if err != nil || len(r.GetEvents()) != 0 || r.GetSeq() != 7 {
		t.Errorf("%+v, %v", r, err)
	}
	for _, mad := range []time.Duration{time.Millisecond, time.Hour, -time.Second} {
		stream, err := exchange.Follow(t.Context(), &dmspb.FollowRequest{Subscriber: "our-firm", Heartbeat: durationpb.New(mad)})
		if err == nil {
			_, err = stream.Recv()
		}
		if err == nil || !strings.Contains(err.Error(), "heartbeat") {
			t.Errorf("%v: %v", mad, err)
		}
	}
}

// TestResume: content that was cut off anywhere goes on where it was, and the whole is verified.
func TestResume(t *testing.T) {
	t.Parallel()
	client := launch(t)
	body := bytes.Repeat([]byte("0123456789abcdef"), 50_000)
	op, err := client.Send(t.Context(), letter("p-1", body))
	if err != nil {
		t.Fatal(err)
	}
	whole := op.Documents[0].Digest
	for _, n := range []int{0, 1, dmsplugin.ChunkSize, len(body) - 1, len(body)} {
		var rest bytes.Buffer
		v, err := client.Resume(t.Context(), op.Key, "doc-a", edo.RoleOriginal, whole, bytes.NewReader(body[:n]), &rest)
		if err != nil || v.Digest != whole || !bytes.Equal(append(slices.Clone(body[:n]), rest.Bytes()...), body) {
			t.Errorf("from %d: %d bytes more, %v", n, rest.Len(), err)
		}
	}
	bad := slices.Clone(body[:100])
	bad[50]++
	for name, tc := range map[string]struct {
		have  []byte
		whole edo.Digest
		want  error
	}{
		"another beginning": {bad, whole, nil},
		"another version":   {body[:100], edo.Digest{1}, edo.DocumentChanged},
		"more than all":     {append(slices.Clone(body), 'x'), whole, nil},
	} {
		_, err := client.Resume(t.Context(), op.Key, "doc-a", edo.RoleOriginal, tc.whole, bytes.NewReader(tc.have), io.Discard)
		if err == nil || tc.want != nil && !errors.Is(err, tc.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestFollowEndsWithDrain: a plugin that is about to end says so to whoever follows.
func TestFollowEndsWithDrain(t *testing.T) {
	t.Parallel()
	client := launch(t)
	sendSoon(t, client, "a")
	for _, err := range client.Follow(t.Context(), "our-firm", 0) {
		if err == nil {
			go func() { _ = client.Drain(context.Background()) }()
			continue
		}
		if !errors.Is(err, edo.Unavailable) {
			t.Errorf("%v", err)
		}
	}
}
