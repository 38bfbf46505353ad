package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/acceptance"
	"github.com/edokit/edokit/conformance/adaptertest"
	"github.com/edokit/edokit/conformance/archivetest"
	"github.com/edokit/edokit/conformance/operatortest"
	"github.com/edokit/edokit/conformance/storetest"
	"github.com/edokit/edokit/conformance/storetest/pgtest"
	"github.com/edokit/edokit/conformance/subjects"
	"github.com/edokit/edokit/conformance/wiretest"
	"github.com/edokit/edokit/directory/postgres"
	"github.com/edokit/edokit/dmsplugin/hosttest"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/operators/synerdocs"
)

// all is every suite without anything to examine: what list and explain need.
func all() []conformance.Suite {
	return []conformance.Suite{
		new(wiretest.Suite).Suite(), operatortest.Suite(operatortest.Config{}),
		new(hosttest.Suite).Suite(), storetest.Harness{Name: "sqlite"}.Suite(), storetest.Harness{Name: "postgres"}.Suite(),
		archivetest.Config{}.Suite(), acceptance.Suite(), adaptertest.Suite(nil),
	}
}

// runnable are the suites that "run" runs; an adapter is judged by what it did, with "adapter".
func runnable() []string {
	var names []string
	for _, s := range all() {
		if s.Name != "adapter" {
			names = append(names, s.Name)
		}
	}
	return names
}

// bench has what suites examine, and ends it.
type bench struct {
	operator *operator
	plugin   string
	server   *pgtest.Server
	ends     []func() error
}

func (b *bench) Close() error {
	var faults []error
	for _, end := range slices.Backward(b.ends) {
		faults = append(faults, end())
	}
	return errors.Join(faults...)
}

// suite prepares one.
func (b *bench) suite(ctx context.Context, name string) (conformance.Suite, error) {
	switch name {
	case "sqlite":
		return subjects.SQLite().Suite(), nil
	case "postgres":
		b.server = &pgtest.Server{Migrate: postgres.Migrate}
		b.ends = append(b.ends, b.server.Stop)
		return subjects.Postgres(b.server).Suite(), nil
	case "archive":
		return subjects.Folder().Suite(), nil
	case "wire":
		return b.wire()
	case "operator":
		if b.operator.op != nil { // each case has a stand-in of its own, with levers
			return operatortest.Suite(operatortest.Config{Stand: subjects.Synerdocs(func(d edo.Driver) edo.Driver { return d })}), nil
		}
		return operatortest.Suite(operatortest.Config{Stand: b.stand}), nil
	case "acceptance":
		return acceptance.Suite(), nil
	case "host":
		return b.host(ctx)
	}
	return conformance.Suite{}, fmt.Errorf("%w: no suite %q; there are %s", errUsage, name, strings.Join(runnable(), ", "))
}

// wire is the endpoint, by raw envelopes. What only the stand-in decides is asked of the stand-in only.
func (b *bench) wire() (conformance.Suite, error) {
	c := wiretest.Config{Endpoint: b.operator.url, Us: b.operator.us.wire(), Them: b.operator.them.wire()}
	if b.operator.op != nil {
		c.Strict, c.Roaming = true, "perekrestok@roaming.edo"
	}
	s, err := wiretest.New(c)
	if err != nil {
		return conformance.Suite{}, fmt.Errorf("%w: %w", errUsage, err)
	}
	return s.Suite(), nil
}

// stand is the driver with an operator that cannot be told anything.
func (b *bench) stand(t conformance.T) operatortest.Stand {
	t.Helper()
	s := operatortest.Stand{Driver: synerdocs.New(synerdocs.Config{}), Us: b.operator.us.party(b.operator.url)}
	if b.operator.them.Box != "" {
		s.Them = b.operator.them.party(b.operator.url)
	}
	return s
}

// beside is how many cases of a suite may run at once: those of a driver share their two boxes where the operator is given.
func (b *bench) beside(s conformance.Suite, wanted int) int {
	switch given := b.operator.op == nil; {
	case given && s.Name == "operator":
		return 1
	case wanted > 0:
		return wanted
	case given:
		return 4
	}
	return 8
}

// host is the plugin under test, with the operator behind it.
func (b *bench) host(ctx context.Context) (conformance.Suite, error) {
	path, err := pluginPath(b.plugin)
	if err != nil {
		return conformance.Suite{}, err
	}
	us, them := b.operator.us, b.operator.them
	c := hosttest.Config{
		Path: path,
		Operator: hosttest.Operator{
			Name: "synerdocs", Endpoint: b.operator.url, Box: us.Box, INN: us.INN, KPP: us.KPP, Login: us.Login, Password: us.Password,
			Certificate: us.certificate, Key: us.key, ToINN: them.INN, ToKPP: them.KPP,
		},
		Env: []string{"EDOKIT_LEASE=1500ms", "EDOKIT_VISIBILITY=300ms", "EDOKIT_RETRY_FIRST=50ms", "EDOKIT_RETRY_LONGEST=2s"},
	}
	if b.operator.bring != nil {
		c.Inbox = hosttest.Inbox{Bring: b.operator.bring, Open: func(ctx context.Context, home, subscriber, responsible string) error {
			return makeResponsible(ctx, path, home, subscriber, responsible)
		}}
	}
	s, err := hosttest.New(c)
	if err != nil {
		return conformance.Suite{}, err
	}
	b.ends = append(b.ends, s.Close)
	return s.Suite(), ctx.Err()
}

// makeResponsible does what the command line of edo-dms is for.
func makeResponsible(ctx context.Context, program, home, subscriber, responsible string) error {
	set := exec.CommandContext(ctx, program, "responsible", "set", responsible, "--subscriber", subscriber, "--scope", "administrator")
	set.Env = append(os.Environ(), "EDOKIT_HOME="+home)
	if out, err := set.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

// pluginPath finds edo-dms where nothing else is named: beside this program, or on the search path.
func pluginPath(given string) (string, error) {
	if given != "" {
		if !runs(given) {
			return "", fmt.Errorf("%w: --plugin: %s is no file", errUsage, given)
		}
		return filepath.Abs(given)
	}
	me, err := os.Executable()
	if err != nil {
		return "", err
	}
	if beside := filepath.Join(filepath.Dir(me), "edo-dms"+filepath.Ext(me)); runs(beside) {
		return beside, nil
	}
	if path, err := exec.LookPath("edo-dms"); err == nil {
		return filepath.Abs(path)
	}
	return "", fmt.Errorf("%w: the host suite needs a plugin: name one with --plugin (edo-dms is neither beside this program nor on the PATH)", errUsage)
}

func runs(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
