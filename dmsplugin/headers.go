package dmsplugin

import (
	"fmt"

	"google.golang.org/protobuf/proto"

	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
	"github.com/edokit/edokit/dmsplugin/internal/wire"
	"github.com/edokit/edokit/edo"
)

// Bounds of what is kept in memory of one package before the engine is asked, in bytes.
const (
	maxHeader  = 64 << 10 // one header without its signature; a good one has a few thousand
	maxHeaders = 32 << 20 // all headers of a package, signatures included
)

// budget counts the headers of one package.
type budget struct{ used int }

// take counts one header and refuses it when it passes a bound.
func (b *budget) take(field string, part *dmspb.SendRequest) error {
	all, signature := proto.Size(part), len(part.GetDocument().GetSignature())
	b.used += all
	tooBig := func(what, remedy string) error {
		return &edo.Error{Kind: edo.Invalid, Reason: wire.MessageTooBig, Op: "dmsplugin.Send", Field: field, Message: what, Remedy: remedy}
	}
	switch {
	case signature > edo.MaxSignatureSize:
		return &edo.Error{
			Kind: edo.Invalid, Reason: edo.SignatureMalformed, Op: "dmsplugin.Send", Field: field + ".signature", Message: "is too large",
			Remedy: "attach a detached CMS without the document inside",
		}
	case all-signature > maxHeader:
		return tooBig(fmt.Sprintf("has a header of %d bytes", all-signature), fmt.Sprintf("keep its texts within their limits; a header has at most %d bytes", maxHeader))
	case b.used > maxHeaders:
		return tooBig("passes the limit of all headers together", fmt.Sprintf("attach less than %d bytes of signatures, or send several packages", maxHeaders))
	}
	return nil
}
