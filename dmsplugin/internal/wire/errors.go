package wire

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/edokit/edokit/dmsplugin/internal/clerk"
	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
	"github.com/edokit/edokit/edo"
)

// Reasons that exist at the boundary only.
const (
	StreamBroken    edo.Reason = "stream-broken"     // a stream ended early, or its parts are out of order or wrong
	ProgramFromHost edo.Reason = "program-from-host" // a host named a program to run
	MessageTooBig   edo.Reason = "message-too-big"   // a message above 4 MiB, or headers above their limits
	PluginGone      edo.Reason = "plugin-gone"       // the plugin process does not answer
	Draining        edo.Reason = "plugin-draining"   // the plugin is about to end and takes nothing new
)

const (
	// maxDetail bounds the encoded detail. Trailers above 8 KiB are refused by the gRPC stacks that are built on its C
	// core, and base64 makes four bytes of three.
	maxDetail     = 5 << 10
	maxMessage    = 300 // bytes of the plain status text and of every text of a fault
	maxCandidates = 20
)

// ToErrorDetail is what stands in the status details of ToError, for one item of a stream that goes on.
func ToErrorDetail(err error) *dmspb.ErrorDetail {
	for _, d := range status.Convert(ToError(err)).Details() {
		if detail, ok := d.(*dmspb.ErrorDetail); ok {
			return detail
		}
	}
	return &dmspb.ErrorDetail{Faults: []*dmspb.Fault{toFault(&edo.Error{Kind: edo.Internal, Message: "has failed"})}}
}

// FromErrorDetail gives back the error of one item.
func FromErrorDetail(d *dmspb.ErrorDetail) error { return fromDetail(d) }

// ToError makes a gRPC error of any error: code and one ErrorDetail. An error without a kind says nothing but that it is
// internal: its text stays in the log of the plugin.
func ToError(err error) error {
	switch {
	case err == nil:
		return nil
	case edo.KindOf(err) == edo.Internal && errors.Is(err, context.DeadlineExceeded):
		return status.FromContextError(context.DeadlineExceeded).Err()
	case edo.KindOf(err) == edo.Internal && errors.Is(err, context.Canceled):
		return status.FromContextError(context.Canceled).Err()
	}
	detail := &dmspb.ErrorDetail{}
	for _, fault := range flatten(err) {
		f := toFault(fault)
		if len(detail.Faults) > 0 && proto.Size(detail)+proto.Size(f) > maxDetail {
			detail.LeftOut++
			continue
		}
		detail.Faults = append(detail.Faults, f)
	}
	first := flatten(err)[0]
	st := status.New(code(first.Kind), clip(first.Error()))
	if with, failed := st.WithDetails(detail); failed == nil {
		st = with
	}
	return st.Err()
}

func code(k edo.Kind) codes.Code {
	switch k {
	case edo.Invalid:
		return codes.InvalidArgument
	case edo.Denied:
		return codes.PermissionDenied
	case edo.NotFound:
		return codes.NotFound
	case edo.Conflict:
		return codes.AlreadyExists
	case edo.Refused, edo.Ambiguous:
		return codes.FailedPrecondition
	case edo.Unavailable, edo.NotReady:
		return codes.Unavailable
	case edo.InDoubt:
		return codes.Unknown
	case edo.NotSupported:
		return codes.Unimplemented
	default:
		return codes.Internal
	}
}

// flatten lists the faults of err, each as one Error without causes: what the outer one does not say is filled in from
// the inner ones, so that errors.Is answers the same on both sides.
func flatten(err error) []*edo.Error {
	var many edo.Faults
	if errors.As(err, &many) && len(many) > 0 {
		var op string
		var outer *edo.Error
		if errors.As(err, &outer) {
			op = outer.Op
		}
		var out []*edo.Error
		for _, e := range many {
			for _, one := range flatten(e) {
				if one.Op == "" {
					one.Op = op
				}
				out = append(out, one)
			}
		}
		return out
	}
	return []*edo.Error{merge(err)}
}

func merge(err error) *edo.Error {
	out, found := &edo.Error{Kind: edo.KindOf(err)}, false
	for ; err != nil; err = errors.Unwrap(err) {
		//nolint:errorlint // every link of the chain is looked at in turn
		e, ok := err.(*edo.Error)
		if !ok {
			continue
		}
		if !found {
			out.Op, out.Candidates, found = e.Op, e.Candidates, true
		}
		fill(&out.Field, e.Field)
		fill(&out.Message, e.Message)
		fill(&out.Remedy, e.Remedy)
		fill(&out.Code, e.Code)
		fill(&out.Reason, e.Reason)
		fill(&out.Exchange, e.Exchange)
		if out.RetryAfter == 0 {
			out.RetryAfter = e.RetryAfter
		}
		if len(out.Candidates) == 0 {
			out.Candidates = e.Candidates
		}
	}
	return out
}

func fill[S ~string](to *S, from S) {
	if *to == "" {
		*to = from
	}
}

func toFault(e *edo.Error) *dmspb.Fault {
	text := clerk.Fault(e)
	return &dmspb.Fault{
		Kind: toEnum(kinds(), e.Kind), Reason: clip(string(e.Reason)), Field: clip(e.Field), Message: clip(cmp.Or(e.Message, e.Kind.English())), Remedy: clip(e.Remedy),
		Repeat: toEnum(repeats(), e.Kind.Repeat()), Delay: toDuration(e.RetryAfter), TextRu: clip(text.RU), TextEn: clip(text.EN),
		OperatorCode: clip(e.Code), LogId: clip(string(e.Exchange)), Op: clip(e.Op),
		Candidates: toEach(e.Candidates[:min(len(e.Candidates), maxCandidates)], toAddress),
	}
}

// FromError makes an error of the SDK of a gRPC error: an [*edo.Error], or [edo.Faults] when there are several.
func FromError(op string, err error) error {
	if err == nil {
		return nil
	}
	st, ok := status.FromError(err)
	if !ok {
		return err
	}
	for _, d := range st.Details() {
		if detail, is := d.(*dmspb.ErrorDetail); is && len(detail.GetFaults()) > 0 {
			return fromDetail(detail)
		}
	}
	return fromCode(op, st)
}

func fromDetail(detail *dmspb.ErrorDetail) error {
	var faults edo.Faults
	for _, f := range detail.GetFaults() {
		kind, message := fromEnum(kinds(), f.GetKind()), f.GetMessage()
		if message == kind.English() {
			message = "" // it said no more than its kind
		}
		faults = append(faults, &edo.Error{
			Kind: kind, Reason: edo.Reason(f.GetReason()), Field: f.GetField(), Message: message,
			Remedy: f.GetRemedy(), RetryAfter: fromDuration(f.GetDelay()), Code: f.GetOperatorCode(), Exchange: edo.ExchangeID(f.GetLogId()),
			Op: f.GetOp(), Candidates: fromEach(f.GetCandidates(), fromAddress),
		})
	}
	if n := detail.GetLeftOut(); n > 0 {
		faults = append(faults, &edo.Error{
			Kind: edo.KindOf(faults[0]), Message: fmt.Sprintf("%d more faults were left out", n), Remedy: "mend these first",
		})
	}
	return faults.Err()
}

// fromCode explains an error that the plugin did not make: its process is gone, the transport or a deadline ended it.
func fromCode(op string, st *status.Status) error {
	switch st.Code() {
	case codes.Canceled:
		if !strings.Contains(st.Message(), "connection is closing") { // the caller's own end
			return context.Canceled
		}
		return gone(op)
	case codes.DeadlineExceeded:
		return context.DeadlineExceeded
	case codes.Unavailable:
		return gone(op)
	case codes.ResourceExhausted:
		return &edo.Error{Kind: edo.Invalid, Reason: MessageTooBig, Op: op, Message: "a message is above 4 MiB", Remedy: "stream content in chunks"}
	case codes.Unimplemented:
		return &edo.Error{Kind: edo.NotSupported, Op: op, Message: "this plugin does not know the call", Remedy: "look at its capabilities"}
	}
	return &edo.Error{Kind: edo.Internal, Op: op, Message: clip(st.Code().String() + ": " + st.Message())}
}

func gone(op string) error {
	return &edo.Error{
		Kind: edo.Unavailable, Reason: PluginGone, Op: op, Message: "the plugin does not answer",
		Remedy: "start it again and repeat with the same ids",
	}
}

// clip bounds a text and drops what is not UTF-8, which protobuf refuses to encode.
func clip(s string) string {
	if len(s) > maxMessage {
		s = s[:maxMessage]
		for len(s) > 0 && !utf8.ValidString(s) {
			s = s[:len(s)-1]
		}
		s += "…"
	}
	if !utf8.ValidString(s) {
		return "(not UTF-8)"
	}
	return s
}
