package mockoperator

import "fmt"

// VerdictInvalid is the verdict on a signature that does not belong to its document.
const VerdictInvalid = "invalid"

// PlantedDocument is a document that [Operator.Plant] puts into a box.
type PlantedDocument struct {
	Name        string // file name; empty: a name with its number
	Kind        string // UntypedKind
	Type        string // DocumentType; empty: Untyped
	Content     []byte // empty: a line with its number
	CustomField string
	Comment     string
	Number      string
	NeedSign    bool
	NeedReceipt bool
	// BadSignature signs other bytes: the operator says that the signature is not valid.
	BadSignature bool
}

// Plant puts n messages of one document each into a box without a request per message, signed by the head of the sender, and
// returns the service ids of the documents in order. The rules of sending hold but for those of relations.
func (o *Operator) Plant(from, to string, n int, document func(i int) PlantedDocument) ([]string, error) {
	id, err := o.Identity(from)
	if err != nil {
		return nil, err
	}
	if _, org := o.owner(to); org == nil {
		return nil, fmt.Errorf("mockoperator: no organisation owns box %q", to)
	}
	var out []string
	for i := range n {
		r, err := o.planted(id, from, document(i), i)
		if err != nil {
			return out, err
		}
		e := &entry{Entry: Entry{Flow: "SentSigned", From: from, Recipients: []string{to}}, to: []addressee{{}}, docs: []*record{r}}
		org, _ := o.owner(from)
		if err := o.accept(&incoming{org: org, entry: e}); err != nil {
			return out, err
		}
		out = append(out, r.ServiceID)
	}
	return out, nil
}

func (o *Operator) planted(id Identity, from string, d PlantedDocument, i int) (*record, error) {
	if d.Name == "" {
		d.Name = fmt.Sprintf("документ-%d.txt", i+1)
	}
	if d.Type == "" {
		d.Type = "Untyped"
	}
	if len(d.Content) == 0 {
		d.Content = fmt.Appendf(nil, "Документ %d\n", i+1)
	}
	if !isMain(d.Type) {
		return nil, fmt.Errorf("mockoperator: a document of type %q begins no flow", d.Type)
	}
	blob, err := o.keepBytes(d.Content)
	if err != nil {
		return nil, err
	}
	signed := *blob
	if d.BadSignature {
		other, err := o.keepBytes(append([]byte("другое "), d.Content...))
		if err != nil {
			return nil, err
		}
		signed = *other
	}
	r := &record{Document: Document{
		LocalID: newID(), Type: d.Type, Kind: d.Kind, Name: d.Name, Blob: *blob, CustomField: d.CustomField, Comment: d.Comment,
		Number: d.Number, NeedSign: d.NeedSign, NeedReceipt: d.NeedReceipt,
	}, polls: map[string]int{}}
	if r.Sign, err = o.signature(id, signed); err != nil {
		return nil, err
	}
	if r.Sign.From = from; d.BadSignature {
		r.Sign.Verdict = VerdictInvalid
	}
	return r, nil
}
