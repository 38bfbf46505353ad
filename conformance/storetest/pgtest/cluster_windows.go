package pgtest

import (
	"context"
	"errors"

	"github.com/edokit/edokit/edo"
)

// ClusterConfig of [Start].
type ClusterConfig struct {
	Dir      string
	TCP      bool
	Settings map[string]string
}

// Cluster is not made here: name a server with EDOKIT_POSTGRES.
type Cluster struct{}

// Start gives an error.
func Start(context.Context, ClusterConfig) (*Cluster, error) { return nil, errAbsent }

// Address is empty.
func (*Cluster) Address() (network, address string) { return "", "" }

// DSN is empty.
func (*Cluster) DSN(string) edo.Secret { return edo.Secret{} }

// Restart gives an error.
func (*Cluster) Restart(context.Context) error { return errAbsent }

// Absent reports whether err says that there is no PostgreSQL on this machine.
func Absent(err error) bool { return errors.Is(err, errAbsent) }

// Kill gives an error.
func (*Cluster) Kill() error { return errAbsent }

// Stop does nothing.
func (*Cluster) Stop() error { return nil }
