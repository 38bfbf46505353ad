package contract

// peopleClauses are those of logins, boxes, organisations, registration and contacts.
func peopleClauses() []Clause {
	return []Clause{
		{ID: "AUTH-6", Says: "AuthenticateWithCertificate2 gives the enveloped token as bytes, without the layer of text.", Source: "3.1, 8.15"},
		{ID: "AUTH-7", Says: "AuthenticateWithCertificateAndPassword gives the plain token or the enveloped one.", Source: "3.1, 8.15", Ours: true},
		{ID: "AUTH-8", Says: "An identity token or an access token is exchanged for a session token; an unknown one gives nil.", Source: "3.1, 1.3"},
		{ID: "AUTH-9", Says: "CheckCertificates gives back those thumbprints with which a login is possible.", Source: "3.1"},
		{ID: "BOX-3", Says: "GetUserInfo tells the user of the token in the context of a box of his.", Source: "3.2"},
		{ID: "BOX-4", Says: "The token of GetInnKppNameByBoxId is named token.", Source: "1.5"},
		{ID: "BOX-5", Says: "AcceptRegulation sets whether the service rules are accepted and gives what holds now.", Source: "3.2"},
		{ID: "BOX-6", Says: "While a side has not accepted the rules, its documents are not legitimate: SenderNotAccepted, ReceiverNotAccepted.", Source: "5.1, 7 (Flags)"},
		{ID: "ORG-3", Says: "GetOrganizationBy finds by id, by INN and KPP, by box or by service code, and gives nil when there is none.", Source: "3.3"},
		{ID: "ORG-4", Says: "Of several organisations that match, the operations that give one prefer those of this operator, and then the older.", Source: "3.3", Ours: true},
		{ID: "REG-1", Says: "Wrong data of a registration come back as code 1 with a validation tree, not as a fault.", Source: "3.4, 4.5"},
		{ID: "REG-2", Says: "INN and KPP together name a local subscriber once; a second registration is a duplicate.", Source: "5.5 DuplicateOrganization", Ours: true},
		{ID: "REG-3", Says: "A duplicate is the fault DuplicateOrganization, code 1, or the organisation that is there.", Source: "3.4, 5.5", Ours: true},
		{ID: "REG-4", Says: "After RegisterSubscriber the first user logs in at once, with his password or with the certificate that came.", Source: "3.4"},
		{ID: "REG-5", Says: "CreateNonActiveSubscriber makes an organisation with a box and the status NonActive.", Source: "3.4"},
		{ID: "REG-6", Says: "Registering a subscriber that is not active makes it active and keeps its box.", Source: "3.4", Ours: true},
		{ID: "REG-7", Says: "A certificate belongs to one subscriber: another registration with it gives DuplicateCertificate.", Source: "5.5", Ours: true},
		{ID: "CERT-1", Says: "A certificate that cannot be read gives CertificateParsingFailed.", Source: "5.5"},
		{ID: "CERT-2", Says: "CheckQualifiedCertificate answers Error for a certificate outside its time and Warning when requisites are missing.", Source: "3.4", Ours: true},
		{ID: "CONT-1", Says: "SendAuthRequest makes the contact OutgoingAuthRequest here and IncomingAuthRequest there.", Source: "6.1"},
		{ID: "CONT-2", Says: "A counterparty that accepts or rejects all invitations answers at once.", Source: "6.1"},
		{ID: "CONT-3", Says: "Accepting makes both sides Active; rejecting makes AuthRejected here and OutgoingAuthRejected there.", Source: "6.1"},
		{ID: "CONT-4", Says: "Withdrawing makes OutgoingAuthCancelled here and IncomingAuthCancelled there.", Source: "6.1"},
		{ID: "CONT-5", Says: "DeleteContact takes an active contact back to NonAuthorized on both sides, and clears a withdrawn invitation.", Source: "6.1", Ours: true},
		{ID: "CONT-6", Says: "A step that the status does not allow gives its code: already authorized, already requested, rejected, no request.", Source: "5.5, 6.1"},
		{ID: "CONT-7", Says: "Only an active organisation may invite an active one.", Source: "5.5 OrganizationMustBeActive"},
		{ID: "CONT-8", Says: "SearchContacts pages with From and Max; NonActive as wanted status means everything but Active.", Source: "4.4"},
		{ID: "CONT-9", Says: "A contact that nobody has touched is Active between active local subscribers, or NonAuthorized.", Source: "6.1", Ours: true},
		{ID: "CONT-10", Says: "A document for a subscriber that is not active is refused with OrganizationMustBeActive or kept until he is.", Source: "8.19", Ours: true},
		{ID: "DEP-1", Says: "An organisation has one head department without parent; the others hang below it.", Source: "3.12, 4.4"},
		{ID: "DEP-2", Says: "A department that the organisation does not have gives DepartmentDoesNotExist.", Source: "5.5"},
	}
}
