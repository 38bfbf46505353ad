package mockoperator

import (
	"encoding/hex"
	"strings"

	"github.com/google/uuid"
)

// getUserInfo tells who the token is.
func (o *Operator) getUserInfo(p *node) (*body, error) {
	s, err := o.inBox(p.child("authToken"), "authToken", p.child("boxId"), "boxId")
	if err != nil {
		return nil, err
	}
	return result("GetUserInfo", func(b *body) { o.user(b, s.org, s.head) }), nil
}

// getBoxCertificates pairs every box of the caller with his certificates, as far as they have been made.
func (o *Operator) getBoxCertificates(p *node) (*body, error) {
	s, err := o.session(p.child("authToken"), "authToken")
	if err != nil {
		return nil, err
	}
	org := o.orgs.at(s.org)
	return result("GetBoxCertificates", func(b *body) {
		for _, box := range org.Boxes {
			for i, h := range org.Heads {
				id, made := o.known(org, h)
				if !made || i != s.head {
					continue
				}
				b.wrap("m:BoxCertificate", func() {
					b.element("m:Address", box)
					b.element("m:CommonName", id.Certificate.Subject.CommonName)
					b.boolean("m:IsQualified", !h.Unqualified)
					b.element("m:Thumbprint", id.Thumbprint())
				})
			}
		}
	}), nil
}

// user writes the members of a User. An organisation without heads has one user, known by login alone.
func (o *Operator) user(b *body, number, head int) {
	org, h := o.orgs.at(number), Head{}
	if head < len(org.Heads) {
		h = org.Heads[head]
	}
	department, _ := org.department(h.Department)
	first, middle := names(h.Given)
	if id, made := o.known(org, h); made {
		b.wrap("m:Certificate", func() { certificateMembers(b, number, id, h) })
	} else {
		b.raw(`<m:Certificate i:nil="true"/>`)
	}
	b.raw(`<m:Comment i:nil="true"/>`)
	b.element("m:CountryCode", "RUS")
	b.element("m:DepartmentId", department.ID)
	b.element("m:DepartmentName", department.Name)
	b.boolean("m:DepartmentSubElementsAccess", department.Parent == "")
	b.elementOrNil("m:Email", h.Email)
	b.elementOrNil("m:FirstName", first)
	b.element("m:Id", userID(org, h))
	b.raw(`<m:IdentityDocument i:nil="true"/>`)
	b.boolean("m:InvoiceReglamentAccepted", org.InvoiceRegulation != "pending")
	b.boolean("m:IsAdmin", head == 0)
	b.elementOrNil("m:LastName", h.Surname)
	b.elementOrNil("m:Login", login(org, head))
	b.elementOrNil("m:MiddleName", middle)
	b.integer("m:OrganizationId", organisationID(number))
	b.element("m:OrganizationName", org.Name)
	b.elementOrNil("m:Position", h.Title)
	b.elementOrNil("m:Snils", h.SNILS)
	b.boolean("m:State", true)
	b.raw(`<m:Tel i:nil="true"/><m:TimeZone i:nil="true"/>`)
}

func certificateMembers(b *body, number int, id Identity, h Head) {
	c := id.Certificate
	b.integer("m:CertificateId", 1)
	b.time("m:ExpiryDate", c.NotAfter)
	b.boolean("m:IsTest", false)
	b.element("m:IssuerName", c.Issuer.String())
	b.element("m:LegalPerson", id.Name)
	b.raw(`<m:Login i:nil="true"/>`)
	b.integer("m:OrganizationId", organisationID(number))
	b.raw(`<m:PublicKey i:nil="true"/>`)
	b.boolean("m:QualifiedCertificate", !h.Unqualified)
	b.base64("m:Raw", c.Raw)
	b.element("m:SerialNumber", strings.ToUpper(hex.EncodeToString(c.SerialNumber.Bytes())))
	b.element("m:SignatureAlgorithm", c.SignatureAlgorithm.String())
	b.time("m:StartDate", c.NotBefore)
	b.element("m:Thumbprint", id.Thumbprint())
}

// login is the one with which a head enters; the first head has that of the organisation.
func login(org *Organisation, head int) string {
	if head < len(org.Heads) && org.Heads[head].Login != "" {
		return org.Heads[head].Login
	}
	if head == 0 {
		return org.Login
	}
	return ""
}

// userID is the same for the same person of an organisation at every start.
func userID(org *Organisation, h Head) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte(org.operator()+"/"+org.Boxes[0]+"/"+h.name())).String()
}

// names splits first name and patronymic.
func names(given string) (first, middle string) {
	first, middle, _ = strings.Cut(strings.TrimSpace(given), " ")
	return first, strings.TrimSpace(middle)
}
