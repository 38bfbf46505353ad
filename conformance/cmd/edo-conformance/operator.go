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
	"path/filepath"
	"time"

	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/conformance/operatortest"
	"github.com/edokit/edokit/conformance/wiretest"
	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/secret"
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
	// Sign is a program with its arguments that signs in the place of a key that is in no file, see [secret.CommandSigner]. Of the
	// environment it gets PATH and HOME.
	Sign []string `json:"sign"`

	key, certificate []byte
	signer           edo.Signer // nil: nobody signs
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
	if err := a.arm(); err != nil {
		return fmt.Errorf("%w: --credentials: %s: %w", errUsage, a.Box, err)
	}
	return nil
}

// arm finds who signs.
func (a *account) arm() error {
	id := edo.SignerID("signer")
	if len(a.Sign) == 0 {
		if len(a.key) == 0 {
			return nil
		}
		key, err := cms.LoadPEM(a.key, a.certificate)
		if err == nil {
			a.signer = key.Signer(id)
		}
		return err
	}
	block, _ := pem.Decode(a.certificate)
	if block == nil {
		return errors.New("a program that signs needs the certificate of its key, as PEM")
	}
	certificate, err := cms.ParseCertificate(block.Bytes)
	if err != nil {
		return err
	}
	program, err := exec.LookPath(a.Sign[0])
	if err == nil {
		program, err = filepath.Abs(program)
	}
	if err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	a.signer, err = secret.CommandSigner(directory.Signer{
		ID: id, Subscriber: "account", Info: certificate.Info(id), Certificate: block.Bytes, Place: directory.PlaceCommand,
		Command: append([]string{program}, a.Sign[1:]...), Environment: []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME")},
	})
	return err
}

// signTime is how long a signature may take: less than a case, so that the program is named and not the operator.
const signTime = 30 * time.Second

func (a *account) sign(ctx context.Context, content []byte) ([]byte, error) {
	limited, cancel := context.WithTimeout(ctx, signTime)
	defer cancel()
	der, err := a.signer.Sign(limited, bytes.NewReader(content), time.Now())
	if limited.Err() != nil && ctx.Err() == nil {
		return nil, fmt.Errorf("whoever signs for %s did not end in %s", a.Box, signTime)
	}
	return der, err
}

// try sees once whether an account can do what it says, so that a wrong program or password is one sentence and not a failure of the
// operator in many cases.
func (a *account) try(ctx context.Context, url string) error {
	if len(a.Sign) > 0 {
		if _, err := a.sign(ctx, []byte("a trial of the program that signs")); err != nil {
			return fmt.Errorf("%w: --credentials: %s: sign: %w", errUsage, a.Box, err)
		}
	}
	if a.Box == "" || a.Login == "" || a.Password == "" {
		return nil
	}
	if err := operatortest.Login(ctx, synerdocs.New(synerdocs.Config{}), a.party(url)); err != nil {
		return fmt.Errorf("nothing was examined: login of %s with the password of --credentials: %w", a.Box, err)
	}
	return nil
}

// wire is the account as raw envelopes use it.
func (a *account) wire() wiretest.Account {
	w := wiretest.Account{Login: a.Login, Password: a.Password, Box: a.Box, INN: a.INN, KPP: a.KPP, Certificate: a.certificate, Key: a.key}
	if len(a.Sign) > 0 {
		w.Sign = func(content []byte) ([]byte, error) { return a.sign(context.Background(), content) }
	}
	return w
}

// party is the account as a driver uses it.
func (a *account) party(url string) operatortest.Party {
	p := operatortest.Party{
		Account: edo.Account{
			Subscriber: edo.SubscriberID(a.Login), Operator: synerdocs.Name, Endpoint: url, Box: edo.BoxID(a.Box), INN: a.INN,
			Login: edo.Login{Name: a.Login, Password: edo.NewSecret(a.Password)},
		},
		KPP: a.KPP,
	}
	if a.signer != nil {
		p.Sign = a.sign
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
