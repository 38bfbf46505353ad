package soap

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"html"
	"io"
	"mime"
	"net/http"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/edokit/edokit/edo"
)

// meter counts and digests an answer exactly as it came.
type meter struct {
	r     io.Reader
	watch *watch
	sum   hash.Hash // nil: nobody asks
	n     int64
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	m.n += int64(n)
	m.watch.moved.Add(int64(n))
	if m.sum != nil {
		m.sum.Write(p[:n])
	}
	return n, err
}

// read consumes the answer, prepares its row and gives the verdict.
func (x *exchange) read(ctx context.Context, resp *http.Response, w *watch) error {
	m := &meter{r: resp.Body, watch: w}
	limits := x.client.config.Limits
	buf := x.client.buffers.take()
	defer x.client.buffers.give(buf)
	s := newScanner(m, limits, nil, buf[:window])
	if x.row != nil {
		m.sum = sha256.New()
		s.tap = x.tap(ctx)
	}
	refused := readable(resp)
	var fault *Fault
	err := refused
	if err == nil {
		fault, err = x.parse(s)
	}
	broken := refused != nil || s.err != nil
	if broken {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		s.drain()
	}
	retry := x.retryAfter(resp)
	scrub := x.scrubber(s.tap, fault != nil || x.row != nil)
	result := x.judge(resp, fault, err, retry, scrub)
	if x.row != nil {
		x.keep(resp, s.tap, m, scrub, broken, resp.Header.Get("Content-Encoding") != "")
	}
	return result
}

// judge decides what the answer means.
func (x *exchange) judge(resp *http.Response, fault *Fault, err error, retry time.Duration, scrub *scrubber) error {
	x.answer.HTTPStatus = resp.StatusCode
	x.claimed = !x.left && x.request.Effect && fault == nil && readWhole(err)
	switch {
	case err != nil:
		return x.conclude(verdict{edo.OutcomeUnreadable, "the answer (HTTP status " + strconv.Itoa(resp.StatusCode) + ") cannot be believed", safe(err), retry})
	case fault != nil:
		fault.HTTPStatus, fault.Exchange, fault.RetryAfter = resp.StatusCode, x.reply.Exchange, retry
		fault.scrub(scrub)
		x.answer.Code = fault.Code
		if !x.left {
			return x.conclude(verdict{edo.OutcomeUnavailable, "the operator answered before the whole request was sent", fault, retry})
		}
		x.answer.Outcome = edo.OutcomeFault
		return fault
	case resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusAccepted:
		return x.conclude(verdict{edo.OutcomeUnreadable, "a success with HTTP status " + strconv.Itoa(resp.StatusCode) + " is not one", nil, retry})
	case !x.left:
		return x.conclude(verdict{edo.OutcomeUnreadable, "the operator reported a success before the whole request was sent", nil, retry})
	}
	x.answer.Outcome = edo.OutcomeOK
	return nil
}

// readWhole says that the answer could be read to its end, even if the driver did not accept one of its values.
func readWhole(err error) bool {
	return err == nil || errors.As(err, new(*answerError))
}

// readable refuses by the head what must not be parsed.
func readable(resp *http.Response) error {
	if coding := resp.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return &refusal{"it is compressed, which was not asked for", -1}
	}
	if resp.StatusCode >= 300 && resp.StatusCode < 400 {
		return &refusal{"it redirects, which is not followed", -1}
	}
	value := resp.Header.Get("Content-Type")
	if value == "" {
		return nil
	}
	kind, params, err := mime.ParseMediaType(value)
	switch {
	case err != nil, kind != "text/xml" && kind != "application/xml" && kind != "application/soap+xml":
		return &refusal{"it is not declared as XML", -1}
	case params["charset"] != "" && !strings.EqualFold(params["charset"], "utf-8"):
		return &refusal{"it is not declared as UTF-8", -1}
	}
	return nil
}

// parse reads the envelope. A fault of the driver's callback does not stop the reader: the log needs the rest.
func (x *exchange) parse(s *scanner) (*Fault, error) {
	fault, err := s.envelope(x.request, x.request.Body.wrapper.Space, x.client.config.FaultDetail)
	if err != nil && s.err == nil {
		s.unwind(0)
	}
	if s.err == nil {
		if t := s.next(blank); t != tokenEOF && s.err == nil {
			s.fail("a second root element")
		}
	}
	if s.err != nil {
		return nil, s.err
	}
	if err != nil {
		err = &answerError{err}
	}
	return fault, err
}

// answerError is a value that the driver did not accept. Its text is not shown: it may quote the value.
type answerError struct{ err error }

func (e *answerError) Error() string { return "a value of the answer was not accepted" }
func (e *answerError) Unwrap() error { return e.err }

func (s *scanner) envelope(r *Request, space string, detail Name) (fault *Fault, err error) {
	s.prolog()
	if s.err == nil && s.next(blank) != tokenStart && s.err == nil {
		s.fail("no element")
	}
	if s.err == nil && s.el.name != (Name{Space: envelopeSpace, Local: "Envelope"}) {
		s.fail("a root element that is no SOAP 1.1 envelope")
	}
	if s.err != nil {
		return nil, s.err
	}
	bodies := 0
	err = s.node().children(func(n *Node) error {
		switch {
		case n.el.name == Name{Space: envelopeSpace, Local: "Header"} && bodies == 0:
			return n.children(func(h *Node) error {
				if h.el.must {
					s.fail("a header that must be understood and is not")
				}
				return s.err
			})
		case n.el.name == Name{Space: envelopeSpace, Local: "Body"} && bodies == 0:
			bodies++
			fault, err = n.body(r, space, detail)
			return err
		}
		s.fail("an element that is not expected in an envelope")
		return s.err
	})
	if err == nil && bodies == 0 {
		s.fail("no soap:Body")
		err = s.err
	}
	return fault, err
}

// body reads the one child of soap:Body.
func (n *Node) body(r *Request, space string, detail Name) (fault *Fault, err error) {
	s, entries := n.s, 0
	err = n.children(func(c *Node) error {
		if entries++; entries > 1 {
			s.fail("a second element in soap:Body")
			return s.err
		}
		switch c.el.name {
		case Name{Space: envelopeSpace, Local: "Fault"}:
			fault, err = c.fault11(detail)
			return err
		case Name{Space: space, Local: r.Operation + "Response"}:
			return c.response(r, space)
		}
		s.fail("an answer to another operation")
		return s.err
	})
	if err == nil && entries == 0 {
		s.fail("an empty soap:Body")
		err = s.err
	}
	return fault, err
}

// response reads the wrapper and gives its result to the driver, once.
func (n *Node) response(r *Request, space string) error {
	given := false
	answer := r.Answer
	if answer == nil {
		answer = (*Node).Skip
	}
	err := n.Fields(map[Name]func(*Node) error{
		{Space: space, Local: r.Operation + "Result"}: func(result *Node) error {
			given = true
			if !result.el.null {
				return answer(result)
			}
			if err := result.Skip(); err != nil {
				return err
			}
			return answer(nil)
		},
	})
	if err == nil && !given {
		err = answer(nil)
	}
	return err
}

// drain keeps what follows a place that could not be read, as it came and up to the limit.
func (s *scanner) drain() {
	var sink *sinkError
	if errors.As(s.err, &sink) {
		return
	}
	s.flush()
	keep, dropped := s.limits.Garbage, int64(0)
	defer func() {
		if s.tap != nil && dropped > 0 && s.tap.inside == 0 {
			s.tap.masked = withHole(s.tap.masked, fmt.Sprintf("[%d more bytes not kept]", dropped), edo.Hole{Kind: edo.HoleSecret, Name: "dropped", Size: dropped})
		}
	}()
	for total := s.base; total < s.limits.Answer; {
		piece := s.buf[s.r:s.w]
		n := min(int64(len(piece)), keep)
		if s.tap != nil {
			s.tap.write(piece[:n])
		}
		keep, dropped, total = keep-n, dropped+int64(len(piece))-n, total+int64(len(piece))
		s.r, s.w, s.mark = 0, 0, 0
		if s.readErr != nil {
			return
		}
		s.w, s.readErr = s.src.Read(s.buf)
	}
}

func (x *exchange) tap(ctx context.Context) *tap {
	t := &tap{words: x.request.Words}
	for _, n := range x.request.Secrets {
		t.secrets = append(t.secrets, n.Local)
	}
	t.create = func() (edo.Blob, error) { return x.row.Blob(ctx) }
	t.commit = func(b edo.Blob) (edo.Digest, int64, error) { return b.Commit(context.WithoutCancel(ctx)) }
	return t
}

// scrubber knows the secrets of the request and those that came with the answer.
func (x *exchange) scrubber(t *tap, needed bool) *scrubber {
	if !needed {
		return nil
	}
	secrets := x.message.live
	if t != nil {
		t.endSecret()
		for _, l := range t.found {
			if l.value == "true" || l.value == "false" {
				continue // says something of a secret and is none; it stands everywhere
			}
			secrets = append(secrets, live{l.name, html.UnescapeString(l.value)})
		}
	}
	return newScrubber(secrets)
}

// keep fills the row with the answer. When in doubt about a secret only digest and size are kept.
func (x *exchange) keep(resp *http.Response, t *tap, m *meter, scrub *scrubber, broken, encoded bool) {
	a := &x.answer
	a.Head = scrub.text(head(resp))
	a.Size, a.Digest = m.n, edo.Digest(m.sum.Sum(nil))
	good := a.Outcome == edo.OutcomeOK
	masked := scrub.masked(t.masked, broken)
	switch {
	case m.n == 0:
	case t.tooLong, encoded, broken && !plainText(t.masked.Text), !good && scrub.short,
		broken && (len(x.request.Secrets) > 0 || t.speaksOf(masked.Text)), scrub.hides(masked.Text):
		masked = withheld(m.n)
	}
	a.Body = masked
}

// plainText is UTF-8, apart from a character that is cut at the end, and holds no NUL.
func plainText(p []byte) bool {
	for i := 0; i < utf8.UTFMax && len(p) > 0; i++ {
		if r, n := utf8.DecodeLastRune(p); r != utf8.RuneError || n > 1 {
			break
		}
		p = p[:len(p)-1]
	}
	return utf8.Valid(p) && !strings.ContainsRune(string(p), 0)
}

// head is the status line and the headers, sorted; cookies are no use to a reader of the log.
func head(resp *http.Response) string {
	lines := make([]string, 0, len(resp.Header))
	for name, values := range resp.Header {
		for _, v := range values {
			if name == "Set-Cookie" {
				v = secretMark
			}
			lines = append(lines, name+": "+v)
		}
	}
	sort.Strings(lines)
	return strings.Join(append([]string{resp.Proto + " " + resp.Status}, lines...), "\n")
}

// retryAfter reads seconds or a date; nonsense and more than a day are no wish.
func (x *exchange) retryAfter(resp *http.Response) time.Duration {
	value := resp.Header.Get("Retry-After")
	d := time.Duration(0)
	if n, err := strconv.Atoi(value); err == nil && n < 1<<20 {
		d = time.Duration(n) * time.Second
	} else if at, err := http.ParseTime(value); err == nil {
		from := x.reply.Date
		if from.IsZero() {
			from = x.reply.At
		}
		d = at.Sub(from)
	}
	if d < 0 || d > 24*time.Hour {
		return 0
	}
	return d
}
