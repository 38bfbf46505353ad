package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/beevik/etree"
	"github.com/pocketbase/pocketbase/core"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/edo"
)

// Messages are the exchanges with the operator. The plugin keeps them, and these pages read them there in the name of the user, who
// needs the rights for it; each reading of raw XML leaves a row in the plugin.

type messagesPage struct {
	Card    line
	Lines   []messageLine
	Brought string // id of the exchange by which the document came
}

type messageLine struct {
	ID, Operation, Gloss, Note string
	At                         time.Time
	Outcome                    badge
	Took                       string
}

func (f *frame) messages() error {
	c, err := f.found(cards)
	if err != nil {
		return err
	}
	client, err := f.d.client(f.Request.Context())
	if err != nil {
		return err
	}
	p := messagesPage{Card: f.line(c), Brought: c.GetString("exchange")}
	var rows []directory.Exchange
	for _, id := range packages(c) {
		some, err := client.As(f.Actor()).Log(f.Request.Context(), directory.ExchangeFilter{Subscriber: f.d.Subscriber, Package: id, Limit: 500})
		if err != nil {
			return err
		}
		rows = append(rows, some...)
	}
	slices.SortStableFunc(rows, func(a, b directory.Exchange) int { return cmp.Compare(b.Seq, a.Seq) })
	for _, r := range slices.Backward(rows) {
		p.Lines = append(p.Lines, f.messageLine(r))
	}
	return f.show(http.StatusOK, "messages", f.T("Сообщения оператора", "Exchanges with the operator"), p)
}

// packages are those under which the log keeps what belongs to a card: its own, or our answers to it.
func packages(c *core.Record) (ids []edo.PackageID) {
	if id := c.GetString("package"); id != "" {
		ids = append(ids, edo.PackageID(id))
	}
	if remote := c.GetString("remote"); remote != "" {
		for _, kind := range edo.AnswerKinds() {
			ids = append(ids, edo.AnswerID(kind, edo.RemoteID(remote)))
		}
	}
	return ids
}

// cardOf finds the card that a row of the log belongs to, empty for none.
func (d *desk) cardOf(row directory.Exchange) string {
	for field, value := range map[string]string{"package": string(row.Package), "exchange": string(row.ID), "remote": answered(row.Package)} {
		if c, err := d.app.FindFirstRecordByData(cards, field, value); err == nil && value != "" {
			return c.Id
		}
	}
	return ""
}

// answered is the document that an answer's package names.
func answered(id edo.PackageID) string {
	if parts := strings.SplitN(string(id), ":", 3); len(parts) == 3 && edo.AnswerID(edo.AnswerKind(parts[1]), edo.RemoteID(parts[2])) == id {
		return parts[2]
	}
	return ""
}

func (f *frame) messageLine(r directory.Exchange) messageLine {
	l := messageLine{ID: string(r.ID), Operation: r.Operation, Gloss: f.gloss(r.Operation), Note: r.Note, At: r.StartedAt, Outcome: f.outcome(r.Outcome, r.Finished())}
	if r.Finished() {
		l.Took = fmt.Sprintf("%d %s", r.Duration().Milliseconds(), f.T("мс", "ms"))
	}
	return l
}

// Bounds of what is shown of a request or an answer; the download has all of it.
const (
	maxShown = 512 << 10
	maxDepth = 100
)

type messagePage struct {
	messageLine
	Side, Head, XML string
	Cut             bool
	Card            string
	Status          int
}

func (f *frame) side(name string) (dmsplugin.Side, error) {
	switch name {
	case "", "request":
		return dmsplugin.RequestSide, nil
	case "answer":
		return dmsplugin.AnswerSide, nil
	}
	return 0, gone("side")
}

// message is one exchange as a card with two tabs.
func (f *frame) message() error {
	side, err := f.side(f.Request.URL.Query().Get("side"))
	if err != nil {
		return err
	}
	client, err := f.d.client(f.Request.Context())
	if err != nil {
		return err
	}
	text := head{left: maxShown}
	row, err := client.As(f.Actor()).RawXML(f.Request.Context(), edo.ExchangeID(f.Request.PathValue("id")), side, &text)
	if err != nil {
		return err
	}
	p := messagePage{messageLine: f.messageLine(row), Side: "request", Head: row.RequestHead, Cut: text.cut, Status: row.HTTPStatus}
	if side == dmsplugin.AnswerSide {
		p.Side, p.Head = "answer", row.AnswerHead
	}
	p.XML = string(bytes.ToValidUTF8(text.Bytes(), []byte("?")))
	if !text.cut {
		p.XML = pretty(p.XML)
	}
	p.Card = f.d.cardOf(row)
	return f.show(http.StatusOK, "message", row.Operation, p)
}

// head keeps the beginning of what is written to it.
type head struct {
	bytes.Buffer
	left int
	cut  bool
}

func (h *head) Write(p []byte) (int, error) {
	n := min(len(p), h.left)
	h.left -= n
	h.cut = h.cut || n < len(p)
	_, _ = h.Buffer.Write(p[:n]) // memory takes everything
	return len(p), nil
}

// pretty indents XML. What is none, or is nested beyond reason, is shown as it is.
func pretty(text string) string {
	tree := etree.NewDocument()
	if err := tree.ReadFromString(text); err != nil || tree.Root() == nil || deep(tree.Root(), 0) {
		return text
	}
	tree.Indent(2)
	out, err := tree.WriteToString()
	if err != nil {
		return text
	}
	return out
}

func deep(e *etree.Element, depth int) bool {
	return depth > maxDepth || slices.ContainsFunc(e.ChildElements(), func(c *etree.Element) bool { return deep(c, depth+1) })
}

// exact is the stored text of one side, byte for byte. It is a file first: what breaks off on its way from the plugin must not look
// whole to who saves it.
func (f *frame) exact() (err error) {
	name := f.Request.PathValue("side")
	side, err := f.side(name)
	if err != nil {
		return err
	}
	client, err := f.d.client(f.Request.Context())
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(f.d.Dir, ".xml-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, tmp.Close(), os.Remove(tmp.Name())) }()
	row, err := client.As(f.Actor()).RawXML(f.Request.Context(), edo.ExchangeID(f.Request.PathValue("id")), side, tmp)
	if err != nil {
		return err
	}
	size, err := tmp.Seek(0, io.SeekCurrent)
	if err == nil {
		_, err = tmp.Seek(0, io.SeekStart)
	}
	if err != nil {
		return err
	}
	h := f.Response.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Length", fmt.Sprint(size))
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": row.Operation + "-" + name + "-" + string(row.ID) + ".xml"}))
	_, err = io.Copy(f.Response, tmp)
	return err
}
