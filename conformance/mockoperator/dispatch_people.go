package mockoperator

// dispatchPeople does the operations of logins, boxes, organisations, registration and contacts; known is false for others.
func (o *Operator) dispatchPeople(x *exchange, req *request) (b *body, known bool, err error) {
	known = true
	p := req.params
	switch req.operation {
	case "AuthenticateWithCertificate2":
		b, err = o.authenticateWithCertificate2(p)
	case "AuthenticateWithCertificateAndPassword":
		b, err = o.authenticateWithBoth(p)
	case "AuthenticateWithIdentityToken":
		b, err = o.authenticateWithToken(req.operation, "identityToken", p, func(org *Organisation) string { return org.IdentityToken })
	case "AuthenticateWithAccessToken":
		b, err = o.authenticateWithToken(req.operation, "accessToken", p, func(org *Organisation) string { return org.AccessToken })
	case "CheckCertificates":
		b, err = o.checkCertificates(p)
	case "GetUserInfo":
		b, err = o.getUserInfo(p)
	case "GetBoxCertificates":
		b, err = o.getBoxCertificates(p)
	case "GetInnKppNameByBoxId":
		b, err = o.getInnKppNameByBoxID(p)
	case "GetSubjectInfo":
		b, err = o.getSubjectInfo(p)
	case "AcceptRegulation":
		b, err = o.acceptRegulation(p)
	case "HasQualifiedCertificate":
		b, err = o.hasQualifiedCertificate(p)
	case "CanSendInvoice":
		b, err = o.canSendInvoice(p)
	case "GetOrganizationByInnKpp":
		b, err = o.getOrganisation(p)
	case "GetOrganizationBy":
		b, err = o.getOrganisationBy(p)
	default:
		return o.dispatchRelations(x, req)
	}
	return b, known, err
}

// dispatchRelations does the operations of registration, contacts and departments.
func (o *Operator) dispatchRelations(x *exchange, req *request) (b *body, known bool, err error) {
	known = true
	p := req.params
	switch req.operation {
	case "RegisterSubscriber":
		b, err = o.registerSubscriber(x, p)
	case "CreateNonActiveSubscriber":
		b, err = o.createNonActive(x, p)
	case "GetCertificateSubjectInfo":
		b, err = o.getCertificateSubjectInfo(p)
	case "CheckQualifiedCertificate":
		b, err = o.checkQualifiedCertificate(p)
	case "SearchContacts":
		b, err = o.searchContacts(p)
	case "GetContact":
		b, err = o.getContact(p)
	case "SendAuthRequest", "AcceptAuthRequest", "RejectAuthRequest", "CancelAuthRequest", "DeleteContact":
		b, err = o.moveContact(x, req.operation, p)
	case "GetOrganizationStructure":
		b, err = o.getStructure(p)
	case "OrganizationStructureHasSingleElement":
		b, err = o.hasSingleElement(p)
	case "GetOrganizationStructureElementChildren":
		b, err = o.getStructureChildren(p)
	case "GetDepartmentEmployees":
		b, err = o.getDepartmentEmployees(p)
	default:
		known = false
	}
	return b, known, err
}
