package acceptance

import (
	"bytes"
	"context"
	"io"
	"time"

	"github.com/edokit/edokit/conformance"
	"github.com/edokit/edokit/conformance/contract"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
	"github.com/edokit/edokit/edo/gateway"
	"github.com/edokit/edokit/edo/operators/synerdocs"
	"github.com/edokit/edokit/stamping"
)

// signed signs content with the key of an organisation's first head, outside of the SDK's own way.
func signed(t conformance.T, s *stand, org int, content []byte) []byte {
	t.Helper()
	id, err := s.op.Identity(s.organisation(org).Boxes[0])
	must(t, err)
	key, err := cms.NewKey(id.Key, id.Certificate.Raw)
	must(t, err)
	raw, err := cms.Sign(t.Context(), key, bytes.NewReader(content), time.Now())
	must(t, err)
	return raw
}

// session is the driver's own session of a side.
func (x *side) session() edo.Session {
	x.Helper()
	account, err := x.home.Vault.Account(x.Context(), x.id)
	must(x.T, err)
	session, err := x.around.driver(synerdocs.Config{}).Open(x.Context(), account)
	must(x.T, err)
	x.Cleanup(func() { must(x.T, session.Close()) })
	return session
}

// codes are the fault codes of the contract.
func codes(t conformance.T) map[string]string {
	t.Helper()
	tables, err := contract.Load()
	must(t, err)
	return tables.Codes
}

// words looks into printed forms, without workers.
type words struct{}

func (words) Examine(ctx context.Context, form edo.Content, want []string) (gateway.PDFFacts, error) {
	r, err := form.Open(ctx)
	if err != nil {
		return gateway.PDFFacts{}, err
	}
	defer func() { _ = r.Close() }()
	whole, err := io.ReadAll(r)
	if err != nil {
		return gateway.PDFFacts{}, err
	}
	seen, err := stamping.Examine(ctx, bytes.NewReader(whole), want, nil)
	return gateway.PDFFacts{Pages: seen.Pages, Found: seen.Found, Unread: seen.Unread}, err
}
