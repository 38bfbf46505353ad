package mockoperator

// authenticate opens a session for login and password. A wrong one gives a nil result, which is what the official client
// expects.
func (o *Operator) authenticate(p *node) (*body, error) {
	login, password := p.str("login"), p.str("password")
	if login == "" {
		return nil, refuse("NotFilledRequiredField", "login", "Не указан логин")
	}
	org, head, ok := o.person(login, password)
	if !ok {
		o.refused.Add(1)
		return nilResult("Authenticate"), nil
	}
	_, token := o.open(org, head, true)
	return textOrNil("Authenticate", token), nil
}
