package mockoperator

import (
	"encoding/xml"
	"errors"
	"io"

	"github.com/edokit/edokit/conformance/contract"
)

// envelope reads the frame: optional header, a body with one operation, nothing after it.
func (r *reader) envelope() (*request, error) {
	root, err := r.start()
	if err != nil {
		return nil, err
	}
	if root == nil || root.Name != (xml.Name{Space: contract.NSEnvelope, Local: "Envelope"}) {
		return nil, r.bad("want a SOAP 1.1 Envelope")
	}
	el, err := r.start()
	if err != nil {
		return nil, err
	}
	if el != nil && el.Name == (xml.Name{Space: contract.NSEnvelope, Local: "Header"}) {
		if err := r.header(); err != nil {
			return nil, err
		}
		if el, err = r.start(); err != nil {
			return nil, err
		}
	}
	if el == nil || el.Name != (xml.Name{Space: contract.NSEnvelope, Local: "Body"}) {
		return nil, r.bad("want a Body after the optional Header")
	}
	req, err := r.body()
	if err != nil {
		return nil, err
	}
	return req, r.rest()
}

// header skips what foreign clients add (addressing), unless they insist that it is understood.
func (r *reader) header() error {
	for {
		el, err := r.start()
		if el == nil || err != nil {
			return err
		}
		for _, a := range el.Attr {
			if a.Name.Space == contract.NSEnvelope && a.Name.Local == "mustUnderstand" && (a.Value == "1" || a.Value == "true") {
				return refuse("InvalidFormatField", "Header."+el.Name.Local, "this header is not understood")
			}
		}
		if err := r.dec.Skip(); err != nil {
			return err
		}
		r.leave()
	}
}

func (r *reader) body() (*request, error) {
	el, err := r.start()
	if err != nil {
		return nil, err
	}
	if el == nil {
		return nil, refuse("NotFilledRequiredField", "Body", "the body is empty")
	}
	op, ok := r.tables.Operations[el.Name.Local]
	if !ok || el.Name.Space != contract.NSService {
		return nil, refuse("InvalidFormatField", "Body", "no operation {%s}%s", el.Name.Space, el.Name.Local)
	}
	if _, _, err := r.attributes(el); err != nil {
		return nil, err
	}
	req := &request{operation: op.Name, params: &node{name: op.Name}}
	if err := r.members(req.params, op.Params, contract.NSService); err != nil {
		return nil, err
	}
	if el, err = r.start(); err != nil {
		return nil, err
	}
	if el != nil {
		return nil, r.bad("one operation in a body, not two")
	}
	return req, nil
}

// rest reads the end of the envelope and refuses anything after it.
func (r *reader) rest() error {
	el, err := r.start()
	if err != nil {
		return err
	}
	if el != nil {
		return r.bad("nothing may follow the Body")
	}
	el, err = r.start()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err == nil && el != nil {
		err = r.bad("a second root")
	}
	return err
}
