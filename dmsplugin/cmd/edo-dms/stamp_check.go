package main

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/edokit/edokit/edo"
	"github.com/edokit/edokit/edo/cms"
	"github.com/edokit/edokit/stamping/signstamp"
)

// checkedSignature is one signer of one file, with what was checked.
type checkedSignature struct {
	File        string
	Role        signstamp.Role
	Signer      edo.SignerInfo
	SigningTime time.Time // as the signature claims
	ValueValid  bool      // else only the digest of the document was compared
	Ended       bool      // the certificate has ended since
	Trusted     bool      // there is a chain to an issuer of --ca
	certificate string    // its bytes
}

func (s checkedSignature) signer() signstamp.Signer {
	i := s.Signer
	out := signstamp.Signer{
		Role: s.Role, Owner: i.Owner, Organisation: i.Organisation, INN: i.INN, Serial: i.Serial, ValidFrom: i.NotBefore.Local(), ValidTo: i.NotAfter.Local(),
	}
	if i.Organisation == i.Owner {
		out.Organisation = ""
	}
	if !s.SigningTime.IsZero() {
		out.SignedAt = s.SigningTime.Local()
	}
	return out
}

// check refuses all unless every signature belongs to the document.
func (s stampPDF) check(c *command, pdf []byte) ([]checkedSignature, error) {
	if n := len(s.Role); n > 0 && n != len(s.Signature) {
		return nil, misused("role", fmt.Sprintf("is given %d times for %d signatures", n, len(s.Signature)), "give one for each, none where it is not known")
	}
	if s.Unchecked && len(s.CA) > 0 {
		return nil, misused("ca", "is of no use with --unchecked: whose certificate it is means nothing where the signature value is not checked", "leave one of both out")
	}
	trust, err := issuers(s.CA)
	if err != nil {
		return nil, err
	}
	var all []checkedSignature
	var faults edo.Faults
	for i, file := range s.Signature {
		found, err := s.checkFile(c, file, pdf, trust)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		for k := range found {
			if len(s.Role) > 0 && s.Role[i] != "none" {
				found[k].Role = signstamp.Role(s.Role[i])
			}
		}
		all = append(all, found...)
	}
	rank := map[signstamp.Role]int{signstamp.Sender: -2, signstamp.Recipient: -1} // the numbers of the mark are in this order
	slices.SortStableFunc(all, func(a, b checkedSignature) int { return rank[a.Role] - rank[b.Role] })
	if err := faults.Err(); err != nil {
		return nil, err
	}
	return all, s.parties(all)
}

func (s stampPDF) checkFile(c *command, file string, pdf []byte, trust *x509.CertPool) ([]checkedSignature, error) {
	raw, err := readSmall(file, edo.MaxSignatureSize)
	if err != nil {
		return nil, err
	}
	if block, _ := pem.Decode(raw); block != nil {
		raw = block.Bytes
	}
	data, err := cms.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	now := time.Now()
	report, err := data.Verify(c.ctx, bytes.NewReader(pdf), now)
	if err != nil {
		return nil, err
	}
	var out []checkedSignature
	for i, r := range report.Signers {
		ended := r.Reason == edo.SignatureExpired && r.ValidAtSigning
		if ended { // the dates are what is asked last: all else is found anew for the claimed time
			then, err := data.Verify(c.ctx, bytes.NewReader(pdf), r.SigningTime)
			if err != nil {
				return nil, err
			}
			r = then.Signers[i]
		}
		if err := s.accept(file, r); err != nil {
			return nil, err
		}
		if err := possible(file, r, now); err != nil {
			return nil, err
		}
		one := checkedSignature{File: file, Signer: r.Certificate.Info(""), SigningTime: r.SigningTime, ValueValid: r.State == edo.VerdictValid, Ended: ended, certificate: string(r.Certificate.DER)}
		if trust != nil {
			at := now
			if ended {
				at = r.SigningTime
			}
			if err := chain(file, r.Certificate, data.Certificates(), trust, at); err != nil {
				return nil, err
			}
			one.Trusted = true
		}
		out = append(out, one)
	}
	return out, nil
}

// accept demands that the digest of these very bytes is what was signed, and that the value can be checked, unless
// --unchecked says otherwise: without the value anybody can put a digest of his choice beside a certificate of another.
func (s stampPDF) accept(file string, r cms.SignerReport) error {
	e := &edo.Error{Kind: edo.Invalid, Op: "edo-dms stamp", Reason: r.Reason, Field: "signature", Remedy: "give the signature of exactly this file, as it was signed"}
	switch {
	case r.State == edo.VerdictInvalid && r.Reason == edo.DocumentChanged:
		e.Message = file + " does not belong to this document, or the document was changed"
	case r.State == edo.VerdictInvalid:
		e.Message = file + " is not valid: " + r.Detail
	case !r.DigestChecked:
		e.Message = file + " cannot be tied to this document here: " + r.Detail
	case r.State != edo.VerdictValid && !s.Unchecked:
		e.Message, e.Remedy = file+" has a value that cannot be checked here: "+r.Detail, "have it checked elsewhere, then give --unchecked: the mark says that the value was not checked"
	default:
		return nil
	}
	return e
}

// possible refuses a claimed time that cannot be true.
func possible(file string, r cms.SignerReport, now time.Time) error {
	claimed := r.SigningTime
	e := &edo.Error{Kind: edo.Invalid, Op: "edo-dms stamp", Field: "signature", Remedy: "have it signed again, by a clock that is right"}
	switch {
	case claimed.IsZero():
		return nil
	case ahead(claimed, now):
		e.Message = file + " claims to be made in the future, at " + claimed.Format(time.RFC3339)
	case !r.ValidAtSigning:
		e.Message = file + " claims to be made at " + claimed.Format(time.RFC3339) + ", when its certificate was not valid"
	default:
		return nil
	}
	return e
}

// ahead leaves clocks that differ a little in peace.
func ahead(t, now time.Time) bool { return t.After(now.Add(5 * time.Minute)) }

// parties refuses what the mark would say of the parties and the signatures rule out.
func (s stampPDF) parties(all []checkedSignature) error {
	roles, signers := map[string]signstamp.Role{}, 0
	for _, one := range all {
		before, seen := roles[one.certificate]
		if seen && before != one.Role {
			return misused("role", "the certificate "+one.Signer.Serial+" signs for two parties", "give the signature of the other party")
		}
		if !seen {
			signers++
		}
		roles[one.certificate] = one.Role
	}
	if s.State == "signed-by-both" && signers < 2 {
		return misused("state", "signed-by-both needs signatures with two different certificates", "give the signature of the other party, too")
	}
	return nil
}

// issuers reads certificates in PEM; nil if no file is given.
func issuers(files []string) (*x509.CertPool, error) {
	if len(files) == 0 {
		return nil, nil
	}
	pool := x509.NewCertPool()
	for _, file := range files {
		raw, err := readSmall(file, 1<<20)
		if err != nil {
			return nil, err
		}
		if !pool.AppendCertsFromPEM(raw) {
			return nil, usage("ca", file+" holds no certificate in PEM", "name a file of certificates; those of GOST cannot be used")
		}
	}
	return pool, nil
}

func chain(file string, signer *cms.Certificate, inside []*cms.Certificate, trust *x509.CertPool, at time.Time) error {
	between := x509.NewCertPool()
	for _, c := range inside {
		if parsed, err := x509.ParseCertificate(c.DER); err == nil {
			between.AddCert(parsed)
		}
	}
	leaf, err := x509.ParseCertificate(signer.DER)
	if err == nil {
		_, err = leaf.Verify(x509.VerifyOptions{Roots: trust, Intermediates: between, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
	}
	if err != nil {
		return &edo.Error{Kind: edo.Invalid, Op: "edo-dms stamp", Field: "ca", Message: file + ": no chain from its certificate to a trusted issuer", Remedy: "name the issuer's certificate", Err: err}
	}
	return nil
}

// remark is what the mark says of the check, no more than was done: by numbers of the mark where it differs.
func (s stampPDF) remark(all []checkedSignature) string {
	say := lang(s.MarkLang).say
	valid := numbers(all, func(c checkedSignature) bool { return c.ValueValid })
	unchecked := numbers(all, func(c checkedSignature) bool { return !c.ValueValid })
	var text string
	switch {
	case unchecked == "" && len(s.CA) > 0:
		text = say("подпись верна, файл не изменён, издатель доверенный; отзыв не проверялся",
			"signature valid, file unchanged, issuer trusted; revocation not checked")
	case unchecked == "":
		text = say("подпись верна, файл не изменён; издатель и отзыв не проверялись",
			"signature valid, file unchanged; issuer and revocation not checked")
	case valid == "":
		text = say("файл не изменён (хэш); значение подписи, издатель и отзыв не проверялись",
			"file unchanged (digest); signature value, issuer and revocation not checked")
	default:
		text = fmt.Sprintf(say("файл не изменён; значение подписи не проверялось: № %s, верно: № %s; издатель и отзыв не проверялись",
			"file unchanged; signature value not checked: no. %s, valid: no. %s; issuer and revocation not checked"), unchecked, valid)
	}
	ended := numbers(all, func(c checkedSignature) bool { return c.Ended })
	switch {
	case ended == "":
		return text
	case len(all) == 1:
		return text + say("; срок сертификата с тех пор истёк", "; the certificate has ended since")
	}
	return text + say("; срок сертификата с тех пор истёк: № ", "; the certificate has ended since: no. ") + ended
}

// numbers are those that the signatures for which is holds have on the mark.
func numbers(all []checkedSignature, is func(checkedSignature) bool) string {
	var n []string
	for i, one := range all {
		if is(one) {
			n = append(n, strconv.Itoa(i+1))
		}
	}
	return strings.Join(n, ", ")
}

// line is one signature for people.
func (s checkedSignature) line(l lang) string {
	text := fmt.Sprintf("%s: %s, %s %s: ", s.File, s.Signer.Owner, l.say("сертификат", "certificate"), s.Signer.Serial)
	if s.ValueValid {
		text += l.say("подпись верна", "the signature is valid")
	} else {
		text += l.say("хэш документа совпал, значение подписи не проверено", "the digest of the document is the signed one, the signature value is not checked") + " (" + s.Signer.Algorithm + ")"
	}
	if s.Ended {
		text += l.say("; сертификат с тех пор закончился", "; the certificate has ended since")
	}
	if s.Trusted {
		return text + l.say("; издатель доверенный", "; the issuer is trusted")
	}
	return text + l.say("; издатель не проверен", "; the issuer is not checked")
}
