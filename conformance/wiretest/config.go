package wiretest

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/contract"
)

// Account is a subscriber whose place the suite takes.
type Account struct {
	Login, Password string // empty: no login with a password
	Box             string // address, as in GetBoxes
	INN, KPP        string
	Certificate     []byte // PEM; of the signer, and of the login with a certificate
	Key             []byte // PEM, PKCS#8, not encrypted; RSA for the login, else ECDSA is enough
	// Sign makes a detached CMS in DER by the certificate, in the place of a key that is elsewhere or of GOST R 34.10-2012, which
	// real operators want. Cases that need the key itself are skipped then: a login with the certificate, signatures of other shapes.
	Sign func(content []byte) ([]byte, error)
}

// Config of a [Suite]. Endpoint and Us are required.
type Config struct {
	Endpoint string // address of the service, as http://127.0.0.1:8080/exchangeservice.svc
	Us       Account
	Them     Account // whom we exchange with; without a box, cases that need the other side are skipped
	Roaming  string  // box of a subscriber of another operator; empty: skipped
	// Strict runs also the cases about what the contract leaves open and the stand-in decides.
	Strict bool
	// Settle is how long the endpoint may take until lists show what it has accepted; 0: they show it at once.
	Settle time.Duration
	Client *http.Client     // nil: one of its own, without proxies and compression
	Now    func() time.Time // nil: time.Now
	NewID  func() string    // nil: random UUIDs
}

// Suite is the cases bound to one endpoint. It may run several cases at once.
type Suite struct {
	c        Config
	tables   *contract.Tables
	signers  [2]*signer // of us, of them; nil: none
	hide     *strings.Replacer
	tokensMu sync.Mutex
	tokens   map[string]string // by box
}

// signer is a key with its certificate.
type signer struct {
	cert *x509.Certificate
	key  crypto.PrivateKey // nil: it is elsewhere
	sign func(content []byte) ([]byte, error)
}

// New checks a configuration and reports everything that is wrong with it at once. It sends nothing.
func New(c Config) (*Suite, error) {
	s := &Suite{c: c, tokens: map[string]string{}}
	var faults []error
	if u, err := url.Parse(c.Endpoint); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		faults = append(faults, fmt.Errorf("wiretest: endpoint: %q is no address of a service: http(s)://HOST/PATH", c.Endpoint))
	}
	if c.Us.Box == "" {
		faults = append(faults, errors.New("wiretest: us: a box is required"))
	}
	for i, a := range []Account{c.Us, c.Them} {
		name := []string{"us", "them"}[i]
		if a.Box == "" {
			continue
		}
		var err error
		if s.signers[i], err = readSigner(a); err != nil {
			faults = append(faults, fmt.Errorf("wiretest: %s: %w", name, err))
		}
		if k := s.signers[i]; (k == nil || k.key == nil) && a.Login == "" {
			faults = append(faults, fmt.Errorf("wiretest: %s: a login with password or a certificate with key is required", name))
		}
	}
	var err error
	if s.tables, err = contract.Load(); err != nil {
		faults = append(faults, err)
	}
	s.c = c.withDefaults()
	s.hide = strings.NewReplacer(hidden(c.Us.Password, c.Them.Password)...)
	return s, errors.Join(faults...)
}

func (c Config) withDefaults() Config {
	if c.Client == nil {
		c.Client = &http.Client{Transport: &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 4}}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.NewID == nil {
		c.NewID = uuid.NewString
	}
	return c
}

// hidden are the pairs by which passwords are kept out of what is shown.
func hidden(passwords ...string) []string {
	var pairs []string
	for _, p := range passwords {
		if p != "" {
			pairs = append(pairs, ">"+escape(p)+"<", ">***<")
		}
	}
	return pairs
}

// readSigner gives nil where there is none.
func readSigner(a Account) (*signer, error) {
	if len(a.Certificate) == 0 && len(a.Key) == 0 && a.Sign == nil {
		return nil, nil //nolint:nilnil // an account without a key is one
	}
	c, _ := pem.Decode(a.Certificate)
	k, _ := pem.Decode(a.Key)
	if c == nil || k == nil && a.Sign == nil {
		return nil, errors.New("certificate and key, or certificate and who signs: both are required, as PEM")
	}
	cert, err := x509.ParseCertificate(c.Bytes)
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	if k == nil {
		return &signer{cert: cert, sign: a.Sign}, nil
	}
	key, err := x509.ParsePKCS8PrivateKey(k.Bytes)
	if err != nil {
		return nil, fmt.Errorf("key: %w", err)
	}
	return &signer{cert: cert, key: key}, nil
}

// Cases gives all cases. Those that name nothing but decisions of the stand-in say so, and need [Config.Strict].
func (s *Suite) Cases() []conformance.Case {
	var all []conformance.Case
	for _, group := range []func() []conformance.Case{
		s.transport, s.envelopes, s.answers, s.logins, s.tokenCases, s.boxes, s.organisations, s.registrations, s.contacts,
		s.sending, s.refusals, s.kinds, s.messages, s.lists, s.infos, s.flows, s.revocations, s.invoices, s.generators, s.evidence, s.faults,
	} {
		all = append(all, group()...)
	}
	ours := decisions()
	for i := range all {
		if onlyOf(all[i].Clauses, ours) {
			all[i].Says += " (a decision of the stand-in)"
			if !s.c.Strict {
				all[i].Run = func(t conformance.T) {
					t.Skip("the contract leaves it open; the strict profile asks it of the stand-in")
				}
			}
		}
	}
	return all
}

// Suite gives the cases as a suite that can be run.
func (s *Suite) Suite() conformance.Suite {
	return conformance.Suite{Name: "wire", Says: "the service of an operator, by raw envelopes", Why: why(), Cases: s.Cases()}
}

// decisions are the clauses that the contract leaves open.
func decisions() map[string]bool {
	ours := map[string]bool{}
	for _, c := range contract.Clauses() {
		ours[c.ID] = c.Ours
	}
	return ours
}

func onlyOf(clauses []string, set map[string]bool) bool {
	for _, c := range clauses {
		if !set[c] {
			return false
		}
	}
	return true
}

// stranger is a key that no authority vouches for, valid between the two times.
func stranger(from, to time.Time) (*signer, error) {
	return newStranger(rand.Reader, from, to)
}
