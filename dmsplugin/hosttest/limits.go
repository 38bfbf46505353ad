package hosttest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"slices"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
)

// nothingKept checks that a refused package left no operation.
func nothingKept(t conformance.T, w wire, l letter) {
	_, err := w.exchange.Status(t.Context(), &dmspb.StatusRequest{Key: l.key()})
	refused(t, "the state of the refused package "+l.id, err, codes.NotFound, "")
}

func messageTooBig(t conformance.T, s *Suite) {
	h, l := s.common(t), letterOf(cut, "too-big")
	// What gRPC itself refuses has a code and no detail.
	_, err := upload(t.Context(), h.wire, s.head(l, 1), announce(0, 5<<20), chunk(make([]byte, 5<<20)))
	if status.Code(err) != codes.ResourceExhausted {
		t.Errorf("in a stream: %v", err)
	}
	_, err = h.actions.Invoke(t.Context(), &dmspb.InvokeRequest{Action: strings.Repeat("x", 5<<20)})
	if status.Code(err) != codes.ResourceExhausted {
		t.Errorf("in one call: %v", err)
	}
	nothingKept(t, h.wire, l)
}

func chunkSizes(t conformance.T, s *Suite) {
	h := s.common(t)
	above, x := bytes.Repeat([]byte("x"), 1<<20+1), []byte("x")
	for id, parts := range map[string][]*dmspb.SendRequest{
		"chunk-empty": {announce(0, 1), chunk(nil), chunk(x), finish(0, x)},
		"chunk-above": {announce(0, int64(len(above))), chunk(above), finish(0, above)},
	} {
		l := letterOf(cut, id)
		_, err := upload(t.Context(), h.wire, append([]*dmspb.SendRequest{s.head(l, 1)}, parts...)...)
		refused(t, id, err, codes.InvalidArgument, "stream-broken")
		nothingKept(t, h.wire, l)
	}
	largest := above[1:]
	if _, err := upload(t.Context(), h.wire, s.head(letterOf(cut, "chunk-largest"), 1), announce(0, 1<<20), chunk(largest), finish(0, largest)); err != nil {
		t.Errorf("1 MiB: %v", err)
	}
}

func headerTooBig(t conformance.T, s *Suite) {
	h, l := s.common(t), letterOf(cut, "header-too-big")
	big := announce(0, 1)
	big.GetDocument().Comment = strings.Repeat("x", 70<<10)
	_, err := upload(t.Context(), h.wire, s.head(l, 1), big, chunk([]byte("x")), finish(0, []byte("x")))
	refused(t, "a document's header", err, codes.InvalidArgument, "message-too-big")
	first := s.head(l, 1)
	first.GetPackage().Set = strings.Repeat("x", 70<<10)
	_, err = upload(t.Context(), h.wire, first)
	refused(t, "the package's header", err, codes.InvalidArgument, "message-too-big")
	nothingKept(t, h.wire, l)
}

func endless(t conformance.T, s *Suite) {
	const announced, piece = 1 << 20, 64 << 10
	h, l := s.common(t), letterOf(cut, "endless")
	stream, err := h.exchange.Send(t.Context())
	if err != nil {
		t.Fatalf("%v", err)
	}
	sent := 0
	for _, p := range []*dmspb.SendRequest{s.head(l, 1), announce(0, announced)} {
		if err := stream.Send(p); err != nil {
			t.Fatalf("%v", err)
		}
	}
	for more := chunk(make([]byte, piece)); stream.Send(more) == nil; sent += piece {
		if sent > 64<<20 {
			t.Fatalf("%d MiB were taken of a document of 1 MiB", sent>>20)
		}
	}
	_, err = stream.CloseAndRecv()
	refused(t, "more than announced", err, codes.InvalidArgument, "stream-broken")
	nothingKept(t, h.wire, l)
}

func documentCount(t conformance.T, s *Suite) {
	h := s.common(t)
	for id, n := range map[string]int{"documents-none": 0, "documents-minus": -1} {
		l := letterOf(cut, id)
		_, err := upload(t.Context(), h.wire, s.head(l, n))
		refused(t, id, err, codes.InvalidArgument, "")
		nothingKept(t, h.wire, l)
	}
	above := letterOf(cut, "documents-101", slices.Repeat([][]byte{[]byte("x")}, 101)...)
	_, err := upload(t.Context(), h.wire, s.parts(above)...)
	refused(t, above.id, err, codes.InvalidArgument, "")
	nothingKept(t, h.wire, above)
	bodies := make([][]byte, 100)
	for i := range bodies {
		bodies[i] = []byte{byte('0' + i%10)}
	}
	if op, err := upload(t.Context(), h.wire, s.parts(letterOf(cut, "documents-100", bodies...))...); err != nil || len(op.GetDocuments()) != 100 {
		t.Errorf("100 documents: %d, %v", len(op.GetDocuments()), err)
	}
}

func wrongTrailers(t conformance.T, s *Suite) {
	h, said := s.common(t), []byte("said")
	announced := announce(0, 4)
	digest := sha256.Sum256([]byte("other"))
	announced.GetDocument().Sha256 = digest[:]
	noDigest := finish(0, said)
	noDigest.GetEnd().Sha256 = nil
	for id, parts := range map[string][]*dmspb.SendRequest{
		"trailer-digest":    {announce(0, 4), chunk([]byte("sent")), finish(0, said)},
		"trailer-no-digest": {announce(0, 4), chunk(said), noDigest},
		"trailer-size":      {announce(0, 4), chunk([]byte("sai")), finish(0, said)},
		"trailer-of-other":  {announce(0, 4), chunk(said), finish(1, said)},
		"header-digest":     {announced, chunk(said), finish(0, said)},
		"header-size":       {announce(0, 5), chunk(said), finish(0, said)},
	} {
		l := letterOf(cut, id)
		_, err := upload(t.Context(), h.wire, append([]*dmspb.SendRequest{s.head(l, 1)}, parts...)...)
		refused(t, id, err, codes.InvalidArgument, "")
		nothingKept(t, h.wire, l)
	}
}

func brokenStreams(t conformance.T, s *Suite) {
	h, x := s.common(t), []byte("x")
	for id, rest := range map[string][]*dmspb.SendRequest{
		"no-headers":   {},
		"no-content":   {announce(0, 1)},
		"no-trailer":   {announce(0, 1), chunk(x)},
		"no-header":    {chunk(x), finish(0, x)},
		"an-empty":     {announce(0, 1), {}},
		"a-second":     {announce(0, 1), s.head(letterOf(cut, "a-second"), 1)},
		"after-end":    {announce(0, 1), chunk(x), finish(0, x), chunk(x)},
		"two-trailers": {announce(0, 1), chunk(x), finish(0, x), finish(0, x)},
	} {
		l := letterOf(cut, id)
		_, err := upload(t.Context(), h.wire, append([]*dmspb.SendRequest{s.head(l, 1)}, rest...)...)
		refused(t, id, err, codes.InvalidArgument, "stream-broken")
		nothingKept(t, h.wire, l)
	}
	_, err := upload(t.Context(), h.wire)
	refused(t, "nothing at all", err, codes.InvalidArgument, "stream-broken")
	_, err = upload(t.Context(), h.wire, chunk(x))
	refused(t, "content first", err, codes.InvalidArgument, "stream-broken")
}

// strangersFirst keeps our side open: the answer must not wait for content.
func strangersFirst(t conformance.T, s *Suite) {
	h := s.common(t)
	by := letterOf(cut, "strangers", nil)
	by.actor = stranger
	for what, c := range map[string]struct {
		parts  []*dmspb.SendRequest
		code   codes.Code
		reason string
	}{
		"a stranger":             {[]*dmspb.SendRequest{s.head(by, 1), announce(0, 1<<20)}, codes.PermissionDenied, "user-not-allowed"},
		"a document above 1 GiB": {[]*dmspb.SendRequest{s.head(letterOf(cut, "above"), 1), announce(0, 1<<40)}, codes.InvalidArgument, ""},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		stream, err := h.exchange.Send(ctx)
		if err != nil {
			t.Fatalf("%v", err)
		}
		for _, p := range c.parts {
			if err := stream.Send(p); err != nil {
				t.Fatalf("%v", err)
			}
		}
		refused(t, what, stream.RecvMsg(&dmspb.SendResponse{}), c.code, c.reason)
		cancel()
	}
}

func allFaults(t conformance.T, s *Suite) {
	h, l := s.common(t), letterOf(cut, "faults", []byte("x"), []byte("y"))
	parts := s.parts(l)
	parts[0].GetPackage().To.Inn = "123"
	parts[1].GetDocument().Name = "../../etc/passwd"
	parts[2].GetDocument().Signer = ""
	_, err := upload(t.Context(), h.wire, parts...)
	refused(t, "a wrong INN, a path for a name and nobody who signs", err, codes.InvalidArgument, "")
	d, _ := detailOf(err)
	for _, field := range []string{"package.to.inn", "package.documents[0].name", "package.documents[1].sign"} {
		if !slices.ContainsFunc(d.GetFaults(), func(f *dmspb.Fault) bool { return strings.HasPrefix(f.GetField(), field) }) {
			t.Errorf("nothing is said of %s: %v", field, d)
		}
	}
	nothingKept(t, h.wire, l)
}
