package secret

import (
	"bytes"
	"testing"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"

	"github.com/edokit/edokit/directory"
)

// FuzzSeal: no bytes open but those that were sealed, and reading their epoch never fails.
func FuzzSeal(f *testing.F) {
	h, err := keyset.NewHandle(aead.AES256GCMSIVKeyTemplate())
	if err != nil {
		f.Fatal(err)
	}
	key, err := aead.New(h)
	if err != nil {
		f.Fatal(err)
	}
	name := directory.SecretName{Subscriber: "ours", Kind: "login", Field: "password"}
	good, err := sealed(key, "tenant", name, 7, []byte("plain"))
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range [][]byte{good, nil, {1}, good[:5], good[:len(good)-1], append([]byte{1, 0, 0, 0, 8}, good[5:]...)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seal []byte) {
		epoch, ok := epochOf(seal)
		if !ok {
			return
		}
		plain, err := key.Decrypt(seal[sealPrefix:], bound("tenant", name, epoch))
		if (err == nil) != bytes.Equal(seal, good) {
			t.Errorf("%x opens to %q, %v", seal, plain, err)
		}
	})
}

// TestBinding: a seal opens under exactly the name, installation and epoch that it was made for.
func TestBinding(t *testing.T) {
	t.Parallel()
	base := directory.SecretName{Subscriber: "ours", Kind: "signer", ID: "head", Field: "key"}
	change := func(f func(n *directory.SecretName)) []byte {
		n := base
		f(&n)
		return bound("tenant", n, 1)
	}
	all := map[string][]byte{
		"itself": bound("tenant", base, 1), "tenant": bound("other", base, 1), "epoch": bound("tenant", base, 2),
		"subscriber": change(func(n *directory.SecretName) { n.Subscriber = "theirs" }), "kind": change(func(n *directory.SecretName) { n.Kind = "login" }),
		"id": change(func(n *directory.SecretName) { n.ID = "other" }), "field": change(func(n *directory.SecretName) { n.Field = "key.next" }),
		"data key": boundKey("tenant", directory.DataKey{Subscriber: "ours", Epoch: 1}),
	}
	seen := map[string]string{}
	for what, aad := range all {
		if other, twice := seen[string(aad)]; twice {
			t.Errorf("%s and %s are bound alike", what, other)
		}
		seen[string(aad)] = what
	}
}
