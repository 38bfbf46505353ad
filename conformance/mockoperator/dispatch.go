package mockoperator

import "time"

// dispatch does the work of an operation.
func (o *Operator) dispatch(x *exchange, req *request) (*body, error) {
	p := req.params
	switch req.operation {
	case "Authenticate":
		return o.authenticate(p)
	case "AuthenticateWithCertificate":
		return o.authenticateWithCertificate(p)
	case "GetVersion":
		return result(req.operation, func(b *body) { b.text("2.56.1 (стенд)") }), nil
	case "GetBoxes":
		return o.getBoxes(p)
	case "GetOrganizationListByInnKpp":
		return o.getOrganisations(p)
	case "GetSpecialOperatorInfo":
		return o.getOperatorInfo(p)
	case "SendMessage":
		return o.sendMessage(x, p)
	case "GetDocumentEntries":
		return o.getDocumentEntries(p)
	case "GetDocumentContent":
		return o.getDocumentContent(p)
	case "GetFullDocumentInfo":
		return o.getFullDocumentInfo(p)
	case "PrintDocument":
		return o.printDocument(x, p)
	case "DownloadPdfDocument":
		return o.downloadPDF(x, p)
	}
	if b, known, err := o.dispatchPeople(x, req); known {
		return b, err
	}
	if b, known, err := o.dispatchFlow(x, req); known {
		return b, err
	}
	return nil, refuse("FeatureDisabled", "Body", "операция %s не поддерживается", req.operation)
}

// token finds the token of any request.
func token(req *request) string {
	if t := req.params.str("authToken"); t != "" {
		return t
	}
	if t := req.params.str("token"); t != "" { // of GetInnKppNameByBoxId alone
		return t
	}
	return req.params.child("credentials").str("AuthToken")
}

func (o *Operator) expire(token string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if s := o.sessions[token]; s != nil {
		s.expires = time.Time{}
	}
}
