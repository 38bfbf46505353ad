package cms_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/smallstep/pkcs7"
	"software.sslmate.com/src/go-pkcs12"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
)

var letter = []byte("Письмо № 17\r\nПросим согласовать технические условия.\r\n")

// newSigner makes a private key by its name in the test matrix.
func newSigner(t testing.TB, kind string) crypto.Signer {
	t.Helper()
	var s crypto.Signer
	var err error
	switch kind {
	case "rsa2048":
		s, err = rsa.GenerateKey(rand.Reader, 2048)
	case "rsa4096":
		s, err = rsa.GenerateKey(rand.Reader, 4096)
	case "p256":
		s, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "p384":
		s, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func certificateFor(t testing.TB, s crypto.Signer, name string) []byte {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(0x8123456789), Subject: pkix.Name{CommonName: name, Organization: []string{"ООО «Ромашка»"}},
		NotBefore: inside.AddDate(-1, 0, 0), NotAfter: inside.AddDate(1, 0, 0), SubjectKeyId: []byte{1, 2, 3},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, s.Public(), s)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func newKey(t testing.TB, kind string) *cms.Key {
	t.Helper()
	s := newSigner(t, kind)
	key, err := cms.NewKey(s, certificateFor(t, s, "Иванов Иван"))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func sign(t testing.TB, key *cms.Key, content []byte) []byte {
	t.Helper()
	der, err := cms.Sign(t.Context(), key, bytes.NewReader(content), inside)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func TestSign(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"rsa2048", "rsa4096", "p256", "p384"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			key := newKey(t, kind)
			der := sign(t, key, letter)

			r := verify(t, der, letter, inside)
			one := r.Signers[0]
			if r.Verdict().State != edo.VerdictValid || !one.DigestChecked || !one.CertificateTied || one.ByKeyID || !one.SigningTime.Equal(inside) {
				t.Errorf("ours by us: %+v", r)
			}
			s, _ := cms.Parse(der)
			if got := s.Certificates(); len(got) != 1 || !s.IsDER() || !bytes.Equal(got[0].DER, key.Certificate().DER) {
				t.Errorf("certificates inside: %v", got)
			}
			if err := smallstep(der, letter); err != nil {
				t.Errorf("smallstep/pkcs7: %v", err)
			}
			if err := smallstep(der, append(letter, ' ')); err == nil {
				t.Error("smallstep/pkcs7 accepts a changed letter: it checks nothing")
			}
		})
	}
}

func smallstep(der, content []byte) error {
	p, err := pkcs7.Parse(der)
	if err != nil {
		return err
	}
	p.Content = content
	return p.Verify()
}

func TestSignAgainstOpenSSL(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("openssl is not installed")
	}
	for _, kind := range []string{"rsa2048", "p256", "p384"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			key := newKey(t, kind)
			der := sign(t, key, letter)
			ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: key.Certificate().DER})
			run := func(content []byte) error {
				for name, b := range map[string][]byte{"doc": content, "sig": der, "ca": ca} {
					if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
						t.Fatal(err)
					}
				}
				cmd := exec.CommandContext(t.Context(), "openssl", "cms", "-verify", "-binary", "-cades", "-inform", "DER",
					"-CAfile", "ca", "-attime", strconv.FormatInt(inside.Unix(), 10), "-in", "sig", "-content", "doc", "-out", os.DevNull)
				cmd.Dir = dir
				out, err := cmd.CombinedOutput()
				if err != nil {
					return fmt.Errorf("%w: %s", err, out)
				}
				return nil
			}
			if err := run(letter); err != nil {
				t.Error(err)
			}
			if run(append(letter, ' ')) == nil {
				t.Error("openssl accepts a changed letter")
			}
		})
	}
}

func TestSmallstepSignatures(t *testing.T) {
	t.Parallel()
	s := newSigner(t, "rsa2048")
	c, err := x509.ParseCertificate(certificateFor(t, s, "Петров"))
	if err != nil {
		t.Fatal(err)
	}
	sd, err := pkcs7.NewSignedData(letter)
	if err != nil {
		t.Fatal(err)
	}
	sd.SetDigestAlgorithm(pkcs7.OIDDigestAlgorithmSHA256)
	if err := sd.AddSigner(c, s, pkcs7.SignerInfoConfig{}); err != nil {
		t.Fatal(err)
	}
	sd.Detach()
	der, err := sd.Finish()
	if err != nil {
		t.Fatal(err)
	}
	if r := verify(t, der, letter, inside); r.Verdict().State != edo.VerdictValid {
		t.Errorf("%+v", r)
	}
}

func TestSignRefuses(t *testing.T) {
	t.Parallel()
	key := newKey(t, "p256")
	broken := errors.New("disk gone")
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for name, tc := range map[string]struct {
		ctx     context.Context
		key     *cms.Key
		content io.Reader
		at      time.Time
		want    error
	}{
		"expired":        {t.Context(), key, bytes.NewReader(letter), inside.AddDate(2, 0, 0), edo.SignerExpired},
		"not yet valid":  {t.Context(), key, bytes.NewReader(letter), inside.AddDate(-2, 0, 0), edo.SignerExpired},
		"no key":         {t.Context(), nil, bytes.NewReader(letter), inside, cms.KeyMalformed},
		"reader fails":   {t.Context(), key, io.MultiReader(bytes.NewReader(letter), failing{broken}), inside, broken},
		"typed failure":  {t.Context(), key, failing{&edo.Error{Kind: edo.NotFound}}, inside, edo.NotFound},
		"cancelled":      {cancelled, key, bytes.NewReader(letter), inside, context.Canceled},
		"no content":     {t.Context(), key, nil, inside, edo.Internal},
		"a lying signer": {t.Context(), lyingKey(t), bytes.NewReader(letter), inside, edo.Internal},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			der, err := cms.Sign(tc.ctx, tc.key, tc.content, tc.at)
			if der != nil || !errors.Is(err, tc.want) {
				t.Errorf("%d bytes, %v; want %v", len(der), err, tc.want)
			}
		})
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// liar signs with another key than it shows, as a mixed-up token would.
type liar struct{ crypto.Signer }

func (l liar) Sign(r io.Reader, digest []byte, o crypto.SignerOpts) ([]byte, error) {
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	return other.Sign(r, digest, o)
}

func lyingKey(t *testing.T) *cms.Key {
	t.Helper()
	s := newSigner(t, "p256")
	key, err := cms.NewKey(liar{s}, certificateFor(t, s, "Иванов Иван"))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestLoadKeys(t *testing.T) {
	t.Parallel()
	rsaKey, ecKey := newSigner(t, "rsa2048"), newSigner(t, "p256")
	cert, ecCert := certificateFor(t, rsaKey, "Иванов"), certificateFor(t, ecKey, "Петров")
	block := func(kind string, der []byte) []byte {
		return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(rsaKey)
	if err != nil {
		t.Fatal(err)
	}
	sec1, err := x509.MarshalECPrivateKey(ecKey.(*ecdsa.PrivateKey))
	if err != nil {
		t.Fatal(err)
	}
	both := append(block("CERTIFICATE", ecCert), block("CERTIFICATE", cert)...)
	for name, tc := range map[string]struct {
		key, cert []byte
		owner     string
		want      error
	}{
		"PKCS#8":             {block("PRIVATE KEY", pkcs8), block("CERTIFICATE", cert), "Иванов", nil},
		"PKCS#1":             {block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rsaKey.(*rsa.PrivateKey))), both, "Иванов", nil},
		"SEC 1":              {block("EC PRIVATE KEY", sec1), both, "Петров", nil},
		"other certificate":  {block("PRIVATE KEY", pkcs8), block("CERTIFICATE", ecCert), "", cms.KeyMismatch},
		"no certificate":     {block("PRIVATE KEY", pkcs8), nil, "", cms.CertificateMalformed},
		"no key":             {nil, both, "", cms.KeyMalformed},
		"cut key":            {block("PRIVATE KEY", pkcs8[:100]), both, "", cms.KeyMalformed},
		"encrypted":          {block("ENCRYPTED PRIVATE KEY", pkcs8), both, "", cms.KeyUnsupported},
		"broken certificate": {block("PRIVATE KEY", pkcs8), block("CERTIFICATE", cert[:50]), "", cms.CertificateMalformed},
		"too large":          {make([]byte, 2<<20), both, "", cms.KeyMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			key, err := cms.LoadPEM(tc.key, tc.cert)
			if !errors.Is(err, tc.want) || tc.want == nil && key.Certificate().Owner != tc.owner {
				t.Errorf("%v, %v", key, err)
			}
		})
	}
}

func TestLoadPKCS12(t *testing.T) {
	t.Parallel()
	s := newSigner(t, "rsa2048")
	c, err := x509.ParseCertificate(certificateFor(t, s, "Иванов"))
	if err != nil {
		t.Fatal(err)
	}
	pfx, err := pkcs12.Modern2023.Encode(s, c, nil, "пароль-42")
	if err != nil {
		t.Fatal(err)
	}
	key, err := cms.LoadPKCS12(pfx, edo.NewSecret("пароль-42"))
	if err != nil || key.Certificate().Owner != "Иванов" {
		t.Fatalf("%v, %v", key, err)
	}
	var typed *edo.Error
	if _, err := cms.LoadPKCS12(pfx, edo.NewSecret("not-it-7")); !errors.As(err, &typed) || typed.Field != "password" || strings.Contains(err.Error(), "not-it-7") {
		t.Errorf("wrong password: %v", err)
	}
	if _, err := cms.LoadPKCS12(pfx[:200], edo.NewSecret("пароль-42")); !errors.Is(err, cms.KeyMalformed) {
		t.Errorf("cut file: %v", err)
	}
}

func TestKeyPrintsNoSecret(t *testing.T) {
	t.Parallel()
	s := newSigner(t, "rsa2048").(*rsa.PrivateKey)
	key, err := cms.NewKey(s, certificateFor(t, s, "Иванов"))
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%d", "%x", "%s"} {
		for _, v := range []any{key, *key, struct{ K *cms.Key }{key}} {
			out := fmt.Sprintf(verb, v)
			if strings.Contains(out, s.D.String()) || strings.Contains(out, s.D.Text(16)) {
				t.Errorf("%s of %T shows the private exponent", verb, v)
			}
		}
	}
	if got := fmt.Sprint(key); got != "key of Иванов (8123456789)" {
		t.Error(got)
	}
}

func TestNewKeyRefuses(t *testing.T) {
	t.Parallel()
	s := newSigner(t, "p256")
	for name, tc := range map[string]struct {
		signer crypto.Signer
		want   error
	}{
		"nothing": {nil, cms.KeyMalformed},
		"foreign": {newSigner(t, "p256"), cms.KeyMismatch},
		"unknown": {odd{}, cms.KeyUnsupported},
	} {
		if _, err := cms.NewKey(tc.signer, certificateFor(t, s, "Иванов")); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type odd struct{}

func (odd) Public() crypto.PublicKey { return asn1.RawValue{} }
func (odd) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return nil, errors.New("cannot")
}

// zeros is a document far larger than what Sign and Verify may hold.
func zeros() io.Reader { return io.LimitReader(zeroReader{}, 64<<20) }

type zeroReader struct{}

func (zeroReader) Read(p []byte) (int, error) { clear(p); return len(p), nil }

//nolint:paralleltest // other tests would be counted too
func TestLargeDocumentInBoundedMemory(t *testing.T) {
	key := newKey(t, "rsa2048")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	der, err := cms.Sign(t.Context(), key, zeros(), inside)
	if err != nil {
		t.Fatal(err)
	}
	s, err := cms.Parse(der)
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Verify(t.Context(), zeros(), inside)
	runtime.ReadMemStats(&after)
	if err != nil || r.Verdict().State != edo.VerdictValid {
		t.Fatalf("%+v, %v", r, err)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 2<<20 {
		t.Errorf("%d bytes allocated in all for a document of 64 MiB", used)
	}
}

func BenchmarkSign(b *testing.B) {
	content := make([]byte, 1<<20)
	for _, kind := range []string{"rsa2048", "p256"} {
		b.Run(kind, func(b *testing.B) {
			key := newKey(b, kind)
			b.SetBytes(int64(len(content)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := cms.Sign(b.Context(), key, bytes.NewReader(content), inside); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkVerify(b *testing.B) {
	content := make([]byte, 1<<20)
	for _, kind := range []string{"rsa2048", "p256"} {
		b.Run(kind, func(b *testing.B) {
			der := sign(b, newKey(b, kind), content)
			b.SetBytes(int64(len(content)))
			b.ReportAllocs()
			for b.Loop() {
				if r := verify(b, der, content, inside); r.Verdict().State != edo.VerdictValid {
					b.Fatal(r)
				}
			}
		})
	}
}
