package console

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/beevik/etree"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/edo"
)

const (
	logRows   = 50
	maxPretty = 512 << 10 // of a request or answer that is shown; the download has all of it
)

type exchangeRow struct {
	directory.Row
	Outcome, Colour string
	Took            string
	Document        string // name
}

type xmlView struct {
	*frame
	Op      edo.Operation
	Of      subscriber
	Calls   []exchangeRow
	Next    string
	MayRead bool
	Section string
}

// xmlList lists the exchanges of a package. It holds neither heads nor XML.
func (k *Console) xmlList(f *frame, w http.ResponseWriter, r *http.Request) error {
	ctx, q, key := r.Context(), r.URL.Query(), keyOf(r)
	op, s, err := k.named(ctx, f, key)
	if err != nil {
		return err
	}
	f.Title, f.Tab = f.T("XML-сообщения пакета ", "XML of package ")+string(key.Package), "messages"
	before, _ := strconv.ParseInt(q.Get("before"), 10, 64) // what is no number means the first page
	rows, err := k.Book.Rows(ctx, directory.ExchangeFilter{Subscriber: key.Subscriber, Package: key.Package, Before: max(before, 0), Limit: logRows})
	if err != nil {
		return err
	}
	v := xmlView{frame: f, Op: op, Of: s, Section: "xml"}
	if v.MayRead, err = k.glance(ctx, f, edo.ActionReadLog, key.Subscriber, kindsWith(op)); err != nil {
		return err
	}
	for _, e := range rows {
		v.Calls = append(v.Calls, f.exchangeRow(e, op))
	}
	if len(rows) == logRows {
		v.Next = "/xml?" + with(q, "before", strconv.FormatInt(rows[len(rows)-1].Seq, 10))
	}
	return k.render(f, w, http.StatusOK, "xml", v)
}

func (l lang) exchangeRow(e directory.Row, op edo.Operation) exchangeRow {
	row := exchangeRow{Row: e}
	row.Exchange.Document = ""
	if d := op.Document(e.Exchange.Document); d != nil {
		row.Document = d.Name
	}
	row.Outcome, row.Colour = l.outcome(e.Outcome, e.Finished())
	if e.Unreadable != "" {
		row.Outcome, row.Colour = l.T("Строка повреждена", "The row is damaged"), "bad"
	}
	if e.Finished() {
		row.Took = l.Span(e.Duration())
	}
	return row
}

// side is a request or an answer for reading.
type side struct {
	Title    string
	Name     string // of the download: request or answer
	Head     string
	Size     int64
	Digest   string
	Parts    []segment
	Cut      bool
	Empty    string // why there is nothing to show
	Download bool
}

// segment is a piece of XML of one kind.
type segment struct{ Class, Text string }

type exchangeView struct {
	*frame
	Key     edo.Key
	E       directory.Exchange
	Of      subscriber
	Outcome string
	Colour  string
	Took    string
	Sides   []side
	Section string
	Op      edo.Operation
}

// rawOf finds an exchange of the package that the address names, after the reading is a row.
func (k *Console) rawOf(ctx context.Context, f *frame, r *http.Request) (edo.Operation, subscriber, directory.Exchange, error) {
	key, id := keyOf(r), edo.ExchangeID(r.URL.Query().Get("id"))
	op, s, err := k.named(ctx, f, key)
	if err != nil {
		return op, s, directory.Exchange{}, err
	}
	e, err := k.Book.Exchange(ctx, id)
	if err == nil && (e.Subscriber != key.Subscriber || e.Package != key.Package) {
		err = notFound("the package has no such exchange")
	}
	if err != nil {
		if !errors.Is(err, edo.NotFound) {
			return op, s, directory.Exchange{}, err
		}
		// Who may not read learns that first, also of what is not there.
		if denied := k.demand(ctx, f, edo.ActionReadLog, key.Subscriber, kindsWith(op)); denied != nil {
			err = denied
		}
		return op, s, directory.Exchange{}, err
	}
	if err := k.Desk.ReadingLog(ctx, f.By(), key, e.ID); err != nil {
		return op, s, directory.Exchange{}, err
	}
	return op, s, e, nil
}

// exchange shows request and answer for reading.
func (k *Console) exchange(f *frame, w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	op, s, e, err := k.rawOf(ctx, f, r)
	if err != nil {
		return err
	}
	f.Title, f.Tab = e.Operation+" "+f.At(e.StartedAt), "messages"
	v := exchangeView{frame: f, Key: keyOf(r), E: e, Of: s, Op: op, Section: "xml"}
	v.Outcome, v.Colour = f.outcome(e.Outcome, e.Finished())
	if e.Finished() {
		v.Took = f.Span(e.Duration())
	}
	request, err := k.side(ctx, f, f.T("Запрос", "Request"), "request", e.RequestHead, e.Request)
	if err != nil {
		return err
	}
	request.Size, request.Digest = e.RequestSize, digest(e.RequestDigest)
	answer, err := k.side(ctx, f, f.T("Ответ", "Answer"), "answer", e.AnswerHead, e.Answer)
	if err != nil {
		return err
	}
	answer.Size, answer.Digest = e.AnswerSize, digest(e.AnswerDigest)
	if !e.Finished() {
		answer.Empty = f.T("Ответа нет: обмен прерван или ещё идёт.", "There is no answer: the exchange was interrupted, or is still running.")
	}
	v.Sides = []side{request, answer}
	return k.render(f, w, http.StatusOK, "exchange", v)
}

func digest(d edo.Digest) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

func (k *Console) side(ctx context.Context, f *frame, title, name, head string, m edo.Masked) (side, error) {
	s := side{Title: title, Name: name, Head: head, Download: len(m.Text) > 0}
	if len(m.Text) == 0 {
		s.Empty = f.T("Тело пустое.", "The body is empty.")
		return s, nil
	}
	var err error
	s.Parts, s.Cut, err = k.readable(ctx, f, m)
	return s, err
}

// readable is XML for people: indented, with what was masked said in words. The places of masks are known from the row
// and not from the text, which a counterparty may have written to look like one.
func (k *Console) readable(ctx context.Context, f *frame, m edo.Masked) (parts []segment, cut bool, err error) {
	var text []byte
	mark, said, at := rand.Text(), []string{}, 0
	for _, h := range m.Holes {
		if h.Start < at || h.End < h.Start || h.End > len(m.Text) {
			continue
		}
		words, err := k.hole(ctx, f, h, string(m.Text[h.Start:h.End]))
		if err != nil {
			return nil, false, err
		}
		text = append(text, m.Text[at:h.Start]...)
		text = append(text, fmt.Sprintf("%s-%d-", mark, len(said))...)
		said, at = append(said, words), h.End
	}
	text = append(text, m.Text[at:]...)
	if cut = len(text) > maxPretty; cut {
		text = bytes.ToValidUTF8(text[:maxPretty], nil)
	} else {
		text = pretty(text)
	}
	for _, s := range segments(string(bytes.ToValidUTF8(text, []byte("�")))) {
		parts = append(parts, fill(s, mark, said)...)
	}
	return parts, cut, nil
}

// hole says what stood at a place.
func (k *Console) hole(ctx context.Context, f *frame, h edo.Hole, placeholder string) (string, error) {
	if h.Kind == edo.HoleSecret {
		if placeholder == "[secret]" {
			return f.T("[секрет скрыт]", "[secret hidden]"), nil
		}
		return placeholder, nil
	}
	words := fmt.Sprintf(f.T("[содержимое: %s, SHA-256 %s]", "[content: %s, SHA-256 %s]"), f.Size(h.Size), h.Digest)
	row, err := k.Book.Departed(ctx, h.Digest)
	switch {
	case err == nil:
		return words + " " + f.T(directory.DepartedRU(row), directory.DepartedEN(row)), nil
	case errors.Is(err, edo.NotFound):
		return words, nil
	}
	return "", err
}

// fill puts the words at their marks.
func fill(s segment, mark string, said []string) (parts []segment) {
	for s.Text != "" {
		before, rest, found := strings.Cut(s.Text, mark+"-")
		if before != "" {
			parts = append(parts, segment{s.Class, before})
		}
		if !found {
			break
		}
		number, after, _ := strings.Cut(rest, "-")
		if i, err := strconv.Atoi(number); err == nil && i < len(said) {
			parts = append(parts, segment{"hole", said[i]})
		}
		s.Text = after
	}
	return parts
}

// pretty indents XML. What is none, such as an error page, is shown as it is.
func pretty(text []byte) []byte {
	if deep(text) {
		return text
	}
	tree := etree.NewDocument()
	if err := tree.ReadFromBytes(text); err != nil || tree.Root() == nil {
		return text
	}
	tree.Indent(2)
	out, err := tree.WriteToBytes()
	if err != nil {
		return text
	}
	return out
}

// maxDepth bounds what is indented: each level makes every line below it longer.
const maxDepth = 100

func deep(text []byte) bool {
	depth := 0
	for _, s := range segments(string(text)) {
		switch {
		case s.Class == "" || strings.HasPrefix(s.Text, "<?") || strings.HasPrefix(s.Text, "<!") || strings.HasSuffix(s.Text, "/>"):
		case strings.HasPrefix(s.Text, "</"):
			depth--
		default:
			depth++
		}
		if depth > maxDepth {
			return true
		}
	}
	return false
}

// segments tells tags from texts, for colours only: whatever the text is, all of it comes out again, in order.
func segments(text string) (parts []segment) {
	for text != "" {
		start := strings.IndexByte(text, '<')
		if start < 0 {
			return append(parts, segment{"", text})
		}
		if start > 0 {
			parts = append(parts, segment{"", text[:start]})
		}
		end := strings.IndexByte(text[start:], '>')
		if end < 0 {
			return append(parts, segment{"", text[start:]})
		}
		parts = append(parts, segment{"tag", text[start : start+end+1]})
		text = text[start+end+1:]
	}
	return parts
}

// raw gives the stored text of one side exactly.
func (k *Console) raw(f *frame, w http.ResponseWriter, r *http.Request) error {
	name := r.URL.Query().Get("side")
	if r.Method != http.MethodGet {
		return &edo.Error{Kind: edo.Invalid, Message: "only GET gives a text"}
	}
	if name != "request" && name != "answer" {
		return notFound("there is no such side")
	}
	_, _, e, err := k.rawOf(r.Context(), f, r)
	if err != nil {
		return err
	}
	text := e.Request.Text
	if name == "answer" {
		text = e.Answer.Text
	}
	download(w, string(e.ID)+"-"+name+".xml", "application/octet-stream", int64(len(text)))
	_ = http.NewResponseController(w).SetWriteDeadline(k.Now().Add(patience)) // a writer without deadlines needs none
	_, _ = w.Write(text)                                                      // a browser that is gone has nobody to tell
	return nil
}

// patience is how long a browser may take for the next piece of a download.
const patience = time.Minute
