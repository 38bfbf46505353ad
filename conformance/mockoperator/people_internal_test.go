package mockoperator

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edokit/edokit/conformance/contract"
)

// TestStrictReaderTakesEveryRequestOfTheContract: what was written by hand from the contract passes, sample values and all.
func TestStrictReaderTakesEveryRequestOfTheContract(t *testing.T) {
	t.Parallel()
	tables, err := contract.Load()
	if err != nil {
		t.Fatal(err)
	}
	sp, room := spool{dir: t.TempDir()}, newScratch()
	for _, name := range contract.EnvelopeNames() {
		operation, isRequest := strings.CutSuffix(name, ".request")
		if !isRequest {
			continue
		}
		e, err := contract.Envelope(name)
		if err != nil {
			t.Fatal(err)
		}
		if req, err := readRequest(tables, sp, bytes.NewReader(e), room); err != nil || req.operation != operation {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRequisites(t *testing.T) {
	t.Parallel()
	for inn, want := range map[string]bool{
		"7701234560": true, "500100732259": true, "7701234561": false, "500100732258": false, "500100732249": false,
		"": false, "770123456": false, "77012345a0": false, "77012345601": false,
	} {
		if validINN(inn) != want {
			t.Errorf("INN %q: %v", inn, !want)
		}
	}
	for kpp, want := range map[string]bool{
		"770101001": true, "7701AZ001": true, "77010100": false, "7701az001": false, "7701010011": false, "77O101001": false, "": false,
	} {
		if validKPP(kpp) != want {
			t.Errorf("KPP %q: %v", kpp, !want)
		}
	}
}

func TestSubjectsAsAuthoritiesWriteThem(t *testing.T) {
	t.Parallel()
	type attributes map[string]string
	for name, tc := range map[string]struct {
		in            attributes
		inn, kind     string
		first, middle string
	}{
		"organisation": {attributes{"1.2.643.100.1": "1", "1.2.643.100.4": "7701234560", "1.2.643.3.131.1.1": "770123456703"}, "7701234560", "LegalEntity", "", ""},
		"old spelling": {attributes{"1.2.643.100.1": "1", "1.2.643.3.131.1.1": "007701234560"}, "7701234560", "LegalEntity", "", ""},
		"proprietor":   {attributes{"1.2.643.100.5": "1", "1.2.643.3.131.1.1": "500100732259", "2.5.4.42": " Анна  Ивановна "}, "500100732259", "IndividualEntrepreneur", "Анна", "Ивановна"},
		"person":       {attributes{"2.5.4.42": "Анна"}, "", "Individual", "Анна", ""},
	} {
		cert := &x509.Certificate{}
		for oid, v := range tc.in {
			var id asn1.ObjectIdentifier
			for part := range strings.SplitSeq(oid, ".") {
				n := 0
				for _, d := range part {
					n = n*10 + int(d-'0')
				}
				id = append(id, n)
			}
			cert.Subject.Names = append(cert.Subject.Names, pkix.AttributeTypeAndValue{Type: id, Value: v})
		}
		s := subjectOf(cert)
		first, middle := names(s.given)
		if s.inn != tc.inn || s.kind() != tc.kind || first != tc.first || middle != tc.middle {
			t.Errorf("%s: %+v %s %q %q", name, s, s.kind(), first, middle)
		}
	}
}

func TestRegionsOfCertificates(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":              `<m:Region i:nil="true"/>`,
		"77 г. Москва":  "<m:Region><m:Code>77</m:Code><m:Name>г. Москва</m:Name></m:Region>",
		"18":            `<m:Region><m:Code>18</m:Code><m:Name i:nil="true"/></m:Region>`,
		"77 А & Б <br>": "<m:Region><m:Code>77</m:Code><m:Name>А &amp; Б &lt;br&gt;</m:Name></m:Region>",
	} {
		b := &body{}
		region(b, text)
		if got := b.open.String(); got != want {
			t.Errorf("%q: %s", text, got)
		}
	}
}

func TestNonLegitimate(t *testing.T) {
	t.Parallel()
	all := DefaultOrganisations()
	all[1].Regulation, all[2].InvoiceRegulation = "pending", "pending"
	o, err := New(Config{Organisations: all})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	for name, tc := range map[string]struct {
		from, to int
		typ      string
		want     []string
	}{
		"good":            {0, 3, "Invoice", nil},
		"sender":          {1, 0, "Untyped", []string{"SenderNotAccepted"}},
		"receiver":        {0, 1, "Untyped", []string{"ReceiverNotAccepted"}},
		"both":            {1, 2, "InvoiceRevision", []string{"SenderNotAccepted", "ReceiverNotAcceptedInvoice"}},
		"no invoice":      {2, 0, "Untyped", nil},
		"invoice":         {2, 0, "Invoice", []string{"SenderNotAcceptedInvoice"}},
		"nobody's number": {-1, 99, "Invoice", nil},
	} {
		if diff := cmp.Diff(tc.want, o.nonLegitimate(tc.from, tc.to, tc.typ)); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
	if o.department(-1, "") || o.department(99, "") || !o.department(0, "") || o.department(0, "nowhere") {
		t.Error("departments")
	}
}
