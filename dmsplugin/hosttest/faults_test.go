package hosttest

import (
	"crypto/elliptic"
	"crypto/sha256"
	"fmt"
	"hash"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/timestamppb"

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
			finds: []string{"the first line has the six fields of the handshake"},
			line:  func(l string) string { return l[:strings.LastIndexByte(l, '|')] + "\n" },
		},
		"greets first":   {finds: []string{"the first line has the six fields of the handshake"}, before: "edo-dms v1\n"},
		"padded base64":  {finds: []string{"the first line has the six fields of the handshake"}, line: func(l string) string { return strings.TrimSuffix(l, "\n") + "==\n" }},
		"seventh field":  {finds: []string{"a host that offers multiplexing gets the same line"}, line: multiplexed},
		"P-521":          {finds: []string{"the certificate is for localhost, with a key that every TLS stack takes"}, curve: elliptic.P521()},
		"prints":         {finds: []string{"nothing but the first line comes on standard output"}, printsCall: "called"},
		"log for people": {finds: []string{"the log is one JSON object per line"}, own: shouting},
		"any version":    {finds: []string{"a host of other versions is told ours and can refuse"}, line: app("7")},
		"newest version": {finds: []string{"of several versions the one that both know is taken"}, line: app("9")},
		"no cookie":      {finds: []string{"without the cookie the process ends with 1 and a sentence"}, noCookie: true},
		"no certificate": {finds: []string{"without a certificate of the host the plugin does not start"}, noCert: true},
		"any client":     {finds: []string{"a client with another certificate, or none, is refused"}, anyClient: true},
		"one connection": {finds: []string{"two connections of the host are served beside each other"}, once: true},
		"no capability": {
			finds:  []string{"the plugin says what it can and how much it takes"},
			answer: in("GetInfo", info1, func(_ *broken, r *dmspb.GetInfoResponse) { r.Capabilities = r.GetCapabilities()[:7] }),
		},
		"always well": {
			finds: []string{"the health service says whether packages are taken", "a draining plugin takes nothing new and finishes what is arriving"},
			own:   own("Check", &healthpb.HealthCheckResponse{Status: healthpb.HealthCheckResponse_SERVING}),
		},

		"too big is internal": {
			finds: []string{"a message above 4 MiB is refused, and the plugin lives on"},
			own: func(_ *broken, method string) (proto.Message, bool) {
				return &dmspb.InvokeResponse{}, strings.HasSuffix(method, "/Invoke")
			},
		},
		"cuts chunks": {finds: []string{"a chunk has 1 byte to 1 MiB"}, request: each(cutChunks)},
		"leaves out empty chunks": {finds: []string{"a chunk has 1 byte to 1 MiB"}, request: each(func(p *dmspb.SendRequest) []*dmspb.SendRequest {
			if p.GetChunk() != nil && len(p.GetChunk().GetData()) == 0 {
				return nil
			}
			return []*dmspb.SendRequest{p}
		})},
		"shortens headers": {finds: []string{"a header above 64 KiB is refused"}, request: each(func(p *dmspb.SendRequest) []*dmspb.SendRequest {
			if d := p.GetDocument(); d != nil {
				d.Comment = d.GetComment()[:min(len(d.GetComment()), 100)]
			}
			return []*dmspb.SendRequest{p}
		})},
		"reads on": {
			finds:    []string{"a stream without end is stopped at the announced size", "a stranger, or a package beyond the limits, is refused before any content is taken"},
			swallows: true,
		},
		"a hundred are enough": {finds: []string{"a package has 1 to 100 documents"}, request: parts(hundred)},
		"mends digests":        {finds: []string{"a document that is not what its trailer says is refused"}, request: parts(digestOf)},
		"mends streams":        {finds: []string{"a stream that ends early, or in a wrong order, leaves nothing"}, request: parts(tidy)},
		"first fault": {
			finds: []string{"all faults of a package are told at once", "an error of hundreds of faults fits into its trailers"},
			failure: detail(codes.InvalidArgument, func(d *dmspb.ErrorDetail) proto.Message {
				return &dmspb.ErrorDetail{Faults: d.GetFaults()[:1]}
			}),
		},

		"always new": {
			finds: []string{
				"a package that is sent again is the same operation", "a package that is sent eight times at once is one operation",
				"a package whose answer was lost is the same operation when it is sent again",
			},
			answer: in("Send", operation, func(_ *broken, r *dmspb.SendResponse) { r.Operation.CreatedAt = timestamppb.Now() }),
		},
		"repeats conflicts": {
			finds:   []string{"an id that another content has is refused"},
			failure: detail(codes.AlreadyExists, func(d *dmspb.ErrorDetail) proto.Message { d.Faults[0].Repeat = dmspb.Repeat_REPEAT_SAFE; return d }),
		},
		"forgets": {finds: []string{"a package that was accepted outlives a killed plugin"}, elsewhere: true},
		"watches once": {finds: []string{"a package is watched to its end, and its second version is there"}, answer: func(_ *broken, method string) func([]byte) [][]byte {
			return func(m []byte) [][]byte {
				if strings.HasSuffix(method, "/Watch") {
					return [][]byte{m, endHere}
				}
				return [][]byte{m}
			}
		}},
		"stops at a refusal": {finds: []string{"of many packages a refused one in the middle stops no other"}, answer: stopAtRefusal},
		"answers at the end": {finds: []string{"each of many packages is answered while the stream goes on"}, readsAhead: true},

		"believes everybody": {
			finds: []string{"a user whom nobody has allowed is refused, whatever he calls himself", "a user who was allowed and is not any more is refused"},
			request: each(func(p *dmspb.SendRequest) []*dmspb.SendRequest {
				if p.GetPackage() != nil {
					p.GetPackage().Actor = clerk
				}
				return []*dmspb.SendRequest{p}
			}),
		},
		"explains to everybody": {
			finds:   []string{"every call that acts for somebody asks who may"},
			request: in("Explain", func() *dmspb.ExplainRequest { return &dmspb.ExplainRequest{} }, func(_ *broken, r *dmspb.ExplainRequest) { r.Actor = clerk }),
		},
		"finds everything": {finds: []string{"what nobody has is not found"}, failure: func(method string, err error) (proto.Message, error) {
			if strings.HasSuffix(method, "/Status") && status.Code(err) == codes.NotFound {
				return &dmspb.StatusResponse{}, nil
			}
			return nil, err
		}},
		"no detail":   {finds: []string{"every call answers nonsense with an error that a host can act on"}, failure: detail(codes.InvalidArgument, func(*dmspb.ErrorDetail) proto.Message { return nil })},
		"no Russian":  {finds: []string{"every call answers nonsense with an error that a host can act on"}, failure: detail(codes.PermissionDenied, func(d *dmspb.ErrorDetail) proto.Message { d.Faults[0].TextRu = ""; return d })},
		"no advice":   {finds: []string{"every call answers nonsense with an error that a host can act on"}, failure: detail(codes.InvalidArgument, func(d *dmspb.ErrorDetail) proto.Message { d.Faults[0].Repeat = 0; return d })},
		"wrong kind":  {finds: []string{"what nobody has is not found"}, failure: detail(codes.NotFound, func(d *dmspb.ErrorDetail) proto.Message { d.Faults[0].Kind = dmspb.Kind_KIND_REFUSED; return d })},
		"bare answer": {finds: []string{"a call that is not known is not supported"}, failure: detail(codes.Unimplemented, func(*dmspb.ErrorDetail) proto.Message { return nil })},

		"no trailer": {
			finds:  []string{"content comes whole, with header and trailer"},
			answer: dropped("Content", func() *dmspb.ContentResponse { return &dmspb.ContentResponse{} }, func(r *dmspb.ContentResponse) bool { return r.GetEnd() != nil }),
		},
		"begins anew": {
			finds:   []string{"content goes on where it was cut off, and never with other bytes"},
			request: in("Content", func() *dmspb.ContentRequest { return &dmspb.ContentRequest{} }, func(_ *broken, r *dmspb.ContentRequest) { r.Offset = 0 }),
		},
		"takes any digest": {
			finds:   []string{"content goes on where it was cut off, and never with other bytes"},
			request: in("Content", func() *dmspb.ContentRequest { return &dmspb.ContentRequest{} }, func(_ *broken, r *dmspb.ContentRequest) { r.Sha256 = nil }),
		},
		"backwards": {
			finds:  []string{"events come in order and from any place"},
			answer: in("Deliver", func() *dmspb.DeliverResponse { return &dmspb.DeliverResponse{} }, func(_ *broken, r *dmspb.DeliverResponse) { slices.Reverse(r.Events) }),
		},
		"knows everybody": {
			finds: []string{"events of a subscriber that nobody has are refused"},
			failure: func(method string, err error) (proto.Message, error) {
				if status.Code(err) == codes.NotFound && strings.HasSuffix(method, "/Acknowledge") {
					return &dmspb.AcknowledgeResponse{}, nil
				}
				return nil, err
			},
		},
		"takes a user once": {
			finds: []string{"whoever administers may repeat himself"},
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
			finds: []string{"what waits for a key of the host is listed and ends once"},
			own:   own("Complete", &dmspb.CompleteResponse{}),
		},
		"forgets refusals to sign": {
			finds: []string{"what waits for a key of the host is listed and ends once"},
			own:   own("Decline", &dmspb.DeclineResponse{}),
		},
		"moves back": {
			finds: []string{"what was acknowledged never moves back"},
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
			finds:  []string{"whoever follows hears a heartbeat"},
			answer: dropped("Follow", followed1, func(r *dmspb.FollowResponse) bool { return len(r.GetEvents()) == 0 }),
		},
		"tells twice": {finds: []string{"whoever follows hears what happens when it happens"}, answer: func(_ *broken, method string) func([]byte) [][]byte {
			return func(m []byte) [][]byte {
				if strings.HasSuffix(method, "/Follow") {
					return [][]byte{m, m}
				}
				return [][]byte{m}
			}
		}},

		"tells an arrival twice": {
			finds: []string{"what comes in is told once, to its responsible person, and its bytes come whole"},
			answer: in("Deliver", func() *dmspb.DeliverResponse { return &dmspb.DeliverResponse{} }, func(_ *broken, r *dmspb.DeliverResponse) {
				r.Events = slices.Concat(r.GetEvents(), r.GetEvents())
			}),
		},
		"reads out to anybody": {
			finds:   []string{"what comes in is told once, to its responsible person, and its bytes come whole"},
			request: in("Content", func() *dmspb.ContentRequest { return &dmspb.ContentRequest{} }, func(_ *broken, r *dmspb.ContentRequest) { r.Actor = clerk }),
		},
		"signs what it shall refuse": {
			finds: []string{"a document that came in is answered once, and its event tells so"},
			request: in("Answer", func() *dmspb.AnswerRequest { return &dmspb.AnswerRequest{} }, func(_ *broken, r *dmspb.AnswerRequest) {
				r.Kind, r.Text = dmspb.AnswerKind_ANSWER_KIND_SIGN, ""
			}),
		},
		"tells no fate": {
			finds: []string{"a document that came in is answered once, and its event tells so"},
			answer: in("Deliver", func() *dmspb.DeliverResponse { return &dmspb.DeliverResponse{} }, func(_ *broken, r *dmspb.DeliverResponse) {
				for _, e := range r.GetEvents() {
					if e.GetInbound() != nil {
						e.Inbound.Fate = dmspb.State_STATE_UNSPECIFIED
					}
				}
			}),
		},

		"goes on":         {finds: []string{"a call that was cancelled or is over ends in the plugin, too"}, endures: true},
		"keeps":           {finds: []string{"many opened streams take a bounded memory, and the plugin still answers"}, keeps: 64 << 10},
		"whole in memory": {finds: []string{"eight large documents at once hold up no other call and fill no memory"}, hoards: true},
		"one at a time":   {finds: []string{"eight large documents at once hold up no other call and fill no memory"}, lag: 2500 * time.Millisecond},
		"reads ahead":     {finds: []string{"a host that does not read content fills no memory"}, readsAhead: true},

		"does not drain": {finds: []string{"a draining plugin takes nothing new and finishes what is arriving"}, own: own("Drain", &dmspb.DrainResponse{})},
		"deaf":           {finds: []string{"a plugin that is ordered to end is gone, with its socket"}, own: own("Shutdown", &emptypb.Empty{})},
		"leaves its socket": {
			finds:  []string{"a plugin that is ordered to end is gone, with its socket", "a plugin that is terminated ends with 0, with its socket"},
			leaves: true,
		},
		"ends with 3":     {finds: []string{"a plugin that is terminated ends with 0, with its socket"}, code: 3},
		"ends by Ctrl-C":  {finds: []string{"a plugin that is terminated ends with 0, with its socket"}, interrupt: true},
		"ignores SIGTERM": {finds: []string{"a plugin that is terminated ends with 0, with its socket"}, deaf: true},
		"outlives": {
			finds: []string{"a plugin does not outlive its host", "a plugin whose host dies while it starts ends as well"}, outlives: true,
		},
		"does not watch":  {finds: []string{"the end of standard input is the end, if that was asked for"}, settings: map[string]string{envStdin: "0"}},
		"watches unasked": {finds: []string{"the end of standard input is the end, if that was asked for"}, settings: map[string]string{envStdin: "1"}},
		"gives it back":   {finds: []string{"no secret that was given comes back"}, request: listen, answer: giveBack},
		"writes it down":  {finds: []string{"no secret that was given comes back"}, request: writeDown},
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
	c.Path, c.Large, c.Streams, c.Patience = os.Args[0], 16<<20, 2000, 8*time.Second
	c.Env = append(c.Env, brokenVariable+"="+name, realVariable+"="+program)
	return c
}

// TestCasesCanFail: every fault is found by the cases that are named for it, and every case finds one.
func TestCasesCanFail(t *testing.T) {
	t.Parallel()
	const beside = 12 // most of the time they wait
	turn, found := make(chan struct{}, beside), map[string]bool{}
	var all sync.WaitGroup
	for name, f := range faults() {
		for _, says := range f.finds {
			found[says] = true
			all.Go(func() {
				turn <- struct{}{}
				defer func() { <-turn }()
				mustFail(t, name, says)
			})
		}
	}
	all.Wait()
	for _, c := range Cases() {
		if !found[c.Says] {
			t.Errorf("nothing makes this case fail: %s", c.Says)
		}
	}
}

func mustFail(t *testing.T, name, says string) {
	t.Helper()
	c, ok := Find(says)
	if !ok {
		t.Errorf("%s: there is no case %q", name, says)
		return
	}
	s, err := New(standIn(name))
	if err != nil {
		t.Error(err)
		return
	}
	v := s.Do(t.Context(), c)
	_ = s.Close() // a broken plugin may end as it likes
	text := strings.Join(v.Said, "; ")
	switch {
	case v.Outcome != Failed:
		t.Errorf("%s: %q is not found: %s %q", name, says, v.Outcome, v.Said)
	case strings.Contains(text, "no line "), strings.Contains(text, "cases share"), strings.Contains(text, "PutSubscriber: rpc"):
		t.Errorf("%s: %q fails before it can find anything: %s", name, says, text)
	}
	t.Logf("%s, %v: %.200s", name, v.Took.Round(time.Millisecond), text)
}

// TestStandIn: it is the faults that are found, not the process in between.
func TestStandIn(t *testing.T) { //nolint:paralleltest // some of its cases measure
	c := standIn("none")
	c.Patience = time.Minute // nothing has to be found soon
	all(t, suite(t, c))
}
