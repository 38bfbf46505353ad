package acceptance

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"time"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/directory/local"
	"github.com/edokit/edokit/directory/secret"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/gateway"
	"github.com/edokit/edokit/edo/operators/synerdocs"
)

// Around stands around the parts of the library before a case meets them, so that it can be shown what the cases find. The
// zero value changes nothing, as do its functions that are nil.
type Around struct {
	Driver  func(d edo.Driver) edo.Driver                // every driver
	Store   func(s local.Store) local.Store              // every store of a home, for its vault and for the case too
	Gateway func(complete gateway.Config) gateway.Config // every gateway: it has everything that the home keeps
}

// Suite is what the two utilities were promised, and what goes wrong in the field, each the whole way.
func Suite() conformance.Suite { return Around{}.Suite() }

// Suite is [Suite] with something around the library.
func (around Around) Suite() conformance.Suite {
	s := conformance.Suite{
		Name: "acceptance", Says: "this library as a whole, against the stand-in operator", Why: matters(), Cases: slices.Concat(around.promises(), around.faults()),
	}
	for i := range s.Cases {
		s.Cases[i].Limit = 5 * time.Minute // of a loaded machine
	}
	return s
}

// matters says what goes wrong for whom where the promises of a group are not kept.
func matters() map[string]string {
	return map[string]string{
		"counterparties":          "a letter to the wrong box tells a stranger what a client owes, and the client himself never gets it",
		"conversation":            "if one step between portal and office is lost, the client waits for an answer and the utility for a signature",
		"host":                    "a clerk sees only what his own system got: what it lacks, holds twice or lets a stranger do, he cannot notice",
		"inbound":                 "an application that reaches nobody, or the wrong person, is answered late, and the utility is fined for it",
		"evidence":                "in a dispute the auditor asks for the operator's time and for valid signatures, and what was not kept then cannot be made later",
		"log":                     "without the log nobody can prove to the operator what was sent, and one that holds secrets can be shown to nobody",
		"silence of the contract": "the operator may do either and change it any day: the client must still get each letter once, and the clerk the truth about it",
		"faults of the field":     "all of these have happened to others: letters went out twice or never, and clerks trusted a stamp that was not there",
	}
}

func (around Around) driver(c synerdocs.Config) edo.Driver {
	d := synerdocs.New(c)
	if around.Driver != nil {
		return around.Driver(d)
	}
	return d
}

// open opens a home with what stands around its store.
func (around Around) open(ctx context.Context, path string) (*local.Home, error) {
	h, err := local.Open(ctx, path)
	if err != nil || around.Store == nil {
		return h, err
	}
	key, err := secret.OpenKey(filepath.Join(path, local.KeyFile))
	if err != nil {
		return nil, errors.Join(err, h.Close())
	}
	h.Store = around.Store(h.Store)
	h.Vault, err = secret.New(secret.Config{Rows: h.Store, Blobs: h.Store, Keyring: key, Journal: h.Store})
	return h, err
}

func (around Around) gateway(h *local.Home, c gateway.Config) (*gateway.Gateway, error) {
	if around.Gateway != nil {
		return h.Gateway(c, around.Gateway)
	}
	return h.Gateway(c)
}

// sub is a part of a case, for tables.
func sub(t conformance.T, name string, f func(t conformance.T)) { f(conformance.Part(t, name)) }
