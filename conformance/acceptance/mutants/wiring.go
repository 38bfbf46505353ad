package mutants

import (
	"context"
	"io"
	"time"

	"github.com/edokit/edokit/directory/kinds"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/gateway"
)

// wiring are gateways with one part that is wrong.
func wiring() []Mutant {
	return []Mutant{
		wired(is("verifier-believes", "a signature is checked before anything leaves", "V3"), sees("box-then-signature-then-send"), func(c *gateway.Config) { c.Verifier = believing{} }),
		wired(is("signers-take-another", "nobody signs with somebody else's key", "M3"), sees("readiness-lists-what-is-missing", "twenty-seven-heads-sign"), func(c *gateway.Config) { c.Signers = another{c.Signers} }),
		wired(is("access-allows-everybody", "nobody may what nobody allowed", "B2", "B6"), sees("menus-per-card-type"), func(c *gateway.Config) { c.Access = everybody{} }),
		wired(is("reach-forgotten", "who is missing is registered, and what is for him waits", "V2"), sees("a-package-waits-for-its-counterparty-and-goes-out-by-itself"), func(c *gateway.Config) { c.Reach = nil }),
		wired(is("kinds-unread", "documents are recognised by their text", "V4"), sees("five-kinds-and-the-unknown-one"), func(c *gateway.Config) { c.Kinds = nil }),
		wired(is("kinds-built-in", "a new kind needs only its file", "V22"), sees("a-new-kind-needs-no-go"), func(c *gateway.Config) {
			if own, err := kinds.Default(); err == nil {
				c.Kinds = own
			}
		}),
		wired(is("absences-ignored", "nobody gets what came in while he is away", "V5"), sees("the-responsible-person-by-kind-and-absence"), func(c *gateway.Config) { c.Routing = present{c.Routing} }),
		wired(is("forms-all-recognised", "a form is called recognised only if it bears the operator's ids", "V11"), sees("printed-forms", "scenario-print-form-without-stamp"), func(c *gateway.Config) { c.Forms = knowing{} }),
		wired(is("box-read-once", "what was passed over in a box is found", "S4"), sees("scenario-page-border-event-lost"), func(c *gateway.Config) {
			c.Overlap, c.FullCheck = 1, 10*365*24*time.Hour
		}),
	}
}

// believing finds every signature valid.
type believing struct{}

// Check implements [gateway.Verifier].
func (believing) Check(context.Context, io.Reader, []byte, time.Time) (edo.Verdict, error) {
	return edo.Verdict{State: edo.VerdictValid}, nil
}

// everybody may everything.
type everybody struct{}

// Allowed implements [gateway.Access].
func (everybody) Allowed(context.Context, edo.AccessRequest) error { return nil }

// another signs with the service's key, whoever is asked for.
type another struct{ gateway.Signers }

// Signer implements [gateway.Signers].
func (a another) Signer(ctx context.Context, s edo.SubscriberID, _ edo.SignerID, kind string, at time.Time) (edo.Signer, error) {
	return a.Signers.Signer(ctx, s, "head", kind, at)
}

// present knows of no absence.
type present struct{ gateway.Routing }

// Absences implements [gateway.Routing].
func (present) Absences(context.Context, edo.SubscriberID, time.Time) ([]edo.Absence, error) {
	return nil, nil
}

// knowing finds all words in every form.
type knowing struct{}

// Examine implements [gateway.FormReader].
func (knowing) Examine(_ context.Context, _ edo.Content, words []string) (gateway.PDFFacts, error) {
	return gateway.PDFFacts{Pages: 1, Found: words}, nil
}
