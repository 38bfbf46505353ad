package cms_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
)

// inside is a moment within the dates of all committed certificates.
var inside = time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)

func fixture(t testing.TB, path ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(append([]string{"testdata"}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func verify(t testing.TB, der, content []byte, at time.Time) cms.Report {
	t.Helper()
	s, err := cms.Parse(der)
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Verify(t.Context(), bytes.NewReader(content), at)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestVerifyFixtures(t *testing.T) {
	t.Parallel()
	type want struct {
		State   edo.VerdictState
		Reason  edo.Reason
		Signers int
	}
	cases := map[string]want{
		"rsa2048-sha384":  {edo.VerdictValid, "", 1},
		"p256-sha512":     {edo.VerdictValid, "", 1},
		"two-signers":     {edo.VerdictValid, "", 2},
		"chain":           {edo.VerdictValid, "", 1},
		"rsa2048-sha1":    {edo.VerdictInvalid, cms.AlgorithmBroken, 1},
		"rsa2048-nocerts": {edo.VerdictInvalid, cms.CertificateAbsent, 1},
		"rsa2048-pss":     {edo.VerdictOperatorOnly, edo.SignatureUnverified, 1},
	}
	for _, key := range []string{"rsa2048", "rsa4096", "p256", "p384"} {
		for _, form := range []string{"der", "ber", "noattr", "keyid", "cades"} {
			cases[key+"-"+form] = want{edo.VerdictValid, "", 1}
		}
	}
	content := fixture(t, "openssl", "content.txt")
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if s, err := cms.Parse(fixture(t, "openssl", name+".p7s")); err != nil || s.IsDER() == strings.HasSuffix(name, "-ber") {
				t.Errorf("%v, DER %t", err, s.IsDER())
			}
			r := verify(t, fixture(t, "openssl", name+".p7s"), content, inside)
			got := want{r.Verdict().State, r.Verdict().Reason, len(r.Signers)}
			if diff := cmp.Diff(tc, got); diff != "" {
				t.Errorf("verdict (-want +got):\n%s\n%+v", diff, r)
			}
			if tc.State != edo.VerdictValid {
				return
			}
			changed := bytes.Replace(content, []byte("17"), []byte("18"), 1)
			if r := verify(t, fixture(t, "openssl", name+".p7s"), changed, inside); r.Verdict().State != edo.VerdictInvalid {
				t.Errorf("changed content: %+v", r)
			}
		})
	}
}

func TestReportFacts(t *testing.T) {
	t.Parallel()
	content := fixture(t, "openssl", "content.txt")
	for name, want := range map[string]cms.SignerReport{
		"rsa2048-der":    {DigestAlgorithm: "SHA-256", DigestChecked: true, ValidAt: true, ValidAtSigning: true},
		"rsa2048-cades":  {DigestAlgorithm: "SHA-256", DigestChecked: true, ValidAt: true, ValidAtSigning: true, CertificateTied: true},
		"rsa2048-keyid":  {DigestAlgorithm: "SHA-256", DigestChecked: true, ValidAt: true, ValidAtSigning: true, ByKeyID: true},
		"rsa2048-noattr": {DigestAlgorithm: "SHA-256", DigestChecked: true, ValidAt: true},
		"rsa2048-sha384": {DigestAlgorithm: "SHA-384", DigestChecked: true, ValidAt: true, ValidAtSigning: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := verify(t, fixture(t, "openssl", name+".p7s"), content, inside).Signers[0]
			if got.Certificate.Owner != "Иванов Иван (rsa2048)" || got.Certificate.KeyAlgorithm != "RSA 2048" {
				t.Errorf("certificate %+v", got.Certificate)
			}
			if claimed := !got.SigningTime.IsZero(); claimed != want.ValidAtSigning {
				t.Errorf("signing time %v", got.SigningTime)
			}
			want.State, want.Certificate, want.SigningTime = edo.VerdictValid, got.Certificate, got.SigningTime
			if got != want {
				t.Errorf("got %+v\nwant %+v", got, want)
			}
		})
	}
}
