package synerdocs

import (
	"bytes"
	"context"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edokit/edokit/edo"
)

// loginFixture is a certificate made for these tests alone, with its key.
func loginFixture(t testing.TB) edo.LoginCertificate {
	t.Helper()
	block, _ := pem.Decode(fixture(t, "login/key.pem"))
	if block == nil {
		t.Fatal("login/key.pem is no PEM")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	rsaKey, ok := key.(*rsa.PrivateKey)
	if !ok {
		t.Fatal("login/key.pem is no RSA key")
	}
	return edo.LoginCertificate{DER: fixture(t, "login/certificate.der"), Key: rsaKey}
}

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// The sealed tokens were written by OpenSSL over the 16 bytes of the contract's test vector (1.6).
func TestOpenEnveloped(t *testing.T) {
	t.Parallel()
	const plain = "00112233445566778899aabbccddeeff"
	login := loginFixture(t)
	cert, err := x509.ParseCertificate(login.DER)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]struct{ plain, err string }{
		"aes128":          {plain: plain},
		"aes192":          {plain: plain},
		"aes256":          {plain: plain},
		"3des":            {plain: plain},
		"oaep-sha1":       {plain: plain},
		"oaep-sha256":     {plain: plain},
		"keyid":           {plain: plain},
		"streamed":        {plain: plain},
		"two-recipients":  {plain: plain},
		"short":           {plain: hex.EncodeToString([]byte("short"))},
		"other-recipient": {err: "another certificate"},
		"key-agreement":   {err: "key agreement"},
		"gcm":             {err: "no CMS EnvelopedData"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := openEnveloped(fixture(t, "login/"+name+".der"), cert, login.Key)
			if want.err != "" {
				if err == nil || !strings.Contains(err.Error(), want.err) {
					t.Fatalf("error %v, want one with %q", err, want.err)
				}
				return
			}
			if err != nil || hex.EncodeToString(got) != want.plain {
				t.Errorf("got %x, %v; want %s", got, err, want.plain)
			}
		})
	}
}

func TestTokenText(t *testing.T) {
	t.Parallel()
	how, err := loginOf(edo.Login{Certificate: new(loginFixture(t))}, emptyGUID, newCodes())
	if err != nil {
		t.Fatal(err)
	}
	l, ok := how.(certificateLogin)
	if !ok {
		t.Fatalf("login is %T", how)
	}
	for name, tc := range map[string]struct{ text, want string }{
		"one line":     {base64.StdEncoding.EncodeToString(fixture(t, "login/aes256.der")), "33221100-5544-7766-8899-aabbccddeeff"},
		"many lines":   {wrap(base64.StdEncoding.EncodeToString(fixture(t, "login/3des.der"))), "33221100-5544-7766-8899-aabbccddeeff"},
		"not 16 bytes": {base64.StdEncoding.EncodeToString(fixture(t, "login/short.der")), ""},
		"not base64":   {"!!", ""},
		"too large":    {strings.Repeat("A", maxSealedToken+1), ""},
		"not CMS":      {"MIIBAA==", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := l.open(t.Context(), edo.NewSecret(tc.text))
			if got.Reveal() != tc.want || (err == nil) != (tc.want != "") {
				t.Errorf("got %q, %v; want %q", got.Reveal(), err, tc.want)
			}
		})
	}
}

func wrap(s string) string {
	var b strings.Builder
	for len(s) > 64 {
		b.WriteString(s[:64] + "\r\n")
		s = s[64:]
	}
	return b.String() + s
}

func TestLoginOf(t *testing.T) {
	t.Parallel()
	good := loginFixture(t)
	for name, tc := range map[string]struct {
		in    edo.Login
		field string
		kind  edo.Kind
	}{
		"nothing":         {edo.Login{}, "account.login.name", edo.Invalid},
		"no password":     {edo.Login{Name: "n"}, "account.login.password", edo.Invalid},
		"both":            {edo.Login{Name: "n", Password: edo.NewSecret("p"), Certificate: &good}, "account.login", edo.Invalid},
		"no key":          {edo.Login{Certificate: &edo.LoginCertificate{DER: good.DER}}, "account.login.certificate", edo.Invalid},
		"no certificate":  {edo.Login{Certificate: &edo.LoginCertificate{Key: good.Key}}, "account.login.certificate", edo.Invalid},
		"another key":     {edo.Login{Certificate: &edo.LoginCertificate{DER: good.DER, Key: otherKey{good.Key}}}, "account.login.certificate", edo.Invalid},
		"name and key":    {edo.Login{Name: "n", Certificate: &good}, "account.login", edo.Invalid},
		"two tokens":      {edo.Login{Identity: edo.NewSecret("i"), Access: edo.NewSecret("a")}, "account.login", edo.Invalid},
		"key and token":   {edo.Login{Certificate: &good, Access: edo.NewSecret("a")}, "account.login", edo.Invalid},
		"password, token": {edo.Login{Name: "n", Password: edo.NewSecret("p"), Identity: edo.NewSecret("i")}, "account.login", edo.Invalid},
		"another, opener": {edo.Login{Certificate: &edo.LoginCertificate{DER: []byte("PEM"), Opener: opener(nil)}}, "account.login.certificate", edo.Invalid},
		"key without RSA": {edo.Login{Certificate: &edo.LoginCertificate{DER: good.DER, Key: gostKey{good.Key}}}, "account.login.certificate", edo.NotSupported},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := loginOf(tc.in, emptyGUID, newCodes())
			if e := asError(t, err); e.Kind != tc.kind || e.Field != tc.field || e.Remedy == "" {
				t.Errorf("got %v", err)
			}
		})
	}
}

// opener is a cryptographic provider.
type opener func([]byte) ([]byte, error)

func (o opener) OpenEnvelope(_ context.Context, der []byte) ([]byte, error) { return o(der) }

type (
	otherKey struct{ crypto.Decrypter }
	gostKey  struct{ crypto.Decrypter }
)

func (otherKey) Public() crypto.PublicKey { return &rsa.PublicKey{N: one(), E: 3} }
func (gostKey) Public() crypto.PublicKey  { return "GOST" }

func TestDecryptCBC(t *testing.T) {
	t.Parallel()
	key, iv := bytes.Repeat([]byte{7}, 16), bytes.Repeat([]byte{9}, 16)
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		plain string // with padding
		want  string
		err   bool
	}{
		"one byte":         {plain: "0123456789abcde\x01", want: "0123456789abcde"},
		"a whole block":    {plain: strings.Repeat("\x10", 16), want: ""},
		"none":             {plain: "0123456789abcde\x00", err: true},
		"more than block":  {plain: "0123456789abcde\x11", err: true},
		"more than text":   {plain: "0123456789abcde\xff", err: true},
		"not all the same": {plain: "0123456789abc\x01\x03\x03", err: true},
		"half a block":     {plain: "0123456", err: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := []byte(tc.plain)
			if len(text)%16 == 0 {
				cipher.NewCBCEncrypter(block, iv).CryptBlocks(text, text)
			}
			got, err := decryptCBC(aes.NewCipher, key, iv, text)
			if string(got) != tc.want || (err != nil) != tc.err {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

// openKey opens every key to the same bytes, at once: fuzzing is after the reader, not after RSA.
type openKey struct{ crypto.Decrypter }

func (openKey) Decrypt(_ io.Reader, _ []byte, opts crypto.DecrypterOpts) ([]byte, error) {
	if o, is := opts.(*rsa.PKCS1v15DecryptOptions); is { //nolint:staticcheck // see enveloped.go
		return make([]byte, o.SessionKeyLen), nil
	}
	return make([]byte, 32), nil
}

func FuzzOpenEnveloped(f *testing.F) {
	names, err := filepath.Glob("testdata/login/*.der")
	if err != nil || len(names) == 0 {
		f.Fatal("no seeds")
	}
	for _, n := range names {
		f.Add(fixture(f, "login/"+filepath.Base(n)))
	}
	login := loginFixture(f)
	cert, err := x509.ParseCertificate(login.DER)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		plain, err := openEnveloped(raw, cert, openKey{login.Key})
		if err == nil && len(plain) > len(raw) {
			t.Errorf("%d bytes came out of %d", len(plain), len(raw))
		}
	})
}
