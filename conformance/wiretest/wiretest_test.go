package wiretest_test

import (
	"crypto/tls"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/smallstep/pkcs7"
	"go.uber.org/goleak"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/contract"
	"github.com/edokit/edokit/conformance/gotest"
	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/conformance/wiretest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	boxA = "romashka@mock.edo"
	boxB = "vasilek@mock.edo"
)

// identities makes keys once for all tests of the run: two heads of ours, one of theirs, and the operator's.
var identities = sync.OnceValues(func() ([]mockoperator.Identity, error) {
	o, err := mockoperator.New(mockoperator.Config{})
	if err != nil {
		return nil, err
	}
	defer o.Close()
	var all []mockoperator.Identity
	for _, box := range []string{boxA, boxB} {
		ids, err := o.Identities(box)
		if err != nil {
			return nil, err
		}
		all = append(all, ids...)
	}
	seal := all[1] // of somebody who does not log in here
	seal.Box = mockoperator.OperatorBox
	return append(all, seal), nil
})

// stand is a stand-in on a socket, and what the suite has to know of it.
func stand(t *testing.T) wiretest.Config {
	t.Helper()
	ids, err := identities()
	if err != nil {
		t.Fatal(err)
	}
	op, err := mockoperator.New(mockoperator.Config{Identities: ids, WireMemory: -1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := op.Plant(boxB, boxA, 3, func(i int) mockoperator.PlantedDocument {
		return mockoperator.PlantedDocument{CustomField: fmt.Sprint(i), NeedSign: true}
	}); err != nil {
		t.Fatal(err)
	}
	url, stop, err := op.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
		if err := op.Close(); err != nil {
			t.Error(err)
		}
	})
	account := func(org mockoperator.Organisation, id mockoperator.Identity) wiretest.Account {
		key, err := id.KeyPEM()
		if err != nil {
			t.Fatal(err)
		}
		return wiretest.Account{
			Login: org.Login, Password: org.Password, Box: org.Boxes[0], INN: org.INN, KPP: org.KPP, Certificate: id.CertificatePEM(), Key: key,
		}
	}
	orgs := op.Organisations()
	return wiretest.Config{
		Endpoint: url, Strict: true, Roaming: "perekrestok@roaming.edo", Us: account(orgs[0], ids[0]), Them: account(orgs[1], ids[2]),
	}
}

func suite(t *testing.T, c wiretest.Config) conformance.Suite {
	t.Helper()
	s, err := wiretest.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s.Suite()
}

// TestStandIn runs all cases against the stand-in at its best.
func TestStandIn(t *testing.T) {
	t.Parallel()
	gotest.Run(t, suite(t, stand(t)), conformance.Options{})
}

// elsewhere signs as a device or a program does that has the key of an account.
func elsewhere(t *testing.T, a wiretest.Account) func(content []byte) ([]byte, error) {
	t.Helper()
	pair, err := tls.X509KeyPair(a.Certificate, a.Key)
	if err != nil {
		t.Fatal(err)
	}
	return func(content []byte) ([]byte, error) {
		sd, err := pkcs7.NewSignedData(content)
		if err != nil {
			return nil, err
		}
		sd.SetDigestAlgorithm(pkcs7.OIDDigestAlgorithmSHA256)
		if err := sd.AddSigner(pair.Leaf, pair.PrivateKey, pkcs7.SignerInfoConfig{}); err != nil {
			return nil, err
		}
		sd.Detach()
		return sd.Finish()
	}
}

// TestProfiles: without decisions of the stand-in, without another side, and reading only, nothing fails either.
func TestProfiles(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		edit func(*wiretest.Config)
		o    conformance.Options
		pass int // at least
	}{
		"not strict":    {edit: func(c *wiretest.Config) { c.Strict = false }, pass: 90},
		"nobody else":   {edit: func(c *wiretest.Config) { c.Them, c.Roaming = wiretest.Account{}, "" }, pass: 70},
		"password only": {edit: func(c *wiretest.Config) { c.Us.Certificate, c.Us.Key = nil, nil }, pass: 40},
		"key elsewhere": {edit: func(c *wiretest.Config) { c.Us.Sign, c.Us.Key = elsewhere(t, c.Us), nil }, pass: 180},
		"only reads":    {o: conformance.Options{ReadOnly: true}, pass: 50},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := stand(t)
			if tc.edit != nil {
				tc.edit(&c)
			}
			all, err := conformance.Run(t.Context(), suite(t, c), tc.o)
			if err != nil {
				t.Fatal(err)
			}
			passed := 0
			for _, r := range all {
				switch {
				case r.Verdict.Bad():
					t.Errorf("%s: %s: %s", r.Case.ID, r.Verdict, r.Text())
				case r.Verdict == conformance.Pass:
					passed++
				}
			}
			if passed < tc.pass {
				t.Errorf("%d cases passed, expected at least %d", passed, tc.pass)
			}
		})
	}
}

// unseen are the clauses that no case shows, each with the reason.
var unseen = map[string]string{
	"LIST-3":  "it says that something is not promised",
	"FLOW-9":  "a delivery that fails cannot be brought about from outside",
	"FAULT-3": "it tells clients what else they meet; the cases want a right detail",
}

func TestEveryClauseHasACase(t *testing.T) {
	t.Parallel()
	has, known := map[string]bool{}, map[string]bool{}
	all := suite(t, wiretest.Config{Endpoint: "http://127.0.0.1:1/", Us: wiretest.Account{Box: "a", Login: "a"}}).Cases
	for _, c := range all {
		for _, id := range c.Clauses {
			has[id] = true
		}
		if len(c.Calls) == 0 {
			t.Errorf("%s names no operation", c.ID)
		}
	}
	for _, c := range contract.Clauses() {
		known[c.ID] = true
		if has[c.ID] == (unseen[c.ID] != "") {
			t.Errorf("%s has a case: %t, and the reason for none is %q: %s", c.ID, has[c.ID], unseen[c.ID], c.Says)
		}
	}
	for id := range has {
		if !known[id] {
			t.Errorf("%s is no clause", id)
		}
	}
	t.Logf("%d cases, %d clauses", len(all), len(known))
}

func TestMistakesInTheConfiguration(t *testing.T) {
	t.Parallel()
	_, err := wiretest.New(wiretest.Config{Endpoint: "exchange", Them: wiretest.Account{Box: "b", Key: []byte("x")}})
	if err == nil {
		t.Fatal("taken")
	}
	for _, want := range []string{"endpoint", "us: a box", "them: certificate and key"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in: %v", want, err)
		}
	}
}
