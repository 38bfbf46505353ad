package mutants

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"slices"
	"sync/atomic"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/mockoperator"
	"github.com/edokit/edokit/edo"
)

// drivers are wrong in what only shows in the whole.
func drivers() []Mutant {
	one := func(m conformance.Mutant, f found, s session) Mutant {
		return driver(m, f, func(d edo.Driver) edo.Driver { return changed{Driver: d, session: s} })
	}
	looked := func(m conformance.Mutant, f found, change func(all []edo.Address, err error) ([]edo.Address, error)) Mutant {
		return one(m, f, session{looked: change})
	}
	return []Mutant{
		one(is("driver-knows-boxes-by-heart", "the operator is asked whether there is a counterparty", "V1", "S2"),
			sees("the-counterparty-is-looked-up-before-anything-is-sent"), session{instead: byHeart}),
		looked(is("driver-drops-codes", "the operator's code is kept", "S1"), sees("every-fault-code-has-a-verdict"), func(all []edo.Address, err error) ([]edo.Address, error) {
			if e, is := errors.AsType[*edo.Error](err); is {
				bare := *e
				bare.Code = ""
				err = &bare
			}
			return all, err
		}),
		looked(is("driver-unavailable-is-nobody", "only an answer says that there is nobody", "S2"), sees("scenario-login-unavailable", "scenario-operator-down"), func(all []edo.Address, err error) ([]edo.Address, error) {
			if errors.Is(err, edo.Unavailable) {
				return nil, nil
			}
			return all, err
		}),
		looked(is("driver-denied-is-unavailable", "a wrong password is told as what it is", "B1"), sees("a-wrong-password-waits-for-a-person"), func(all []edo.Address, err error) ([]edo.Address, error) {
			if errors.Is(err, edo.LoginRefused) {
				err = &edo.Error{Kind: edo.Unavailable, Message: "it did not work"}
			}
			return all, err
		}),
		looked(is("driver-inactive-are-nobody", "who is not active yet is waited for", "V2"), sees("scenario-counterparty-not-active"), func(all []edo.Address, err error) ([]edo.Address, error) {
			return slices.DeleteFunc(all, func(a edo.Address) bool { return !a.Active }), err
		}),
		one(is("driver-introduces-twice", "a counterparty is registered once", "V2"), sees("fifty-calls-make-one-registration"), session{again: true}),
		one(is("driver-shows-at-once", "not found is believed only when it must be visible", "V19"), sees("scenario-answer-lost-visible-late"), session{atOnce: true}),
		one(is("driver-drops-kinds", "the kind of a document is told to the other side", "V6"), sees("outgoing-kinds"), session{sending: func(m *edo.Message) {
			m.Documents = slices.Clone(m.Documents)
			for i := range m.Documents {
				m.Documents[i].Kind = ""
			}
		}}),
		one(is("driver-drops-texts", "the text of a refusal is passed on", "V16"), sees().waiting("a-refusal-text-reaches-the-host", "an-offer-that-was-refused-may-be-made-again"),
			session{text: func(string) string { return "" }}),
		one(is("driver-owes-no-receipts", "what came in is confirmed", "S4"), sees("scenario-empty-page-although-newer", "scenario-content-after-receipt").waiting("the-receipt-may-have-to-come-first"),
			session{silent: true, standing: func(s *edo.Standing) {
				s.NoticeDue = false
				s.Offered = slices.DeleteFunc(s.Offered, func(k edo.AnswerKind) bool { return k == edo.AnswerReceipt })
			}}),
		one(is("driver-hides-failures", "a delivery that failed is told", "V8"), sees("scenario-signature-refused-later"), session{tracked: func(p *edo.Progress) { p.Failed = false }}),
		one(is("driver-draws-forms-itself", "the printed form is the operator's", "V11"), sees("scenario-print-form-is-original", "scenario-print-form-truncated", "scenario-print-form-web-page"),
			session{print: func(w io.Writer) error {
				_, err := io.WriteString(w, "%PDF-1.4\n% a form of our own\n%%EOF\n")
				return err
			}}),
		driver(is("driver-prints-another", "a printed form is of its document", "V11"), sees("scenario-print-form-20-minutes"), func(d edo.Driver) edo.Driver {
			var first atomic.Pointer[edo.Ref]
			return changed{Driver: d, session: session{of: func(r edo.Ref) edo.Ref {
				first.CompareAndSwap(nil, &r)
				return *first.Load()
			}}}
		}),
		one(is("driver-swaps-signatures", "a signature goes with its document", "M3"), sees().waiting("the-company-pays-and-the-count-is-the-ledgers"), session{sending: func(m *edo.Message) {
			if m.Documents = slices.Clone(m.Documents); len(m.Documents) > 1 {
				m.Documents[0].Signature, m.Documents[1].Signature = m.Documents[1].Signature, m.Documents[0].Signature
			}
		}}),
		one(is("driver-mends-signatures", "a signature is kept as it came", "V10", "V21"), sees("both-signatures-verify-in-the-bundle"), session{described: func(in *edo.Incoming) {
			for i := range in.Signatures {
				in.Signatures[i].CMS = append(slices.Clone(in.Signatures[i].CMS), '\n')
			}
		}}),
		driver(is("log-takes-room", "an exchange takes less than two KiB", "B4"), sees("an-exchange-takes-less-than-two-kib"), func(d edo.Driver) edo.Driver {
			return changed{Driver: d, account: func(a *edo.Account) {
				a.Journal = telling{a.Journal, func(r *edo.ExchangeRequest) {
					for range 100 {
						r.Head += rand.Text() + "\n"
					}
				}}
			}}
		}),
		driver(is("driver-password-in-the-address", "no secret is in the log", "B1", "B5"), sees("three-books"), func(d edo.Driver) edo.Driver {
			return changed{Driver: d, account: func(a *edo.Account) {
				password := a.Login.Password
				a.Journal = telling{a.Journal, func(r *edo.ExchangeRequest) { r.Endpoint += "?password=" + password.Reveal() }}
			}}
		}),
	}
}

// byHeart answers from what was known when the driver was made.
func byHeart(c edo.Counterparty) []edo.Address {
	for _, o := range mockoperator.DefaultOrganisations() {
		if o.INN == c.INN {
			return []edo.Address{{Box: edo.BoxID(o.Boxes[0]), INN: o.INN, KPP: o.KPP, Active: true}}
		}
	}
	return nil
}

// telling writes more into a row.
type telling struct {
	edo.Journal
	more func(r *edo.ExchangeRequest)
}

// Begin implements [edo.Journal].
func (j telling) Begin(ctx context.Context, r edo.ExchangeRequest) (edo.Exchange, error) {
	j.more(&r)
	return j.Journal.Begin(ctx, r)
}
