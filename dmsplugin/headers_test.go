package dmsplugin_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
	"github.com/edokit/edokit/dmsplugin/internal/wire"
	"github.com/edokit/edokit/edo"
)

// TestHeadersAreBounded: nobody has been asked yet when headers arrive, so they must not fill the memory.
func TestHeadersAreBounded(t *testing.T) {
	t.Parallel()
	exchange, _ := launch(t).Wire()
	long := header(1)
	long.GetPackage().GetTo().Name = strings.Repeat("x", 70_000)
	wordy := document("a", 1)
	wordy.GetDocument().Comment = strings.Repeat("x", 70_000)
	signed := func(size int) *dmspb.SendRequest {
		d := document("a", 1)
		d.GetDocument().Signature = make([]byte, size)
		return d
	}
	many := func(n int) []*dmspb.SendRequest {
		parts := []*dmspb.SendRequest{header(int32(n))}
		for i := range n {
			d := signed(edo.MaxSignatureSize)
			d.GetDocument().Id = fmt.Sprintf("doc-%d", i)
			parts = append(parts, d)
		}
		return parts
	}
	for name, tc := range map[string]struct {
		parts []*dmspb.SendRequest
		want  edo.Reason
		field string
	}{
		"long package header":  {[]*dmspb.SendRequest{long}, wire.MessageTooBig, "package"},
		"long document header": {[]*dmspb.SendRequest{header(1), wordy}, wire.MessageTooBig, "package.documents[0]"},
		"large signature":      {[]*dmspb.SendRequest{header(1), signed(edo.MaxSignatureSize + 1)}, edo.SignatureMalformed, "package.documents[0].signature"},
		"all together":         {many(40), wire.MessageTooBig, "package.documents[31]"},
		"as large as allowed":  {many(20), wire.StreamBroken, "package.documents[0].content"}, // only the content is missing
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stream, err := exchange.Send(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range tc.parts {
				if err := stream.Send(p); err != nil {
					break // the answer says why
				}
			}
			_, err = stream.CloseAndRecv()
			var got *edo.Error
			if !errors.As(wire.FromError("", err), &got) || !errors.Is(got, edo.Invalid) || got.Reason != tc.want || got.Field != tc.field || got.Remedy == "" {
				t.Errorf("got %v, want %s of %s", wire.FromError("", err), tc.want, tc.field)
			}
		})
	}
}
