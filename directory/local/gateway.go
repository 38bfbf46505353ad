package local

import (
	"crypto/rand"
	"fmt"
	"os"
	"time"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/kinds"
	"github.com/edokit/edokit/edo/cms"
	"github.com/edokit/edokit/edo/gateway"
)

// Gateway makes a gateway over everything that the home keeps: c needs its drivers only. Kinds that are nil are the
// built-in ones, see package kinds; a clock, a name of the process and a verifier that are set stay. wrap, if any, is
// applied to the complete Config, one after the other: for whoever measures. It starts no work: that is
// [gateway.Gateway.Run].
func (h *Home) Gateway(c gateway.Config, wrap ...func(gateway.Config) gateway.Config) (*gateway.Gateway, error) {
	c.Outbox, c.Archive, c.Access, c.Accounts, c.Signers = h.Store, h.Archive, h.Store, h.Vault, h.Vault
	c.Inbox, c.Tasks, c.Reach, c.Routing = h.Store, h.Store, h.Store, h.Store
	c.Enrolments, c.Readings, c.Certificates, c.Departures = h.Store, h.Store, cms.Verifier{}, h.Store
	c.Desk, c.Records = h.Store, directory.Records{Book: h.Store}
	if c.Kinds == nil {
		all, err := kinds.Default()
		if err != nil {
			return nil, err
		}
		c.Kinds = all
	}
	if c.Verifier == nil {
		c.Verifier = cms.Verifier{}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Owner == "" {
		c.Owner = owner()
	}
	for _, w := range wrap {
		c = w(c)
	}
	return gateway.New(c)
}

// owner names this process in leases. A process id alone may come again after a crash.
func owner() string {
	host, err := os.Hostname()
	if err != nil {
		host = "host"
	}
	return fmt.Sprintf("%s/%d/%s", host, os.Getpid(), rand.Text()[:8])
}
