package wire

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/edokit/edokit/edo"
)

func TestEveryKindCrosses(t *testing.T) {
	t.Parallel()
	for kind := edo.Internal; kind <= edo.Ambiguous; kind++ {
		want := &edo.Error{
			Kind: kind, Reason: edo.LoginLimited, Op: "gateway.Send", Field: "actor", Message: "message", Remedy: "remedy", Code: "AccessDenied",
			RetryAfter: 3 * time.Second, Exchange: "x1", Candidates: []edo.Address{{Box: "b", INN: "1", Active: true}},
		}
		grpc := ToError(fmt.Errorf("outer: %w", want))
		got := FromError("op", grpc)
		if diff := cmp.Diff(error(want), got); diff != "" {
			t.Errorf("%v (-want +got):\n%s", kind, diff)
		}
		if !errors.Is(got, kind) || !errors.Is(got, edo.LoginLimited) {
			t.Errorf("%v: errors.Is does not work on %v", kind, got)
		}
		if c := status.Code(grpc); c == codes.OK || (c == codes.Internal) != (kind == edo.Internal) {
			t.Errorf("%v has code %v", kind, c)
		}
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	inner := &edo.Error{Kind: edo.Denied, Reason: edo.UserNotAllowed, Field: "actor", Exchange: "x1"}
	many := edo.Faults{
		&edo.Error{Kind: edo.Invalid, Reason: edo.INNMalformed, Field: "package.to.inn"},
		edo.Faults{&edo.Error{Kind: edo.Invalid, Reason: edo.NameMalformed, Field: "package.documents[0].name", Op: "inner"}},
	}
	for name, tc := range map[string]struct{ in, want error }{
		"nil":             {nil, nil},
		"no kind":         {errors.New("password=hunter2"), &edo.Error{Kind: edo.Internal}},
		"bare kind":       {edo.NotFound, &edo.Error{Kind: edo.NotFound}},
		"inner reason":    {&edo.Error{Kind: edo.Denied, Op: "gateway.Send", Err: inner}, &edo.Error{Kind: edo.Denied, Op: "gateway.Send", Reason: edo.UserNotAllowed, Field: "actor", Exchange: "x1"}},
		"foreign cause":   {&edo.Error{Kind: edo.Unavailable, Message: "m", Err: errors.New("dial with password")}, &edo.Error{Kind: edo.Unavailable, Message: "m"}},
		"several faults":  {&edo.Error{Kind: edo.Invalid, Op: "gateway.Send", Err: many}, edo.Faults{&edo.Error{Kind: edo.Invalid, Reason: edo.INNMalformed, Field: "package.to.inn", Op: "gateway.Send"}, &edo.Error{Kind: edo.Invalid, Reason: edo.NameMalformed, Field: "package.documents[0].name", Op: "inner"}}},
		"no faults":       {edo.Faults{}, &edo.Error{Kind: edo.Internal}},
		"cancelled":       {fmt.Errorf("reading: %w", context.Canceled), context.Canceled},
		"deadline":        {context.DeadlineExceeded, context.DeadlineExceeded},
		"long and broken": {&edo.Error{Kind: edo.Invalid, Message: strings.Repeat("я", 400), Field: "\xff"}, &edo.Error{Kind: edo.Invalid, Message: strings.Repeat("я", 150) + "…", Field: "(not UTF-8)"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := FromError("op", ToError(tc.in))
			if errors.Is(tc.want, context.Canceled) || errors.Is(tc.want, context.DeadlineExceeded) {
				if !errors.Is(got, tc.want) {
					t.Errorf("got %v", got)
				}
				return
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestEveryFaultTells: a host's log has a line to write, whatever little the engine said.
func TestEveryFaultTells(t *testing.T) {
	t.Parallel()
	for kind := edo.Internal; kind <= edo.Ambiguous; kind++ {
		for _, f := range ToErrorDetail(kind).GetFaults() {
			if f.GetMessage() == "" {
				t.Errorf("%v: %v", kind, f)
			}
		}
	}
}

func TestErrorsOfTheTransport(t *testing.T) {
	t.Parallel()
	for code, want := range map[codes.Code]error{
		codes.Unavailable: PluginGone, codes.ResourceExhausted: MessageTooBig, codes.Unimplemented: edo.NotSupported,
		codes.Canceled: context.Canceled, codes.DeadlineExceeded: context.DeadlineExceeded, codes.DataLoss: edo.Internal,
	} {
		if got := FromError("op", status.Error(code, "text")); !errors.Is(got, want) {
			t.Errorf("%v gave %v", code, got)
		}
	}
}

// TestDetailFitsTrailers: gRPC stacks built on its C core refuse trailers above 8 KiB.
func TestDetailFitsTrailers(t *testing.T) {
	t.Parallel()
	var many edo.Faults
	for i := range 300 {
		many = append(many, &edo.Error{Kind: edo.Invalid, Reason: edo.NameMalformed, Field: fmt.Sprintf("package.documents[%d].name", i), Message: strings.Repeat("x", 500), Remedy: "give a plain file name"})
	}
	st, _ := status.FromError(ToError(many))
	if n := proto.Size(st.Proto()); n*4/3 > 8<<10 {
		t.Errorf("details take %d bytes", n)
	}
	var got edo.Faults
	if err := FromError("op", st.Err()); !errors.As(err, &got) || len(got) < 5 || !strings.Contains(err.Error(), "more faults") {
		t.Errorf("%d faults: %v", len(got), err)
	}
}
