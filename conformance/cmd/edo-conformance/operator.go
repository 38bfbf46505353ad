package main

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"time"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/conformance/operatortest"
	"github.com/edokit/edokit/conformance/wiretest"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
	"github.com/edokit/edokit/edo/operators/synerdocs"
)

// account is one organisation at the operator, as mock-operator prints it on its first line.
type account struct {
	INN         string `json:"inn"`
	KPP         string `json:"kpp"`
	Box         string `json:"box"`
	Login       string `json:"login"`
	Password    string `json:"password"`
	Key         string `json:"key"`         // PEM file of somebody who signs
	Certificate string `json:"certificate"` // PEM file of the same person
	// Sign is a program with its arguments that signs in the place of a key that is in no file: it reads a document and writes a
	// detached CMS in DER. It is started with this environment and without a shell.
	Sign []string `json:"sign"`

	key, certificate []byte
}

// operator is what suites talk to, and two organisations there; the second one may be missing.
type operator struct {
	url      string
	op       *mockoperator.Operator // the stand-in, if it is one
	us, them account
	// bring lets them send a document to us; nil where only a stand-in could.
	bring func(ctx context.Context, name string, content []byte) (string, error)
}

// secrets are those of the operator, for the report to mask.
func (o *operator) secrets() map[string]string {
	all := map[string]string{"password": o.us.Password, "password of the other side": o.them.Password}
	for _, org := range mockoperator.DefaultOrganisations() { // of the stand-ins that cases have to themselves
		all["password of "+org.Login] = org.Password
	}
	for name, key := range map[string][]byte{"key": o.us.key, "key of the other side": o.them.key} {
		if lines := bytes.Split(bytes.TrimSpace(key), []byte("\n")); len(lines) > 3 {
			all[name] = string(lines[len(lines)/2])
		}
	}
	return all
}

// maxCredentials is how many bytes the file of credentials may have.
const maxCredentials = 1 << 20

// given reads credentials: the line of JSON that mock-operator prints, or one like it. The first organisation is ours, the
// second the other side.
func given(target, file string) (*operator, error) {
	if file == "" {
		return nil, fmt.Errorf("%w: --target wants --credentials FILE: JSON with organisations, each with inn, kpp, box, login, password, key and certificate (PEM files); mock-operator prints such a line", errUsage)
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("%w: --credentials: %w", errUsage, err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxCredentials+1))
	if err != nil {
		return nil, fmt.Errorf("%w: --credentials: %w", errUsage, err)
	}
	if len(text) > maxCredentials {
		return nil, fmt.Errorf("%w: --credentials: %s is longer than %d bytes", errUsage, file, maxCredentials)
	}
	var read struct {
		URL           string    `json:"url"`
		Organisations []account `json:"organisations"`
	}
	if err := json.Unmarshal(text, &read); err != nil {
		return nil, fmt.Errorf("%w: --credentials: %s: %w", errUsage, file, err)
	}
	if len(read.Organisations) == 0 {
		return nil, fmt.Errorf("%w: --credentials: %s names no organisation", errUsage, file)
	}
	o := &operator{url: target, us: read.Organisations[0]}
	if o.url == "" {
		o.url = read.URL
	}
	if o.url == "" {
		return nil, fmt.Errorf("%w: --target is missing, and %s has no url", errUsage, file)
	}
	if len(read.Organisations) > 1 {
		o.them = read.Organisations[1]
	}
	return o, errors.Join(o.us.load(), o.them.load())
}

// reach sees once whether anybody is there, so that a wrong address is one sentence and not as many failures as there are cases.
func (o *operator) reach(ctx context.Context) error {
	at, err := url.Parse(o.url)
	if err != nil || at.Host == "" || at.User != nil || at.RawQuery != "" {
		return fmt.Errorf("%w: --target is an address like https://HOST/PATH, without a login and without a query: both would stand in the report", errUsage)
	}
	port := at.Port()
	if port == "" {
		port = at.Scheme // "https" is the name of its port
	}
	c, err := (&net.Dialer{Timeout: 10 * time.Second}).DialContext(ctx, "tcp", net.JoinHostPort(at.Hostname(), port))
	if err != nil {
		return fmt.Errorf("nobody answers at the target, nothing was examined: %w", err)
	}
	return c.Close()
}

// load reads the files that an account names.
func (a *account) load() (err error) {
	if a.Key != "" {
		if a.key, err = os.ReadFile(a.Key); err != nil {
			return fmt.Errorf("%w: --credentials: %w", errUsage, err)
		}
	}
	if a.Certificate != "" {
		if a.certificate, err = os.ReadFile(a.Certificate); err != nil {
			return fmt.Errorf("%w: --credentials: %w", errUsage, err)
		}
	}
	return nil
}

// wire is the account as raw envelopes use it.
func (a account) wire() wiretest.Account {
	w := wiretest.Account{Login: a.Login, Password: a.Password, Box: a.Box, INN: a.INN, KPP: a.KPP, Certificate: a.certificate, Key: a.key}
	if len(a.Sign) > 0 {
		w.Sign = func(content []byte) ([]byte, error) { return a.program(context.Background(), content) }
	}
	return w
}

// How long the program of an account may take, which is less than a case may, and how many bytes it may write.
const (
	programTime = 30 * time.Second
	programSize = 1 << 20
)

// program has the program of the account sign.
func (a account) program(ctx context.Context, content []byte) ([]byte, error) {
	limited, cancel := context.WithTimeout(ctx, programTime)
	defer cancel()
	out := &bounded{left: programSize}
	cmd := exec.CommandContext(limited, a.Sign[0], a.Sign[1:]...) //nolint:gosec // whoever runs the suite names it
	cmd.Stdin, cmd.Stdout, cmd.WaitDelay = bytes.NewReader(content), out, time.Second
	err := cmd.Run() // what it says may quote a PIN: it is not shown
	what := ""
	switch {
	case out.left < 0:
		what = fmt.Sprintf("writes more than %d bytes", programSize)
	case limited.Err() != nil && ctx.Err() == nil:
		what = fmt.Sprintf("did not end in %s", programTime)
	case err != nil:
		what = "fails: " + err.Error()
	case out.kept.Len() == 0:
		what = "writes nothing"
	default:
		return out.kept.Bytes(), nil
	}
	return nil, fmt.Errorf("the program %q that signs %s; try it by hand: it reads a document and writes a detached CMS in DER", a.Sign[0], what)
}

// bounded keeps what a program writes, up to a limit.
type bounded struct {
	kept bytes.Buffer
	left int
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, errors.New("too much")
	}
	return b.kept.Write(p)
}

// try sees once whether an account can do what it says, so that a wrong file or password is one sentence and not a failure of the
// operator in many cases.
func (a account) try(ctx context.Context, url string) error {
	if a.Box == "" {
		return nil
	}
	if len(a.Sign) > 0 {
		if err := a.trySign(ctx); err != nil {
			return fmt.Errorf("%w: --credentials: %s: %w", errUsage, a.Box, err)
		}
	} else if len(a.key) > 0 {
		if _, err := cms.LoadPEM(a.key, a.certificate); err != nil {
			return fmt.Errorf("%w: --credentials: %s: %w", errUsage, a.Box, err)
		}
	}
	if a.Login == "" || a.Password == "" {
		return nil
	}
	p := operatortest.Party{Account: edo.Account{
		Subscriber: edo.SubscriberID(a.Login), Operator: synerdocs.Name, Endpoint: url, Box: edo.BoxID(a.Box), INN: a.INN,
		Login: edo.Login{Name: a.Login, Password: edo.NewSecret(a.Password)},
	}}
	if err := operatortest.Login(ctx, synerdocs.New(synerdocs.Config{}), p); err != nil {
		return fmt.Errorf("nothing was examined: login of %s with the password of --credentials: %w", a.Box, err)
	}
	return nil
}

// trySign wants a signature of the program that is one: detached, by the certificate, over what it was given. The value of a GOST
// signature cannot be checked here.
func (a account) trySign(ctx context.Context) error {
	block, _ := pem.Decode(a.certificate)
	if block == nil {
		return errors.New("certificate: a program that signs needs the certificate of its key, as PEM")
	}
	content := []byte("a trial of the program that signs")
	der, err := a.program(ctx, content)
	if err != nil {
		return err
	}
	signed, err := cms.Parse(der)
	if err != nil {
		return fmt.Errorf("the program %q that signs gives no detached CMS in DER: %w", a.Sign[0], err)
	}
	report, err := signed.Verify(ctx, bytes.NewReader(content), time.Now())
	switch one := report.Signers; {
	case err != nil:
		return err
	case len(one) != 1 || one[0].Certificate == nil || !bytes.Equal(one[0].Certificate.DER, block.Bytes):
		return fmt.Errorf("the program %q that signs does not sign by the one certificate that is named", a.Sign[0])
	case one[0].State == edo.VerdictInvalid:
		return fmt.Errorf("the signature of the program %q is not valid: %s", a.Sign[0], one[0].Detail)
	}
	return nil
}

// party is the account as a driver uses it.
func (a account) party(t conformance.T, url string) operatortest.Party {
	t.Helper()
	p := operatortest.Party{
		Account: edo.Account{
			Subscriber: edo.SubscriberID(a.Login), Operator: synerdocs.Name, Endpoint: url, Box: edo.BoxID(a.Box), INN: a.INN,
			Login: edo.Login{Name: a.Login, Password: edo.NewSecret(a.Password)},
		},
		KPP: a.KPP,
	}
	if len(a.Sign) > 0 {
		p.Sign = a.program
		return p
	}
	if len(a.key) == 0 {
		return p
	}
	key, err := cms.LoadPEM(a.key, a.certificate)
	if err != nil {
		conformance.Broke(t, "the key of %s: %v", a.Login, err)
	}
	p.Sign = func(ctx context.Context, content []byte) ([]byte, error) {
		return cms.Sign(ctx, key, bytes.NewReader(content), time.Now())
	}
	return p
}

// standIn starts the stand-in operator inside this process.
func standIn(ctx context.Context) (*operator, func() error, error) {
	organisations := mockoperator.DefaultOrganisations()
	op, err := mockoperator.New(mockoperator.Config{Organisations: organisations, WireMemory: -1})
	if err != nil {
		return nil, nil, err
	}
	url, stop, err := op.Listen(context.WithoutCancel(ctx), "127.0.0.1:0")
	if err != nil {
		return nil, nil, errors.Join(err, op.Close())
	}
	end := func() error { return errors.Join(stop(), op.Close()) }
	us, err1 := accountOf(op, organisations[0])
	them, err2 := accountOf(op, organisations[1])
	if err := errors.Join(err1, err2); err != nil {
		return nil, nil, errors.Join(err, end())
	}
	bring := func(_ context.Context, name string, content []byte) (string, error) {
		ids, err := op.Plant(them.Box, us.Box, 1, func(int) mockoperator.PlantedDocument {
			return mockoperator.PlantedDocument{Name: name, Kind: "Письмо", Content: content, NeedSign: true}
		})
		if err != nil {
			return "", err
		}
		return ids[0], nil
	}
	return &operator{url: url, op: op, us: us, them: them, bring: bring}, end, nil
}

func accountOf(op *mockoperator.Operator, org mockoperator.Organisation) (account, error) {
	a := account{INN: org.INN, KPP: org.KPP, Box: org.Boxes[0], Login: org.Login, Password: org.Password}
	id, err := op.Identity(a.Box)
	if err != nil {
		return a, err
	}
	a.certificate = id.CertificatePEM()
	a.key, err = id.KeyPEM()
	return a, err
}
