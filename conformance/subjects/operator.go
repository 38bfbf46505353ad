package subjects

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/conformance/operatortest"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
	"github.com/edokit/edokit/edo/operators/synerdocs"
)

// What the stand-in is like.
const (
	boxA = "romashka@mock.edo"
	boxB = "vasilek@mock.edo"

	ahead = 20 * time.Minute // the operator's clock before ours
)

// identities makes keys once for all tests of the run.
var identities = sync.OnceValues(func() ([]mockoperator.Identity, error) {
	o, err := mockoperator.New(mockoperator.Config{})
	if err != nil {
		return nil, err
	}
	defer o.Close()
	var all []mockoperator.Identity
	for _, box := range []string{boxA, boxB} {
		id, err := o.Identity(box)
		if err != nil {
			return nil, err
		}
		all = append(all, id)
	}
	return all, nil
})

func party(t conformance.T, url string, org mockoperator.Organisation, id mockoperator.Identity) operatortest.Party {
	pem, err := id.KeyPEM()
	if err != nil {
		conformance.Broke(t, "%v", err)
	}
	key, err := cms.LoadPEM(pem, id.CertificatePEM())
	if err != nil {
		conformance.Broke(t, "%v", err)
	}
	return operatortest.Party{
		Account: edo.Account{
			Subscriber: edo.SubscriberID("sub-" + org.Login), Operator: synerdocs.Name, Endpoint: url, Box: edo.BoxID(org.Boxes[0]), INN: org.INN,
			Login: edo.Login{Name: org.Login, Password: edo.NewSecret(org.Password)},
		},
		KPP: org.KPP,
		Sign: func(ctx context.Context, content []byte) ([]byte, error) {
			return cms.Sign(ctx, key, bytes.NewReader(content), time.Now())
		},
	}
}

// Synerdocs is the driver of Synerdocs, changed by wrap, with a stand-in of its own on a socket.
func Synerdocs(wrap func(edo.Driver) edo.Driver) func(t conformance.T) operatortest.Stand {
	return func(t conformance.T) operatortest.Stand {
		ids, err := identities()
		if err != nil {
			conformance.Broke(t, "%v", err)
		}
		orgs := mockoperator.DefaultOrganisations()
		orgs[1].ContactAuth = mockoperator.AuthManual
		now := func() time.Time { return time.Now().Add(ahead) }
		op, err := mockoperator.New(mockoperator.Config{Identities: ids, Organisations: orgs, Now: now, WireMemory: -1})
		if err != nil {
			conformance.Broke(t, "%v", err)
		}
		url, stop, err := op.Listen(context.WithoutCancel(t.Context()), "127.0.0.1:0")
		if err != nil {
			conformance.Broke(t, "%v", err)
		}
		t.Cleanup(func() {
			if err := op.Close(); err != nil {
				t.Error(err)
			}
			if err := stop(); err != nil {
				t.Error(err)
			}
		})
		next := func(r mockoperator.Rule) func() {
			r.Operation = "SendMessage"
			return func() { op.Misbehave(r) }
		}
		forms := func(f mockoperator.PrintForms) {
			op.Change(func(s *mockoperator.Scenario) { s.PrintForms = []mockoperator.PrintForms{f} })
		}
		return operatortest.Stand{
			Driver: wrap(synerdocs.New(synerdocs.Config{})),
			Us:     party(t, url, orgs[0], ids[0]), Them: party(t, url, orgs[1], ids[1]), Nobody: "7707083893", Many: "5029876544",
			Wire: true, Verifies: true, Relations: true, Now: now, WrongLogins: op.RefusedLogins, Expire: op.Expire,
			Accepted:   func() int { return len(op.Ledger()) },
			LoseAnswer: next(mockoperator.Rule{What: mockoperator.AcceptThenCut}),
			CutRequest: next(mockoperator.Rule{What: mockoperator.CutInRequestBody, Bytes: 100_000}),
			Spoil: map[string]func(){
				"cut inside":       next(mockoperator.Rule{What: mockoperator.CutInResponseBody, Bytes: 200}),
				"half an envelope": next(mockoperator.Rule{What: mockoperator.TruncatedXML}),
				"web page":         next(mockoperator.Rule{What: mockoperator.HTMLPage, AfterAccepting: true}),
				"status 503":       next(mockoperator.Rule{What: mockoperator.AnswerStatus, Status: 503, AfterAccepting: true}),
				"unexpected error": next(mockoperator.Rule{What: mockoperator.AnswerFault, Fault: mockoperator.Fault{Code: "UnexpectedError"}, AfterAccepting: true}),
				"nil":              next(mockoperator.Rule{What: mockoperator.NilResult, AfterAccepting: true}),
				"gzip":             next(mockoperator.Rule{What: mockoperator.GzipUnasked}),
			},
			Fill: func(n int) {
				if _, err := op.Plant(boxA, boxB, n, func(i int) mockoperator.PlantedDocument {
					return mockoperator.PlantedDocument{CustomField: fmt.Sprint(i)}
				}); err != nil {
					conformance.Broke(t, "%v", err)
				}
			},
			FormReady: func() { forms(mockoperator.PrintForms{}) },
			FormLate: func(polls int) {
				forms(mockoperator.PrintForms{Mode: mockoperator.FormAfterPolls, Polls: polls})
			},
			FormNever:    func() { forms(mockoperator.PrintForms{Mode: mockoperator.FormOff}) },
			Introduction: stranger(),
		}
	}
}

// stranger is an organisation that the operator does not know.
func stranger() *edo.Introduction {
	return &edo.Introduction{
		Counterparty:  edo.Counterparty{INN: "7707083893", KPP: "770701001", Name: "ООО «Новый клиент»"},
		ContactPerson: "Смирнова Анна Павловна", EMails: []string{"office@client.example"}, Phone: "+7 495 000-00-00",
	}
}
