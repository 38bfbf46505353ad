package hosttest

import (
	"strings"
	"unicode"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
)

// codeOf is the table of the contract: which code a kind has.
func codeOf(k dmspb.Kind) codes.Code {
	switch k {
	case dmspb.Kind_KIND_INVALID:
		return codes.InvalidArgument
	case dmspb.Kind_KIND_DENIED:
		return codes.PermissionDenied
	case dmspb.Kind_KIND_NOT_FOUND:
		return codes.NotFound
	case dmspb.Kind_KIND_CONFLICT:
		return codes.AlreadyExists
	case dmspb.Kind_KIND_REFUSED, dmspb.Kind_KIND_AMBIGUOUS:
		return codes.FailedPrecondition
	case dmspb.Kind_KIND_UNAVAILABLE, dmspb.Kind_KIND_NOT_READY:
		return codes.Unavailable
	case dmspb.Kind_KIND_IN_DOUBT:
		return codes.Unknown
	case dmspb.Kind_KIND_NOT_SUPPORTED:
		return codes.Unimplemented
	}
	return codes.Internal
}

// detailOf gives the one ErrorDetail of an error, and what is wrong with it.
func detailOf(err error) (*dmspb.ErrorDetail, []string) {
	st := status.Convert(err)
	details := st.Details()
	if len(details) != 1 {
		return nil, []string{"it has " + plural(len(details), "detail") + " instead of one: " + st.Code().String() + ": " + st.Message()}
	}
	d, ok := details[0].(*dmspb.ErrorDetail)
	if !ok {
		return nil, []string{"its detail is not an ErrorDetail"}
	}
	faults := typed(d)
	if len(d.GetFaults()) > 0 && codeOf(d.GetFaults()[0].GetKind()) != st.Code() {
		faults = append(faults, "the code is "+st.Code().String()+", the first fault "+d.GetFaults()[0].GetKind().String())
	}
	if n := proto.Size(st.Proto()); n*4/3 > 8<<10 {
		faults = append(faults, "its trailers do not fit into 8 KiB")
	}
	return d, faults
}

// typed says what a host would miss in a detail.
func typed(d *dmspb.ErrorDetail) []string {
	if len(d.GetFaults()) == 0 {
		return []string{"the detail has no fault"}
	}
	var missing []string
	for _, f := range d.GetFaults() {
		for what, ok := range map[string]bool{
			"the kind":              f.GetKind() != dmspb.Kind_KIND_UNSPECIFIED,
			"whether to repeat":     f.GetRepeat() != dmspb.Repeat_REPEAT_UNSPECIFIED,
			"what is wrong":         f.GetMessage() != "",
			"a sentence in Russian": strings.ContainsFunc(f.GetTextRu(), func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) }),
			"a sentence in English": f.GetTextEn() != "" && !strings.ContainsFunc(f.GetTextEn(), func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) }),
			"a message of one line": !strings.ContainsAny(f.GetMessage(), "\r\n\t"),
		} {
			if !ok {
				missing = append(missing, "a fault does not tell "+what+": "+f.String())
			}
		}
	}
	return missing
}

// refused checks that a call ended with this code and a detail that a host can act on. reason is the first fault's; empty:
// any. It gives the first fault.
func refused(t conformance.T, what string, err error, code codes.Code, reason string) *dmspb.Fault {
	if err == nil {
		t.Errorf("%s: is not refused", what)
		return nil
	}
	d, faults := detailOf(err)
	for _, f := range faults {
		t.Errorf("%s: %s", what, f)
	}
	if status.Code(err) != code {
		t.Errorf("%s: ends with %v instead of %v: %v", what, status.Code(err), code, err)
	}
	if len(d.GetFaults()) == 0 {
		return nil
	}
	first := d.GetFaults()[0]
	if reason != "" && first.GetReason() != reason {
		t.Errorf("%s: the reason is %q instead of %q", what, first.GetReason(), reason)
	}
	return first
}

// deniedOrInvalid is what becomes of a call that names nobody, or somebody who may not.
func deniedOrInvalid(err error) bool {
	return status.Code(err) == codes.PermissionDenied || status.Code(err) == codes.InvalidArgument
}

func plural(n int, word string) string {
	switch n {
	case 0:
		return "no " + word
	case 1:
		return "one " + word
	}
	return "several " + word + "s"
}
