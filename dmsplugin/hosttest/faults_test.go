package hosttest

import (
	"crypto/elliptic"
	"crypto/sha256"
	"fmt"
	"hash"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/gotest"
	"github.com/edokit/edokit/dmsplugin/internal/dmspb"
)

// hook is a change of the messages of one call; each stream has its own.
type hook = func(b *broken, method string) func(m []byte) [][]byte

// in changes messages of one method, the others are passed on.
func in[M proto.Message](name string, as func() M, change func(b *broken, m M)) hook {
	return func(b *broken, method string) func([]byte) [][]byte {
		return func(m []byte) [][]byte {
			if strings.HasSuffix(method, "/"+name) {
				m = edit(m, as(), func(m M) { change(b, m) })
			}
			return [][]byte{m}
		}
	}
}

// parts changes the parts of packages. The function is made anew for every stream.
func parts(stream func() func(p *dmspb.SendRequest) []*dmspb.SendRequest) hook {
	return func(_ *broken, method string) func([]byte) [][]byte {
		change := stream()
		return func(m []byte) [][]byte {
			if !strings.HasSuffix(method, "/Send") && !strings.HasSuffix(method, "/SendMany") {
				return [][]byte{m}
			}
			p := &dmspb.SendRequest{}
			if err := proto.Unmarshal(m, p); err != nil {
				panic(err)
			}
			var all [][]byte
			for _, one := range change(p) {
				all = append(all, pack(one))
			}
			return all
		}
	}
}

// each is parts without a memory.
func each(change func(p *dmspb.SendRequest) []*dmspb.SendRequest) hook {
	return parts(func() func(*dmspb.SendRequest) []*dmspb.SendRequest { return change })
}

// detail changes the ErrorDetail of every error with this code.
func detail(code codes.Code, change func(d *dmspb.ErrorDetail) proto.Message) func(string, error) (proto.Message, error) {
	return func(_ string, err error) (proto.Message, error) {
		st := status.Convert(err)
		if st.Code() != code || len(st.Details()) == 0 {
			return nil, err
		}
		d, ok := st.Details()[0].(*dmspb.ErrorDetail)
		if !ok {
			return nil, err
		}
		plain := status.New(st.Code(), st.Message())
		if m := change(d); m != nil {
			with, failed := plain.WithDetails(m.(*dmspb.ErrorDetail))
			if failed != nil {
				panic(failed)
			}
			plain = with
		}
		return nil, plain.Err()
	}
}

// own answers one method with nothing in it.
func own(name string, answer proto.Message) func(*broken, string) (proto.Message, bool) {
	return func(_ *broken, method string) (proto.Message, bool) {
		return answer, strings.HasSuffix(method, "/"+name)
	}
}

// dropped passes no message of a method on that holds.
func dropped[M proto.Message](name string, as func() M, holds func(M) bool) hook {
	return func(_ *broken, method string) func([]byte) [][]byte {
		return func(m []byte) [][]byte {
			if strings.HasSuffix(method, "/"+name) {
				v := as()
				if err := proto.Unmarshal(m, v); err != nil {
					panic(err)
				}
				if holds(v) {
					return nil
				}
			}
			return [][]byte{m}
		}
	}
}

func app(n string) func(string) string {
	return func(line string) string { return strings.Replace(line, "1|1|", "1|"+n+"|", 1) }
}

// digestOf puts the digest of what came into every trailer.
func digestOf() func(p *dmspb.SendRequest) []*dmspb.SendRequest {
	var h hash.Hash = sha256.New()
	return func(p *dmspb.SendRequest) []*dmspb.SendRequest {
		if c := p.GetChunk(); c != nil {
			h.Write(c.GetData())
		}
		if e := p.GetEnd(); e != nil {
			e.Sha256 = h.Sum(nil)
			h.Reset()
		}
		return []*dmspb.SendRequest{p}
	}
}

// hundred passes no document on after the hundredth.
func hundred() func(p *dmspb.SendRequest) []*dmspb.SendRequest {
	ends, over := 0, false
	return func(p *dmspb.SendRequest) []*dmspb.SendRequest {
		switch {
		case p.GetPackage().GetDocumentCount() > 100:
			p.GetPackage().DocumentCount = 100
			over = true
		case over && p.GetDocument().GetId() == documentID(100), ends == 100:
			return nil
		case p.GetEnd() != nil:
			ends++
		}
		return []*dmspb.SendRequest{p}
	}
}

// tidy passes nothing on behind the first trailer of a package of one document.
func tidy() func(p *dmspb.SendRequest) []*dmspb.SendRequest {
	ended, one := false, false
	return func(p *dmspb.SendRequest) []*dmspb.SendRequest {
		if p.GetPackage() != nil {
			one = p.GetPackage().GetDocumentCount() == 1
		}
		if one && ended && p.GetPackage() == nil {
			return nil
		}
		ended = p.GetEnd() != nil
		return []*dmspb.SendRequest{p}
	}
}

func operation() *dmspb.SendResponse   { return &dmspb.SendResponse{} }
func followed1() *dmspb.FollowResponse { return &dmspb.FollowResponse{} }
func info1() *dmspb.GetInfoResponse    { return &dmspb.GetInfoResponse{} }

// faults are plugins that are wrong in one way each, with the cases that must find it.
func faults() map[string]fault {
	return map[string]fault{
		"five fields": {
			finds: []string{"six-fields"},
			line:  func(l string) string { return l[:strings.LastIndexByte(l, '|')] + "\n" },
		},
		"greets first":   {finds: []string{"six-fields"}, before: "edo-dms v1\n"},
		"padded base64":  {finds: []string{"six-fields"}, line: func(l string) string { return strings.TrimSuffix(l, "\n") + "==\n" }},
		"seventh field":  {finds: []string{"multiplexing"}, line: multiplexed},
		"P-521":          {finds: []string{"certificate-for-all"}, curve: elliptic.P521()},
		"prints":         {finds: []string{"nothing-else-printed"}, printsCall: "called"},
		"log for people": {finds: []string{"log-in-json"}, own: shouting},
		"any version":    {finds: []string{"foreign-versions"}, line: app("7")},
		"newest version": {finds: []string{"common-version"}, line: app("9")},
		"no cookie":      {finds: []string{"no-cookie"}, noCookie: true},
		"no certificate": {finds: []string{"no-certificate"}, noCert: true},
		"any client":     {finds: []string{"foreign-client"}, anyClient: true},
		"one connection": {finds: []string{"two-connections"}, once: true},
		"no capability": {
			finds:  []string{"info"},
			answer: in("GetInfo", info1, func(_ *broken, r *dmspb.GetInfoResponse) { r.Capabilities = r.GetCapabilities()[:7] }),
		},
		"always well": {
			finds: []string{"health", "drains"},
			own:   own("Check", &healthpb.HealthCheckResponse{Status: healthpb.HealthCheckResponse_SERVING}),
		},

		"too big is internal": {
			finds: []string{"message-too-big"},
			own: func(_ *broken, method string) (proto.Message, bool) {
				return &dmspb.InvokeResponse{}, strings.HasSuffix(method, "/Invoke")
			},
		},
		"cuts chunks": {finds: []string{"chunk-sizes"}, request: each(cutChunks)},
		"leaves out empty chunks": {finds: []string{"chunk-sizes"}, request: each(func(p *dmspb.SendRequest) []*dmspb.SendRequest {
			if p.GetChunk() != nil && len(p.GetChunk().GetData()) == 0 {
				return nil
			}
			return []*dmspb.SendRequest{p}
		})},
		"shortens headers": {finds: []string{"header-too-big"}, request: each(func(p *dmspb.SendRequest) []*dmspb.SendRequest {
			if d := p.GetDocument(); d != nil {
				d.Comment = d.GetComment()[:min(len(d.GetComment()), 100)]
			}
			return []*dmspb.SendRequest{p}
		})},
		"reads on": {
			finds:    []string{"endless", "strangers-first"},
			swallows: true,
		},
		"a hundred are enough": {finds: []string{"document-count"}, request: parts(hundred)},
		"mends digests":        {finds: []string{"wrong-trailers"}, request: parts(digestOf)},
		"mends streams":        {finds: []string{"broken-streams"}, request: parts(tidy)},
		"first fault": {
			finds: []string{"all-faults", "many-faults"},
			failure: detail(codes.InvalidArgument, func(d *dmspb.ErrorDetail) proto.Message {
				return &dmspb.ErrorDetail{Faults: d.GetFaults()[:1]}
			}),
		},

		"always new": {
			finds: []string{
				"sent-again", "sent-at-once",
				"answer-lost",
			},
			answer: in("Send", operation, func(_ *broken, r *dmspb.SendResponse) { r.Operation.CreatedAt = timestamppb.Now() }),
		},
		"repeats conflicts": {
			finds:   []string{"id-taken"},
			failure: detail(codes.AlreadyExists, func(d *dmspb.ErrorDetail) proto.Message { d.Faults[0].Repeat = dmspb.Repeat_REPEAT_SAFE; return d }),
		},
		"forgets": {finds: []string{"outlives-kill"}, elsewhere: true},
		"watches once": {finds: []string{"watch-to-the-end"}, answer: func(_ *broken, method string) func([]byte) [][]byte {
			return func(m []byte) [][]byte {
				if strings.HasSuffix(method, "/Watch") {
					return [][]byte{m, endHere}
				}
				return [][]byte{m}
			}
		}},
		"stops at a refusal": {finds: []string{"refused-in-the-middle"}, answer: stopAtRefusal},
		"answers at the end": {finds: []string{"answered-on-the-way"}, readsAhead: true},

		"believes everybody": {
			finds: []string{"forged-actors", "revoked-actor"},
			request: each(func(p *dmspb.SendRequest) []*dmspb.SendRequest {
				if p.GetPackage() != nil {
					p.GetPackage().Actor = clerk
				}
				return []*dmspb.SendRequest{p}
			}),
		},
		"explains to everybody": {
			finds:   []string{"every-call-asks"},
			request: in("Explain", func() *dmspb.ExplainRequest { return &dmspb.ExplainRequest{} }, func(_ *broken, r *dmspb.ExplainRequest) { r.Actor = clerk }),
		},
		"finds everything": {finds: []string{"not-found"}, failure: func(method string, err error) (proto.Message, error) {
			if strings.HasSuffix(method, "/Status") && status.Code(err) == codes.NotFound {
				return &dmspb.StatusResponse{}, nil
			}
			return nil, err
		}},
		"no detail":   {finds: []string{"nonsense"}, failure: detail(codes.InvalidArgument, func(*dmspb.ErrorDetail) proto.Message { return nil })},
		"no Russian":  {finds: []string{"nonsense"}, failure: detail(codes.PermissionDenied, func(d *dmspb.ErrorDetail) proto.Message { d.Faults[0].TextRu = ""; return d })},
		"no advice":   {finds: []string{"nonsense"}, failure: detail(codes.InvalidArgument, func(d *dmspb.ErrorDetail) proto.Message { d.Faults[0].Repeat = 0; return d })},
		"wrong kind":  {finds: []string{"not-found"}, failure: detail(codes.NotFound, func(d *dmspb.ErrorDetail) proto.Message { d.Faults[0].Kind = dmspb.Kind_KIND_REFUSED; return d })},
		"bare answer": {finds: []string{"unknown-call"}, failure: detail(codes.Unimplemented, func(*dmspb.ErrorDetail) proto.Message { return nil })},

		"no trailer": {
			finds:  []string{"content-whole"},
			answer: dropped("Content", func() *dmspb.ContentResponse { return &dmspb.ContentResponse{} }, func(r *dmspb.ContentResponse) bool { return r.GetEnd() != nil }),
		},
		"begins anew": {
			finds:   []string{"content-goes-on"},
			request: in("Content", func() *dmspb.ContentRequest { return &dmspb.ContentRequest{} }, func(_ *broken, r *dmspb.ContentRequest) { r.Offset = 0 }),
		},
		"takes any digest": {
			finds:   []string{"content-goes-on"},
			request: in("Content", func() *dmspb.ContentRequest { return &dmspb.ContentRequest{} }, func(_ *broken, r *dmspb.ContentRequest) { r.Sha256 = nil }),
		},
		"backwards": {
			finds:  []string{"events-in-order"},
			answer: in("Deliver", func() *dmspb.DeliverResponse { return &dmspb.DeliverResponse{} }, func(_ *broken, r *dmspb.DeliverResponse) { slices.Reverse(r.Events) }),
		},
		"knows everybody": {
			finds: []string{"nobodys-events"},
			failure: func(method string, err error) (proto.Message, error) {
				if status.Code(err) == codes.NotFound && strings.HasSuffix(method, "/Acknowledge") {
					return &dmspb.AcknowledgeResponse{}, nil
				}
				return nil, err
			},
		},
		"takes a user once": {
			finds: []string{"administered-again"},
			own: func(b *broken, method string) (proto.Message, bool) {
				b.mu.Lock()
				defer b.mu.Unlock()
				if !strings.HasSuffix(method, "/ListUsers") {
					return nil, false
				}
				return &dmspb.ListUsersResponse{Users: []*dmspb.User{{Actor: "again"}, {Actor: "again"}}}, true
			},
		},
		"takes any signature": {
			finds: []string{"declined"},
			own:   own("Complete", &dmspb.CompleteResponse{}),
		},
		"forgets refusals to sign": {
			finds: []string{"declined"},
			own:   own("Decline", &dmspb.DeclineResponse{}),
		},
		"moves back": {
			finds: []string{"acknowledged-stays"},
			request: in("Acknowledge", func() *dmspb.AcknowledgeRequest { return &dmspb.AcknowledgeRequest{} }, func(b *broken, r *dmspb.AcknowledgeRequest) {
				b.mu.Lock()
				defer b.mu.Unlock()
				b.places["last"] = r.GetSeq()
			}),
			answer: in("Acknowledged", func() *dmspb.AcknowledgedResponse { return &dmspb.AcknowledgedResponse{} }, func(b *broken, r *dmspb.AcknowledgedResponse) {
				b.mu.Lock()
				defer b.mu.Unlock()
				r.Seq = b.places["last"]
			}),
		},
		"no heartbeat": {
			finds:  []string{"heartbeats"},
			answer: dropped("Follow", followed1, func(r *dmspb.FollowResponse) bool { return len(r.GetEvents()) == 0 }),
		},
		"tells twice": {finds: []string{"followed"}, answer: func(_ *broken, method string) func([]byte) [][]byte {
			return func(m []byte) [][]byte {
				if strings.HasSuffix(method, "/Follow") {
					return [][]byte{m, m}
				}
				return [][]byte{m}
			}
		}},

		"tells an arrival twice": {
			finds: []string{"came-in"},
			answer: in("Deliver", func() *dmspb.DeliverResponse { return &dmspb.DeliverResponse{} }, func(_ *broken, r *dmspb.DeliverResponse) {
				r.Events = slices.Concat(r.GetEvents(), r.GetEvents())
			}),
		},
		"reads out to anybody": {
			finds:   []string{"came-in"},
			request: in("Content", func() *dmspb.ContentRequest { return &dmspb.ContentRequest{} }, func(_ *broken, r *dmspb.ContentRequest) { r.Actor = clerk }),
		},
		"signs what it shall refuse": {
			finds: []string{"answered"},
			request: in("Answer", func() *dmspb.AnswerRequest { return &dmspb.AnswerRequest{} }, func(_ *broken, r *dmspb.AnswerRequest) {
				r.Kind, r.Text = dmspb.AnswerKind_ANSWER_KIND_SIGN, ""
			}),
		},
		"tells no fate": {
			finds: []string{"answered"},
			answer: in("Deliver", func() *dmspb.DeliverResponse { return &dmspb.DeliverResponse{} }, func(_ *broken, r *dmspb.DeliverResponse) {
				for _, e := range r.GetEvents() {
					if e.GetInbound() != nil {
						e.Inbound.Fate = dmspb.State_STATE_UNSPECIFIED
					}
				}
			}),
		},

		"goes on":         {finds: []string{"cancelled"}, endures: true},
		"keeps":           {finds: []string{"many-streams"}, keeps: 64 << 10},
		"whole in memory": {finds: []string{"large-uploads"}, hoards: true},
		"one at a time":   {finds: []string{"large-uploads"}, lag: 2500 * time.Millisecond},
		"reads ahead":     {finds: []string{"slow-reader"}, readsAhead: true},

		"does not drain": {finds: []string{"drains"}, own: own("Drain", &dmspb.DrainResponse{})},
		"deaf":           {finds: []string{"shutdown"}, own: own("Shutdown", &emptypb.Empty{})},
		"leaves its socket": {
			finds:  []string{"shutdown", "terminated"},
			leaves: true,
		},
		"ends with 3":     {finds: []string{"terminated"}, code: 3},
		"ends by Ctrl-C":  {finds: []string{"terminated"}, interrupt: true},
		"ignores SIGTERM": {finds: []string{"terminated"}, deaf: true},
		"outlives": {
			finds: []string{"no-orphan", "no-orphan-at-start"}, outlives: true,
		},
		"does not watch":  {finds: []string{"stdin-watch"}, settings: map[string]string{envStdin: "0"}},
		"watches unasked": {finds: []string{"stdin-watch"}, settings: map[string]string{envStdin: "1"}},
		"gives it back":   {finds: []string{"no-secret-back"}, request: listen, answer: giveBack},
		"writes it down":  {finds: []string{"no-secret-back"}, request: writeDown},
	}
}

func multiplexed(line string) string {
	if os.Getenv("PLUGIN_MULTIPLEX_GRPC") == "" {
		return line
	}
	return strings.TrimSuffix(line, "\n") + "|true\n"
}

func shouting(b *broken, method string) (proto.Message, bool) {
	b.printed.Do(func() { fmt.Fprintln(os.Stderr, "called:", method) })
	return nil, false
}

func cutChunks(p *dmspb.SendRequest) []*dmspb.SendRequest {
	data := p.GetChunk().GetData()
	if len(data) <= 1<<20 {
		return []*dmspb.SendRequest{p}
	}
	return []*dmspb.SendRequest{chunk(data[:1<<20]), chunk(data[1<<20:])}
}

func stopAtRefusal(_ *broken, method string) func([]byte) [][]byte {
	return func(m []byte) [][]byte {
		r := &dmspb.SendManyResponse{}
		if strings.HasSuffix(method, "/SendMany") && proto.Unmarshal(m, r) == nil && r.GetError() != nil {
			return [][]byte{m, endHere}
		}
		return [][]byte{m}
	}
}

func credentialsOf() *dmspb.SetCredentialsRequest { return &dmspb.SetCredentialsRequest{} }

var listen = in("SetCredentials", credentialsOf, func(b *broken, r *dmspb.SetCredentialsRequest) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if r.GetPassword() != nil {
		b.heard = r.GetPassword().GetPassword()
	}
})

var writeDown = in("SetCredentials", credentialsOf, func(_ *broken, r *dmspb.SetCredentialsRequest) {
	if r.GetPassword() != nil {
		fmt.Fprintf(os.Stderr, "{\"@message\":%q}\n", r.GetPassword().GetPassword())
	}
})

var giveBack = in("ListSubscribers", func() *dmspb.ListSubscribersResponse { return &dmspb.ListSubscribersResponse{} }, func(b *broken, r *dmspb.ListSubscribersResponse) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r.Subscribers[0].Title = "login " + b.heard
})

// standIn is a configuration whose plugin is broken; without a fault it only stands in between.
func standIn(name string) Config {
	c := config()
	c.Path, c.Large, c.Streams = os.Args[0], 16<<20, 2000
	c.Env = append(c.Env, brokenVariable+"="+name, realVariable+"="+program)
	return c
}

// TestCasesCanFail: every fault is found by the cases that are named for it, and every case finds one. Only these cases are tried:
// all against all would take an hour.
func TestCasesCanFail(t *testing.T) {
	t.Parallel()
	k := conformance.Kills{Suite: "host", Note: "Tried were the cases that are named for a fault, not all against all."}
	for _, c := range new(Suite).cases() {
		k.Cases = append(k.Cases, c.ID)
	}
	for _, name := range slices.Sorted(maps.Keys(faults())) {
		finds := faults()[name].finds
		k.Mutants = append(k.Mutants, conformance.Killed{Mutant: conformance.Mutant{Name: name, Breaks: breaks(finds)}, By: finds})
	}
	const beside = 12 // most of the time they wait
	gotest.Named(t, k, beside, func(t *testing.T, m conformance.Mutant, id string) {
		t.Helper()
		mustFail(t, m.Name, id)
	})
}

// breaks is the invariant of a fault: the sentence of the case that is named first for it.
func breaks(finds []string) string {
	for _, c := range new(Suite).cases() {
		if len(finds) > 0 && c.ID == finds[0] {
			return c.Says
		}
	}
	return ""
}

func mustFail(t *testing.T, name, id string) {
	t.Helper()
	s, err := New(standIn(name))
	if err != nil {
		t.Error(err)
		return
	}
	results, err := conformance.Run(t.Context(), s.Suite(), conformance.Options{Only: []string{id}, Limit: 8 * time.Second})
	_ = s.Close() // a broken plugin may end as it likes
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	switch r, text := results[0], strings.Join(results[0].Said, "; "); {
	case r.Verdict != conformance.Fail:
		t.Errorf("%s: %s is not found: %s %q", name, id, r.Verdict, r.Said)
	case strings.Contains(text, "no line "), strings.Contains(text, "cases share"), strings.Contains(text, "PutSubscriber: rpc"):
		t.Errorf("%s: %s fails before it can find anything: %s", name, id, text)
	default:
		t.Logf("%s, %v: %.200s", name, r.Took.Round(time.Millisecond), text)
	}
}

// TestStandIn: it is the faults that are found, not the process in between.
func TestStandIn(t *testing.T) { //nolint:paralleltest // some of its cases measure
	gotest.Run(t, suite(t, standIn("none")).Suite(), conformance.Options{})
}
