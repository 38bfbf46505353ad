package mockoperator

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"time"

	"github.com/smallstep/pkcs7"
)

// OperatorBox is the sender of what the operator itself says: confirmations of invoices, receipts of errors.
const OperatorBox = "operator@mock.edo"

// confirm sends what the invoice regulation wants the operator to say about a message. The caller holds the lock.
func (o *Operator) confirm(e *entry) error {
	for _, r := range e.docs {
		switch {
		case isMain(r.Type) && byInvoiceRules(r.Type):
			for _, box := range parties(r) { // to the seller that it came, to the buyer that it was handed over
				if _, err := o.byOperator("ServiceInvoiceConfirmation", box, "", r); err != nil {
					return err
				}
			}
		case r.Type == "ServiceInvoiceReceipt":
			if parent := o.byID[plainID(r.Parent)]; parent != nil && isMain(parent.Type) {
				if _, err := o.byOperator("ServiceInvoiceConfirmation", e.From, "", r); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// byOperator sends a service document of the operator. The caller holds the lock.
func (o *Operator) byOperator(documentType, to, text string, parent *record) (*record, error) {
	p := o.paper(-1, OperatorBox, "")
	p.documentType, p.text = documentType, text
	name, blob, err := o.compose(p, parent)
	if err != nil {
		return nil, err
	}
	id, err := o.operatorIdentity()
	if err != nil {
		return nil, err
	}
	r := &record{Document: Document{LocalID: newID(), Type: documentType, Name: name, Blob: *blob, Parent: parent.ServiceID, Comment: text}, polls: map[string]int{}}
	if r.Sign, err = o.signature(id, *blob); err != nil {
		return nil, err
	}
	r.Sign.From = OperatorBox
	e := &entry{Entry: Entry{Flow: "SentSigned", From: OperatorBox, Recipients: []string{to}}, to: []addressee{{}}, docs: []*record{r}}
	o.enter(e)
	o.file(r, e)
	parent.children = append(parent.children, r)
	return r, nil
}

// signature signs content as a client would.
func (o *Operator) signature(id Identity, content Blob) (Sign, error) {
	raw, err := readBlob(content)
	if err != nil {
		return Sign{}, err
	}
	sd, err := pkcs7.NewSignedData(raw)
	if err != nil {
		return Sign{}, err
	}
	sd.SetDigestAlgorithm(pkcs7.OIDDigestAlgorithmSHA256)
	if err := sd.AddSigner(id.Certificate, id.Key, pkcs7.SignerInfoConfig{}); err != nil {
		return Sign{}, err
	}
	sd.Detach()
	der, err := sd.Finish()
	if err != nil {
		return Sign{}, err
	}
	p7, err := parseCMS(der)
	if err != nil {
		return Sign{}, err
	}
	s := describe(der, p7, id.Certificate)
	s.LocalID, s.Verdict = newID(), "valid"
	return s, nil
}

// operatorIdentity is the key of the operator, made on the first call.
func (o *Operator) operatorIdentity() (Identity, error) {
	o.identityMu.Lock()
	defer o.identityMu.Unlock()
	for _, id := range o.identities {
		if id.Box == OperatorBox {
			return id, nil
		}
	}
	now := o.now()
	id, err := issue(nil, &x509.Certificate{
		Subject:   pkix.Name{CommonName: "Автоматическая подпись оператора", Organization: []string{OperatorName}, Country: []string{"RU"}},
		NotBefore: now.Add(-24 * time.Hour), NotAfter: now.AddDate(10, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment,
	})
	if err != nil {
		return Identity{}, err
	}
	id.Box, id.Name = OperatorBox, OperatorName
	o.identities = append(o.identities, *id)
	return *id, nil
}
