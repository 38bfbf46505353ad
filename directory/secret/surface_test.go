package secret_test

import (
	"crypto"
	"reflect"
	"slices"
	"sort"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/directory"
	"github.com/edokit/edokit/directory/local"
	"github.com/edokit/edokit/directory/secret"
	"github.com/edokit/edokit/directory/sqlite"
	"github.com/edokit/edokit/dmsplugin"
	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/gateway"
)

// holds reports whether a value of the type can be asked for a secret or used as one: an [edo.Secret], or a key, however
// deep.
func holds(t reflect.Type, seen map[reflect.Type]bool) bool {
	keys := []reflect.Type{reflect.TypeFor[edo.Secret](), reflect.TypeFor[crypto.Decrypter](), reflect.TypeFor[edo.Signer]()}
	if seen[t] {
		return false
	}
	seen[t] = true
	if slices.Contains(keys, t) || t.Implements(keys[1]) {
		return true
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Chan:
		return holds(t.Elem(), seen)
	case reflect.Map:
		return holds(t.Key(), seen) || holds(t.Elem(), seen)
	case reflect.Struct:
		for i := range t.NumField() {
			if f := t.Field(i); f.IsExported() && holds(f.Type, seen) {
				return true
			}
		}
	case reflect.Func:
		for i := range t.NumOut() {
			if holds(t.Out(i), seen) {
				return true
			}
		}
		for i := range t.NumIn() { // an iterator hands its values to a function
			if in := t.In(i); in.Kind() == reflect.Func {
				for j := range in.NumIn() {
					if holds(in.In(j), seen) {
						return true
					}
				}
			}
		}
	}
	return false
}

// TestNothingReadsASecretBack walks every exported method of what hosts, the command line and stores have, and lists
// those that can give out a secret: only the two that the gateway is given.
func TestNothingReadsASecretBack(t *testing.T) {
	t.Parallel()
	var got []string
	for _, surface := range []reflect.Type{
		reflect.TypeFor[*secret.Vault](), reflect.TypeFor[*secret.Keyring](), reflect.TypeFor[directory.Book](), reflect.TypeFor[*dmsplugin.Client](),
		reflect.TypeFor[dmsplugin.Book](), reflect.TypeFor[dmsplugin.Exchange](), reflect.TypeFor[dmsplugin.Credentials](), reflect.TypeFor[*sqlite.Store](),
		reflect.TypeFor[*gateway.Gateway](), reflect.TypeFor[*local.Home](),
	} {
		for i := range surface.NumMethod() {
			m := surface.Method(i)
			for j := range m.Type.NumOut() {
				if holds(m.Type.Out(j), map[reflect.Type]bool{}) {
					got = append(got, surface.String()+"."+m.Name)
				}
			}
		}
	}
	sort.Strings(got)
	// Next and NewVault-like views give a vault, whose methods are walked themselves; the ports of the gateway's Config
	// are fields of the composition, not answers.
	want := []string{"*secret.Vault.Account", "*secret.Vault.Signer"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("who gives out secrets (-want +got):\n%s", diff)
	}
}
