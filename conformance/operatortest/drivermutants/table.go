package drivermutants

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/edokit/edokit/edo"
)

// Unbroken changes nothing.
func Unbroken() Mutant {
	return Mutant{Mutant: is("unbroken", "nothing"), wrap: func(*edo.Account, *session) {}}
}

// All are the mutants: what is done with a message, with its outcome, with the log, and what is told afterwards.
func All() []Mutant { return slices.Concat(sending(), outcomes(), logs(), reading()) }

func onSend(f func(ctx context.Context, s whole, m edo.Message) (edo.Sent, error)) func(*edo.Account, *session) {
	return func(_ *edo.Account, s *session) { s.send = f }
}

// told changes what Send answers.
func told(change func(m edo.Message, sent *edo.Sent, err error) error) func(*edo.Account, *session) {
	return onSend(func(ctx context.Context, s whole, m edo.Message) (edo.Sent, error) {
		sent, err := s.Send(ctx, m)
		err = change(m, &sent, err)
		return sent, err
	})
}

func sending() []Mutant {
	return []Mutant{
		{is("ids-swapped", "the ids of two documents change places", "edo.Sent"), told(func(m edo.Message, sent *edo.Sent, err error) error {
			if len(m.Documents) > 1 {
				a, b := m.Documents[0].ID, m.Documents[1].ID
				sent.Documents[a], sent.Documents[b] = sent.Documents[b], sent.Documents[a]
			}
			return err
		})},
		{is("id-missing", "the last document of a message gets no id", "edo.Sent"), told(func(m edo.Message, sent *edo.Sent, err error) error {
			if len(m.Documents) > 0 {
				delete(sent.Documents, m.Documents[len(m.Documents)-1].ID)
			}
			return err
		})},
		{is("no-time", "the operator's time is not told", "edo.Sent"), told(func(_ edo.Message, sent *edo.Sent, err error) error {
			sent.OperatorTime = time.Time{}
			return err
		})},
		{is("own-clock", "the time of a message is that of our own clock", "edo.Sent"), told(func(_ edo.Message, sent *edo.Sent, err error) error {
			sent.OperatorTime = time.Now() //nolint:forbidigo // that is what is wrong
			return err
		})},
		{is("no-row", "the row of the log is not told", "edo.Sent"), told(func(_ edo.Message, sent *edo.Sent, err error) error { sent.Exchange = ""; return err })},
		{is("sends-twice", "every message is sent twice", "edo.Driver"), onSend(func(ctx context.Context, s whole, m edo.Message) (edo.Sent, error) {
			if _, err := s.Send(ctx, m); err != nil {
				return edo.Sent{}, err
			}
			return s.Send(ctx, m)
		})},
		{is("in-memory", "content is read whole before it is sent", "edo.Content"), onSend(func(ctx context.Context, s whole, m edo.Message) (edo.Sent, error) {
			m.Documents = slices.Clone(m.Documents)
			for i := range m.Documents {
				if err := load(ctx, &m.Documents[i].Content); err != nil {
					return edo.Sent{}, err
				}
			}
			return s.Send(ctx, m)
		})},
		{is("read-twice", "content is read once more for its digest", "edo.Content"), onSend(func(ctx context.Context, s whole, m edo.Message) (edo.Sent, error) {
			for _, d := range m.Documents {
				r, err := d.Content.Open(ctx)
				if err != nil {
					return edo.Sent{}, err
				}
				_, err = io.Copy(io.Discard, r)
				if err = errors.Join(err, r.Close()); err != nil {
					return edo.Sent{}, err
				}
			}
			return s.Send(ctx, m)
		})},
		{is("ready-not-asked", "nobody asks whether the message may leave", "edo.Message.Ready"), onSend(func(ctx context.Context, s whole, m edo.Message) (edo.Sent, error) {
			m.Ready = nil
			return s.Send(ctx, m)
		})},
		{is("ready-asked-early", "whether the message may leave is asked at the beginning only", "edo.Message.Ready"), onSend(func(ctx context.Context, s whole, m edo.Message) (edo.Sent, error) {
			if m.Ready != nil {
				if err := m.Ready(); err != nil {
					return edo.Sent{}, &edo.Error{Kind: edo.Unavailable, Message: "it may not leave", Err: err}
				}
			}
			m.Ready = nil
			return s.Send(ctx, m)
		})},
		{is("wrong-password-again", "a login that was refused is tried again", "edo.Driver"), func(_ *edo.Account, mine *session) {
			mine.check = func(ctx context.Context, s whole) (edo.Health, error) {
				h, err := s.Check(ctx)
				if errors.Is(err, edo.Denied) {
					return mine.anew(ctx)
				}
				return h, err
			}
		}},
		{is("check-as-of-now", "the time of a check is that of our own clock", "edo.Checker"), func(_ *edo.Account, s *session) {
			s.check = func(ctx context.Context, s whole) (edo.Health, error) {
				h, err := s.Check(ctx)
				h.AsOf = h.At
				return h, err
			}
		}},
		{is("any-box", "the box of the account is found always", "edo.Checker"), func(_ *edo.Account, s *session) {
			s.check = func(ctx context.Context, s whole) (edo.Health, error) {
				h, err := s.Check(ctx)
				h.BoxFound = true
				return h, err
			}
		}},
	}
}

// anew checks in a session that knows of no refusal.
func (s *session) anew(ctx context.Context) (edo.Health, error) {
	again, err := s.inner.Open(ctx, s.account)
	if err != nil {
		return edo.Health{}, err
	}
	c, is := again.(edo.Checker)
	if !is {
		return edo.Health{}, again.Close()
	}
	h, err := c.Check(ctx)
	return h, errors.Join(err, again.Close())
}

// load takes content into memory by one large read.
func load(ctx context.Context, c *edo.Content) error {
	r, err := c.Open(ctx)
	if err != nil {
		return err
	}
	raw := make([]byte, c.Size)
	_, err = io.ReadFull(r, raw)
	c.Open = func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(raw)), nil }
	return errors.Join(err, r.Close())
}

// instead gives another kind where Send ends with one.
func instead(of, kind edo.Kind) func(*edo.Account, *session) {
	return told(func(_ edo.Message, _ *edo.Sent, err error) error {
		if errors.Is(err, of) {
			return &edo.Error{Kind: kind, Message: "the outcome is another"}
		}
		return err
	})
}

func outcomes() []Mutant {
	return []Mutant{
		{is("lost-is-refused", "a lost answer is taken for a refusal", "edo.Driver"), instead(edo.InDoubt, edo.Refused)},
		{is("lost-is-unavailable", "a lost answer is taken for a message that has not left", "edo.Driver"), instead(edo.InDoubt, edo.Unavailable)},
		{is("lost-is-sent", "a lost answer is taken for success", "edo.Driver"), told(func(_ edo.Message, _ *edo.Sent, err error) error {
			if errors.Is(err, edo.InDoubt) {
				return nil
			}
			return err
		})},
		{is("lost-sends-again", "a message whose answer was lost is sent again", "edo.Driver"), onSend(func(ctx context.Context, s whole, m edo.Message) (edo.Sent, error) {
			sent, err := s.Send(ctx, m)
			if errors.Is(err, edo.InDoubt) {
				return s.Send(ctx, m)
			}
			return sent, err
		})},
		{is("unavailable-is-refused", "an operator who cannot be reached is said to have refused", "edo.Driver"), instead(edo.Unavailable, edo.Refused)},
		{is("unavailable-is-doubt", "an operator who cannot be reached may have accepted", "edo.Driver"), instead(edo.Unavailable, edo.InDoubt)},
		{is("refused-is-unavailable", "a verdict is taken for a disturbance", "edo.Driver"), instead(edo.Refused, edo.Unavailable)},
		{is("reason-lost", "a verdict comes without its reason", "edo.Answerer"), instead(edo.Refused, edo.Refused)},
		{is("without-kind", "errors have no kind", "edo.Driver"), told(func(_ edo.Message, _ *edo.Sent, err error) error {
			if err != nil {
				return errors.New("it failed") //nolint:err113 // that is what is wrong
			}
			return nil
		})},
		{is("context-ignored", "a call goes on although its context has ended", "edo.Driver"), onSend(func(ctx context.Context, s whole, m edo.Message) (edo.Sent, error) {
			return s.Send(context.WithoutCancel(ctx), m)
		})},
	}
}

// spy is a journal between driver and log.
type spy struct {
	edo.Journal
	begin  func(ctx context.Context, j edo.Journal, r edo.ExchangeRequest) (edo.Exchange, error)
	finish func(ctx context.Context, x edo.Exchange, a edo.ExchangeAnswer) error
}

// Begin implements [edo.Journal].
func (j spy) Begin(ctx context.Context, r edo.ExchangeRequest) (edo.Exchange, error) {
	begin := j.begin
	if begin == nil {
		begin = func(ctx context.Context, j edo.Journal, r edo.ExchangeRequest) (edo.Exchange, error) {
			return j.Begin(ctx, r)
		}
	}
	x, err := begin(ctx, j.Journal, r)
	if err != nil || j.finish == nil {
		return x, err
	}
	return spied{x, j.finish}, nil
}

type spied struct {
	edo.Exchange
	finish func(ctx context.Context, x edo.Exchange, a edo.ExchangeAnswer) error
}

// Finish implements [edo.Exchange].
func (x spied) Finish(ctx context.Context, a edo.ExchangeAnswer) error {
	return x.finish(ctx, x.Exchange, a)
}

// late begins its row when the answer is there.
type late struct {
	journal edo.Journal
	request edo.ExchangeRequest
	id      edo.ExchangeID
}

// ID implements [edo.Exchange].
func (x *late) ID() edo.ExchangeID { return x.id }

// Blob implements [edo.Exchange].
func (x *late) Blob(context.Context) (edo.Blob, error) { return nowhere{}, nil }

// Finish implements [edo.Exchange].
func (x *late) Finish(ctx context.Context, a edo.ExchangeAnswer) error {
	row, err := x.journal.Begin(ctx, x.request)
	if err != nil {
		return nil //nolint:nilerr // a row that nobody misses: that is what is wrong
	}
	return row.Finish(ctx, a)
}

type nowhere struct{ bytes.Buffer }

// Write implements [edo.Blob].
func (nowhere) Write(p []byte) (int, error) { return len(p), nil }

// Commit implements [edo.Blob].
func (nowhere) Commit(context.Context) (edo.Digest, int64, error) { return edo.Digest{}, 0, nil }

// Abort implements [edo.Blob].
func (nowhere) Abort() {}

func logged(j spy) func(*edo.Account, *session) {
	return func(a *edo.Account, _ *session) {
		mine := j
		mine.Journal = a.Journal
		a.Journal = mine
	}
}

func logs() []Mutant {
	return []Mutant{
		{is("log-afterwards", "a row is written when the answer is there", "edo.Journal", "edo.Driver"), logged(spy{begin: func(_ context.Context, j edo.Journal, r edo.ExchangeRequest) (edo.Exchange, error) {
			return &late{journal: j, request: r, id: "late"}, nil
		}})},
		{is("log-ignored", "what cannot be logged is sent all the same", "edo.Journal"), logged(spy{begin: func(ctx context.Context, j edo.Journal, r edo.ExchangeRequest) (edo.Exchange, error) {
			x, err := j.Begin(ctx, r)
			if err != nil {
				return &late{journal: j, request: r, id: "lost"}, nil //nolint:nilerr // that is what is wrong
			}
			return x, nil
		}})},
		{is("answer-not-kept", "an answer that the log does not keep is believed", "edo.Journal"), logged(spy{finish: func(ctx context.Context, x edo.Exchange, a edo.ExchangeAnswer) error {
			_ = x.Finish(ctx, a) // that is what is wrong
			return nil
		}})},
		{is("row-left-open", "rows are never ended", "edo.ExchangeRequest", "edo.ExchangeAnswer"), logged(spy{finish: func(context.Context, edo.Exchange, edo.ExchangeAnswer) error { return nil }})},
		{is("query-logged", "a row names the query of the address", "edo.ExchangeRequest"), logged(spy{begin: func(ctx context.Context, j edo.Journal, r edo.ExchangeRequest) (edo.Exchange, error) {
			r.Endpoint += "?session=1"
			return j.Begin(ctx, r)
		}})},
		{is("outcome-ok", "every row ends well", "edo.ExchangeAnswer"), logged(spy{finish: func(ctx context.Context, x edo.Exchange, a edo.ExchangeAnswer) error {
			a.Outcome = edo.OutcomeOK
			return x.Finish(ctx, a)
		}})},
		{is("password-logged", "the password stands in a row", "edo.Driver"), func(a *edo.Account, _ *session) {
			password := a.Login.Password
			a.Journal = spy{Journal: a.Journal, begin: func(ctx context.Context, j edo.Journal, r edo.ExchangeRequest) (edo.Exchange, error) {
				r.Head += "\nAuthorization: Basic " + password.Reveal()
				return j.Begin(ctx, r)
			}}
		}},
	}
}

func reading() []Mutant {
	look := func(f func(c edo.Counterparty, all []edo.Address) ([]edo.Address, error)) func(*edo.Account, *session) {
		return func(_ *edo.Account, s *session) {
			s.lookup = func(ctx context.Context, s whole, c edo.Counterparty) ([]edo.Address, error) {
				all, err := s.Lookup(ctx, c)
				if err != nil {
					return all, err
				}
				return f(c, all)
			}
		}
	}
	find := func(f func(q edo.Query, found edo.Found, err error) (edo.Found, error)) func(*edo.Account, *session) {
		return func(_ *edo.Account, s *session) {
			s.find = func(ctx context.Context, s whole, q edo.Query) (edo.Found, error) {
				found, err := s.Find(ctx, q)
				return f(q, found, err)
			}
		}
	}
	return []Mutant{
		{is("none-is-error", "a counterparty who is not there is an error", "edo.Session"), look(func(_ edo.Counterparty, all []edo.Address) ([]edo.Address, error) {
			if len(all) == 0 {
				return nil, &edo.Error{Kind: edo.NotFound, Message: "nobody"}
			}
			return all, nil
		})},
		{is("first-of-many", "of many boxes the first is chosen", "edo.Session"), look(func(_ edo.Counterparty, all []edo.Address) ([]edo.Address, error) { return all[:min(1, len(all))], nil })},
		{is("box-of-somebody", "INN and box of a counterparty do not belong together", "edo.Session"), look(func(c edo.Counterparty, all []edo.Address) ([]edo.Address, error) {
			for i := range all {
				all[i].Box = edo.BoxID("box of " + c.INN)
			}
			return all, nil
		})},
		{is("finds-nothing", "nothing is ever found", "edo.Finder"), find(func(_ edo.Query, found edo.Found, err error) (edo.Found, error) {
			found.Sent = nil
			return found, err
		})},
		{is("finds-anything", "what was not sent is found", "edo.Finder"), find(func(q edo.Query, found edo.Found, err error) (edo.Found, error) {
			if err == nil && found.Sent == nil {
				found.Sent = &edo.Sent{Message: "message", Documents: map[edo.DocumentID]edo.RemoteID{}}
			}
			return found, err
		})},
		{is("finds-as-of-now", "not found is said as of our own clock", "edo.Found", "edo.Finder"), find(func(_ edo.Query, found edo.Found, err error) (edo.Found, error) {
			found.AsOf = time.Now() //nolint:forbidigo // that is what is wrong
			return found, err
		})},
		{is("last-page-lost", "only the first page of the outbox is looked through", "edo.Finder"), func(a *edo.Account, s *session) {
			pages := 0
			a.Journal = spy{Journal: a.Journal, begin: func(ctx context.Context, j edo.Journal, r edo.ExchangeRequest) (edo.Exchange, error) {
				if strings.Contains(r.Operation, "Entries") {
					pages++
				}
				return j.Begin(ctx, r)
			}}
			s.find = func(ctx context.Context, s whole, q edo.Query) (edo.Found, error) {
				pages = 0
				found, err := s.Find(ctx, q)
				if pages > 1 {
					found.Sent = nil
				}
				return found, err
			}
		}},
		{is("status-stuck", "a document stays sent", "edo.Tracker"), func(_ *edo.Account, s *session) {
			s.track = func(ctx context.Context, s whole, r edo.Ref) (edo.Progress, error) {
				p, err := s.Track(ctx, r)
				p.State = edo.StateSent
				return p, err
			}
		}},
		{is("refused-is-signed", "a document that was refused is called signed", "edo.Tracker"), func(_ *edo.Account, s *session) {
			s.track = func(ctx context.Context, s whole, r edo.Ref) (edo.Progress, error) {
				p, err := s.Track(ctx, r)
				if p.State == edo.StateRefused {
					p.State = edo.StateSigned
				}
				return p, err
			}
		}},
		{is("late-is-never", "a printed form that is not there yet will never be", "edo.Printer"), printing(edo.NotReady, edo.NotSupported)},
		{is("never-is-late", "a printed form that will never be is waited for", "edo.Printer"), printing(edo.NotSupported, edo.NotReady)},
		{is("form-cut", "the end of a printed form is lost", "edo.Printer"), func(_ *edo.Account, s *session) {
			s.print = func(ctx context.Context, s whole, r edo.Ref, w io.Writer) (edo.Form, error) {
				return s.Print(ctx, r, &cutter{w: w, left: 100})
			}
		}},
		{is("cursor-loses", "the last message of a page is lost", "edo.Receiver"), func(_ *edo.Account, s *session) {
			s.inbox = func(ctx context.Context, s whole, after edo.MessageID) (edo.InboxPage, error) {
				page, err := s.Inbox(ctx, after)
				page.Messages = page.Messages[:max(0, len(page.Messages)-1)]
				return page, err
			}
		}},
		{is("cursor-ignored", "the cursor is not looked at", "edo.Receiver"), func(_ *edo.Account, s *session) {
			s.inbox = func(ctx context.Context, s whole, after edo.MessageID) (edo.InboxPage, error) {
				page, err := s.Inbox(ctx, "")
				if n := len(page.Messages); n > 0 && page.Messages[n-1].Message == after {
					page.Messages = nil
				}
				return page, err
			}
		}},
		{is("listing-loses", "the slow way shows nothing", "edo.Receiver"), func(_ *edo.Account, s *session) {
			s.listing = func(ctx context.Context, s whole, since time.Time, first int) (edo.ListingPage, error) {
				page, err := s.Listing(ctx, since, first)
				page.Messages = nil
				return page, err
			}
		}},
		{is("unknown-is-empty", "a message that is not there is empty", "edo.Receiver"), func(_ *edo.Account, s *session) {
			s.receive = func(ctx context.Context, s whole, id edo.MessageID) (edo.Incoming, error) {
				in, err := s.Receive(ctx, id)
				if errors.Is(err, edo.NotFound) {
					return edo.Incoming{}, nil
				}
				return in, err
			}
		}},
		{is("signatures-lost", "a message comes without signatures", "edo.Receiver"), func(_ *edo.Account, s *session) {
			s.receive = func(ctx context.Context, s whole, id edo.MessageID) (edo.Incoming, error) {
				in, err := s.Receive(ctx, id)
				in.Signatures = nil
				return in, err
			}
		}},
		{is("content-cut", "the end of a content is lost", "edo.Receiver"), func(_ *edo.Account, s *session) {
			s.download = func(ctx context.Context, s whole, r edo.Ref, w io.Writer) (edo.Download, error) {
				return s.Download(ctx, r, &cutter{w: w, left: 10})
			}
		}},
		{is("known-is-new", "who is known is registered again without a word", "edo.Registrar"), func(_ *edo.Account, s *session) {
			s.introduce = func(ctx context.Context, s whole, i edo.Introduction) (edo.Address, error) {
				a, err := s.Introduce(ctx, i)
				if errors.Is(err, edo.Conflict) {
					return a, nil
				}
				return a, err
			}
		}},
		{is("moves-always", "a move that is refused is said to be made", "edo.Registrar"), func(_ *edo.Account, s *session) {
			s.relate = func(ctx context.Context, s whole, a edo.Address, m edo.Move, comment string) error {
				err := s.Relate(ctx, a, m, comment)
				if errors.Is(err, edo.Refused) {
					return nil
				}
				return err
			}
		}},
		{is("move-twice-is-error", "a move that was made already is an error", "edo.Registrar"), func(_ *edo.Account, s *session) {
			s.relate = func(ctx context.Context, s whole, a edo.Address, m edo.Move, comment string) error {
				now, err := s.Relation(ctx, a)
				if err == nil && m.Made(now.State) {
					return &edo.Error{Kind: edo.Refused, Message: "made already"}
				}
				return s.Relate(ctx, a, m, comment)
			}
		}},
	}
}

// printing gives another kind where Print ends with one.
func printing(of, kind edo.Kind) func(*edo.Account, *session) {
	return func(_ *edo.Account, s *session) {
		s.print = func(ctx context.Context, s whole, r edo.Ref, w io.Writer) (edo.Form, error) {
			form, err := s.Print(ctx, r, w)
			if errors.Is(err, of) {
				err = &edo.Error{Kind: kind, Message: "another outcome"}
			}
			return form, err
		}
	}
}

// cutter passes on the first bytes and says that it has passed on all.
type cutter struct {
	w    io.Writer
	left int
}

// Write implements io.Writer.
func (c *cutter) Write(p []byte) (int, error) {
	n := min(c.left, len(p))
	c.left -= n
	if _, err := c.w.Write(p[:n]); err != nil {
		return 0, err
	}
	return len(p), nil
}
