package synerdocs

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/internal/soap"
)

// session is one subscriber at the service. All it keeps is the token and the operator's own code.
type session struct {
	config     Config
	codes      codes
	answers    codes // the same, as they are meant on an answer to a document
	types      docTypes
	box        edo.BoxID
	department string // ours that sends, empty: the head department
	subscriber edo.SubscriberID
	client     *soap.Client
	forms      []string
	tokens     tokens

	mu           sync.Mutex
	operatorCode string                 // of this operator; empty: not asked yet
	senders      map[string]edo.Address // whose boxes messages came from; at most maxSenders

	turn  chan struct{} // held by the one who asks for the boxes
	owned owned
}

// owned is what the login may use, as it was when the token was new.
type owned struct {
	stamp int // of the token; 0: not asked yet
	boxes []edo.Address
}

var (
	_ edo.Checker   = (*session)(nil)
	_ edo.Finder    = (*session)(nil)
	_ edo.Printer   = (*session)(nil)
	_ edo.Tracker   = (*session)(nil)
	_ edo.Office    = (*session)(nil)
	_ edo.Registrar = (*session)(nil)
	_ edo.Enroller  = (*session)(nil)
	_ Caller        = (*session)(nil)
)

// Close forgets the token and lets idle connections go. There is no log-out in the contract.
func (s *session) Close() error {
	s.tokens.forget()
	s.client.Close()
	return nil
}

// Visibility is how long an accepted message may stay invisible to Find.
func (s *session) Visibility() time.Duration { return s.config.Visibility }

// call makes one exchange that needs a token. When the service says that the token is no longer valid, it logs in once
// and repeats once: that fault is a definite "not accepted", so the repeat is safe for sends as well. build is called
// for each attempt, because a body can be rendered only once.
func (s *session) call(ctx context.Context, build func(token edo.Secret) soap.Request) (soap.Reply, error) {
	return s.callBy(ctx, s.codes, build)
}

// callBy is call with a table of what the codes mean.
func (s *session) callBy(ctx context.Context, known codes, build func(token edo.Secret) soap.Request) (soap.Reply, error) {
	reply, _, err := s.callStamped(ctx, known, build)
	return reply, err
}

// callStamped is callBy that also says with which token the call was made.
func (s *session) callStamped(ctx context.Context, known codes, build func(token edo.Secret) soap.Request) (soap.Reply, int, error) {
	token, stamp, err := s.tokens.get(ctx, 0)
	if err != nil {
		return soap.Reply{}, 0, err
	}
	r := build(token)
	reply, err := exchange(ctx, s.client, r)
	if !known.tokenRefused(err) {
		return reply, stamp, s.verdict(known, r, err)
	}
	if token, stamp, err = s.tokens.get(ctx, stamp); err != nil {
		return soap.Reply{}, 0, err
	}
	r = build(token)
	reply, err = exchange(ctx, s.client, r)
	return reply, stamp, s.verdict(known, r, err)
}

func (s *session) verdict(known codes, r soap.Request, err error) error {
	return known.verdictOf(r.Operation, r.Effect, s.tokens.login.limited(), err)
}

// exchange makes one exchange. What a reader of ours found wrong with an answer is told in the error, because the SOAP
// client does not repeat texts that it did not write itself.
func exchange(ctx context.Context, c *soap.Client, r soap.Request) (soap.Reply, error) {
	var found *misfit
	read := r.Answer
	r.Answer = func(n *soap.Node) error {
		err := read(n)
		errors.As(err, &found)
		return err
	}
	reply, err := c.Do(ctx, r)
	if e, is := err.(*edo.Error); is && found != nil { //nolint:errorlint // the outermost error is the one that is told
		told := *e
		told.Message += ": " + found.text
		return reply, &told
	}
	return reply, err
}

// ownBox is the address every call of the box needs.
func (s *session) ownBox() (string, error) {
	if s.box == "" {
		return "", invalid("account.box", "is empty", "set the box; a check lists the boxes of the login")
	}
	return string(s.box), nil
}
