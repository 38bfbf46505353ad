package mockoperator

// step is what an operation does to a relation, by the status in which the caller sees it.
type step struct {
	// allowed gives the new statuses of both sides.
	allowed map[ContactStatus][2]ContactStatus
	// refused gives the code for other statuses; the empty one stands for the rest.
	refused map[ContactStatus]string
}

// steps are the moves of section 6.1. Inviting again after a withdrawal, and clearing one, are ours.
func steps(operation string) step {
	switch operation {
	case "SendAuthRequest":
		asked := [2]ContactStatus{OutgoingAuthRequest, IncomingAuthRequest}
		return step{
			allowed: map[ContactStatus][2]ContactStatus{
				NonAuthorized: asked, AuthRejected: asked, OutgoingAuthCancelled: asked, IncomingAuthCancelled: asked,
			},
			refused: map[ContactStatus]string{
				ContactActive: "ContactIsAlreadyAuthorized", OutgoingAuthRequest: "ContactAuthIsAlreadyRequested",
				IncomingAuthRequest: "ContactAuthIsAlreadyRequested", OutgoingAuthRejected: "ContactHasRejectedAuth",
			},
		}
	case "AcceptAuthRequest":
		return step{
			allowed: map[ContactStatus][2]ContactStatus{IncomingAuthRequest: {ContactActive, ContactActive}},
			refused: map[ContactStatus]string{ContactActive: "ContactIsAlreadyAuthorized", "": "ContactAuthRequestNotFound"},
		}
	case "RejectAuthRequest":
		return step{
			allowed: map[ContactStatus][2]ContactStatus{IncomingAuthRequest: {AuthRejected, OutgoingAuthRejected}},
			refused: map[ContactStatus]string{ContactActive: "ContactIsAlreadyAuthorized", "": "ContactAuthRequestNotFound"},
		}
	case "CancelAuthRequest":
		return step{
			allowed: map[ContactStatus][2]ContactStatus{OutgoingAuthRequest: {OutgoingAuthCancelled, IncomingAuthCancelled}},
			refused: map[ContactStatus]string{ContactActive: "ContactIsAlreadyAuthorized", "": "ContactAuthRequestNotFound"},
		}
	}
	none := [2]ContactStatus{NonAuthorized, NonAuthorized}
	return step{ // DeleteContact
		allowed: map[ContactStatus][2]ContactStatus{ContactActive: none, IncomingAuthCancelled: none},
		refused: map[ContactStatus]string{"": "ContactIsNotAuthorized"},
	}
}

// parties finds both sides of a contact operation: the caller's organisation and another one.
func (o *Operator) parties(s *session, p *node) (pair, error) {
	own, _ := o.byNumber(p.number("organizationId"))
	if own != s.org {
		return pair{}, refuse("AccessDeniedError", "organizationId", "Это не ваша организация")
	}
	other, org := o.byNumber(p.number("contragentId"))
	switch {
	case org == nil:
		return pair{}, refuse("NoDataFound", "contragentId", "Нет такой организации")
	case other == own:
		return pair{}, refuse("ContactListError", "contragentId", "Организация не бывает контрагентом самой себе")
	}
	return pair{own, other}, nil
}

// moveContact does the five operations that change a relation.
func (o *Operator) moveContact(x *exchange, operation string, p *node) (*body, error) {
	s, err := o.writing(p.child("authToken"), "authToken")
	if err != nil {
		return nil, err
	}
	sides, err := o.parties(s, p)
	if err != nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	status := o.contact(sides).status
	moves := steps(operation)
	to, ok := moves.allowed[status]
	if !ok {
		code := moves.refused[status]
		if code == "" {
			code = moves.refused[""]
		}
		return nil, refuse(code, "contragentId", "Отношение с контрагентом сейчас %s", status)
	}
	if operation == "SendAuthRequest" {
		if err := o.mayInvite(sides); err != nil {
			return nil, err
		}
		to = o.answeredInvitation(sides, to)
		o.invitations = append(o.invitations, Invitation{
			Number: len(o.invitations) + 1, Time: o.now(), From: o.orgs.at(sides.own).Boxes[0], To: o.orgs.at(sides.other).Boxes[0],
			Comment: p.str("comment"), Outcome: to[0], Exchange: x.seen.Number,
		})
	}
	o.relate(sides, to[0], to[1], p.str("comment"))
	return done(operation), nil
}

func (o *Operator) mayInvite(sides pair) error {
	own, other := o.orgs.at(sides.own), o.orgs.at(sides.other)
	switch {
	case other.status() == NonActive && o.scenario.People.InviteNonActive == InviteAllowed:
		return nil
	case other.status() == NonActive:
		return refuse("OrganizationMustBeActive", "contragentId", "Контрагент ещё не зарегистрирован в сервисе")
	case own.status() != Active && other.status() == Active:
		return refuse("OrganizationMustBeActive", "organizationId", "Приглашать может только активная организация")
	}
	return nil
}

// answeredInvitation applies what the invited side does with all invitations; one that cannot log in answers none.
func (o *Operator) answeredInvitation(sides pair, to [2]ContactStatus) [2]ContactStatus {
	other := o.orgs.at(sides.other)
	if !other.mayLogIn() {
		return to
	}
	switch other.contactAuth() {
	case AuthAccept:
		return [2]ContactStatus{ContactActive, ContactActive}
	case AuthReject:
		return [2]ContactStatus{OutgoingAuthRejected, AuthRejected}
	}
	return to
}

// answerPending lets one who has become active do with the invitations that wait for him what he does with all.
func (o *Operator) answerPending(number int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	asked := [2]ContactStatus{OutgoingAuthRequest, IncomingAuthRequest}
	for own := range o.orgs.list() {
		sides := pair{own, number}
		c, touched := o.contacts[sides]
		if !touched || c.status != OutgoingAuthRequest {
			continue
		}
		if to := o.answeredInvitation(sides, asked); to != asked {
			o.relate(sides, to[0], to[1], c.comment)
		}
	}
}
