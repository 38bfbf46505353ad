package soap

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"strings"
	"time"

	"github.com/edokit/edokit/edo"
)

// Request is one call.
type Request struct {
	Operation string // local name of the wrapper, also the log's operation
	Action    string // SOAPAction without quotes
	Package   edo.PackageID
	Document  edo.DocumentID
	Body      *Body
	Secrets   []Name                   // elements of the answer whose text the log shows masked
	Words     []string                 // lower case; elements of the answer whose name holds one are masked like Secrets
	Effect    bool                     // the call changes something: unknown outcomes are edo.InDoubt, else edo.Unavailable
	Ready     func() error             // asked before bytes leave, the last ones too; its error keeps them here. Optional
	Answer    func(result *Node) error // gets <OperationResult>; nil Node if it is absent or nil. nil func: only checked
}

// Reply is what is known of an exchange beside its values, also together with an error.
type Reply struct {
	Exchange edo.ExchangeID
	Date     time.Time // of the operator's HTTP answer, zero if it gave none
	At       time.Time // of the answer on our clock
}

// settleTime is how long the row may take to be committed after the caller has gone.
const settleTime = 30 * time.Second

// exchange is one Do.
type exchange struct {
	client  *Client
	request *Request
	message *message
	row     edo.Exchange // nil without journal
	reply   Reply
	stream  *stream
	wire    *wire
	begun   int64 // bytes of the wire before this request
	left    bool  // the operator can have the whole request
	claimed bool  // it reports the effect although it cannot
	answer  edo.ExchangeAnswer
}

// Do sends one request and reads its answer. Values that Answer has decoded may be believed only if the error is nil.
//
// Errors are a [*Fault], or an [*edo.Error]: [edo.Invalid] (it cannot be rendered, or content is not what was said),
// [edo.Unavailable] (the operator cannot have the whole request, or the call has no effect), [edo.InDoubt] (it has an
// effect, the last byte went out, and what came back is neither a success nor a fault; or a success came before the last
// byte went out). A fault that came before the whole request was sent is wrapped in Unavailable.
func (c *Client) Do(ctx context.Context, r Request) (Reply, error) {
	m, err := r.render()
	if err != nil {
		return Reply{}, err
	}
	x := &exchange{client: c, request: &r, message: m}
	x.reply.At = c.config.Now()
	if err := x.begin(ctx); err != nil {
		return x.reply, err
	}
	err = x.run(ctx)
	if lost := x.finish(ctx); lost != nil {
		return x.reply, lost
	}
	return x.reply, err
}

func (r *Request) render() (*message, error) {
	if r.Body == nil || r.Body.wrapper.Local != r.Operation {
		return nil, &edo.Error{Kind: edo.Invalid, Op: "soap." + r.Operation, Field: "Body", Message: "is not of this operation", Remedy: "begin it with NewBody and the operation's name"}
	}
	for i := range len(r.Action) {
		if c := r.Action[i]; c <= ' ' || c >= 0x7F || c == '"' {
			return nil, &edo.Error{Kind: edo.Invalid, Op: "soap." + r.Operation, Field: "Action", Message: "is not a URI", Remedy: "use the action of the contract"}
		}
	}
	return r.Body.render()
}

// begin commits the row. Without it nothing leaves.
func (x *exchange) begin(ctx context.Context) error {
	c := x.client
	if c.config.Journal == nil {
		return nil
	}
	row, err := c.config.Journal.Begin(ctx, edo.ExchangeRequest{
		Subscriber: c.config.Subscriber, Package: x.request.Package, Document: x.request.Document,
		Operation: x.request.Operation, Endpoint: c.endpoint.Scheme + "://" + c.endpoint.Host + c.endpoint.EscapedPath(),
		At: x.reply.At, Head: x.head(), Body: x.message.masked, Size: x.message.size,
	})
	if err != nil {
		e := &edo.Error{Kind: edo.Unavailable, Op: "soap." + x.request.Operation, Message: "the message log did not take the request; nothing was sent", Err: err}
		var typed *edo.Error
		if errors.As(err, &typed) {
			e.Reason = typed.Reason // not its kind: nothing was sent, so a repeat is safe
		}
		return e
	}
	x.row, x.reply.Exchange = row, row.ID()
	return nil
}

// head is the request line and the headers as net/http writes them.
func (x *exchange) head() string {
	u := x.client.endpoint
	return strings.Join([]string{
		"POST " + u.RequestURI() + " HTTP/1.1",
		"Host: " + u.Host,
		"User-Agent: " + x.client.userAgent(),
		"Content-Length: " + strconv.FormatInt(x.message.size, 10),
		"Content-Type: " + contentType,
		"SOAPAction: " + x.action(),
	}, "\n")
}

const contentType = "text/xml; charset=utf-8"

func (x *exchange) action() string { return `"` + x.request.Action + `"` }

func (c *Client) userAgent() string {
	if c.config.UserAgent == "" {
		return "edokit"
	}
	return c.config.UserAgent
}

// run is the exchange on the wire.
func (x *exchange) run(ctx context.Context) error {
	limits := x.client.config.Limits
	ctx, stopClock := context.WithTimeoutCause(ctx, limits.Deadline, errDeadline)
	defer stopClock()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	w := newWatch(limits, cancel)
	defer w.timer.Stop()
	x.stream = newStream(ctx, x.message, w, x.client.buffers, x.row != nil)
	if x.request.Ready != nil {
		x.stream.check = func() error { return cmp.Or(mayGoOn(ctx), x.request.Ready()) }
	}
	defer x.stream.release()
	if err := x.stream.check(); err != nil {
		return x.unanswered(ctx, err)
	}
	resp, err := x.client.transport.RoundTrip(x.httpRequest(ctx))
	x.reply.At = x.client.config.Now()
	w.waiting.Store(false)
	if err != nil {
		return x.unanswered(ctx, err)
	}
	defer resp.Body.Close()
	x.left = x.stream.stop()
	x.reply.Date, _ = http.ParseTime(resp.Header.Get("Date"))
	err = x.read(ctx, resp, w)
	if !x.left {
		x.giveUp()
	}
	return err
}

func (x *exchange) httpRequest(ctx context.Context) *http.Request {
	trace := &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) {
		if x.wire = wireOf(i.Conn); x.wire != nil {
			x.begun = x.wire.begun.Load()
		}
	}}
	u := x.client.endpoint
	req := &http.Request{
		Method: http.MethodPost, URL: u, Host: u.Host, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {contentType}, "SOAPAction": {x.action()}, "User-Agent": {x.client.userAgent()}},
		Body:   x.stream, ContentLength: x.message.size,
	}
	return req.WithContext(httptrace.WithClientTrace(ctx, trace))
}

// giveUp closes the connection. It reports that the request cannot have left whole: fewer bytes were written than the
// body alone has, whatever TLS adds to them.
func (x *exchange) giveUp() (partly bool) {
	return x.wire != nil && x.wire.abandon(x.begun) < x.message.size
}

// unanswered is the end of a request that got no answer.
func (x *exchange) unanswered(ctx context.Context, err error) error {
	x.left = x.stream.stop()
	if x.giveUp() {
		x.left = false
	}
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	var own *contentError
	if errors.As(err, &own) && !x.left {
		mine := own.fault
		mine.Op, mine.Exchange = "soap."+x.request.Operation, x.reply.Exchange
		x.answer.Outcome, x.answer.Note = edo.OutcomeUnavailable, mine.Field+" "+mine.Message
		return mine
	}
	v := verdict{edo.OutcomeUnavailable, "the request did not reach the operator", safe(err), 0}
	if x.left {
		v.outcome, v.message = edo.OutcomeSilent, "no answer came back"
	}
	return x.conclude(v)
}

// conclude notes a verdict in the row and gives its error.
func (x *exchange) conclude(v verdict) error {
	if !x.left && !x.claimed {
		v.outcome = edo.OutcomeUnavailable
	}
	x.answer.Outcome, x.answer.Note = v.outcome, v.message
	if v.err != nil {
		x.answer.Note = fmt.Sprintf("%s: %v", v.message, v.err)
	}
	return x.failure(v)
}

// finish commits the answer under a context that outlives the caller's.
func (x *exchange) finish(ctx context.Context) error {
	if x.row == nil {
		return nil
	}
	x.answer.At = x.reply.At
	x.answer.RequestSent = x.stream.handed.Load()
	if x.stream.state.Load() == whole {
		x.answer.RequestDigest = x.stream.digest
	}
	settle, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	if err := x.row.Finish(settle, x.answer); err != nil {
		return x.failure(verdict{edo.OutcomeUnreadable, "the message log did not take the answer; it is not believed", err, 0})
	}
	return nil
}
