package cms

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edokit/edokit/edo"
)

var (
	moment = time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)
	deed   = []byte("Договор № 5")
)

// person is a key with a certificate; two persons of one issuer may share a serial number, as attackers do.
type person struct {
	crypto.Signer
	*Certificate
}

func newPerson(t testing.TB, s crypto.Signer) person {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(77), Subject: pkix.Name{CommonName: "Иванов"}, SubjectKeyId: []byte{7, 7},
		NotBefore: moment.AddDate(-1, 0, 0), NotAfter: moment.AddDate(1, 0, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, s.Public(), s)
	if err != nil {
		t.Fatal(err)
	}
	c, err := ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return person{s, c}
}

func ecPerson(t testing.TB) person {
	t.Helper()
	s, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return newPerson(t, s)
}

// draft is a signature before it is written down; each attack bends one part of it.
type draft struct {
	contentType  string
	digestOID    string
	signatureOID string
	sid          []byte
	attributes   [][]byte                   // as they travel; nil: none
	signed       func(set []byte) []byte    // what is signed instead of the DER set
	certificates [][]byte                   // inside the CMS
	members      func(signer []byte) []byte // the inside of signerInfos
	after        []byte                     // unsigned attributes
	encapsulated []byte
}

func attr(oid string, values ...[]byte) []byte {
	return tlv(tagSequence, oidDER(oid), tlv(tagSet, values...))
}

func newDraft(p person) *draft {
	sum := sha256.Sum256(deed)
	d := &draft{
		contentType: oidData, digestOID: oidSHA256, signatureOID: oidECDSASHA256,
		sid:          tlv(tagSequence, p.issuer, tlv(tagInteger, p.serial)),
		certificates: [][]byte{p.DER},
		attributes:   [][]byte{attr(oidContentType, oidDER(oidData)), attr(oidSigningTime, timeDER(moment)), attr(oidMessageDigest, tlv(tagOctetString, sum[:]))},
	}
	if p.keyOID == oidRSA {
		d.signatureOID = oidRSA
	}
	return d
}

func (d *draft) write(t testing.TB, p person) []byte {
	t.Helper()
	toSign := setOf(tagSet, d.attributes...)
	if d.signed != nil {
		toSign = d.signed(toSign)
	}
	sum := sha256.Sum256(toSign)
	value, err := p.Sign(rand.Reader, sum[:], crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	signer := [][]byte{tlv(tagInteger, []byte{1}), d.sid, tlv(tagSequence, oidDER(d.digestOID))}
	if d.attributes != nil {
		signer = append(signer, tlv(contextTag|constructed, d.attributes...))
	}
	signer = append(signer, tlv(tagSequence, oidDER(d.signatureOID)), tlv(tagOctetString, value), d.after)
	info := tlv(tagSequence, signer...)
	if d.members != nil {
		info = d.members(info)
	}
	data := tlv(tagSequence, tlv(tagInteger, []byte{1}), tlv(tagSet, tlv(tagSequence, oidDER(d.digestOID))),
		tlv(tagSequence, oidDER(d.contentType), d.encapsulated), tlv(contextTag|constructed, d.certificates...), tlv(tagSet, info))
	return tlv(tagSequence, oidDER(oidSignedData), tlv(contextTag|constructed, data))
}

func TestVerdicts(t *testing.T) {
	t.Parallel()
	p, other := ecPerson(t), ecPerson(t)
	zero := make([]byte, 32)
	tie := func(c *Certificate, algorithm ...byte) []byte {
		sum := sha256.Sum256(c.DER)
		return attr(oidSigningCertV2, tlv(tagSequence, tlv(tagSequence, tlv(tagSequence, algorithm, tlv(tagOctetString, sum[:])))))
	}
	for name, tc := range map[string]struct {
		bend   func(d *draft)
		state  edo.VerdictState
		reason edo.Reason
	}{
		"unbent":                   {func(*draft) {}, edo.VerdictValid, ""},
		"attribute changed":        {func(d *draft) { d.signed = func(s []byte) []byte { return append(s, 0) } }, edo.VerdictInvalid, edo.SignatureInvalid},
		"other digest":             {func(d *draft) { d.attributes[2] = attr(oidMessageDigest, tlv(tagOctetString, zero)) }, edo.VerdictInvalid, edo.DocumentChanged},
		"short digest":             {func(d *draft) { d.attributes[2] = attr(oidMessageDigest, tlv(tagOctetString)) }, edo.VerdictInvalid, edo.DocumentChanged},
		"digest algorithm swapped": {func(d *draft) { d.digestOID = oidSHA512 }, edo.VerdictInvalid, edo.DocumentChanged},
		"digest Streebog":          {func(d *draft) { d.digestOID = oidStreebog256 }, edo.VerdictInvalid, edo.DocumentChanged},
		"digest SHA-1":             {func(d *draft) { d.digestOID = oidSHA1 }, edo.VerdictInvalid, AlgorithmBroken},
		"digest MD5":               {func(d *draft) { d.digestOID = oidMD5 }, edo.VerdictInvalid, AlgorithmBroken},
		"digest unknown":           {func(d *draft) { d.digestOID = "1.2.3.4" }, edo.VerdictOperatorOnly, edo.SignatureUnverified},
		"signature by SHA-384":     {func(d *draft) { d.signatureOID = oidECDSASHA384 }, edo.VerdictInvalid, edo.SignatureMalformed},
		"signature by SHA-1":       {func(d *draft) { d.signatureOID = oidECDSASHA1 }, edo.VerdictInvalid, edo.SignatureMalformed},
		"signature RSA, key EC":    {func(d *draft) { d.signatureOID = oidSHA256WithRSA }, edo.VerdictInvalid, edo.SignatureMalformed},
		"signature GOST, key EC":   {func(d *draft) { d.signatureOID = oidGOST2012Key256 }, edo.VerdictInvalid, edo.SignatureMalformed},
		"signature unknown":        {func(d *draft) { d.signatureOID = "1.2.840.113549.1.1.10" }, edo.VerdictOperatorOnly, edo.SignatureUnverified},
		"no certificate":           {func(d *draft) { d.certificates = nil }, edo.VerdictInvalid, CertificateAbsent},
		"same name, other key":     {func(d *draft) { d.certificates = [][]byte{other.DER} }, edo.VerdictInvalid, edo.SignatureInvalid},
		"other serial number":      {func(d *draft) { d.sid = tlv(tagSequence, p.issuer, tlv(tagInteger, []byte{78})) }, edo.VerdictInvalid, CertificateAbsent},
		"by key id":                {func(d *draft) { d.sid = tlv(contextTag, []byte{7, 7}) }, edo.VerdictValid, ""},
		"by key id of nobody":      {func(d *draft) { d.sid = tlv(contextTag, []byte{7, 8}) }, edo.VerdictInvalid, CertificateAbsent},
		"by empty key id":          {func(d *draft) { d.sid = tlv(contextTag) }, edo.VerdictInvalid, CertificateAbsent},
		"tied":                     {func(d *draft) { d.attributes = append(d.attributes, tie(p.Certificate)) }, edo.VerdictValid, ""},
		"tied to another":          {func(d *draft) { d.attributes = append(d.attributes, tie(other.Certificate)) }, edo.VerdictInvalid, CertificateOther},
		"tied by unknown digest": {func(d *draft) {
			d.attributes = append(d.attributes, tie(other.Certificate, tlv(tagSequence, oidDER("1.2.3"))...))
		}, edo.VerdictValid, ""},
		"tie is no sequence":   {func(d *draft) { d.attributes = append(d.attributes, attr(oidSigningCertV2, tlv(tagNull))) }, edo.VerdictInvalid, edo.SignatureMalformed},
		"no message digest":    {func(d *draft) { d.attributes = d.attributes[:2] }, edo.VerdictInvalid, edo.SignatureMalformed},
		"no content type":      {func(d *draft) { d.attributes = d.attributes[1:] }, edo.VerdictInvalid, edo.SignatureMalformed},
		"empty attributes":     {func(d *draft) { d.attributes = [][]byte{} }, edo.VerdictInvalid, edo.SignatureMalformed},
		"message digest twice": {func(d *draft) { d.attributes = append(d.attributes, d.attributes[2]) }, edo.VerdictInvalid, edo.SignatureMalformed},
		"message digest, two": {func(d *draft) {
			d.attributes[2] = attr(oidMessageDigest, tlv(tagOctetString, zero), tlv(tagOctetString, zero))
		}, edo.VerdictInvalid, edo.SignatureMalformed},
		"other content type":        {func(d *draft) { d.attributes[0] = attr(oidContentType, oidDER(oidSignedData)) }, edo.VerdictInvalid, edo.SignatureMalformed},
		"other encapsulated type":   {func(d *draft) { d.contentType = oidSignedData }, edo.VerdictInvalid, edo.SignatureMalformed},
		"unreadable time":           {func(d *draft) { d.attributes[1] = attr(oidSigningTime, tlv(tagUTCTime, []byte("yesterday"))) }, edo.VerdictInvalid, edo.SignatureMalformed},
		"attributes in other order": {func(d *draft) { slices.Reverse(d.attributes) }, edo.VerdictValid, ""},
		"signed in other order":     {func(d *draft) { d.signed = func([]byte) []byte { return tlv(tagSet, d.attributes...) } }, edo.VerdictValid, ""},
		"unsigned attribute":        {func(d *draft) { d.after = tlv(contextTag|constructed|1, attr("1.2.3", tlv(tagNull))) }, edo.VerdictValid, ""},
		"over the content":          {func(d *draft) { d.attributes, d.signed = nil, func([]byte) []byte { return deed } }, edo.VerdictValid, ""},
		"no attributes, other type": {func(d *draft) {
			d.contentType, d.attributes, d.signed = oidSignedData, nil, func([]byte) []byte { return deed }
		}, edo.VerdictInvalid, edo.SignatureMalformed},
		"other certificate beside": {func(d *draft) { d.certificates = [][]byte{rsaPerson(t, 2048, 9).DER, p.DER} }, edo.VerdictValid, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDraft(p)
			tc.bend(d)
			s, err := Parse(d.write(t, p))
			if err != nil {
				t.Fatal(err)
			}
			r, err := s.Verify(t.Context(), bytes.NewReader(deed), moment)
			if err != nil {
				t.Fatal(err)
			}
			if v := r.Verdict(); v.State != tc.state || v.Reason != tc.reason {
				t.Errorf("got %s %s (%s), want %s %s", v.State, v.Reason, v.Detail, tc.state, tc.reason)
			}
		})
	}
}

func rsaPerson(t testing.TB, size int, serial int64) person {
	t.Helper()
	s, err := rsa.GenerateKey(rand.Reader, size)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "Петров"},
		NotBefore: moment.AddDate(-1, 0, 0), NotAfter: moment.AddDate(1, 0, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, s.Public(), s)
	if err != nil {
		t.Fatal(err)
	}
	c, err := ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return person{s, c}
}

func TestShortRSA(t *testing.T) {
	t.Parallel()
	p := rsaPerson(t, 1024, 5)
	if _, err := NewKey(p.Signer, p.DER); !errors.Is(err, KeyUnsupported) {
		t.Errorf("NewKey: %v", err)
	}
	s, err := Parse(newDraft(p).write(t, p))
	if err != nil {
		t.Fatal(err)
	}
	r, _ := s.Verify(t.Context(), bytes.NewReader(deed), moment)
	if v := r.Verdict(); v.State != edo.VerdictInvalid || v.Reason != AlgorithmBroken {
		t.Errorf("%+v", v)
	}
}

// Who signed with attributes has also signed, without knowing, the bytes of the attributes: taken as a document under
// the same value they would verify.
func TestAttributesPassedOffAsDocument(t *testing.T) {
	t.Parallel()
	p := ecPerson(t)
	var forged []byte
	d := newDraft(p)
	d.signed = func(set []byte) []byte { forged = set; return set }
	s, err := Parse(d.write(t, p))
	if err != nil {
		t.Fatal(err)
	}
	s.signers[0].attributes, s.signers[0].messageDigest = nil, nil
	r, err := s.Verify(t.Context(), bytes.NewReader(forged), moment)
	if err != nil || r.Verdict().State != edo.VerdictInvalid {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestOneOfTwoSigners(t *testing.T) {
	t.Parallel()
	p := ecPerson(t)
	d := newDraft(p)
	d.members = func(signer []byte) []byte {
		bad := bytes.Clone(signer)
		bad[len(bad)-1] ^= 1
		return append(bytes.Clone(signer), bad...)
	}
	s, err := Parse(d.write(t, p))
	if err != nil {
		t.Fatal(err)
	}
	r, _ := s.Verify(t.Context(), bytes.NewReader(deed), moment)
	if s.Signers() != 2 || r.Signers[0].State != edo.VerdictValid || r.Signers[1].State != edo.VerdictInvalid || r.Verdict().State != edo.VerdictInvalid {
		t.Errorf("%+v", r)
	}
}

func TestDates(t *testing.T) {
	t.Parallel()
	p := ecPerson(t)
	s, err := Parse(newDraft(p).write(t, p))
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		at     time.Time
		reason edo.Reason
	}{
		"first second": {p.NotBefore, ""},
		"last second":  {p.NotAfter, ""},
		"before":       {p.NotBefore.Add(-time.Second), CertificateNotYetValid},
		"after":        {p.NotAfter.Add(time.Second), edo.SignatureExpired},
	} {
		r, _ := s.Verify(t.Context(), bytes.NewReader(deed), tc.at)
		one := r.Signers[0]
		if one.Reason != tc.reason || one.ValidAt != (tc.reason == "") || !one.ValidAtSigning || !one.DigestChecked {
			t.Errorf("%s: %+v", name, one)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	p := ecPerson(t)
	good := newDraft(p).write(t, p)
	bent := func(bend func(d *draft)) []byte {
		d := newDraft(p)
		bend(d)
		return d.write(t, p)
	}
	file := func(path ...string) []byte {
		b, err := os.ReadFile(filepath.Join(append([]string{"testdata"}, path...)...))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	deep := bytes.Repeat([]byte{tagSequence, 0x80}, 1000)
	for name, tc := range map[string]struct {
		in   []byte
		says string
	}{
		"nothing":            {nil, "DER"},
		"PEM":                {[]byte("-----BEGIN CMS-----\nMIIB\n"), "from PEM"},
		"base64":             {[]byte("\r\nMIIGdQYJKoZIhvcNAQcC"), "from base64"},
		"trailing byte":      {append(bytes.Clone(good), 0), "1 bytes after its end"},
		"two in one":         {append(bytes.Clone(good), good...), "after its end"},
		"too large":          {make([]byte, maxSize+1), "more than"},
		"content inside":     {file("openssl", "rsa2048-attached.p7s"), "attached"},
		"content inside BER": {file("openssl", "rsa2048-attached-ber.p7s"), "attached"},
		"a certificate":      {p.DER, "not a CMS"},
		"enveloped":          {tlv(tagSequence, oidDER("1.2.840.113549.1.7.3"), tlv(contextTag|constructed)), "another kind"},
		"no signer":          {bent(func(d *draft) { d.members = func([]byte) []byte { return nil } }), "no signer"},
		"many signers":       {bent(func(d *draft) { d.members = func(s []byte) []byte { return bytes.Repeat(s, maxSigners+1) } }), "more than 32 signers"},
		"many certificates":  {bent(func(d *draft) { d.certificates = slices.Repeat(d.certificates, maxCertificates+1) }), "more than 64 certificates"},
		"many attributes":    {bent(func(d *draft) { d.attributes = slices.Repeat(d.attributes, maxAttributes) }), "too many"},
		"deep":               {deep, "nested"},
		"broken certificate": {bent(func(d *draft) { d.certificates = [][]byte{tlv(tagSequence, tlv(tagNull))} }), "certificate 0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := Parse(tc.in)
			if s != nil || !errors.Is(err, edo.Invalid) || !errors.Is(err, edo.SignatureMalformed) || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("%v, want %q", err, tc.says)
			}
		})
	}
	t.Run("cut anywhere", func(t *testing.T) {
		t.Parallel()
		for n := range good {
			if _, err := Parse(good[:n]); !errors.Is(err, edo.SignatureMalformed) {
				t.Errorf("%d of %d bytes: %v", n, len(good), err)
			}
		}
	})
}

// indefinite writes everything that BER allows: indefinite lengths, divided octet strings, long lengths.
func indefinite(e element) []byte {
	if e.tag == tagOctetString && len(e.body) > 3 {
		half := len(e.body) / 2
		pieces := append(tlv(tagOctetString, e.body[:half]), tlv(tagOctetString, e.body[half:])...)
		return slices.Concat([]byte{tagOctetString | constructed, 0x80}, pieces, []byte{0, 0})
	}
	if e.tag&constructed == 0 {
		return slices.Concat([]byte{e.tag, 0x84, 0, 0, byte(len(e.body) >> 8), byte(len(e.body))}, e.body)
	}
	out := []byte{e.tag, 0x80}
	for r := (reader{rest: e.body}); !r.empty(); {
		child, err := r.next()
		if err != nil {
			panic(err)
		}
		out = append(out, indefinite(child)...)
	}
	return append(out, 0, 0)
}

func TestWildBER(t *testing.T) {
	t.Parallel()
	p := ecPerson(t)
	for name, bend := range map[string]func(d *draft){
		"issuer and serial": func(*draft) {},
		"key id":            func(d *draft) { d.sid = tlv(contextTag, []byte{7, 7}) },
		"no attributes":     func(d *draft) { d.attributes, d.signed = nil, func([]byte) []byte { return deed } },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDraft(p)
			bend(d)
			// The certificate itself is DER by X.509; a marker keeps the rewriting off it.
			d.certificates = [][]byte{[]byte("\x13\x04cert")}
			e, _, err := cut(d.write(t, p), 0)
			if err != nil {
				t.Fatal(err)
			}
			wild := bytes.Replace(indefinite(e), []byte("\x13\x84\x00\x00\x00\x04cert"), p.DER, 1)
			s, err := Parse(wild)
			if err != nil {
				t.Fatal(err)
			}
			r, _ := s.Verify(t.Context(), bytes.NewReader(deed), moment)
			if r.Verdict().State != edo.VerdictValid {
				t.Errorf("%+v", r)
			}
			if r, _ := s.Verify(t.Context(), strings.NewReader("Договор № 6"), moment); r.Verdict().State != edo.VerdictInvalid {
				t.Errorf("changed: %+v", r)
			}
		})
	}
}

func TestVerifyDigest(t *testing.T) {
	t.Parallel()
	p := ecPerson(t)
	for name, tc := range map[string]struct {
		bend func(d *draft)
		sum  edo.Digest
		ok   bool
		want edo.VerdictState
	}{
		"the digest":     {func(*draft) {}, edo.Digest(sha256.Sum256(deed)), true, edo.VerdictValid},
		"another digest": {func(*draft) {}, edo.Digest{1}, true, edo.VerdictInvalid},
		"SHA-512":        {func(d *draft) { d.digestOID = oidSHA512 }, edo.Digest{}, false, ""},
		"Streebog":       {func(d *draft) { d.digestOID = oidStreebog256 }, edo.Digest{}, false, ""},
		"no attributes":  {func(d *draft) { d.attributes = nil }, edo.Digest{}, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDraft(p)
			tc.bend(d)
			v, ok, err := Verifier{}.CheckDigest(tc.sum, d.write(t, p), moment)
			if err != nil || ok != tc.ok || v.State != tc.want {
				t.Errorf("%t, %+v, %v", ok, v, err)
			}
		})
	}
}

func TestNameTexts(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		in   element
		want string
	}{
		"UTF-8":           {element{tag: tagUTF8String, body: []byte(" Иванов ")}, "Иванов"},
		"BMP":             {element{tag: tagBMPString, body: []byte{0x04, 0x18, 0x04, 0x32}}, "Ив"},
		"BMP, odd":        {element{tag: tagBMPString, body: []byte{0x04, 0x18, 0x04}}, "И"},
		"UCS-4":           {element{tag: tagUniversal, body: []byte{0, 0, 0x04, 0x18}}, "И"},
		"UCS-4, negative": {element{tag: tagUniversal, body: []byte{0xff, 0xff, 0x04, 0x18}}, "\ufffd"},
		"not UTF-8":       {element{tag: tagUTF8String, body: []byte("a\xffb")}, "a\ufffdb"},
		"control":         {element{tag: tagUTF8String, body: []byte("a\r\n\x1b[31mb")}, "a\ufffd\ufffd\ufffd[31mb"},
		"direction":       {element{tag: tagUTF8String, body: []byte("a\u202eb")}, "a\ufffdb"},
	} {
		if got := text(tc.in); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"openssl/*.p7s", "gost/*.p7s"} {
		names, _ := filepath.Glob(filepath.Join("testdata", pattern))
		for _, name := range names {
			b, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		s, err := Parse(in)
		if err != nil {
			if !errors.Is(err, edo.Invalid) {
				t.Errorf("untyped: %v", err)
			}
			return
		}
		if s.Signers() == 0 || s.Signers() > maxSigners || len(s.certificates) > maxCertificates {
			t.Errorf("%d signers, %d certificates", s.Signers(), len(s.certificates))
		}
	})
}

func FuzzVerify(f *testing.F) {
	for _, name := range []string{"openssl/rsa2048-der", "openssl/p256-ber", "openssl/p384-noattr", "openssl/two-signers", "openssl/rsa2048-cades", "gost/letter", "gost/letter-cades"} {
		b, err := os.ReadFile(filepath.Join("testdata", filepath.FromSlash(name)+".p7s"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b, deed)
	}
	// Nobody has signed these bytes: whatever comes in, nothing may be valid, and every verdict is a verdict.
	f.Fuzz(func(t *testing.T, in, content []byte) {
		s, err := Parse(in)
		if err != nil {
			return
		}
		r, err := s.Verify(t.Context(), bytes.NewReader(append([]byte("nobody signed this: "), content...)), moment)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range r.Signers {
			if one.State != edo.VerdictInvalid && one.State != edo.VerdictOperatorOnly {
				t.Errorf("state %q of bytes nobody signed", one.State)
			}
		}
	})
}

func FuzzParseCertificate(f *testing.F) {
	names, _ := filepath.Glob(filepath.Join("testdata", "gost", "*.cer"))
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		c, err := ParseCertificate(in)
		if err == nil && !bytes.Equal(c.DER, in) {
			t.Error("the exact bytes are lost")
		}
	})
}
