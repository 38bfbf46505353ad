package wire

import (
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
	"github.com/edokit/edokit/edo"
)

// FuzzFromProto gives every decoder any bytes a host may send. Nothing may panic, a package that decodes must survive its
// check, and what an answer is made of must be encodable.
func FuzzFromProto(f *testing.F) {
	seed := func(m proto.Message) {
		if raw, err := proto.Marshal(m); err == nil {
			f.Add(raw)
		}
	}
	seed(ToOperation(filled[edo.Operation]()))
	seed(ToPackageHeader(edo.Package{ID: "p", Documents: make([]edo.Document, 3)}))
	seed(ToDocumentHeader(edo.Document{ID: "d", Content: edo.Content{Size: 1, Digest: edo.Digest{1}}}))
	seed(&dmspb.User{Actions: []dmspb.Action{99, -1}})
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, raw []byte) {
		var header dmspb.PackageHeader
		if proto.Unmarshal(raw, &header) == nil {
			p, n, err := FromPackageHeader(&header)
			if err == nil && (n < 0 || n > edo.MaxDocuments) {
				t.Fatalf("%d documents", n)
			}
			_ = p.Check()
		}
		var document dmspb.DocumentHeader
		if proto.Unmarshal(raw, &document) == nil {
			d, err := FromDocumentHeader("d", &document)
			if err != nil && edo.KindOf(err) != edo.Invalid {
				t.Fatal(err)
			}
			_ = edo.Package{Documents: []edo.Document{d}}.Check()
		}
		again(t, raw, FromOperation, ToOperation)
		again(t, raw, FromSubscriber, ToSubscriber)
		again(t, raw, FromUser, ToUser)
		again(t, raw, FromSigner, ToSigner)
		again(t, raw, FromLogRow, ToLogRow)
		again(t, raw, FromQuery, ToQuery)
		again(t, raw, fromEvent, toEvent)
		var detail dmspb.ErrorDetail
		if proto.Unmarshal(raw, &detail) == nil && len(detail.Faults) > 0 {
			if err := fromDetail(&detail); err == nil || ToError(err) == nil {
				t.Fatal("a fault was lost")
			}
		}
	})
}

// again decodes, and encodes what came out.
func again[W any, P interface {
	*M
	proto.Message
}, M any](t *testing.T, raw []byte, from func(P) W, to func(W) P,
) {
	t.Helper()
	m := P(new(M))
	if proto.Unmarshal(raw, m) != nil {
		return
	}
	if _, err := proto.Marshal(to(from(m))); err != nil {
		t.Fatalf("%T: %v", m, err)
	}
}
