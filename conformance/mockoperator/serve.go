package mockoperator

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/edokit/edokit/conformance/contract"
)

// exchange is one request on its way through the operator.
type exchange struct {
	o      *Operator
	ctx    context.Context
	w      http.ResponseWriter
	r      *http.Request
	seen   *Exchange
	in     *tap
	handle *Handle // the rule that strikes, or nil
	rule   Rule
}

// ServeHTTP implements http.Handler.
func (o *Operator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var head []byte
	if c, ok := r.Context().Value(connKey{}).(*headConn); ok {
		head = c.next()
	}
	operation := actionOperation(r.Header.Get("SOAPAction"))
	x := &exchange{o: o, ctx: r.Context(), w: w, r: r, seen: o.wire.begin(operation, head, o.now())}
	x.in = o.wire.newTap(x.seen.Number, "request", r.ContentLength)
	defer x.log()
	switch {
	case r.URL.Path != Path:
		x.plain(http.StatusNotFound, "no such service; it is at "+Path+"\n")
	case r.Method == http.MethodGet && strings.EqualFold(r.URL.RawQuery, "wsdl"):
		x.wsdl()
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", "GET, POST")
		x.plain(http.StatusMethodNotAllowed, "POST an envelope, or GET ?wsdl\n")
	case !textXML(r.Header):
		x.plain(http.StatusUnsupportedMediaType, "Content-Type: text/xml; charset=utf-8 is required\n")
	default:
		x.call(operation)
	}
}

func (x *exchange) log() {
	x.o.log.Info("exchange", "n", x.seen.Number, "operation", x.seen.Operation, "status", x.seen.Status,
		"request", x.seen.Request.Size, "answer", x.seen.Response.Size, "fault", x.seen.Fault, "cut", x.seen.Cut)
}

func (x *exchange) wsdl() {
	text, err := contract.WSDL("http://" + x.r.Host + Path)
	if err != nil {
		x.plain(http.StatusInternalServerError, err.Error())
		return
	}
	x.answer(http.StatusOK, "text/xml; charset=utf-8", int64(len(text)), writeBytes(text))
}

func (x *exchange) plain(status int, text string) {
	x.drain()
	x.answer(status, "text/plain; charset=utf-8", int64(len(text)), writeBytes([]byte(text)))
}

func writeBytes(b []byte) func(io.Writer) error {
	return func(w io.Writer) error { _, err := w.Write(b); return err }
}

// actionOperation takes the operation out of a SOAPAction, quoted or not; "" when it is none of the service.
func actionOperation(action string) string {
	action = strings.TrimSpace(action)
	if len(action) >= 2 && action[0] == '"' && action[len(action)-1] == '"' {
		action = action[1 : len(action)-1]
	}
	name, ok := strings.CutPrefix(action, contract.ActionPrefix)
	if !ok {
		return ""
	}
	return name
}

// textXML accepts what basic SOAP 1.1 allows: text/xml in UTF-8, not encoded further.
func textXML(h http.Header) bool {
	media, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil || media != "text/xml" || h.Get("Content-Encoding") != "" {
		return false
	}
	charset := params["charset"]
	return charset == "" || strings.EqualFold(charset, "utf-8")
}

// body is the request body, recorded as it is read.
func (x *exchange) body() io.Reader { return tapReader{Reader: x.r.Body, tap: x.in} }

// drain reads what is left of the request, so that the client gets to see the answer, and closes its capture.
func (x *exchange) drain() {
	if x.in == nil {
		return
	}
	_, err := io.Copy(io.Discard, x.body())
	x.closeInput()
	if err != nil {
		x.cut() // the client has gone or cut its request short: there is nobody to answer
	}
}

func (x *exchange) closeInput() {
	if x.in != nil {
		c := x.in.capture()
		x.in = nil
		x.o.wire.update(x.seen, func(e *Exchange) { e.Request = c })
	}
}

// call reads the request, does the work and answers, well or badly.
func (x *exchange) call(operation string) {
	if x.o.tape.plays(operation) {
		x.play(operation)
		return
	}
	if x.handle = x.o.strikes(operation); x.handle != nil {
		x.rule = x.handle.rule
		if x.before() {
			return
		}
	}
	room, ok := x.o.rooms.Get().(*scratch)
	if !ok {
		room = newScratch()
	}
	req, err := readRequest(x.o.tables, x.o.spool, x.body(), room)
	room.in.Reset(nil)
	x.o.rooms.Put(room)
	x.drain()
	if err == nil {
		err = checkAction(x.r.Header.Get("SOAPAction"), operation, req)
	}
	if err == nil && x.rule.What == TokenExpired {
		x.o.expire(token(req))
		x.handle.strike()
	}
	var out *body
	if err == nil {
		err = x.o.loseOverdue()
	}
	if err == nil {
		out, err = x.o.dispatch(x, req)
	}
	if x.handle != nil && x.after(operation) {
		return
	}
	x.reply(out, err)
}

func checkAction(header, operation string, req *request) error {
	if strings.Trim(header, ` "`) == "" {
		return refuse("InvalidFormatField", "SOAPAction", "the header SOAPAction is required")
	}
	if operation != req.operation {
		return refuse("InvalidFormatField", "SOAPAction", "SOAPAction %s does not belong to the operation %s", header, req.operation)
	}
	return nil
}

// reply writes an answer or a fault.
func (x *exchange) reply(out *body, err error) {
	status := http.StatusOK
	if err != nil {
		var fault *Fault
		if !errors.As(err, &fault) {
			x.o.log.Error("internal", "error", err)
			fault = refuse("UnexpectedError", "", "Внутренняя ошибка")
		}
		x.o.wire.update(x.seen, func(e *Exchange) { e.Fault = fault.Code })
		out, status = faultBody(fault), http.StatusInternalServerError
	}
	n, err := out.finish()
	if err != nil {
		x.o.log.Error("answer", "error", err)
		x.cut()
	}
	x.answer(status, "text/xml; charset=utf-8", n, out.writeTo)
}

// answer writes status, head and body and records what was written.
func (x *exchange) answer(status int, contentType string, length int64, write func(io.Writer) error) {
	h := x.w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Date", x.o.now().Format(http.TimeFormat))
	x.send(status, length, write)
}
