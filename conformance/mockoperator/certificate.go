package mockoperator

import (
	"crypto/x509"
	"strings"
)

// subject is what a certificate of a Russian authority says about its owner; both marks of INN occur.
type subject struct {
	commonName, email, inn, ogrn, ogrnip, organisation, position string
	country, department, surname, given, city, region, street    string
	snils                                                        string
}

func (o *Operator) certificateOf(p *node, field string) (*x509.Certificate, error) {
	raw := p.child(field).raw
	if len(raw) == 0 {
		return nil, refuse("NotFilledRequiredField", field, "Нет сертификата")
	}
	cert, err := x509.ParseCertificate(raw)
	if err != nil {
		return nil, refuse("CertificateParsingFailed", field, "Сертификат не читается: %v", err)
	}
	return cert, nil
}

func subjectOf(c *x509.Certificate) subject {
	v := map[string]string{}
	for _, a := range c.Subject.Names {
		if s, ok := a.Value.(string); ok {
			v[a.Type.String()] = strings.TrimSpace(s)
		}
	}
	s := subject{
		commonName: v["2.5.4.3"], email: v["1.2.840.113549.1.9.1"], ogrn: v["1.2.643.100.1"], ogrnip: v["1.2.643.100.5"],
		organisation: v["2.5.4.10"], position: v["2.5.4.12"], country: v["2.5.4.6"], department: v["2.5.4.11"],
		surname: v["2.5.4.4"], given: v["2.5.4.42"], city: v["2.5.4.7"], region: v["2.5.4.8"], street: v["2.5.4.9"],
		snils: v["1.2.643.100.3"],
	}
	// The INN of the organisation goes before that of the person; ten digits were once written with two zeros before them.
	if s.inn = v["1.2.643.100.4"]; s.inn == "" {
		s.inn = v["1.2.643.3.131.1.1"]
		if rest, old := strings.CutPrefix(s.inn, "00"); old && len(rest) == 10 {
			s.inn = rest
		}
	}
	return s
}

func (s subject) kind() string {
	switch {
	case s.ogrnip != "":
		return "IndividualEntrepreneur"
	case s.ogrn != "":
		return "LegalEntity"
	}
	return "Individual"
}

// getCertificateSubjectInfo reads a certificate for a form of registration. No token is asked for.
func (o *Operator) getCertificateSubjectInfo(p *node) (*body, error) {
	cert, err := o.certificateOf(p, "certificate")
	if err != nil {
		return nil, err
	}
	s := subjectOf(cert)
	first, middle := names(s.given)
	return result("GetCertificateSubjectInfo", func(b *body) {
		b.elementOrNil("m:CommonName", s.commonName)
		b.elementOrNil("m:Email", s.email)
		b.elementOrNil("m:Inn", s.inn)
		b.elementOrNil("m:Ogrn", s.ogrn+s.ogrnip)
		b.elementOrNil("m:OrganizationName", s.organisation)
		b.elementOrNil("m:Position", s.position)
		b.elementOrNil("m:CountryCode", s.country)
		b.elementOrNil("m:Department", s.department)
		b.elementOrNil("m:FirstName", first)
		b.elementOrNil("m:LastName", s.surname)
		b.elementOrNil("m:Location", s.city)
		b.elementOrNil("m:MiddleName", middle)
		region(b, s.region)
		b.elementOrNil("m:Snils", s.snils)
		b.elementOrNil("m:Street", s.street)
		subscriberKind(b, "m:Type", s.kind())
	}), nil
}

// region splits "77 г. Москва".
func region(b *body, text string) {
	if text == "" {
		b.raw(`<m:Region i:nil="true"/>`)
		return
	}
	code, name, _ := strings.Cut(text, " ")
	b.wrap("m:Region", func() {
		b.element("m:Code", code)
		b.elementOrNil("m:Name", name)
	})
}

// checkQualifiedCertificate tells what is wrong with a certificate. No token is asked for.
func (o *Operator) checkQualifiedCertificate(p *node) (*body, error) {
	cert, err := o.certificateOf(p, "certificate")
	if err != nil {
		return nil, err
	}
	type remark struct{ field, text, status string }
	var remarks []remark
	if now := o.now(); now.Before(cert.NotBefore) || now.After(cert.NotAfter) {
		remarks = append(remarks, remark{"NotAfter", "Сертификат вне срока действия", "Error"})
	}
	s := subjectOf(cert)
	for _, f := range []struct{ field, have, text string }{
		{"Inn", s.inn, "В сертификате нет ИНН"},
		{"LastName", s.surname, "В сертификате нет фамилии"},
		{"Snils", s.snils, "В сертификате нет СНИЛС"},
	} {
		if f.have == "" {
			remarks = append(remarks, remark{f.field, f.text, "Warning"})
		}
	}
	common := "Success"
	if len(remarks) > 0 {
		common = remarks[0].status // an error stands first
	}
	return result("CheckQualifiedCertificate", func(b *body) {
		b.element("m:CommonStatus", common)
		b.wrap("m:FieldValidationResults", func() {
			for _, r := range remarks {
				b.wrap("m:CertificateFieldValidationResult", func() {
					b.element("m:Field", r.field)
					b.element("m:Message", r.text)
					b.element("m:Status", r.status)
				})
			}
		})
	}), nil
}
