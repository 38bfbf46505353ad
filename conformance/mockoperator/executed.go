package mockoperator

import (
	"bytes"
	"strings"
)

// getExecutedFunction tells the function of a universal transfer document: what its XML says, or invoice and transfer.
func (o *Operator) getExecutedFunction(p *node) (*body, error) {
	s, err := o.inBox(p.child("authToken"), "authToken", p.child("boxId"), "boxId")
	if err != nil {
		return nil, err
	}
	r := o.document(s.org, p.str("documentId"))
	if r == nil {
		return nil, refuse("DocumentNotFound", "documentId", "Документ не найден")
	}
	names := []string{"Invoice", "InvoiceAndTransfer", "Transfer", "InvoiceCorrection", "InvoiceAndTransferCorrection", "TransferCorrection"}
	short := []string{"СЧФ", "СЧФДОП", "ДОП", "КСЧФ", "КСЧФДИС", "ДИС"}
	code := 1
	switch {
	case !strings.HasPrefix(r.Type, "GeneralTransfer"):
		return nil, refuse("OperationIsNotAvailable", "documentId", "Функция есть у УПД и УКД")
	case strings.HasPrefix(r.Type, "GeneralTransferCorrection"):
		code = 4
	}
	content, err := readBlob(r.Blob)
	if err != nil {
		return nil, err
	}
	for i, word := range short {
		if bytes.Contains(content, append(encode1251(`Функция="`+word), '"')) {
			code = i
		}
	}
	return result("GetDocumentExecutedFunction", func(b *body) {
		b.integer("m:Code", code)
		b.element("m:Description", short[code])
		b.element("m:Name", names[code])
	}), nil
}
