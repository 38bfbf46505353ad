package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edokit/edokit/edo"
)

// counting gives signers that know digests only, and counts how often it was asked.
type counting struct {
	*bundle
	asked *atomic.Int64
}

func (c counting) Signer(ctx context.Context, s edo.SubscriberID, id edo.SignerID, kind string, at time.Time) (edo.Signer, error) {
	c.asked.Add(1)
	found, err := c.bundle.Signer(ctx, s, id, kind, at)
	return digestSigner{found}, err
}

type digestSigner struct{ edo.Signer }

func (d digestSigner) SignDigest(_ context.Context, digest edo.Digest, _ time.Time) ([]byte, error) {
	return []byte("signed " + digest.String()), nil
}

// TestManyDocuments: a package of many documents, stored and signed several at a time, keeps their order, asks for its
// one signer once on acceptance and once for signing, and a signer that needs only the digest gets the right one.
func TestManyDocuments(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	b := setup(t, func(b *bundle) { b.cfg.Signers = counting{b, &asked} })
	texts := make([]string, 30)
	for i := range texts {
		texts[i] = fmt.Sprintf("text %d", i)
	}
	p := pack("many", texts...)
	b.run(t)
	if _, err := b.gw.Send(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	op := b.until(t, p.ID, state(edo.StateSent))
	for i, d := range op.Documents {
		if d.ID != p.Documents[i].ID || d.Digest != p.Documents[i].Content.Digest {
			t.Fatalf("document %d is %s", i, d.ID)
		}
		if got, err := b.read(t, op.Key, d.ID, edo.RoleSignature); err != nil || string(got) != "signed "+d.Digest.String() {
			t.Fatalf("document %d has the signature %q, %v", i, got, err)
		}
	}
	if n := asked.Load(); n != 2 {
		t.Errorf("the signer was asked for %d times", n)
	}
}

// TestFaultsInOrder: documents are looked at side by side, their faults are told in the order of the package.
func TestFaultsInOrder(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	p := pack("p", make([]string, 20)...)
	for i := range p.Documents {
		p.Documents[i].Content = content(fmt.Sprintf("text %d", i))
		p.Documents[i].Signer = edo.SignerID(fmt.Sprintf("nobody-%d", i))
	}
	_, err := b.gw.Send(t.Context(), p)
	var faults edo.Faults
	if !errors.As(err, &faults) || len(faults) != 20 {
		t.Fatalf("%v", err)
	}
	for i, f := range faults {
		var e *edo.Error
		if want := fmt.Sprintf("package.documents[%d].signer", i); !errors.As(f, &e) || e.Field != want {
			t.Errorf("fault %d is of %v", i, f)
		}
	}
}
