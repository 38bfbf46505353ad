package mockoperator

import (
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Limits of one registration.
const (
	maxPeople = 1000 // users, and departments
	maxName   = 1000 // characters of a name
)

// readApplicant reads a RegistrationRequest and says all that is wrong with it.
func (o *Operator) readApplicant(req *node) (applicant, []finding) {
	var a applicant
	data := req.child("Organization")
	if data.null {
		return a, []finding{{"Organization", "Required", "Нет данных организации"}}
	}
	org, wrong := readOrganisation(data)
	for i := range wrong {
		wrong[i].path = "Organization." + wrong[i].path
	}
	a.org = org
	a.org.LegalName, a.org.OGRN = data.str("LegalName"), data.str("Ogrn")
	a.org.Regulation = regulation(req.yes("ServiceReglamentAccepted"))
	if code := data.child("ContactAuthType"); !code.null {
		ways := []ContactAuth{AuthManual, AuthAccept, AuthReject}
		if n := code.number("Code"); n >= 1 && n <= len(ways) {
			a.org.ContactAuth = ways[n-1]
		} else {
			wrong = append(wrong, finding{"Organization.ContactAuthType", "Format", "Неизвестный порядок приглашений"})
		}
	}
	for _, list := range []string{"Departments", "Users"} {
		if len(req.items(list)) > maxPeople {
			return a, append(wrong, finding{list, "Length", fmt.Sprintf("Не более %d", maxPeople)})
		}
	}
	if !readDepartments(&a.org, req) {
		// Departments of users cannot be looked up then.
		return a, append(wrong, finding{"Departments", "Format", "Неверная структура подразделений"})
	}
	return a, append(wrong, o.readUsers(&a, req)...)
}

// readOrganisation reads what RegisterSubscriber and CreateNonActiveSubscriber have in common.
func readOrganisation(data *node) (Organisation, []finding) {
	var wrong []finding
	say := func(path, category, text string) { wrong = append(wrong, finding{path, category, text}) }
	org := Organisation{
		Name: strings.TrimSpace(data.str("Name")), INN: strings.TrimSpace(data.str("Inn")), KPP: strings.TrimSpace(data.str("Kpp")),
		Surname: strings.TrimSpace(data.str("LastName")),
		Given:   strings.TrimSpace(data.str("FirstName") + " " + data.str("MiddleName")),
	}
	kind := data.child("OrganizationType").number("Code")
	if kind < 1 || kind > 3 {
		say("OrganizationType", "Required", "Не указан тип организации")
		return org, wrong
	}
	org.Type = subscriberKinds()[kind-1]
	legal := org.Type == "LegalEntity"
	length := map[bool]int{true: 10, false: 12}[legal]
	switch {
	case org.INN == "":
		say("Inn", "Required", "Не указан ИНН")
	case len(org.INN) != length:
		say("Inn", "Length", fmt.Sprintf("ИНН состоит из %d цифр", length))
	case !validINN(org.INN):
		say("Inn", "Format", "Неверная контрольная сумма ИНН")
	}
	switch {
	case legal && org.KPP == "":
		say("Kpp", "Required", "Не указан КПП")
	case org.KPP != "" && (!legal || !validKPP(org.KPP)):
		say("Kpp", "Format", "Неверный КПП")
	}
	if utf8.RuneCountInString(org.Name) > maxName {
		say("Name", "Length", fmt.Sprintf("Не более %d знаков", maxName))
	}
	if legal {
		if org.Name == "" {
			say("Name", "Required", "Не указано название")
		}
		return org, wrong
	}
	if org.Surname == "" {
		say("LastName", "Required", "Не указана фамилия")
	}
	if data.str("FirstName") == "" {
		say("FirstName", "Required", "Не указано имя")
	}
	if org.Name == "" {
		org.Name = strings.TrimSpace(org.Surname + " " + org.Given)
		if org.Type == "IndividualEntrepreneur" {
			org.Name = "ИП " + org.Name
		}
	}
	return org, wrong
}

// readDepartments tells whether the departments make a tree.
func readDepartments(org *Organisation, req *node) bool {
	for _, d := range req.items("Departments") {
		org.Departments = append(org.Departments, Department{
			ID: d.str("Id"), Name: d.str("Name"), Code: d.str("Code"), KPP: d.str("Kpp"), Parent: d.str("ParentId"), Note: d.str("AdditionalInfo"),
		})
	}
	return checkDepartments(org.Departments) == nil
}

// readUsers asks for one user at least, each with a way to log in: a certificate in its time, or login and password.
func (o *Operator) readUsers(a *applicant, req *node) []finding {
	users := req.items("Users")
	if len(users) == 0 {
		return []finding{{"Users", "Required", "Нет ни одного пользователя"}}
	}
	var wrong []finding
	logins := map[string]bool{}
	for i, u := range users {
		h := Head{
			Surname: strings.TrimSpace(u.str("LastName")), Given: strings.TrimSpace(u.str("FirstName") + " " + u.str("MiddleName")),
			Title: u.str("Position"), SNILS: u.str("Snils"), Department: u.str("DepartmentId"), Email: u.str("Email"),
			Login: strings.TrimSpace(u.str("Login")), Password: u.str("Password"),
		}
		cert, found := o.readUser(a, u, h)
		if login := strings.ToLower(h.Login); logins[login] && login != "" {
			found = append(found, finding{"Login", "Format", "Логин повторяется"})
		} else {
			logins[login] = true
		}
		for _, f := range found {
			f.path = fmt.Sprintf("Users.%d.%s", i, f.path)
			wrong = append(wrong, f)
		}
		a.org.Heads, a.certs = append(a.org.Heads, h), append(a.certs, cert)
	}
	return wrong
}

// readUser says what is wrong with one user and gives his certificate, if one came.
func (o *Operator) readUser(a *applicant, u *node, h Head) (*x509.Certificate, []finding) {
	var wrong []finding
	say := func(member, category, text string) { wrong = append(wrong, finding{member, category, text}) }
	if h.Surname == "" {
		say("LastName", "Required", "Не указана фамилия")
	}
	if u.str("FirstName") == "" {
		say("FirstName", "Required", "Не указано имя")
	}
	if h.Login == "" {
		say("Login", "Required", "Не указан логин")
	}
	if h.Department != "" && !slices.ContainsFunc(a.org.Departments, func(d Department) bool { return plainID(d.ID) == plainID(h.Department) }) {
		say("DepartmentId", "Format", "Нет такого подразделения")
	}
	cert, text := o.readCertificate(u.child("Certificate").raw)
	if text != "" {
		say("Certificate", "Format", text)
	}
	if cert == nil && text == "" && h.Password == "" {
		say("Certificate", "Required", "Нет ни сертификата, ни пароля")
	}
	return cert, wrong
}

func (o *Operator) readCertificate(der []byte) (*x509.Certificate, string) {
	if len(der) == 0 {
		return nil, ""
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, "Сертификат не читается"
	}
	if now := o.now(); now.Before(cert.NotBefore) || now.After(cert.NotAfter) {
		return nil, "Сертификат вне срока действия"
	}
	return cert, ""
}
