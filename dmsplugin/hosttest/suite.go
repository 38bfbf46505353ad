package hosttest

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/canary"
)

// Operator is the service behind the plugin, and one of our organisations there.
type Operator struct {
	Name, Endpoint                 string // as PutSubscriber wants them
	Box, INN, KPP, Login, Password string
	Certificate, Key               []byte // PEM of a person who signs
	ToINN, ToKPP                   string // somebody who can receive
}

// Config says which plugin is examined.
type Config struct {
	Path     string   // of the binary
	Args     []string // usually none
	Env      []string // settings of this plugin, such as short waits; never the variables of the handshake
	Operator Operator
	Inbox    Inbox
	Secrets  map[string]string // what no answer may hold, by name; the operator's password and key are added

	Large   int64            // bytes of each of eight large documents; 0: 4 MiB
	Memory  int64            // bytes that the plugin may occupy at most; 0: 128 MiB
	Streams int              // how many streams are opened in the test of many; 0: 10,000
	Now     func() time.Time // nil: time.Now
}

// Suite is all cases against one plugin.
type Suite struct {
	Config

	scanner *canary.Scanner
	mu      sync.Mutex
	shared  *host
	ending  *conformance.Recorder // what is shared is cleaned up by it
}

// New prepares a suite; nothing is started before a case needs it. The caller closes it.
func New(c Config) (*Suite, error) {
	if c.Path == "" || c.Operator.Endpoint == "" {
		return nil, errors.New("hosttest: a path and an operator are required")
	}
	if c.Large <= 0 {
		c.Large = 4 << 20
	}
	if c.Memory <= 0 {
		c.Memory = 128 << 20
	}
	if c.Streams <= 0 {
		c.Streams = 10_000
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	secrets, err := secretsOf(c)
	if err != nil {
		return nil, err
	}
	s := &Suite{Config: c, ending: conformance.NewRecorder(context.Background(), "what cases share")}
	s.scanner, err = canary.New(secrets)
	return s, err
}

// Close ends what the cases shared. Its error says what was wrong with that.
func (s *Suite) Close() error {
	if said := s.ending.Close(); len(said) > 0 {
		return errors.New(strings.Join(said, "; "))
	}
	return nil
}

// Suite gives the cases for a run. They may run beside each other, except those that are Alone.
func (s *Suite) Suite() conformance.Suite {
	return conformance.Suite{Name: "host", Says: "a plugin binary, as a host sees it", Why: why(), Cases: s.cases()}
}

// bind makes a case of a function that needs the suite.
func (s *Suite) bind(run func(t conformance.T, s *Suite)) func(t conformance.T) {
	return func(t conformance.T) { run(t, s) }
}
