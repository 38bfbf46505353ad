package edotest_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
	"github.com/edokit/edokit/edo/edotest"
)

func TestNewKey(t *testing.T) {
	t.Parallel()
	now := time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)
	key, err := edotest.NewKey(edotest.Subject{
		Owner: "Иванов Иван Иванович", Surname: "Иванов", GivenName: "Иван Иванович", Title: "Директор",
		Organisation: "ООО «Ромашка»", INN: "7701234560", PersonINN: "770123456703", OGRN: "1027700123450", SNILS: "11223344595",
	}, now.Add(-time.Hour), now.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := cms.LoadPEM(key.KeyPEM, key.CertificatePEM)
	if err != nil {
		t.Fatal(err)
	}
	signer := loaded.Signer("head")
	want := edo.SignerInfo{
		ID: "head", Owner: "Иванов Иван Иванович", Organisation: "ООО «Ромашка»", INN: "7701234560", OGRN: "1027700123450",
		Serial: key.Certificate().Serial, Thumbprint: key.Certificate().Thumbprint, Algorithm: "RSA 2048",
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
	}
	if diff := cmp.Diff(want, signer.Info()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if c := loaded.Certificate(); c.PersonINN != "770123456703" || c.SNILS != "11223344595" || c.Title != "Директор" || len(c.Serial) != 32 {
		t.Errorf("%+v", c)
	}
	der, err := signer.Sign(t.Context(), bytes.NewReader([]byte("x")), now)
	if err != nil {
		t.Fatal(err)
	}
	s, err := cms.Parse(der)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := s.Verify(t.Context(), bytes.NewReader([]byte("x")), now); err != nil || r.Verdict().State != edo.VerdictValid {
		t.Errorf("%+v, %v", r, err)
	}
}
