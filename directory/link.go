package directory

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"strconv"
	"time"

	"github.com/edokit/edokit/edo"
)

// Half says which part of an exchange a link stands for.
type Half uint8

// The halves of an exchange, each written once.
const (
	RequestHalf Half = 1
	AnswerHalf  Half = 2
)

// String is the word in proofs and reports.
func (h Half) String() string {
	switch h {
	case RequestHalf:
		return "request"
	case AnswerHalf:
		return "answer"
	}
	return "half " + strconv.Itoa(int(h))
}

// Link is one place in the chain of a subscriber's log. Both halves of every exchange are links, in the order of their
// commits; positions begin at 1 and have no gaps. A link is written in the transaction of its half and never changed.
type Link struct {
	Subscriber edo.SubscriberID
	Position   int64
	Half       Half
	Exchange   edo.ExchangeID
	Digest     edo.Digest // over the half and the link before, see [Link.Next]
}

// chainFormat is the first field of every link. Another encoding takes another name.
const chainFormat = "edokit/log/1"

// chainTime is how times go into a link: UTC, always six digits of a second, as many as every store keeps.
const chainTime = "2006-01-02T15:04:05.000000Z"

// Next is the link after l over one half of e, whose masked text is named by its digest alone. The zero Link of a
// subscriber is the beginning of its chain.
//
// Its digest is SHA-256 over fields, each preceded by its length in bytes as eight bytes, the highest first. Texts are
// their bytes, numbers are decimal digits, times UTC as 2006-01-02T15:04:05.000000Z, digests 32 bytes; a time or a
// digest that is not there is an empty field. The fields in order:
//
//	"edokit/log/1", subscriber, position, digest of the link before (not there at position 1), "request" or "answer", exchange id
//
// then of a request:
//
//	package, document, actor, INN, KPP, operation, endpoint, time, size, head, SHA-256 of the masked text, holes
//
// and of an answer:
//
//	time, outcome, code, HTTP status, size, digest, digest of the request, bytes sent of it, note, head,
//	SHA-256 of the masked text, holes
//
// Holes are their number, then of each: start, end, kind, name, digest, size.
func (l Link) Next(half Half, e *Exchange) Link {
	next := Link{Subscriber: l.Subscriber, Position: l.Position + 1, Half: half, Exchange: e.ID}
	c := chain{sha256.New()}
	c.text(chainFormat)
	c.text(string(e.Subscriber))
	c.number(next.Position)
	c.digest(l.Digest)
	c.text(half.String())
	c.text(string(e.ID))
	if half == RequestHalf {
		c.request(e)
	} else {
		c.answer(e)
	}
	c.Sum(next.Digest[:0])
	return next
}

// chain writes the fields of a link.
type chain struct{ hash.Hash }

func (c chain) text(s string) {
	var size [8]byte
	binary.BigEndian.PutUint64(size[:], uint64(len(s)))
	_, _ = c.Write(size[:]) // a hash takes everything
	_, _ = c.Write([]byte(s))
}

func (c chain) number(n int64) { c.text(strconv.FormatInt(n, 10)) }

func (c chain) time(t time.Time) {
	if t.IsZero() {
		c.text("")
		return
	}
	c.text(t.UTC().Format(chainTime))
}

func (c chain) digest(d edo.Digest) {
	if d.IsZero() {
		c.text("")
		return
	}
	c.text(string(d[:]))
}

func (c chain) holes(holes []edo.Hole) {
	c.number(int64(len(holes)))
	for _, h := range holes {
		c.number(int64(h.Start))
		c.number(int64(h.End))
		c.text(string(h.Kind))
		c.text(h.Name)
		c.digest(h.Digest)
		c.number(h.Size)
	}
}

func (c chain) request(e *Exchange) {
	for _, s := range []string{string(e.Package), string(e.Document), string(e.Actor), e.INN, e.KPP, e.Operation, e.Endpoint} {
		c.text(s)
	}
	c.time(e.StartedAt)
	c.number(e.RequestSize)
	c.text(e.RequestHead)
	c.digest(e.RequestText)
	c.holes(e.Request.Holes)
}

func (c chain) answer(e *Exchange) {
	c.time(e.EndedAt)
	c.text(string(e.Outcome))
	c.text(e.Code)
	c.number(int64(e.HTTPStatus))
	c.number(e.AnswerSize)
	c.digest(e.AnswerDigest)
	c.digest(e.RequestDigest)
	c.number(e.RequestSent)
	c.text(e.Note)
	c.text(e.AnswerHead)
	c.digest(e.AnswerText)
	c.holes(e.Answer.Holes)
}

// TextDigest is the SHA-256 of a masked text, also of an empty one.
func TextDigest(text []byte) edo.Digest { return sha256.Sum256(text) }

// Linked is a link with the row that it stands for.
type Linked struct {
	Link
	// Row is nil if the row is not there. Head, text and holes are of the link's half only.
	Row *Exchange
}

// Ledger is the message log as a store keeps it, damage and all. [VerifyLog] reads its chain.
type Ledger interface {
	// Chains gives the last link of every subscriber, ordered by subscriber.
	Chains(ctx context.Context) ([]Link, error)
	// LinkAt gives one link, [edo.NotFound] if there is none.
	LinkAt(ctx context.Context, s edo.SubscriberID, position int64) (Link, error)
	// Links calls each with the links after a position in order, limit at most. One row is in memory at a time.
	Links(ctx context.Context, s edo.SubscriberID, after int64, limit int, each func(Linked) error) error
	// Span gives the first and the last position of exchanges that began from a time until another, which is exclusive;
	// a zero time is no bound. Both are zero if there are none.
	Span(ctx context.Context, s edo.SubscriberID, from, to time.Time) (first, last int64, err error)
	// Unlinked lists halves of rows that no link stands for, limit at most. There are none unless somebody wrote past
	// the log. An empty subscriber means all.
	Unlinked(ctx context.Context, s edo.SubscriberID, limit int) ([]Link, error)
	// Rows is a list as [Book] Exchanges gives it, which goes on behind a row that cannot be read.
	Rows(ctx context.Context, f ExchangeFilter) ([]Row, error)
}

// Checkpoint says how long a subscriber's chain was at a time and how it ended. Kept outside of the database, it shows
// later whether the end was cut off or the chain written anew.
type Checkpoint struct {
	Subscriber edo.SubscriberID
	Position   int64 // of the last link
	Digest     edo.Digest
	At         time.Time
}
